"""Sites that answer 404 until a test publishes something there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract_tests.gate.sources.publishing import NOT_FOUND
from tests.contract_tests.scripted import Scripted, scripted


@pytest.fixture
def site() -> Iterator[Scripted]:
    with scripted(NOT_FOUND) as server:
        yield server


@pytest.fixture
def other_site() -> Iterator[Scripted]:
    with scripted(NOT_FOUND) as server:
        yield server
