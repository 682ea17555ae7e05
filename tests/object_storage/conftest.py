"""The bucket's fixtures: the contract's rules, a clock that stands, a store in memory, a folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mock_server.core.clock import FixedClock
from mock_server.core.objects import OBJECTS
from mock_server.core.records import Store
from mock_server.object_storage.backends import FolderBackend
from mock_server.storage import open_store
from tests.object_storage.builders import NOW, Room


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def store() -> Iterator[Store]:
    store = open_store("sqlite://", [OBJECTS])
    yield store
    store.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "objects"


@pytest.fixture
def room(clock: FixedClock, store: Store, folder: Path) -> Room:
    """A bucket and all around it."""
    return Room(clock=clock, store=store, folder=folder, backend=FolderBackend(folder))
