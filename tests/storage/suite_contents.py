"""The contents of a namespace: taken out as JSON values, and put back exactly or not at all."""

from __future__ import annotations

import dataclasses
import json
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from mock_server.core.errors import UnreadableContents
from mock_server.core.records import Collection, Column, Condition, Query, Store, UnitOfWork
from mock_server.storage import open_store
from tests.storage.samples import DOCUMENTS, FULL, MARKS, Address, Document, Item, Mark
from tests.storage.steps import NAMESPACE, add, clear, contents, fill, find, get, ids, replace, stored, work

SECRET = "4" + "1" * 15

# A record of the samples as it is kept, with something of every kind in it.
RICH = Document(
    "rich",
    title="Rich",
    count=3,
    total=Decimal("1.10"),
    due=datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC),
    address=Address("Bern", ("c/o",)),
    items=(Item("x", Decimal("0.5")),),
    tags=frozenset({"a", "b", "c"}),
    labels={"one": 1},
    digest=b"\x00\xff",
    version=4,
)


def rich(**changes: Any) -> dict[str, Any]:
    """`RICH` as a JSON value, changed."""
    return {
        "id": "rich",
        "title": "Rich",
        "count": 3,
        "total": "1.10",
        "due": "2026-01-02T03:04:05.000006Z",
        "notes": None,
        "status": "Draft",
        "priority": 1,
        "address": {"city": "Bern", "lines": ["c/o"]},
        "items": [{"name": "x", "price": "0.5", "delivered_at": None}],
        "tags": ["c", "a", "b"],
        "labels": {"one": 1},
        "is_open": True,
        "ratio": 0.5,
        "digest": "AP8=",
        "version": 4,
    } | changes


def without(member: str) -> dict[str, Any]:
    return {name: value for name, value in rich().items() if name != member}


def deep() -> list[Any]:
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]
    return value


# What is put where the second record should be, and what is said of it.
NO_DOCUMENTS: dict[str, tuple[Callable[[], Any], str]] = {
    "nothing": (lambda: None, r"documents\[1\]: Expected `object`, got `null` - at `\$`"),
    "a text": (lambda: SECRET, r"documents\[1\]: Expected `object`, got `str`"),
    "a list": (lambda: [SECRET], r"documents\[1\]: Expected `object`, got `array`"),
    "no JSON": (lambda: object(), r"documents\[1\]: no JSON value"),
    "endless nesting": (deep, r"documents\[1\]: no JSON value"),
    "no id": (lambda: without("id"), r"documents\[1\]: Object missing required field `id` - at `\$`"),
    "no version": (lambda: without("version"), r"'rich': Expected a version from 1 - at `\$\.version`"),
    "an unknown member": (lambda: rich(extra=SECRET), r"'rich': Object contains an unknown field - at `\$\.extra`"),
    "an unknown member with a strange name": (
        lambda: rich(**{f"{SECRET} is a card": 1}),
        r"Object contains an unknown field - at `\$\[\.\.\.\]`",
    ),
    "an unknown member inside": (
        lambda: rich(address={"city": "Bern", "lines": [], "extra": SECRET}),
        r"unknown field - at `\$\.address\.extra`",
    ),
    "an unknown member in a list": (
        lambda: rich(items=[{"name": "x", "price": "1", "delivered_at": None, "extra": SECRET}]),
        r"unknown field - at `\$\.items\[0\]\.extra`",
    ),
    "a member missing in a list": (
        lambda: rich(items=[{"name": "x"}]),
        r"Object missing required field `price` - at `\$\.items\[0\]`",
    ),
    "a wrong type": (lambda: rich(title=4), r"Expected `str \| null`, got `int` - at `\$\.title`"),
    "a wrong type under a key": (
        lambda: rich(labels={SECRET: "x"}),
        r"Expected `int`, got `str` - at `\$\.labels\[\.\.\.\]`",
    ),
    "a number as text": (lambda: rich(count="3"), r"Expected `int \| null`, got `str` - at `\$\.count`"),
    "a boolean as a number": (lambda: rich(count=True), r"Expected `int \| null`, got `bool` - at `\$\.count`"),
    "an unknown value of an enum": (lambda: rich(status=SECRET), r"no value of its type - at `\$\.status`"),
    "money that is none": (lambda: rich(total=SECRET + "x"), r"Invalid decimal string - at `\$\.total`"),
    "money as a number": (lambda: rich(total=1.5), r"not written as it is kept - at `\$\.total`"),
    "money with too many digits": (lambda: rich(total="0.001"), r"'rich': a column of Decimal holds money"),
    "money that can't be counted": (lambda: rich(total="NaN"), r"'rich': not a number is no amount of money"),
    "an instant that is none": (lambda: rich(due=SECRET), r"Invalid RFC3339 encoded datetime - at `\$\.due`"),
    "an instant without a zone": (
        lambda: rich(due="2026-01-01T00:00:00"),
        r"'rich': an instant without a time zone cannot be stored",
    ),
    "bytes that are none": (lambda: rich(digest="!"), r"Invalid base64 encoded string - at `\$\.digest`"),
    "a number no column holds": (lambda: rich(count=2**63), r"'rich': a column of int holds 63 bits"),
    "a number JSON can't hold": (lambda: rich(ratio=float("inf")), r"Expected `float`, got `null` - at `\$\.ratio`"),
    "a member of a set twice": (lambda: rich(tags=["a", "b", "a"]), r"not written as it is kept - at `\$\.tags`"),
    "text that is no Unicode": (lambda: rich(title="\ud800"), r"'rich': no JSON value"),
    "version 0": (lambda: rich(version=0), r"'rich': Expected a version from 1 - at `\$\.version`"),
    "a negative version": (lambda: rich(version=-1), r"Expected a version from 1 - at `\$\.version`"),
    "a version that can't be counted up": (lambda: rich(version=2**63 - 1), r"a version from 1 - at `\$\.version`"),
    "a version as text": (lambda: rich(version="1"), r"Expected `int`, got `str` - at `\$\.version`"),
    "an id twice": (lambda: rich(id="a"), r"documents\[1\] 'a': an earlier record has this id - at `\$\.id`"),
    "an id that is no text": (lambda: rich(id=7), r"documents\[1\]: Expected `str`, got `int` - at `\$\.id`"),
    "an id no store can hold": (lambda: rich(id="a\0"), r"documents\[1\] 'a\\x00': no record can have this id"),
    "a very long id": (lambda: rich(id=SECRET * 20, count="3"), r"documents\[1\]: Expected `int"),
}
NO_CONTENTS: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown collection": ({"strangers": []}, "there is no collection strangers; there are: documents, marks"),
    "a collection with a strange name": ({f"{SECRET}!": []}, "there is no collection of such a name; there are:"),
    "no list": ({"marks": None}, "marks is no list of records"),
    "an object for a list": ({"marks": {SECRET: {}}}, "marks is no list of records"),
    "a record of another collection": ({"marks": [rich()]}, r"marks\[0\] 'rich': Object contains an unknown field"),
}


class ContentsSuite:
    def test_contents_are_json_values_ordered_by_collection_and_id(self, store: Store) -> None:
        with store.begin(NAMESPACE, write=True) as unit:
            unit.records(MARKS).add(Mark("b"))
            unit.records(MARKS).add(Mark("é"))
            unit.records(MARKS).add(Mark("B"))
            unit.records(DOCUMENTS).add(dataclasses.replace(RICH, tags=frozenset({"a"})))
        found = contents(store)
        assert list(found) == ["documents", "marks"]
        assert found["documents"] == [rich(tags=["a"], version=1)]
        assert found["marks"] == [{"id": "B", "version": 1}, {"id": "b", "version": 1}, {"id": "é", "version": 1}]
        assert json.loads(json.dumps(found)) == found

    def test_collections_without_records_are_left_out(self, store: Store) -> None:
        assert contents(store) == {}
        add(store, Document("a"))
        assert list(contents(store)) == ["documents"]

    def test_contents_show_what_the_unit_of_work_has_changed(self, store: Store) -> None:
        add(store, Document("a"))
        with store.begin(NAMESPACE, write=True) as unit:
            unit.records(DOCUMENTS).replace(Document("a", title="changed", version=1))
            unit.records(MARKS).add(Mark("b"))
            found = unit.contents()
        assert [record["title"] for record in found["documents"]] == ["changed"]
        assert list(found["marks"]) == [{"id": "b", "version": 1}]

    def test_what_was_taken_out_is_put_back_exactly(self, store: Store) -> None:
        add(store, FULL, RICH, Document("a"))
        replace(store, Document("a", title="changed", version=1))
        taken, records = contents(store), find(store, Query()).items
        clear(store)
        fill(store, taken)
        assert contents(store) == taken
        assert find(store, Query()).items == records
        assert stored(store, "a").version == 2

    @pytest.mark.parametrize("sort_keys", [True, False])
    def test_contents_can_be_kept_as_text(self, store: Store, sort_keys: bool) -> None:
        add(store, FULL, RICH)
        taken = contents(store)
        fill(store, json.loads(json.dumps(taken, sort_keys=sort_keys)), namespace="elsewhere")
        assert contents(store, "elsewhere") == taken
        assert find(store, Query(), namespace="elsewhere") == find(store, Query())

    def test_a_record_keeps_its_version_and_the_order_in_which_its_sets_were_written(self, store: Store) -> None:
        for tags in (["a", "b", "c"], ["c", "b", "a"], ["b", "c", "a"]):
            given = {"documents": [rich(tags=tags)]}
            fill(store, given)
            assert contents(store) == given
            assert get(store, "rich") == RICH

    def test_a_filled_record_is_found_and_can_be_changed(self, store: Store) -> None:
        fill(store, {"documents": [rich(), rich(id="other", title=None, total="2.00")]})
        assert ids(store, Query(search="RICH")) == ["rich"]
        assert ids(store, Query(where=[Condition("total", "<", Decimal("1.11"))])) == ["rich"]
        assert ids(store, Query(order_by="total", ascending=False)) == ["other", "rich"]
        replace(store, dataclasses.replace(RICH, title="poor"))
        assert stored(store, "rich").version == 5
        assert ids(store, Query(search="rich")) == []

    def test_records_may_be_given_in_any_order(self, store: Store) -> None:
        fill(store, {"marks": [{"id": "b", "version": 2}, {"id": "a", "version": 1}], "documents": []})
        assert contents(store) == {"marks": [{"id": "a", "version": 1}, {"id": "b", "version": 2}]}

    @pytest.mark.parametrize("nothing", [{}, {"documents": []}, {"marks": [], "documents": ()}], ids=str)
    def test_what_a_namespace_held_is_gone_when_it_is_filled(self, store: Store, nothing: Any) -> None:
        add(store, Document("a"))
        fill(store, {"marks": [{"id": "b", "version": 1}]})
        assert contents(store) == {"marks": [{"id": "b", "version": 1}]}
        fill(store, nothing)
        assert contents(store) == {}

    def test_filling_leaves_other_namespaces_alone(self, store: Store) -> None:
        add(store, Document("rich", title="mine"), namespace="elsewhere")
        fill(store, {"documents": [rich()]})
        assert get(store, "rich", namespace="elsewhere") == Document("rich", title="mine", version=1)

    @pytest.mark.parametrize("version", [1, 2**63 - 2])
    def test_any_version_that_can_be_counted_up_is_kept(self, store: Store, version: int) -> None:
        fill(store, {"documents": [rich(version=version)]})
        replace(store, dataclasses.replace(RICH, version=version))
        assert stored(store, "rich").version == version + 1

    @pytest.mark.parametrize("member", ["title", "count", "address", "labels", "is_open", "items"])
    def test_a_member_with_a_default_may_be_left_out(self, store: Store, member: str) -> None:
        fill(store, {"documents": [without(member)]})
        default = getattr(Document("default", labels={}), member)
        assert get(store, "rich") == dataclasses.replace(RICH, **{member: default})

    def test_a_member_with_a_default_may_be_left_out_in_a_part(self, store: Store) -> None:
        fill(store, {"documents": [rich(items=[{"name": "x", "price": "0.5"}])]})
        assert get(store, "rich") == RICH

    @pytest.mark.parametrize("fault", NO_DOCUMENTS)
    def test_what_is_no_record_is_refused_and_nothing_changes(self, store: Store, fault: str) -> None:
        value, complaint = NO_DOCUMENTS[fault]
        self.require_refused(store, {"marks": [], "documents": [rich(id="a"), value()]}, complaint)

    @pytest.mark.parametrize("fault", NO_CONTENTS)
    def test_what_are_no_contents_is_refused_and_nothing_changes(self, store: Store, fault: str) -> None:
        value, complaint = NO_CONTENTS[fault]
        self.require_refused(store, {"documents": [rich()], **value}, complaint)

    @staticmethod
    def require_refused(store: Store, given: Any, complaint: str) -> None:
        add(store, Document("a", title="held"))
        before = contents(store)
        # The work is committed, so the refusal itself must have changed nothing.
        with store.begin(NAMESPACE, write=True) as unit, pytest.raises(UnreadableContents, match=complaint) as refused:
            unit.fill(given)
        assert contents(store) == before
        assert SECRET not in "".join(traceback.format_exception(refused.value))

    def test_a_refused_filling_undoes_what_was_done_before_it(self, store: Store) -> None:
        def clear_and_fill(unit: UnitOfWork) -> None:
            unit.clear()
            unit.fill({"documents": [{}]})

        add(store, Document("a"))
        with pytest.raises(UnreadableContents):
            work(store, clear_and_fill)
        assert ids(store, Query()) == ["a"]

    def test_a_record_its_own_type_refuses_is_refused_without_its_words(self, url: str) -> None:
        def refuse(self: Any) -> None:
            if self.size < 0:
                raise ValueError(f"Expected `size`, got `{self.size}`")

        def halve(record: Any) -> int:
            return 10 // int(record.size)

        fields = [("id", str), ("size", int), ("version", int)]
        kind = dataclasses.make_dataclass("Sized", fields, frozen=True, namespace={"__post_init__": refuse})
        sized: Collection[Any] = Collection(name="sized", type=kind, columns={"half": Column(int, halve)})
        store = open_store(url, [sized])
        for size, complaint in ((-987654, "no value of its type"), (0, "its columns cannot be computed")):
            with pytest.raises(UnreadableContents, match=rf"sized\[0\] 'a': {complaint} - at `\$`$") as refused:
                fill(store, {"sized": [{"id": "a", "size": size, "version": 1}]})
            assert "987654" not in "".join(traceback.format_exception(refused.value))
        store.close()
