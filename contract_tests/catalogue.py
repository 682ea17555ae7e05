"""All checks there are, found by letting pytest collect them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import pytest

from contract_tests.errors import WrongUse
from contract_tests.plugin import is_ours
from contract_tests.selection import check_name, marked, suite_of


@dataclass(frozen=True)
class Check:
    """One test of the suites, and what it is about. `id`: as reports call it."""

    suite: str
    name: str
    id: str
    rules: tuple[str, ...]
    operations: tuple[str, ...]


@dataclass
class _Collector:
    found: list[Check] = field(default_factory=list)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.found = [
            Check(suite_of(item), item.name, check_name(item.nodeid), marked(item, "proves"), marked(item, "about"))
            for item in session.items
            if is_ours(item)
        ]


@lru_cache(maxsize=1)
def checks() -> Sequence[Check]:
    """Every check, in the order in which they are run.

    Raises:
        WrongUse: the suites can't be collected: something they need is not installed.
    """
    from contract_tests.cli.running import run_pytest

    collector = _Collector()
    ended = run_pytest(["--collect-only"], plugins=[collector])
    if ended.code:
        raise WrongUse(f"the checks can't be listed: {ended.message or ended.told.strip().splitlines()[-1]}")
    return collector.found
