"""The store in memory: one connection, for which everybody waits."""

from __future__ import annotations

import pytest

from mock_server.core.errors import StoreError
from mock_server.core.records import Store
from mock_server.storage import open_store
from mock_server.storage.transactions import MOST_KNOWN
from tests.storage.samples import COLLECTIONS, DOCUMENTS, MARKS, Document, Mark
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


def filled(store: Store) -> None:
    """Leave it no room to grow, as where memory has run out."""
    with store.begin(NAMESPACE, write=True) as work:
        work.connection.exec_driver_sql("PRAGMA max_page_count = 1")  # type: ignore[attr-defined]  # it is a transaction


def add_two(store: Store, small: Document, large: Document) -> None:
    with store.begin(NAMESPACE, write=True) as work:
        work.records(DOCUMENTS).add(small)
        work.records(DOCUMENTS).add(large)


def test_a_unit_of_work_without_room_is_undone() -> None:
    store = open_store("sqlite://", COLLECTIONS)
    add(store, Document("kept"))
    filled(store)
    with pytest.raises(StoreError, match="full"):
        add_two(store, Document("small"), Document("large", notes="x" * 10_000))
    assert (get(store, "kept"), get(store, "small")) == (Document("kept", version=1), None)
    store.close()


def add_mark(store: Store, mark: Mark) -> None:
    with store.begin(NAMESPACE, write=True) as work:
        work.records(MARKS).add(mark)


def test_a_state_that_is_lost_is_not_taken_for_an_empty_one() -> None:
    """SQLite may give up everything where there is no room even to undo a single statement."""
    store = open_store("sqlite://", COLLECTIONS)
    add_mark(store, Mark("gone"))
    filled(store)
    with pytest.raises(StoreError, match="full"):
        add_mark(store, Mark("x" * 10_000))
    with pytest.raises(StoreError, match="the state in memory is lost"):
        get(store, "gone")
    with pytest.raises(StoreError, match="start anew"):
        add_mark(store, Mark("new"))
    store.close()


def test_a_state_that_is_lost_while_it_is_read_is_not_taken_for_an_empty_one_either() -> None:
    store = open_store("sqlite://", COLLECTIONS)
    add_mark(store, Mark("gone"))
    with store.begin(NAMESPACE, write=False) as work:
        work.connection.exec_driver_sql("ROLLBACK")  # type: ignore[attr-defined]  # as SQLite does it without memory
    with pytest.raises(StoreError, match="the state in memory is lost"):
        add_mark(store, Mark("new"))
    store.close()


def test_what_was_read_is_read_again_once_anything_was_written() -> None:
    store = open_store("sqlite://", COLLECTIONS)
    statements: list[str] = []
    add(store, Document("a"))
    with store.begin(NAMESPACE, write=True) as work:
        driver = work.connection.connection.dbapi_connection  # type: ignore[attr-defined]  # it is a transaction
        driver.set_trace_callback(statements.append)

    def asked() -> int:
        statements.clear()
        assert get(store, "a") is not None
        return len(statements)

    assert [asked(), asked(), asked()] == [1, 0, 0]
    add_mark(store, Mark("b"))
    assert [asked(), asked()] == [1, 0]
    with pytest.raises(ZeroDivisionError), store.begin(NAMESPACE, write=True):
        _ = 1 / 0
    assert [asked(), asked()] == [1, 0]
    with store.begin("another", write=False) as work:
        assert work.records(DOCUMENTS).get("a") is None
    driver.set_trace_callback(None)
    store.close()


def test_as_much_is_remembered_as_is_allowed() -> None:
    store = open_store("sqlite://", COLLECTIONS)
    names = [f"n{n}" for n in range(3 * MOST_KNOWN)]
    for name in names:
        add_mark(store, Mark(name))
    with store.begin(NAMESPACE, write=False) as work:
        assert all(work.records(MARKS).get(name) == Mark(name, version=1) for name in [*names, *names])
        assert len(work.known) <= MOST_KNOWN  # type: ignore[attr-defined]
    store.close()
