"""What stores that outlive their process promise beside: several may use them, and only those that fit."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, make_dataclass
from typing import Any

import pytest

from mock_server.core.errors import SetupError, StoreError
from mock_server.core.records import Collection, Column, Query, Store
from mock_server.storage import open_store
from tests.storage.processes import running
from tests.storage.samples import COLLECTIONS, DOCUMENTS, FULL, MARKS, Document, Mark
from tests.storage.steps import NAMESPACE, add, at_once, find, get, stored

PROCESSES = 3
COUNTS = 30

# Opens the store when told, together with the others, and counts one record up.
COUNTING = f"""
say("ready")
hear()
store = opened(url)
say("open")
hear()
for _ in range({COUNTS}):
    transact(store, "here", count_up, write=True)
store.close()
say("done")
"""


def changed(**changes: Any) -> Sequence[Collection[Any]]:
    return (dataclasses.replace(DOCUMENTS, **changes), MARKS)


@dataclass(frozen=True)
class OtherMark:
    """The mark of another version, with a field more."""

    id: str
    colour: str = "red"
    version: int = 0


def painted(colour: str, words: str = "A mark.") -> Collection[Any]:
    """Marks that have this colour where nothing is said."""
    field = ("colour", str, dataclasses.field(default=colour))
    kind = make_dataclass("Painted", [("id", str), field, ("version", int, 0)], frozen=True)
    kind.__doc__ = words
    return Collection(name="painted", type=kind)


# What another version of the mock might have instead, and the collections that the refusal names.
OTHER_VERSIONS: dict[str, tuple[Sequence[Collection[Any]], str]] = {
    "a field more": ((DOCUMENTS, Collection(name="marks", type=OtherMark)), "marks"),
    "a column less": (
        changed(columns={"title": DOCUMENTS.columns["title"]}, indexes=(), carried=(), deadlines=(), tallies=()),
        "documents",
    ),
    "a column of another kind": (
        changed(columns={**DOCUMENTS.columns, "count": Column(str, lambda document: str(document.count))}),
        "documents",
    ),
    "no search": (changed(search=None, tallies=()), "documents"),
    "another index": (changed(indexes=[("due",)]), "documents"),
    "another column carried": (changed(carried=()), "documents"),
    "another deadline": (changed(deadlines=()), "documents"),
    "a column in full": (
        changed(columns={**DOCUMENTS.columns, "status": Column(str, lambda document: document.status.value)}),
        "documents",
    ),
    "another tally": (changed(tallies=[("status",)]), "documents"),
    "a collection less": ((MARKS,), "documents"),
    "a collection more": ((*COLLECTIONS, Collection(name="more", type=Mark)), "more"),
}


class LastingStore:
    def test_what_was_committed_is_there_when_the_store_is_opened_again(self, url: str) -> None:
        before = open_store(url, COLLECTIONS)
        add(before, FULL)
        before.close()
        after = open_store(url, COLLECTIONS)
        assert get(after, FULL.id) == dataclasses.replace(FULL, version=1)
        after.close()

    def test_a_reader_sees_the_last_commit_while_a_writer_is_at_work(self, store: Store) -> None:
        add(store, Document("a", title="before"))
        with store.begin(NAMESPACE, write=True) as work:
            work.records(DOCUMENTS).replace(Document("a", title="after", version=1))
            assert at_once([lambda: stored(store, "a").title]) == ["before"]
        assert stored(store, "a").title == "after"

    def test_what_a_reader_has_read_stays_so_until_its_end(self, store: Store) -> None:
        add(store, Document("a", title="before"))
        with store.begin(NAMESPACE, write=False) as work:
            documents = work.records(DOCUMENTS)
            assert documents.find(Query()).total == 1
            assert at_once([lambda: add(store, Document("b"))]) == [None]
            assert documents.find(Query()).total == 1
            assert documents.get("b") is None
        assert find(store, Query()).total == 2

    def test_processes_may_open_an_empty_store_at_once_and_lose_nothing(self, url: str) -> None:
        with ExitStack() as stack:
            processes = [stack.enter_context(running(COUNTING, url, is_opened=False)) for _ in range(PROCESSES)]
            assert [process.hear() for process in processes] == ["ready"] * PROCESSES
            for process in processes:
                process.tell("open it")
            assert [process.hear() for process in processes] == ["open"] * PROCESSES
            store = open_store(url, COLLECTIONS)
            add(store, Document("a"))
            for process in processes:
                process.tell("count")
            assert [process.hear() for process in processes] == ["done"] * PROCESSES
        assert stored(store, "a").count == PROCESSES * COUNTS
        store.close()

    @pytest.mark.parametrize("difference", OTHER_VERSIONS)
    def test_a_store_made_by_another_version_is_refused_and_left_alone(self, url: str, difference: str) -> None:
        other_version, names = OTHER_VERSIONS[difference]
        store = open_store(url, COLLECTIONS)
        add(store, Document("a"))
        store.close()
        with pytest.raises(SetupError, match=rf"another version of the mock \({names} differ\);.*delete"):
            open_store(url, other_version)
        store = open_store(url, COLLECTIONS)
        assert get(store, "a") == Document("a", version=1)
        store.close()

    def test_other_words_in_the_code_make_no_other_version(self, url: str) -> None:
        open_store(url, [painted("red", "A mark.")]).close()
        open_store(url, [painted("red", "A mark, better explained.")]).close()

    def test_another_default_makes_another_version_since_defaults_are_not_written(self, url: str) -> None:
        open_store(url, [painted("red")]).close()
        with pytest.raises(SetupError, match=r"another version of the mock \(painted differ\)"):
            open_store(url, [painted("blue")])

    def test_a_record_that_no_longer_decodes_is_an_error_that_names_its_collection(self, url: str) -> None:
        # A rule in `__post_init__` is part of the code, and no fingerprint can tell that it has changed.
        def positive(self: Any) -> None:
            if self.size <= limit:
                raise ValueError("too small")

        limit = 0
        fields = [("id", str), ("size", int), ("version", int)]
        kind = make_dataclass("Sized", fields, frozen=True, namespace={"__post_init__": positive})
        collection: Collection[Any] = Collection(name="sized", type=kind)
        store = open_store(url, [collection])
        with store.begin(NAMESPACE, write=True) as work:
            work.records(collection).add(kind("a", 1, 0))
        limit = 1
        with (
            store.begin(NAMESPACE, write=False) as work,
            pytest.raises(StoreError, match="of sized cannot be read back"),
        ):
            work.records(collection).get("a")
        store.close()
