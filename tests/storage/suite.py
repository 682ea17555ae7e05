"""What every store promises, as tests with one hole: `url`, the address of a store that is empty and the test's own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mock_server.core.records import Store
from mock_server.storage import open_store
from tests.storage.samples import COLLECTIONS
from tests.storage.suite_changes import Changes
from tests.storage.suite_contents import ContentsSuite
from tests.storage.suite_namespaces import Everywhere, NamespaceRaces, Namespaces
from tests.storage.suite_queries import Queries
from tests.storage.suite_races import Races
from tests.storage.suite_work import UnitsOfWork


class StoreSuite(Changes, Queries, UnitsOfWork, Races, ContentsSuite, Namespaces, Everywhere, NamespaceRaces):
    """The whole contract; a variant says in `url` where its store is."""

    @pytest.fixture
    def url(self) -> str:
        raise NotImplementedError("the variant's hole")

    @pytest.fixture
    def store(self, url: str) -> Iterator[Store]:
        """An empty store. Tests that close a store open one of their own: a variant may keep this one open."""
        store = open_store(url, COLLECTIONS)
        yield store
        store.close()
