"""Units of work: all or nothing, and nothing seen before its time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from mock_server.core.errors import StoreError
from mock_server.core.records import Collection, Query, Store, UnitOfWork
from mock_server.storage import open_store
from tests.storage.samples import COLLECTIONS, DOCUMENTS, Document
from tests.storage.steps import NAMESPACE, add, find, get, ids, remove, replace, work


class Interrupted(Exception):
    """What a block raises in these tests."""


@dataclass(frozen=True)
class Stranger:
    id: str
    version: int = 0


class UnitsOfWork:
    def test_work_is_kept_when_its_block_ends(self, store: Store) -> None:
        add(store, Document("a"), Document("b"))
        assert ids(store, Query()) == ["a", "b"]

    def test_work_is_undone_when_its_block_raises(self, store: Store) -> None:
        add(store, Document("changed"), Document("removed"))
        before = find(store, Query()).items

        def change(unit: UnitOfWork) -> None:
            documents = unit.records(DOCUMENTS)
            documents.add(Document("added"))
            documents.replace(Document("changed", title="changed", version=1))
            documents.remove(Document("removed", version=1))
            raise Interrupted

        with pytest.raises(Interrupted):
            work(store, change)
        assert find(store, Query()).items == before

    def test_changes_are_seen_at_once_in_their_own_unit_of_work(self, store: Store) -> None:
        add(store, Document("removed"))
        with store.begin(NAMESPACE, write=True) as unit:
            documents = unit.records(DOCUMENTS)
            documents.add(Document("a", title="new"))
            assert documents.get("a") == Document("a", title="new", version=1)
            documents.replace(Document("a", title="newer", version=1))
            documents.remove(Document("removed", version=1))
            assert unit.records(DOCUMENTS).find(Query()).items == [Document("a", title="newer", version=2)]

    def test_a_reader_never_sees_what_is_undone_later(self, store: Store) -> None:
        is_added, reader_starts = threading.Event(), threading.Event()

        def read() -> Document | None:
            is_added.wait(timeout=60)
            reader_starts.set()
            return get(store, "a")

        def add_in_vain(unit: UnitOfWork) -> None:
            unit.records(DOCUMENTS).add(Document("a"))
            is_added.set()
            reader_starts.wait(timeout=60)
            raise Interrupted

        with ThreadPoolExecutor(1) as threads:
            reading = threads.submit(read)
            with pytest.raises(Interrupted):
                work(store, add_in_vain)
            assert reading.result() is None

    def test_a_unit_of_work_that_only_reads_refuses_changes(self, store: Store) -> None:
        add(store, Document("a"))
        with store.begin(NAMESPACE, write=False) as unit:
            documents = unit.records(DOCUMENTS)
            with pytest.raises(StoreError, match="write=False"):
                documents.add(Document("b"))
            with pytest.raises(StoreError, match="write=False"):
                documents.replace(Document("a", version=1))
            with pytest.raises(StoreError, match="write=False"):
                documents.remove(Document("a", version=1))
            assert documents.find(Query()).items == [Document("a", version=1)]
        assert ids(store, Query()) == ["a"]

    @pytest.mark.parametrize("inner_writes", [True, False])
    @pytest.mark.parametrize("outer_writes", [True, False])
    def test_a_second_unit_of_work_in_one_thread_is_refused_and_the_first_goes_on(
        self, store: Store, outer_writes: bool, inner_writes: bool
    ) -> None:
        add(store, Document("a"))
        with store.begin(NAMESPACE, write=outer_writes) as unit:
            with (
                pytest.raises(StoreError, match="this thread has a unit of work open already"),
                store.begin("elsewhere", write=inner_writes),
            ):
                pytest.fail("entered")
            assert unit.records(DOCUMENTS).get("a") is not None
        assert get(store, "a") is not None

    def test_a_unit_of_work_is_of_no_use_after_its_end(self, store: Store) -> None:
        with store.begin(NAMESPACE, write=True) as unit:
            documents = unit.records(DOCUMENTS)
        uses: list[Callable[[], object]] = [
            lambda: documents.get("a"),
            lambda: documents.add(Document("a")),
            lambda: documents.find(Query()),
            lambda: unit.records(DOCUMENTS).get("a"),
        ]
        for use in uses:
            with pytest.raises(StoreError, match="has ended"):
                use()
        assert get(store, "a") is None

    def test_only_the_collections_of_the_store_can_be_used(self, store: Store) -> None:
        strangers = Collection(name="strangers", type=Stranger)
        with (
            store.begin(NAMESPACE, write=False) as unit,
            pytest.raises(StoreError, match="without the collection strangers"),
        ):
            unit.records(strangers)

    @pytest.mark.parametrize("namespace", ["", "é 😀 '", pytest.param("x" * 300, id="long")])
    def test_any_text_can_name_a_namespace(self, store: Store, namespace: str) -> None:
        add(store, Document("a"), namespace=namespace)
        assert get(store, "a", namespace=namespace) == Document("a", version=1)

    @pytest.mark.parametrize("namespace", ["a\0b", "\ud800"], ids=ascii)
    def test_a_namespace_no_store_can_hold_is_refused(self, store: Store, namespace: str) -> None:
        with pytest.raises(StoreError, match="namespace"):
            get(store, "a", namespace=namespace)

    def test_a_closed_store_refuses_everything(self, url: str) -> None:
        store = open_store(url, COLLECTIONS)
        add(store, Document("a"))
        store.close()
        uses: list[Callable[[], object]] = [
            lambda: get(store, "a"),
            lambda: add(store, Document("b")),
            lambda: replace(store, Document("a", version=1)),
            lambda: remove(store, Document("a", version=1)),
        ]
        for use in uses:
            with pytest.raises(StoreError, match="closed"):
                use()
        store.close()

    def test_a_store_cannot_be_closed_inside_its_own_unit_of_work(self, store: Store) -> None:
        with store.begin(NAMESPACE, write=True) as unit:
            with pytest.raises(StoreError, match="cannot close"):
                store.close()
            unit.records(DOCUMENTS).add(Document("a"))
        assert get(store, "a") is not None

    def test_a_unit_of_work_open_in_another_thread_ends_well_while_the_store_is_closed(self, url: str) -> None:
        store = open_store(url, COLLECTIONS)
        closing = threading.Thread(target=store.close)
        with store.begin(NAMESPACE, write=True) as unit:
            unit.records(DOCUMENTS).add(Document("a"))
            closing.start()
            assert unit.records(DOCUMENTS).get("a") is not None
        closing.join(timeout=60)
        assert not closing.is_alive()
