"""Namespaces as a whole: cleared, copied, and looked through all at once."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable
from dataclasses import make_dataclass
from functools import partial
from typing import Any

import pytest

from mock_server.core.errors import StoreError
from mock_server.core.records import Collection, Condition, Contents, Query, Store, UnitOfWork, transact
from mock_server.storage import open_store
from tests.storage.samples import COLLECTIONS, DOCUMENTS, FULL, MARKS, Document, Mark
from tests.storage.steps import (
    NAMESPACE,
    add,
    at_once,
    clear,
    contents,
    copy,
    fill,
    find,
    get,
    replace,
    stored,
    work,
)
from tests.storage.suite_work import Interrupted, Stranger

ROUNDS = 25
COPIERS = 3

CHANGES: dict[str, Callable[[UnitOfWork], None]] = {
    "clear": lambda unit: unit.clear(),
    "copy": lambda unit: unit.copy_from("elsewhere"),
    "copy onto itself": lambda unit: unit.copy_from(NAMESPACE),
    "fill": lambda unit: unit.fill({}),
}


def stock(store: Store, namespace: str) -> None:
    """Records of both kinds, some of them changed."""
    add(store, FULL, Document("a", title="first"), Document("b"), namespace=namespace)
    replace(store, Document("a", title="second", count=7, version=1), namespace=namespace)
    with store.begin(namespace, write=True) as unit:
        unit.records(MARKS).add(Mark("a"))


def add_pair(name: str) -> Callable[[UnitOfWork], None]:
    """Add a record of each kind: whoever sees one of them sees half of the work."""

    def action(unit: UnitOfWork) -> None:
        unit.records(DOCUMENTS).add(Document(name))
        unit.records(MARKS).add(Mark(name))

    return action


def pairs(found: Contents) -> tuple[list[str], list[str]]:
    documents, marks = ([record["id"] for record in found.get(kind, [])] for kind in ("documents", "marks"))
    return documents, marks


class Namespaces:
    def test_a_cleared_namespace_holds_nothing_and_the_others_stay(self, store: Store) -> None:
        stock(store, NAMESPACE)
        stock(store, "elsewhere")
        before = contents(store, "elsewhere")
        clear(store)
        assert (contents(store), find(store, Query()).total) == ({}, 0)
        assert contents(store, "elsewhere") == before

    def test_the_ids_of_cleared_records_are_free_in_the_same_unit_of_work(self, store: Store) -> None:
        stock(store, NAMESPACE)
        with store.begin(NAMESPACE, write=True) as unit:
            unit.clear()
            unit.records(DOCUMENTS).add(Document("a", title="anew"))
            assert unit.records(MARKS).get("a") is None
        assert find(store, Query()).items == [Document("a", title="anew", version=1)]

    def test_a_copy_holds_exactly_what_its_source_holds(self, store: Store) -> None:
        stock(store, "source")
        add(store, Document("a", title="old"), Document("only here"))
        before = contents(store, "source")
        copy(store, "source")
        assert contents(store) == before == contents(store, "source")
        assert get(store, "full") == dataclasses.replace(FULL, version=1)
        assert stored(store, "a").version == 2

    def test_copies_are_found_like_their_sources(self, store: Store) -> None:
        stock(store, "source")
        copy(store, "source")
        for query in (
            Query(search="SECOND"),
            Query(where=[Condition("count", "=", 7)]),
            Query(order_by="total", ascending=False),
            Query(order_by="due"),
            Query(where=[Condition("status", "=", "Published")], order_by="title"),
        ):
            assert find(store, query).items
            assert find(store, query) == find(store, query, namespace="source")

    def test_a_copy_of_nothing_leaves_nothing(self, store: Store) -> None:
        stock(store, NAMESPACE)
        copy(store, "empty")
        assert contents(store) == {}

    def test_a_copy_and_its_source_go_their_own_ways(self, store: Store) -> None:
        add(store, Document("a"), namespace="source")
        replace(store, Document("a", version=1), namespace="source")
        copy(store, "source")
        replace(store, Document("a", title="copy", version=2))
        replace(store, Document("a", title="source", version=2), namespace="source")
        assert get(store, "a") == Document("a", title="copy", version=3)
        assert get(store, "a", namespace="source") == Document("a", title="source", version=3)

    def test_a_copy_onto_itself_changes_nothing(self, store: Store) -> None:
        stock(store, NAMESPACE)
        before = contents(store)
        copy(store, NAMESPACE)
        assert contents(store) == before

    @pytest.mark.parametrize("namespace", ["", "é 😀 '", pytest.param("x" * 300, id="long")])
    def test_any_namespace_can_be_copied(self, store: Store, namespace: str) -> None:
        add(store, Document("a"), namespace=namespace)
        copy(store, namespace)
        assert get(store, "a") == Document("a", version=1)

    @pytest.mark.parametrize("namespace", ["a\0b", "\ud800"], ids=ascii)
    def test_a_source_no_store_can_hold_is_refused_and_nothing_changes(self, store: Store, namespace: str) -> None:
        add(store, Document("a"))
        with store.begin(NAMESPACE, write=True) as unit, pytest.raises(StoreError, match="namespace"):
            unit.copy_from(namespace)
        assert get(store, "a") is not None

    @pytest.mark.parametrize("change", CHANGES)
    def test_what_was_done_to_a_namespace_is_undone_when_the_block_raises(self, store: Store, change: str) -> None:
        stock(store, NAMESPACE)
        add(store, Document("other"), namespace="elsewhere")
        before = contents(store)

        def change_in_vain(unit: UnitOfWork) -> None:
            CHANGES[change](unit)
            raise Interrupted

        with pytest.raises(Interrupted):
            work(store, change_in_vain)
        assert contents(store) == before

    @pytest.mark.parametrize("change", CHANGES)
    def test_a_unit_of_work_that_only_reads_refuses_to_change_its_namespace(self, store: Store, change: str) -> None:
        stock(store, NAMESPACE)
        before = contents(store)
        with store.begin(NAMESPACE, write=False) as unit:
            with pytest.raises(StoreError, match="write=False"):
                CHANGES[change](unit)
            assert unit.contents() == before
        assert contents(store) == before

    @pytest.mark.parametrize("use", [*CHANGES.values(), UnitOfWork.contents], ids=[*CHANGES, "contents"])
    def test_nothing_can_be_done_to_a_namespace_after_the_end(self, store: Store, use: Callable[[Any], object]) -> None:
        stock(store, NAMESPACE)
        with store.begin(NAMESPACE, write=True) as unit:
            before = unit.contents()
        with pytest.raises(StoreError, match="has ended"):
            unit.contents() if use is UnitOfWork.contents else use(unit)
        assert contents(store) == before

    def test_copying_reads_no_record(self, url: str) -> None:
        is_refused = False

        def refuse(self: object) -> None:
            if is_refused:
                raise ValueError

        kind = make_dataclass(
            "Guarded", [("id", str), ("version", int, 0)], frozen=True, namespace={"__post_init__": refuse}
        )
        guarded: Collection[Any] = Collection(name="guarded", type=kind)
        store = open_store(url, [guarded])
        with store.begin("source", write=True) as unit:
            unit.records(guarded).add(kind("a"))
        is_refused = True
        copy(store, "source")
        assert contents(store) == {"guarded": [{"id": "a", "version": 1}]}
        store.close()


class Everywhere:
    def test_all_namespaces_are_looked_through_in_order(self, store: Store) -> None:
        add(store, Document("b"), Document("A"), namespace="one")
        add(store, FULL, namespace="Two")
        add(store, Document("a"), namespace="é")
        replace(store, Document("b", title="changed", version=1), namespace="one")
        assert store.everywhere(DOCUMENTS) == [
            ("Two", dataclasses.replace(FULL, version=1)),
            ("one", Document("A", version=1)),
            ("one", Document("b", title="changed", version=2)),
            ("é", Document("a", version=1)),
        ]
        assert store.everywhere(MARKS) == []

    @pytest.mark.parametrize("write", [True, False])
    def test_it_is_refused_inside_a_unit_of_work_which_goes_on(self, store: Store, write: bool) -> None:
        add(store, Document("a"))
        with store.begin(NAMESPACE, write=write) as unit:
            with pytest.raises(StoreError, match="this thread has a unit of work open already"):
                store.everywhere(DOCUMENTS)
            assert unit.records(DOCUMENTS).get("a") is not None

    def test_only_the_collections_of_the_store_can_be_looked_through(self, store: Store) -> None:
        with pytest.raises(StoreError, match="without the collection strangers"):
            store.everywhere(Collection(name="strangers", type=Stranger))

    def test_a_closed_store_is_not_looked_through(self, url: str) -> None:
        store = open_store(url, COLLECTIONS)
        store.close()
        with pytest.raises(StoreError, match="closed"):
            store.everywhere(DOCUMENTS)


class NamespaceRaces:
    def test_no_copy_holds_half_of_a_unit_of_work(self, store: Store) -> None:
        def write(writer: int) -> None:
            for n in range(ROUNDS * 2):
                transact(store, "source", add_pair(f"{writer}-{n:02}"), write=True)

        def copy_often(copier: int) -> list[int]:
            sizes = []
            for _ in range(ROUNDS):
                copy(store, "source", to=f"copy {copier}")
                documents, marks = pairs(contents(store, f"copy {copier}"))
                assert documents == marks
                sizes.append(len(marks))
            return sizes

        outcomes = at_once([partial(write, n) for n in range(2)] + [partial(copy_often, n) for n in range(COPIERS)])
        assert outcomes[:2] == [None, None]
        for sizes in outcomes[2:]:
            assert isinstance(sizes, list), sizes
            assert sizes == sorted(sizes)

    def test_nobody_sees_half_of_a_namespace_that_is_filled_copied_or_cleared(self, store: Store) -> None:
        for name in ("one", "two"):
            for n in range(20):
                transact(store, name, add_pair(f"{name} {n:02}"), write=True)
        wholes = [{}, contents(store, "one"), contents(store, "two")]

        def change() -> None:
            for _ in range(ROUNDS):
                copy(store, "one")
                clear(store)
                fill(store, wholes[2])

        def look() -> bool:
            return all(contents(store) in wholes for _ in range(ROUNDS * 4))

        assert at_once([change, change, look, look]) == [None, None, True, True]

    def test_of_two_copies_that_cross_one_comes_first(self, store: Store) -> None:
        add(store, Document("1"), namespace="one")
        add(store, Document("2"), namespace="two")
        outcomes = at_once([partial(copy, store, "one", to="two"), partial(copy, store, "two", to="one")])
        assert outcomes == [None, None]
        assert contents(store, "one") == contents(store, "two")
        assert len(contents(store, "one")["documents"]) == 1

    def test_of_many_who_fill_one_namespace_the_last_has_filled_it_alone(self, store: Store) -> None:
        fillings: list[Contents] = []
        for n in range(6):
            stock(store, f"filling {n}")
            add(store, Document(f"only in {n}"), namespace=f"filling {n}")
            fillings.append(contents(store, f"filling {n}"))
        outcomes = at_once([partial(fill, store, filling) for filling in fillings])
        assert Counter(outcomes) == {None: 6}
        assert contents(store) in fillings
