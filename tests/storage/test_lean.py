"""Records without what goes without saying: less of them is written, and all of it is read."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
from hypothesis import given

from mock_server.storage.lean import Lean
from tests.storage.samples import Address, Document, Item
from tests.storage.test_stores_agree import documents

LEAN = Lean(Document)
whole = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(Document).decode


@given(document=documents)
def test_what_is_written_is_read_as_the_same_record(document: Document) -> None:
    written = LEAN.encoded(document, version=7)
    assert decode(written) == dataclasses.replace(document, version=7)
    expected = msgspec.json.decode(whole(dataclasses.replace(document, version=7)))
    assert LEAN.completed(msgspec.json.decode(written)) == expected, "sets are in their order, too"


def test_members_come_back_in_their_order() -> None:
    completed = LEAN.completed({"version": 1, "id": "a"})
    assert list(completed) == [field.name for field in dataclasses.fields(Document)]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (Document("a"), {"id": "a", "version": 1}),
        (Document("a", title="", count=0), {"id": "a", "title": "", "count": 0, "version": 1}),
        (
            Document("a", address=Address("Bern"), is_open=False),
            {"id": "a", "address": {"city": "Bern"}, "is_open": False, "version": 1},
        ),
    ],
    ids=str,
)
def test_a_member_that_has_its_default_is_not_written(document: Document, expected: dict[str, Any]) -> None:
    assert msgspec.json.decode(LEAN.encoded(document, version=1)) == expected


def test_a_default_that_was_completed_is_nobody_elses() -> None:
    LEAN.completed({"id": "a"})["labels"]["mine"] = 1
    assert LEAN.completed({"id": "b"})["labels"] == {}


@dataclass(frozen=True)
class Nest:
    """Has dataclasses in each kind of place."""

    id: str
    by_name: Mapping[str, Item]
    many: tuple[Item | None, ...] = ()
    lists: list[list[Address]] = dataclasses.field(default_factory=list)
    either: str | Address = "none"
    version: int = 0


ITEM = {"name": "x", "price": "1"}


@pytest.mark.parametrize(
    ("place", "written", "completed"),
    [
        ("by_name", {"a": ITEM}, {"a": {**ITEM, "delivered_at": None}}),
        ("many", [None, ITEM], [None, {**ITEM, "delivered_at": None}]),
        ("lists", [[{"city": "Bern"}], []], [[{"city": "Bern", "lines": []}], []]),
        ("either", {"city": "Bern"}, {"city": "Bern", "lines": []}),
        ("either", "text", "text"),
    ],
)
def test_what_is_inside_is_lean_and_completed_too(place: str, written: Any, completed: Any) -> None:
    lean = Lean(Nest)
    value = {"id": "a", "by_name": {}, place: written, "version": 3}
    record = msgspec.json.Decoder(Nest).decode(msgspec.json.encode(value))
    assert msgspec.json.decode(lean.encoded(record, version=3)) == value
    assert lean.completed(value)[place] == completed


def test_the_defaults_are_known_by_type_and_member() -> None:
    assert Lean(Nest).defaults["Address"] == {"city": "", "lines": "[]"}
    assert LEAN.defaults["Document"]["status"] == '"Draft"'
