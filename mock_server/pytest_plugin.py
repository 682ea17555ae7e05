"""Fixtures for pytest: a mock server for the test run, and a mock of its own for every test that asks for one.

Light, since every test run of whoever has the mock installed imports it: all else is imported by the fixtures.
"""

from __future__ import annotations

import itertools
import os
import re
import warnings
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from mock_server.live import LiveServer
    from mock_server.testing import InvoiceMock

SEED = "invoice_mock_seed"
SERVER: pytest.StashKey[LiveServer | Exception] = pytest.StashKey()
FIXTURES = {"invoice_mock", "invoice_mock_server"}
LONGEST_NAME = 63
LONGEST_ID_SEED = 200
DAY = 24 * 60
"""In minutes; a mock may stand still for so long while somebody looks at it with a debugger."""

MOST_SHOWN = 20
_numbers = itertools.count(1)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Say which seed the tests' mocks begin with."""
    what = "what a test's invoice mock begins with: a seed's name, a file, or none"
    parser.getgroup("invoice mock").addoption("--invoice-mock-seed", metavar="SEED", help=what)
    parser.addini(SEED, what, default="demo")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Start the server where a test is going to need it, so that the first one doesn't wait longer than the others."""
    if session.config.option.collectonly or not any(FIXTURES & _fixtures(item) for item in session.items):
        return
    try:
        session.config.stash[SERVER] = _started(session.config)
    except Exception as error:
        session.config.stash[SERVER] = error  # the fixture raises it, so that each test that needs it fails


@pytest.fixture(scope="session")
def invoice_mock_server(pytestconfig: pytest.Config) -> LiveServer:
    """The server behind all of a run's mocks; with pytest-xdist one per worker."""
    if SERVER not in pytestconfig.stash:  # asked for by another name: getfixturevalue
        pytestconfig.stash[SERVER] = _started(pytestconfig)
    live = pytestconfig.stash[SERVER]
    if isinstance(live, Exception):
        raise live
    return live


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server."""
    live = config.stash.get(SERVER, None)
    if live is not None and not isinstance(live, Exception):
        live.stop()


def _fixtures(item: pytest.Item) -> set[str]:
    return set(getattr(item, "fixturenames", ()))


def _started(config: pytest.Config) -> LiveServer:
    with warnings.catch_warnings():  # Connexion imports what is deprecated; where warnings are errors, it couldn't
        warnings.simplefilter("ignore", DeprecationWarning)
        from mock_server.live import LiveServer
        from mock_server.settings import Settings

    seed = config.getoption(SEED) or config.getini(SEED)
    return LiveServer.start(Settings(seed=seed, access_log=False, namespace_idle_minutes=DAY))


@pytest.fixture
def invoice_mock(invoice_mock_server: LiveServer, request: pytest.FixtureRequest) -> Iterator[InvoiceMock]:
    """A mock of the test's own. Its new ids are the same each time the test runs."""
    from mock_server.testing import InvoiceMock

    mock = InvoiceMock(invoice_mock_server, _name(request.node.name), id_seed=request.node.nodeid[-LONGEST_ID_SEED:])
    yield mock
    mock.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show with a test that has failed what its mock was asked."""
    report = yield
    mock: InvoiceMock | None = getattr(item, "funcargs", {}).get("invoice_mock")
    if mock is not None and report.when == "call" and report.failed:
        report.sections.append((f"What the invoice mock {mock.name} was asked", mock.journal.told(MOST_SHOWN)))
    return report


def _name(test: str) -> str:
    """A name that tells people which test it is, and that no other mock of this run has."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    end = "-".join(each for each in (worker, str(next(_numbers))) if each)
    begin = re.sub(r"[^a-z0-9]+", "-", test.lower()).strip("-")
    return f"{begin[: LONGEST_NAME - 1 - len(end)].rstrip('-')}-{end}".lstrip("-")
