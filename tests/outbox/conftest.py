"""A world and an endpoint of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.outbox.receivers import Receiver, receiving
from tests.outbox.world import World


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    yield world
    world.store.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver
