"""Makes events of what pytest tells the controller of a run, and writes them down as they happen."""

from __future__ import annotations

import platform
import shlex
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pytest

from contract_tests.events import CheckEnded, Event, Outcome, RunEnded, RunStarted, Writer
from contract_tests.examiner import contract
from contract_tests.plugin import FACTS, SETTINGS
from contract_tests.redaction import Redactor, plain, secrets_of
from contract_tests.results import UNREACHABLE
from contract_tests.rule_coverage import rule_outcomes
from contract_tests.run import Settings
from contract_tests.selection import check_name

_PACKAGES = ("invoice-contract-toolkit", "pytest", "hypothesis", "schemathesis", "requests")
LONGEST_REASON = 2000
_SELECTING = ("suite", "operation", "rule")


class Teller:
    """Tells of one run. Every check is told of once, when it has ended; one whose cleaning up fails, a second time."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._began = time.monotonic()
        self._writer: Writer | None = None
        self._redactor = Redactor()
        self._checks: list[CheckEnded] = []
        self._awaited: dict[str, CheckEnded] = {}
        self._reason = ""
        self._is_started = False

    def start(self, settings: Settings | None) -> None:
        """The run has begun; without settings nobody could find out what the target is."""
        if self._is_started:
            return
        self._is_started = True
        folder = self._config.getoption("contract_events")
        if folder:
            self._writer = Writer(Path(folder))
        if settings is not None:
            self._redactor = Redactor(secrets_of(settings.target))
        self._tell(_started(self._config, settings, self._redactor))

    def await_checks(self, node_ids: Iterable[str], facts: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        """These checks are to be run; those that never end are told of in the end."""
        for node_id in node_ids:
            known = (facts or {}).get(node_id, {})
            self._awaited.setdefault(node_id, CheckEnded(*_names(node_id), Outcome.NOT_RUN, **known))

    def report(self, report: pytest.TestReport) -> None:
        """A phase of a check has ended."""
        is_last = report.when == "call" or (report.when == "setup" and not report.passed)
        if not is_last and (report.when == "setup" or report.passed):
            return
        self.start(self._config.stash.get(SETTINGS, None))
        self._awaited.pop(report.nodeid, None)
        suite, check = _names(report.nodeid)
        facts: dict[str, Any] = dict(getattr(report, FACTS, {}))
        facts.pop("unreachable", "")
        if not facts:  # a worker is gone, and could not say anything
            facts = {"outcome": Outcome.ERROR, "reason": self._reason_of(report)}
        event = CheckEnded(**{"suite": suite, "check": check, **facts}, seconds=report.duration, worker=_worker(report))
        self._checks.append(event)
        self._tell(event)

    def broken_module(self, report: pytest.CollectReport) -> None:
        """The checks of a module could not even be found."""
        self.start(self._config.stash.get(SETTINGS, None))
        event = CheckEnded(*_names(report.nodeid), Outcome.ERROR, reason=self._reason_of(report))
        if event not in self._checks:  # every worker says it
            self._checks.append(event)
            self._tell(event)

    def interrupt(self, reason: str) -> None:
        """The run ends before its time."""
        self._reason = self._reason or reason

    def finish(self, exit_code: int) -> None:
        """The run has ended."""
        if not self._is_started and exit_code not in {UNREACHABLE, 2}:
            return
        self.start(self._config.stash.get(SETTINGS, None))
        for each in self._awaited.values():
            missed = replace(each, reason=self._redactor.text(self._reason) or "the run ended before")
            self._checks.append(missed)
            self._tell(missed)
        self._tell(self._ended(exit_code))
        if self._writer is not None:
            self._writer.close()

    def _reason_of(self, report: pytest.TestReport | pytest.CollectReport) -> str:
        return self._redactor.text(plain(str(report.longrepr)[-LONGEST_REASON:]))

    def _ended(self, exit_code: int) -> RunEnded:
        counts: dict[str, int] = {}
        for each in self._checks:
            counts[str(each.outcome)] = counts.get(str(each.outcome), 0) + 1
        settings = self._config.stash.get(SETTINGS, None)
        groups = settings.target.bases if settings else ()
        return RunEnded(
            seconds=round(time.monotonic() - self._began, 3),
            requests=sum(each.requests for each in self._checks),
            counts=counts,
            exit_code=exit_code,
            rules=rule_outcomes(self._checks, [contract(group) for group in groups]),
            reason=self._redactor.text(self._reason),
        )

    def _tell(self, event: Event) -> None:
        if self._writer is not None:
            self._writer.write(event)
        self._config.hook.pytest_contract_event(config=self._config, event=event)


def _started(config: pytest.Config, settings: Settings | None, redactor: Redactor) -> RunStarted:
    option = config.getoption
    target = settings.target if settings else None
    bases = {group: redactor.url(url) for group, url in target.bases.items()} if target else {}
    return RunStarted(
        target=redactor.text(target.name if target else option("contract_target") or option("contract_url") or "mock"),
        kind="unknown" if target is None else "mock" if target.is_mock else "deployment",
        bases=bases,
        seed=settings.seed if settings else option("contract_seed") or 0,
        tag=settings.tag if settings else "",
        strict=bool(settings and settings.strict),
        at=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        again=redactor.text(_again(config, settings)),
        max_seconds=option("contract_seconds"),
        versions={"python": platform.python_version(), **{name: _version(name) for name in _PACKAGES}},
        contracts={group: contract(group).version for group in bases},
        selected={name: option(f"contract_{name}") for name in _SELECTING if option(f"contract_{name}")},
    )


def _again(config: pytest.Config, settings: Settings | None) -> str:
    """The command that makes the same run."""
    option = config.getoption
    target = ["--target", option("contract_target")] if option("contract_target") else []
    url = ["--url", option("contract_url")] if option("contract_url") else []
    seed = ["--seed", str(settings.seed)] if settings else []
    selected = [part for name in _SELECTING for each in option(f"contract_{name}") for part in (f"--{name}", each)]
    seconds = ["--max-seconds", f"{option('contract_seconds'):g}"]
    return shlex.join(["contract-tests", "run", *(target or url or ["--mock"]), *seed, *seconds, *selected])


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"


def _names(node_id: str) -> tuple[str, str]:
    """Suite and check, as a worker would name them."""
    path = node_id.partition("::")[0]
    return Path(path).stem.removeprefix("test_"), check_name(node_id)


def _worker(report: pytest.TestReport) -> str:
    return str(getattr(report, "worker_id", "")) or ""
