"""What the tests of uploads share: mocks with and without a clock of their own, and a PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.apis.invoice_uploads.builders import Uploads
from tests.mock import Mock
from tests.postgres import postgres_server  # noqa: F401


@pytest.fixture
def uploads(shared_mock: Mock) -> Uploads:
    """A new merchant's uploads on the shared mock."""
    return Uploads(shared_mock)


@pytest.fixture(scope="module")
def moving_mock() -> Iterator[Mock]:
    """A mock whose clock the tests of one file move forward; each uses uploads of its own."""
    mock = Mock.start()
    yield mock
    mock.stop()


@pytest.fixture
def moving_uploads(moving_mock: Mock) -> Uploads:
    """A new merchant's uploads where the clock may be moved forward."""
    return Uploads(moving_mock)
