"""Records as JSON values: taken out of their rows, and put back only where each is a record of its collection."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from mock_server.core.errors import StoreError, UnreadableContents
from mock_server.core.records import Contents
from mock_server.storage.records import Shelf, is_key
from mock_server.storage.tables import CollectionTable
from mock_server.storage.values import BEYOND

Row = dict[str, Any]

encode = msgspec.json.Encoder().encode
encode_sorted = msgspec.json.Encoder(order="sorted").encode
decode = msgspec.json.Decoder().decode

# What msgspec says without repeating the value; of an enum, for one, it does.
HARMLESS = ("Expected `", "Object missing required field `", "Invalid RFC3339 ", "Invalid base64 ", "Invalid decimal ")
PLACE = re.compile(r" - at `(\$[^`]*)`$")
LONGEST_NAME = 60


class Unfit(Exception):
    """Why a value is no record of its collection, and where; without the value."""

    def __init__(self, complaint: str, place: str = "$") -> None:
        super().__init__(f"{complaint} - at `{place}`")


def rows_to_fill(shelves: Mapping[str, Shelf[Any]], namespace: str, contents: Contents) -> dict[str, list[Row]]:
    """The rows of each collection that keep these contents.

    Raises:
        UnreadableContents: some of it are no records of these collections; the message repeats no value but an id.
    """
    strangers = sorted(shown(str(name)) for name in contents if name not in shelves)
    if strangers:
        raise UnreadableContents(f"there is no collection {strangers[0]}; there are: {', '.join(sorted(shelves))}")
    return {name: rows_of(shelves[name].table, namespace, values) for name, values in contents.items()}


def rows_of(table: CollectionTable[Any], namespace: str, values: Sequence[Any]) -> list[Row]:
    name = table.collection.name
    if not isinstance(values, Sequence):
        raise UnreadableContents(f"{name} is no list of records")
    rows: dict[str, Row] = {}
    for index, value in enumerate(values):
        try:
            row = row_of(table, namespace, value)
            if row["id"] in rows:
                raise Unfit("an earlier record has this id", "$.id")
        except Unfit as why:
            raise UnreadableContents(f"{name}[{index}]{id_of(value)}: {why}") from None
        rows[row["id"]] = row
    return list(rows.values())


def row_of(table: CollectionTable[Any], namespace: str, value: Any) -> Row:
    """The row that keeps a record given as a JSON value. Raises `Unfit`."""
    data = encoded(value)
    record = decoded(table, data)
    again = encode(record)
    require_same(value, data, again)
    if not is_key(record.id):
        raise Unfit("no record can have this id", "$.id")
    if not 0 < record.version < BEYOND:
        raise Unfit("Expected a version from 1", "$.version")
    # Otherwise the data as given: written anew, the members of a set might stand in another order.
    kept = table.lean.encoded(record, record.version) if again == data else data
    key = {"namespace": namespace, "id": record.id, "version": record.version, "data": kept}
    return key | derived(table, record)


def encoded(value: Any) -> bytes:
    try:
        return encode(value)
    except (msgspec.MsgspecError, TypeError, ValueError, OverflowError, RecursionError):
        raise Unfit("no JSON value") from None


def decoded(table: CollectionTable[Any], data: bytes) -> Any:
    try:
        return table.decode(data)
    except (msgspec.MsgspecError, ArithmeticError, LookupError, TypeError, ValueError, RecursionError) as error:
        message = str(error)
        place = PLACE.search(message)
        # With a cause it comes from the record's own type, which may say anything.
        is_harmless = message.startswith(HARMLESS) and error.__cause__ is None
        complaint = PLACE.sub("", message) if is_harmless else "no value of its type"
        raise Unfit(complaint, place[1] if place else "$") from None


def derived(table: CollectionTable[Any], record: Any) -> Row:
    try:
        return table.derived(record)
    except StoreError as error:
        raise Unfit(str(error)) from None
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        # A group never wrote such a record, so what it derives from records may stumble over it.
        raise Unfit("its columns cannot be computed") from None


def require_same(value: Any, data: bytes, again: bytes) -> None:
    """Refuse a value that would be written otherwise than it was read: decoding passes over unknown members."""
    if again == data:
        return
    kept = decode(again)
    if kept != value:
        require_same_part(value, kept, "$")


def require_same_part(given: Any, kept: Any, place: str) -> None:
    if isinstance(given, dict) and isinstance(kept, dict):
        require_same_members(given, kept, place)
    elif isinstance(given, list) and isinstance(kept, list) and len(given) == len(kept):
        # Only the members of a set come back in another order.
        if sorted(map(encode_sorted, given)) != sorted(map(encode_sorted, kept)):
            for index, (one, other) in enumerate(zip(given, kept, strict=True)):
                require_same_part(one, other, f"{place}[{index}]")
    elif given != kept:
        raise Unfit("not written as it is kept", place)


def require_same_members(given: Mapping[Any, Any], kept: Mapping[Any, Any], place: str) -> None:
    # One that is kept and was not given has a default.
    if unknown := given.keys() - kept.keys():
        raise Unfit("Object contains an unknown field", f"{place}{shown_member(min(map(str, unknown)))}")
    for name, value in given.items():
        require_same_part(value, kept[name], f"{place}{shown_member(name)}")


def shown_member(name: str) -> str:
    # Like msgspec, which names the fields of records, and not the keys of mappings.
    return f".{name}" if name.isidentifier() and len(name) <= LONGEST_NAME else "[...]"


def shown(name: str) -> str:
    return name if name.isidentifier() and len(name) <= LONGEST_NAME else "of such a name"


def id_of(value: Any) -> str:
    """The id of what may be a record, for people; empty where it has none that can be shown."""
    record_id = value.get("id") if isinstance(value, Mapping) else None
    return f" {record_id!r}" if isinstance(record_id, str) and len(record_id) <= LONGEST_NAME else ""
