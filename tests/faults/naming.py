"""The checks of the suites by their names in reports, to be called one by one without a run around them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import pytest

from contract_tests.broken import Broken
from contract_tests.cli.running import run_pytest
from contract_tests.control import Control
from contract_tests.credentials import Tokens
from contract_tests.examiner import Examiner, new_tag
from contract_tests.ledger import Ledger
from contract_tests.plugin import is_ours
from contract_tests.properties import prepare
from contract_tests.reaching import mock_target
from contract_tests.selection import check_name
from contract_tests.transport import Recorder, Transport

SEED = 7


@dataclass(frozen=True)
class Named:
    """A check: the function, and what it is given beside the examiner. `module`: where its fixtures are."""

    function: Callable[..., None]
    arguments: Mapping[str, Any]
    takes: tuple[str, ...]
    module: Any

    def run(self, examiner: Examiner) -> None:
        """Raises `Broken`, alone or in a group with others, where it finds something."""
        given = {name: self._fixture(name, examiner) for name in self.takes if name not in self.arguments}
        prepare(self.function, SEED, 1)
        self.function(**given, **self.arguments)

    def _fixture(self, name: str, examiner: Examiner) -> Any:
        return examiner if name == "examiner" else self.module.trials(examiner, self.arguments["group"])


@dataclass
class _Collector:
    found: dict[str, Named] = field(default_factory=dict)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        for item in session.items:
            if is_ours(item) and isinstance(item, pytest.Function):
                self.found[check_name(item.nodeid)] = _named(item)


def _named(item: pytest.Function) -> Named:
    params = item.callspec.params if hasattr(item, "callspec") else {}
    takes = tuple(name for name in ("examiner", "made") if name in item.fixturenames and _has(item, name))
    return Named(item.obj, params, takes, item.module)


def _has(item: pytest.Function, name: str) -> bool:
    return name in item._fixtureinfo.argnames


@lru_cache(maxsize=1)
def checks() -> Mapping[str, Named]:
    """Every check of the suites."""
    collector = _Collector()
    ended = run_pytest(["--collect-only"], plugins=[collector])
    assert not ended.code, ended.message
    return collector.found


@contextmanager
def examining(origin: str) -> Iterator[Examiner]:
    """An examiner of the mock at an origin, in a namespace of its own."""
    target = mock_target(origin)
    transport = Transport(target, Recorder())
    tag = new_tag()
    control = Control(transport, tag)
    control.begin()
    try:
        yield Examiner(
            target, transport, Tokens(transport, control.headers), Ledger(None, target.name, tag), control, tag, SEED
        )
    finally:
        control.end()


def rules_broken(error: BaseException) -> set[str]:
    """The rules that were found to be broken, together or alone."""
    if isinstance(error, BaseExceptionGroup):
        return {rule for each in error.exceptions for rule in rules_broken(each)}
    return {error.rule} if isinstance(error, Broken) else set()
