"""Merchants and mocks for the tests of this group."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.apis.invoices.steps import everything, long_lived
from tests.mock import HARBOR, Invoices, Mock
from tests.postgres import database, postgres_server  # noqa: F401


@pytest.fixture
def harbor(shared_mock: Mock) -> Invoices:
    """The demo seed's first merchant, for what needs processors or contact infos: others use it too."""
    return Invoices(shared_mock, HARBOR)


@pytest.fixture(scope="session")
def moving_mock() -> Iterator[Mock]:
    """A mock whose clock tests move forward."""
    with Mock.running() as mock:
        yield mock


@pytest.fixture
def moving(moving_mock: Mock) -> Invoices:
    """A new merchant's invoices where the clock may be moved forward; it is Monday, half past nine."""
    return long_lived(moving_mock)


@pytest.fixture(scope="session", params=["in memory", "in a file", "in PostgreSQL"])
def any_mock(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mock]:
    """A mock on each kind of store. The first call is behind it, which lets happen what has fallen due."""
    if request.param == "in PostgreSQL":
        with database(request.getfixturevalue("postgres_server")) as address:
            yield from _warm(address)
    elif request.param == "in a file":
        yield from _warm(f"sqlite:///{tmp_path_factory.mktemp('state') / 'state.db'}")
    else:
        yield from _warm("sqlite://")


def _warm(address: str) -> Iterator[Mock]:
    with Mock.running(state=address) as mock:
        everything(Invoices(mock))
        yield mock


@pytest.fixture
def racing(any_mock: Mock) -> Invoices:
    """A new merchant's invoices on each kind of store."""
    return Invoices(any_mock)
