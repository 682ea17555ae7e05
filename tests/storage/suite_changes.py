"""Adding, reading, replacing and removing records."""

from __future__ import annotations

import dataclasses

import pytest

from mock_server.core.errors import RecordExists, StaleRecord, StoreError
from mock_server.core.records import Query, Store
from tests.storage.samples import DOCUMENTS, FULL, MARKS, Document, Mark
from tests.storage.steps import NAMESPACE, add, find, get, ids, remove, replace, stored

IDS_NO_STORE_CAN_HOLD = ["a\0b", "\0", "\ud800", "x\udfffy"]


class Changes:
    @pytest.mark.parametrize("document", [Document("bare"), FULL], ids=lambda document: document.id)
    def test_a_record_is_read_back_equal(self, store: Store, document: Document) -> None:
        add(store, document)
        expected = dataclasses.replace(document, version=1)
        assert get(store, document.id) == expected
        assert find(store, Query()).items == [expected]

    def test_money_keeps_its_digits(self, store: Store) -> None:
        add(store, FULL)
        assert str(stored(store, "full").total) == "999999999999.90"

    @pytest.mark.parametrize("version", [0, 1, 7])
    def test_a_new_record_has_version_1_whatever_it_carries(self, store: Store, version: int) -> None:
        add(store, Document("a", version=version))
        assert stored(store, "a").version == 1

    def test_there_is_nothing_under_an_unknown_id(self, store: Store) -> None:
        assert get(store, "a") is None

    def test_a_taken_id_is_refused_and_the_stored_record_stays(self, store: Store) -> None:
        add(store, Document("a", title="first"))
        with pytest.raises(RecordExists):
            add(store, Document("a", title="second"))
        assert get(store, "a") == Document("a", title="first", version=1)

    def test_work_goes_on_after_a_taken_id(self, store: Store) -> None:
        add(store, Document("a"))
        with store.begin(NAMESPACE, write=True) as work:
            with pytest.raises(RecordExists):
                work.records(DOCUMENTS).add(Document("a"))
            work.records(DOCUMENTS).add(Document("b"))
        assert ids(store, Query()) == ["a", "b"]

    def test_replacing_counts_the_version_up(self, store: Store) -> None:
        add(store, Document("a", title="first"))
        replace(store, dataclasses.replace(stored(store, "a"), title="second"))
        replace(store, dataclasses.replace(stored(store, "a"), title="third"))
        assert get(store, "a") == Document("a", title="third", version=3)

    def test_replacing_moves_the_record_in_queries_too(self, store: Store) -> None:
        add(store, Document("a", title="old", count=1), Document("b", count=2))
        replace(store, dataclasses.replace(stored(store, "a"), title="new", count=3))
        assert ids(store, Query(order_by="count")) == ["b", "a"]
        assert ids(store, Query(search="old")) == []
        assert ids(store, Query(search="new")) == ["a"]

    @pytest.mark.parametrize("version", [0, 1, 3])
    def test_a_change_to_another_version_is_refused_and_nothing_changes(self, store: Store, version: int) -> None:
        add(store, Document("a"))
        replace(store, stored(store, "a"))
        with pytest.raises(StaleRecord):
            replace(store, Document("a", title="late", version=version))
        with pytest.raises(StaleRecord):
            remove(store, Document("a", version=version))
        assert get(store, "a") == Document("a", version=2)

    def test_work_goes_on_after_a_stale_record(self, store: Store) -> None:
        with store.begin(NAMESPACE, write=True) as work:
            with pytest.raises(StaleRecord):
                work.records(DOCUMENTS).replace(Document("a", version=1))
            work.records(DOCUMENTS).add(Document("a"))
        assert get(store, "a") == Document("a", version=1)

    def test_a_removed_record_is_gone_and_cannot_be_changed(self, store: Store) -> None:
        add(store, Document("a"))
        removed = stored(store, "a")
        remove(store, removed)
        assert get(store, "a") is None
        with pytest.raises(StaleRecord):
            replace(store, removed)
        with pytest.raises(StaleRecord):
            remove(store, removed)

    def test_the_id_of_a_removed_record_is_free_again(self, store: Store) -> None:
        add(store, Document("a", title="first"))
        remove(store, stored(store, "a"))
        add(store, Document("a", title="second"))
        assert get(store, "a") == Document("a", title="second", version=1)

    def test_namespaces_never_see_each_other(self, store: Store) -> None:
        add(store, Document("a", title="mine"), Document("b"), namespace="one")
        add(store, Document("a", title="yours"), namespace="two")
        replace(store, Document("a", title="mine still", version=1), namespace="one")
        with pytest.raises(StaleRecord):
            remove(store, Document("b", version=1), namespace="two")
        assert find(store, Query(order_by="title"), namespace="two").items == [Document("a", title="yours", version=1)]
        assert find(store, Query(search="mine"), namespace="two").total == 0
        assert get(store, "b", namespace="two") is None
        assert get(store, "a", namespace="one") == Document("a", title="mine still", version=2)

    def test_collections_do_not_share_ids(self, store: Store) -> None:
        add(store, Document("a"))
        with store.begin(NAMESPACE, write=True) as work:
            work.records(MARKS).add(Mark("a"))
            work.records(DOCUMENTS).remove(Document("a", version=1))
        with store.begin(NAMESPACE, write=False) as work:
            assert work.records(MARKS).find(Query()).items == [Mark("a", version=1)]
            assert work.records(DOCUMENTS).get("a") is None

    @pytest.mark.parametrize(
        "record_id", ["", " ", "é", "e\u0301", "😀", "%", "'; --", "a/b?c", "\n", pytest.param("x" * 1000, id="long")]
    )
    def test_any_text_can_be_an_id(self, store: Store, record_id: str) -> None:
        add(store, Document(record_id), Document("other"))
        replace(store, stored(store, record_id))
        assert stored(store, record_id) == Document(record_id, version=2)
        remove(store, stored(store, record_id))
        assert ids(store, Query()) == ["other"]

    def test_ids_differ_by_case_and_by_trailing_blanks(self, store: Store) -> None:
        add(store, Document("a"), Document("A"), Document("a "))
        assert ids(store, Query()) == ["A", "a", "a "]

    @pytest.mark.parametrize("record_id", IDS_NO_STORE_CAN_HOLD, ids=ascii)
    def test_an_id_no_store_can_hold_is_never_there_and_cannot_be_added(self, store: Store, record_id: str) -> None:
        assert get(store, record_id) is None
        with pytest.raises(StoreError, match="an id of documents"):
            add(store, Document(record_id))
        with pytest.raises(StaleRecord):
            replace(store, Document(record_id, version=1))
        with pytest.raises(StaleRecord):
            remove(store, Document(record_id, version=1))

    def test_text_that_is_no_unicode_is_refused_and_nothing_changes(self, store: Store) -> None:
        for broken in (Document("a", title="\ud800"), Document("a", address=None, tags=frozenset({"\udfff"}))):
            with pytest.raises(StoreError):
                add(store, broken)
        assert find(store, Query()).total == 0

    def test_a_large_record_is_kept_whole(self, store: Store) -> None:
        large = Document("large", notes="€" * 1_000_000)
        add(store, large)
        assert stored(store, "large").notes == large.notes
