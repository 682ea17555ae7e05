"""The store in memory: one connection, for which everybody waits."""

from __future__ import annotations

import pytest

from mock_server.core.errors import StoreError
from mock_server.storage import open_store
from tests.storage.samples import COLLECTIONS, Document
from tests.storage.steps import NAMESPACE, add, at_once, get
from tests.storage.suite import StoreSuite


class TestMemoryStore(StoreSuite):
    @pytest.fixture
    def url(self) -> str:
        return "sqlite://"


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///", "sqlite:///:memory:"])
def test_each_store_in_memory_is_its_own(url: str) -> None:
    one, other = open_store(url, COLLECTIONS), open_store(url, COLLECTIONS)
    add(one, Document("a"))
    assert get(other, "a") is None
    assert (one.describe(), one.is_embedded) == ("SQLite in memory", True)
    one.close()
    other.close()


def test_a_unit_of_work_that_never_ends_is_an_error_for_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mock_server.storage.transactions.PATIENCE_SECONDS", 0)
    store = open_store("sqlite://", COLLECTIONS)
    with store.begin(NAMESPACE, write=False):
        outcomes = at_once([lambda: add(store, Document("a")), lambda: get(store, "a"), store.close])
    assert [type(outcome) for outcome in outcomes] == [StoreError] * 3
    store.close()
