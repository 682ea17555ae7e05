"""A world of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.outbox.world import World


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    yield world
    world.store.close()
