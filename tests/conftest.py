"""What all tests share: one mock per test process, whose records every test keeps apart by a merchant of its own."""

from __future__ import annotations

import gc
from collections.abc import Generator, Iterator

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("tests", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tests")  # how long something takes is no matter of tests

pytest.register_assert_rewrite("tests.apis.invoice_uploads.builders", "tests.apis.invoices.steps")

from tests.mock import Invoices, Mock  # noqa: E402

SLOW = ("tests/whole/", "tests/plugin/")
"""Folders of tests that start processes. They come first: who is last would have them to itself, and others wait."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(SLOW))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is collected stays until the end: looking for garbage in it took half of the time of collecting, and later
    a tenth of that of the tests.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


@pytest.fixture(scope="session")
def shared_mock() -> Iterator[Mock]:
    """A mock with the demo seed. Its clock must not be moved: other tests read it.

    The fewer workers there are, the more tests have a namespace of their own on each one's mock.
    """
    mock = Mock.start(max_namespaces=10_000)
    yield mock
    mock.stop()


@pytest.fixture
def own_mock() -> Iterator[Mock]:
    """A mock of the test's own, whose clock it may move."""
    mock = Mock.start()
    yield mock
    mock.stop()


@pytest.fixture
def invoices(shared_mock: Mock) -> Invoices:
    """A new merchant's invoices on the shared mock."""
    return Invoices(shared_mock)
