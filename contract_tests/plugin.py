"""The suites as a pytest plugin: options, fixtures, and what becomes of a check that fails.

Light at import: whoever has the package installed and runs tests of their own pays nothing for it.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from contract_tests.listening import Listening, is_suite

if TYPE_CHECKING:
    from contract_tests.examiner import Examiner
    from contract_tests.run import Run, Settings

RUN: pytest.StashKey[Run] = pytest.StashKey()
SETTINGS: pytest.StashKey[Settings] = pytest.StashKey()
BEGAN: pytest.StashKey[float] = pytest.StashKey()
"""When this process began, by the monotonic clock: what it takes to start is part of the time it has."""

ENTRY_POINT = "contract_tests"
_WORKER_INPUT = "contract_settings"
DEFAULT_SECONDS = 60.0
FACTS = "contract_facts"
"""The attribute of a report that tells the controller what the check was about; plain values, for workers send it."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of `contract-tests run`, for who prefers pytest."""
    group = parser.getgroup("contract", "conformance of a deployment to the contracts")
    group.addoption("--contract-target", metavar="NAME", help="a target of contract-tests.toml")
    group.addoption("--contract-url", metavar="URL", help="a mock, or a deployment that is only read")
    group.addoption("--contract-config", metavar="FILE", help="the file of targets")
    group.addoption("--contract-waivers", metavar="FILE", help="the file of waivers")
    group.addoption("--contract-seed", type=int, metavar="N", help="the same number, the same cases")
    group.addoption("--contract-seconds", type=float, default=DEFAULT_SECONDS, metavar="N", help="how long at most")
    group.addoption("--contract-max-findings", type=int, default=0, metavar="N", help="end after so many findings")
    group.addoption("--contract-strict", action="store_true", default=None, help="broken assumptions fail, too")
    group.addoption("--contract-not-strict", dest="contract_strict", action="store_false", help="they don't")
    group.addoption("--contract-suite", action="append", default=[], metavar="NAME", help="only this suite; repeatable")
    group.addoption("--contract-operation", action="append", default=[], metavar="ID", help="only checks of it")
    group.addoption("--contract-rule", action="append", default=[], metavar="ID", help="only checks of it")
    group.addoption("--contract-events", metavar="FOLDER", help="where the run writes what happens")
    group.addoption("--contract-failed-first", action="store_true", help="begin with what failed before")
    group.addoption("--contract-ca-file", metavar="FILE", help="the authority of the URL's certificate")
    group.addoption("--contract-insecure", action="store_true", help="don't check the URL's certificate")


def pytest_plugin_registered(plugin: object, plugin_name: str, manager: pytest.PytestPluginManager) -> None:
    """Whoever names the plugin (`-p contract_tests.plugin`) has it, and not a second time by its entry point."""
    if getattr(plugin, "__name__", "") == __name__ and plugin_name != ENTRY_POINT:
        manager.set_blocked(ENTRY_POINT)


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    from contract_tests import hookspecs

    pluginmanager.add_hookspecs(hookspecs)


def pytest_configure(config: pytest.Config) -> None:
    config.stash.setdefault(BEGAN, time.monotonic())
    config.addinivalue_line("markers", "proves(*rules): the rules of the contract that the test checks")
    config.addinivalue_line("markers", "about(*operations): the operations that the test calls for their own sake")
    config.addinivalue_line("markers", "priority(number): lower numbers are run first")
    if any(config.getoption(f"contract_{name}") for name in ("suite", "operation", "rule")):
        from contract_tests.selection import require_known

        require_known(config)
    if not hasattr(config, "workerinput"):
        from contract_tests.conducting import Conductor

        config.pluginmanager.register(Conductor(config), "contract_conductor")
        config.pluginmanager.register(Listening(config), "contract_listening")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    ours = [item for item in items if is_ours(item)]
    if not ours:
        return
    from contract_tests.selection import in_order, is_selected

    left_out = [item for item in ours if not is_selected(item, config)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
    others = [item for item in items if not is_ours(item)]
    items[:] = [*others, *in_order([item for item in ours if is_selected(item, config)], config)]


def is_ours(item: pytest.Item) -> bool:
    """Whether a test is one of the suites."""
    return is_suite(item.path)


@pytest.fixture(scope="session")
def contract_run(request: pytest.FixtureRequest) -> Iterator[Run]:
    """This process's part of the run."""
    from contract_tests.beginning import begun

    with begun(request.config) as run:
        request.config.stash[RUN] = run
        yield run


@pytest.fixture
def examiner(contract_run: Run) -> Examiner:
    """What a test of the suites works with."""
    contract_run.examiner.recorder.begin()
    return contract_run.examiner


def pytest_runtest_setup(item: pytest.Item) -> None:
    """The same seed gives the same examples, and the time of the run says how many."""
    function = getattr(item, "obj", None)
    if not is_ours(item) or not getattr(function, "is_hypothesis_test", False):
        return
    from contract_tests.beginning import run_settings
    from contract_tests.memory import examples_folder
    from contract_tests.properties import prepare

    settings = run_settings(item.config)
    kept = examples_folder(Path(settings.home), settings.target.name) if settings.home else None
    scale = settings.seconds / DEFAULT_SECONDS
    prepare(function, settings.seed, scale, kept, begins_with_kept=settings.failed_first)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """What a target can't show, or the run has no time for, is no pass and no failure."""
    if not is_ours(item):
        return (yield)
    from contract_tests.stopping import going_on
    from contract_tests.turn import turn

    with going_on(item.config), turn(item):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """Turn a broken rule into a finding, and decide whether it fails the run."""
    report: pytest.TestReport = yield
    if not is_ours(item):
        return report
    from contract_tests.outcome import judged

    return judged(item, call, report)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Every worker examines the same target (pytest-xdist)."""
    from contract_tests.beginning import shared_settings

    settings = shared_settings(node.config)
    if settings is not None:
        node.workerinput[_WORKER_INPUT] = settings.as_text()
