"""What the controller of a run hears from pytest; light, for it is there in everybody's test runs."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from contract_tests.telling import Teller

SUITES = Path(__file__).parent / "suites"
WRONG_USE = 2
"""What pytest is ended with where nothing was run: what is known of an earlier run stays."""


class Listening:
    """Passes on what concerns the suites; of other tests it makes nothing."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._teller: Teller | None = None

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Without workers: these checks will be told of, whether they are run or not; but for wrong use."""
        ours = [each for each in session.items if is_suite(each.path)]
        if not ours or session.config.option.collectonly:
            return
        from contract_tests.beginning import run_settings
        from contract_tests.selection import marked

        about = {each.nodeid: {"rules": marked(each, "proves"), "operations": marked(each, "about")} for each in ours}
        try:
            run_settings(session.config)
        except pytest.exit.Exception as ended:
            if ended.returncode != WRONG_USE:
                self._told().await_checks(about, about)
            raise
        self._told().await_checks(about, about)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: Any, ids: list[str]) -> None:
        """With workers: each says what it has found."""
        ours = [each for each in ids if self._is_ours(each)]
        if ours:
            self._told().await_checks(ours)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed and self._is_ours(report.nodeid):
            self._told().broken_module(report)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if self._is_ours(report.nodeid):
            self._told().report(report)

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        is_wrong_use = getattr(excinfo.value, "returncode", None) == WRONG_USE
        if self._teller is not None or (self._config.getoption("contract_events") and not is_wrong_use):
            self._told().interrupt(str(excinfo.value) or "it was interrupted")

    def interrupt(self, reason: str) -> None:
        """The run ends before its time."""
        if self._teller is not None:
            self._teller.interrupt(reason)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self._teller is not None:
            self._teller.finish(int(session.exitstatus))

    def _told(self) -> Teller:
        if self._teller is None:
            from contract_tests.telling import Teller

            self._teller = Teller(self._config)
        return self._teller

    def _is_ours(self, node_id: str) -> bool:
        """Whether a test is one of the suites; node ids begin with a path from the root folder."""
        return _is_named(self._config.rootpath, node_id.partition("::")[0])


@cache
def _is_named(root: Path, name: str) -> bool:
    """Whether a name is that of a suite; asked four times for each test of everybody's, and answered once a file."""
    file = root / name
    return is_suite(file) or is_suite(file.resolve())


@cache
def is_suite(file: Path) -> bool:
    """Whether a file is one of the suites."""
    return SUITES in file.parents
