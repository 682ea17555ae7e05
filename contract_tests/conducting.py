"""What the controller of a run sees to: when it ends early, what is left behind, and what is remembered of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

if TYPE_CHECKING:
    from contract_tests.events import CheckEnded, Event

MOST_WITHOUT_ANSWER = 3
"""After so many checks in a row without an answer the target is taken for gone."""
UNREACHABLE = 3
FOUND = 1
FACTS = "contract_facts"
STAYS = "contract_stays"
NOT_UNDONE: pytest.StashKey[list[str]] = pytest.StashKey()
"""What could not be cleaned up, a sentence each."""


class Conductor:
    """Light, for it is there in everybody's test runs; it makes nothing of other tests."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._gone = 0
        self._found: set[str] = set()
        self._exit_code: int | None = None
        self._ended: list[CheckEnded] = []
        config.stash[NOT_UNDONE] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count the checks in a row that got no answer, whichever worker has run them."""
        facts = getattr(report, FACTS, None)
        if facts is None or (report.when != "call" and report.passed):
            return
        self._gone = self._gone + 1 if facts.get("unreachable") else 0
        if self._gone == MOST_WITHOUT_ANSWER:
            self._end(UNREACHABLE, f"the target can't be examined: {facts['unreachable']}")
        self._found |= {each["fingerprint"] for each in facts["findings"] if each["standing"] == "failed"}
        most = self._config.getoption("contract_max_findings")
        if most and len(self._found) >= most and self._exit_code is None:
            told = "1 finding was" if most == 1 else f"{most} findings were"
            self._end(FOUND, f"{told} asked for (--max-findings)")

    def pytest_contract_event(self, event: Event) -> None:
        if type(event).__name__ == "CheckEnded":
            self._ended.append(cast("CheckEnded", event))

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """A worker has ended, and says what it could not clean up (pytest-xdist)."""
        self._config.stash[NOT_UNDONE] += getattr(node, "workeroutput", {}).get(STAYS, [])

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Any:
        """When all workers are gone: clean up after those that could not, and give back what was started."""
        if self._exit_code is not None:
            session.exitstatus = self._exit_code
        result = yield
        from contract_tests.plugin import SETTINGS

        settings = self._config.stash.get(SETTINGS, None)
        if settings is not None:
            from contract_tests.beginning import ended

            ended(self._config, settings, self._ended)
        return result

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        for each in self._config.stash[NOT_UNDONE]:
            terminalreporter.write_line(f"contract-tests: {each}")

    def _end(self, exit_code: int, reason: str) -> None:
        """No further check is begun."""
        self._exit_code = exit_code
        manager = self._config.pluginmanager
        listening = manager.getplugin("contract_listening")
        if listening is not None:
            listening.interrupt(reason)
        session = manager.getplugin("session")
        if session is not None:
            session.shouldstop = reason
        distributing = manager.getplugin("dsession")
        if distributing is not None:
            distributing.shouldstop = reason
