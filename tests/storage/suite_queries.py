"""Finding records: conditions, order, search and pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from mock_server.core.errors import StoreError
from mock_server.core.records import Condition, Query, Store
from tests.storage.samples import DOCUMENTS, MARKS, Document
from tests.storage.steps import NAMESPACE, add, find, first, get, ids

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)

# A value of each kind with its neighbours, in order: what is below, equal, above.
NEIGHBOURS: dict[str, list[Any]] = {
    "title": ["Zebra", "apple", "apple "],
    "count": [-1, 0, 1],
    "total": [Decimal("9.99"), Decimal("10"), Decimal("10.01")],
    "due": [NOON - TICK, NOON, NOON + TICK],
}
MATCHES = {"=": {1}, "!=": {0, 2}, ">=": {1, 2}, "<=": {0, 1}, ">": {2}, "<": {0}}

CODE_POINT_ORDER = [
    "",
    " ",
    "10",
    "9",
    "A",
    "B",
    "Z",
    "_",
    "a",
    "aa",
    "b",
    "z",
    "ß",
    "é",
    "я",
    "\ue000",
    "\uffff",
    "😀",
]

# A text, what is looked for in it, and whether it is there.
SEARCHES = [
    ("Grand Total", "grand", True),
    ("grand total", "D T", True),
    ("Straße", "STRASSE", True),
    ("STRASSE", "straße", True),
    ("ΣΊΣΥΦΟΣ", "σίσυφος", True),
    ("İstanbul", "i\u0307stanbul", True),
    ("ÉCOLE", "école", True),
    ("e\u0301cole", "\u0301", True),
    ("e\u0301cole", "é", False),
    ("100%", "%", True),
    ("100 percent", "%", False),
    ("a_b", "_", True),
    ("ab", "_", False),
    ("back\\slash", "\\", True),
    ("backslash", "\\", False),
    ('it\'s "so"', "'s \"", True),
    ("thumbs 👍🏽 up", "👍", True),
    ("thumbs 👍🏽 up", "👎", False),
    ("nul\0l", "null", True),
    ("null", "nul\0l", True),
    ("nul\0l", "\0", True),
    ("line\nbreak", "e\nb", True),
    ("anything", "", True),
    ("x" * 60_000 + "needle", "x" * 55_000 + "needle", True),
]


def condition(column: str, operator: str, value: Any) -> Query:
    return Query(where=[Condition(column, operator, value)])


def with_value(record_id: str, column: str, value: Any) -> Document:
    return Document(record_id, **{column: value})


class Queries:
    @pytest.mark.parametrize("operator", MATCHES)
    @pytest.mark.parametrize("column", NEIGHBOURS)
    def test_a_condition_holds_on_its_side_of_the_edge_only(self, store: Store, column: str, operator: str) -> None:
        values = NEIGHBOURS[column]
        add(store, *(with_value(str(n), column, value) for n, value in enumerate(values)), Document("absent"))
        assert ids(store, condition(column, operator, values[1])) == [str(n) for n in sorted(MATCHES[operator])]

    def test_every_condition_must_hold(self, store: Store) -> None:
        add(store, *(Document(str(n), count=n, title="odd" if n % 2 else "even") for n in range(6)))
        where = [Condition("count", ">=", 1), Condition("count", "<=", 4), Condition("title", "=", "odd")]
        assert ids(store, Query(where=where)) == ["1", "3"]

    @pytest.mark.parametrize("operator", MATCHES)
    def test_money_is_compared_with_fractions_of_a_cent(self, store: Store, operator: str) -> None:
        add(store, Document("0", total=Decimal("-0.01")), Document("2", total=Decimal("0.00")))
        between = {"=": [], "!=": ["0", "2"], ">=": ["2"], ">": ["2"], "<=": ["0"], "<": ["0"]}
        assert ids(store, condition("total", operator, Decimal("-0.005"))) == between[operator]

    @pytest.mark.parametrize(
        ("column", "largest", "beyond"),
        [
            ("count", 2**63 - 2, 2**63 - 1),
            ("count", 2**63 - 2, 10**30),
            ("total", Decimal("999999999999.99"), Decimal("1E+12")),
            ("total", Decimal("999999999999.99"), Decimal("1E+999999")),
            ("total", Decimal("999999999999.99"), Decimal("Infinity")),
        ],
    )
    def test_a_condition_may_name_a_number_that_no_column_holds(
        self, store: Store, column: str, largest: Any, beyond: Any
    ) -> None:
        add(store, with_value("high", column, largest), with_value("low", column, -largest))
        for value, below, above in ((beyond, ["high", "low"], []), (-beyond, [], ["high", "low"])):
            assert ids(store, condition(column, "<", value)) == ids(store, condition(column, "<=", value)) == below
            assert ids(store, condition(column, ">", value)) == ids(store, condition(column, ">=", value)) == above
            assert ids(store, condition(column, "=", value)) == []
            assert ids(store, condition(column, "!=", value)) == ["high", "low"]

    @pytest.mark.parametrize(
        "document",
        [
            Document("a", total=Decimal("0.001")),
            Document("a", total=Decimal("1000000000000")),
            Document("a", total=Decimal("NaN")),
            Document("a", total=Decimal("-Infinity")),
            Document("a", count=2**63 - 1),
            Document("a", count=-(2**63)),
            Document("a", due=datetime(2026, 1, 1)),
            Document("a", title=5),  # type: ignore[arg-type]
        ],
        ids=str,
    )
    def test_a_value_that_its_column_cannot_hold_is_refused_and_nothing_changes(
        self, store: Store, document: Document
    ) -> None:
        with pytest.raises(StoreError):
            add(store, document)
        assert get(store, "a") is None

    def test_instants_are_compared_across_time_zones(self, store: Store) -> None:
        add(store, Document("a", due=NOON.astimezone(timezone(timedelta(hours=-9)))))
        assert ids(store, condition("due", "=", NOON)) == ["a"]
        assert ids(store, condition("due", "=", NOON.astimezone(timezone(timedelta(hours=5, minutes=30))))) == ["a"]

    def test_the_first_and_the_last_instant_are_in_order(self, store: Store) -> None:
        late, early = datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)
        add(store, Document("b", due=late), Document("c", due=early), Document("a", due=NOON))
        assert ids(store, Query(order_by="due")) == ["c", "a", "b"]

    def test_a_nul_character_in_a_column_counts_as_absent(self, store: Store) -> None:
        add(store, Document("a", title="x\0y"), Document("b", title="xy"), Document("c", title="\0"))
        assert ids(store, condition("title", "=", "xy")) == ["a", "b"]
        assert ids(store, condition("title", "=", "\0x\0y")) == ["a", "b"]
        assert ids(store, condition("title", "=", "")) == ["c"]

    @pytest.mark.parametrize(
        ("query", "complaint"),
        [
            (condition("size", "=", 1), "no column size; it has: title"),
            (Query(order_by="id"), "no column id"),
            (Query(order_by="data"), "no column data"),
            (condition("count", "LIKE", 1), "no operator LIKE"),
            (condition("count", "=", "1"), "compared with str"),
            (condition("count", "=", None), "compared with NoneType"),
            (condition("total", "=", 1.5), "compared with float"),
            (condition("total", "<", Decimal("NaN")), "not a number"),
            (condition("due", "<", datetime(2026, 1, 1)), "without a time zone"),
            (condition("title", "=", "\ud800"), "half a surrogate pair"),
            (Query(search="\ud800"), "half a surrogate pair"),
            (Query(offset=-1), "negative"),
            (Query(limit=-1), "negative"),
        ],
        ids=str,
    )
    def test_a_query_that_makes_no_sense_is_refused_and_the_work_goes_on(
        self, store: Store, query: Query, complaint: str
    ) -> None:
        add(store, Document("a"))
        with store.begin(NAMESPACE, write=False) as work:
            with pytest.raises(StoreError, match=complaint):
                work.records(DOCUMENTS).find(query)
            with pytest.raises(StoreError, match=complaint):
                work.records(DOCUMENTS).first(query)
            assert work.records(DOCUMENTS).find(Query()).total == 1

    def test_a_collection_without_searched_texts_cannot_be_searched(self, store: Store) -> None:
        with store.begin(NAMESPACE, write=False) as work, pytest.raises(StoreError, match="marks cannot be searched"):
            work.records(MARKS).find(Query(search="a"))

    def test_without_an_order_records_come_by_id(self, store: Store) -> None:
        add(store, *(Document(text) for text in reversed(CODE_POINT_ORDER)))
        assert ids(store, Query()) == CODE_POINT_ORDER
        assert ids(store, Query(ascending=False)) == CODE_POINT_ORDER[::-1]

    def test_texts_are_ordered_by_code_point(self, store: Store) -> None:
        add(store, *(Document(f"{-n:03}", title=text) for n, text in enumerate(CODE_POINT_ORDER)))
        assert [document.title for document in find(store, Query(order_by="title")).items] == CODE_POINT_ORDER
        below = Query(where=[Condition("title", "<", "a")], order_by="title")
        assert [document.title for document in find(store, below).items] == ["", " ", "10", "9", "A", "B", "Z", "_"]

    def test_money_is_ordered_as_numbers(self, store: Store) -> None:
        totals = ["-100", "-9.5", "0", "0.01", "9", "10", "100", "999999999999.99"]
        add(store, *(Document(f"{-n:03}", total=Decimal(total)) for n, total in enumerate(totals)))
        assert [str(document.total) for document in find(store, Query(order_by="total")).items] == totals

    @pytest.mark.parametrize("column", NEIGHBOURS)
    def test_absent_values_come_last_ascending_and_first_descending(self, store: Store, column: str) -> None:
        low, _, high = NEIGHBOURS[column]
        add(store, Document("a"), with_value("b", column, high), Document("c"), with_value("d", column, low))
        assert ids(store, Query(order_by=column)) == ["d", "b", "a", "c"]
        assert ids(store, Query(order_by=column, ascending=False)) == ["c", "a", "b", "d"]

    def test_equal_values_are_ordered_by_id(self, store: Store) -> None:
        add(store, *(Document(record_id, count=1) for record_id in ("b", "a", "c")))
        assert ids(store, Query(order_by="count")) == ["a", "b", "c"]
        assert ids(store, Query(order_by="count", ascending=False)) == ["c", "b", "a"]

    @pytest.mark.parametrize("order_by", [None, "count", "title"])
    @pytest.mark.parametrize("ascending", [True, False])
    def test_pages_join_to_the_whole_without_overlap(self, store: Store, order_by: str | None, ascending: bool) -> None:
        add(store, *(Document(f"{n:02}", count=n % 3 or None, title="same") for n in range(10)))
        whole = Query(order_by=order_by, ascending=ascending)
        pages = [find(store, Query(order_by=order_by, ascending=ascending, offset=n, limit=4)) for n in (0, 4, 8)]
        assert [document for page in pages for document in page.items] == find(store, whole).items
        assert [page.total for page in pages] == [10, 10, 10]

    @pytest.mark.parametrize(
        ("offset", "limit", "expected"),
        [
            (0, None, "abc"),
            (1, None, "bc"),
            (3, None, ""),
            (0, 0, ""),
            (0, 2, "ab"),
            (0, 3, "abc"),
            (0, 4, "abc"),
            (2, 2, "c"),
            (3, 2, ""),
            (9, 9, ""),
            (2**70, 2**70, ""),
            (0, 2**70, "abc"),
        ],
    )
    def test_a_page_is_a_part_and_its_total_the_whole(
        self, store: Store, offset: int, limit: int | None, expected: str
    ) -> None:
        add(store, *(Document(record_id) for record_id in "abc"))
        page = find(store, Query(offset=offset, limit=limit))
        assert ("".join(document.id for document in page.items), page.total) == (expected, 3)
        found = first(store, Query(offset=offset, limit=limit))
        assert (found.id if found else "") == expected[:1]

    def test_the_total_counts_what_matches_only(self, store: Store) -> None:
        add(store, *(Document(str(n), count=n, notes="even" if n % 2 == 0 else "odd") for n in range(9)))
        page = find(store, Query(where=[Condition("count", ">", 1)], search="EVEN", limit=2))
        assert ([document.id for document in page.items], page.total) == (["2", "4"], 4)

    def test_first_takes_the_first_in_order(self, store: Store) -> None:
        add(store, Document("a", count=2), Document("b", count=1), Document("c"))
        by_count = Query(order_by="count")
        assert first(store, by_count) == Document("b", count=1, version=1)
        assert first(store, condition("count", ">", 2)) is None

    def test_an_empty_collection_has_no_pages(self, store: Store) -> None:
        page = find(store, Query(limit=5))
        assert (list(page.items), page.total) == ([], 0)

    @pytest.mark.parametrize(("text", "sought", "is_found"), SEARCHES, ids=lambda value: ascii(value)[:30])
    def test_search_ignores_case_and_nothing_else(self, store: Store, text: str, sought: str, is_found: bool) -> None:
        add(store, Document("in title", title=text[:500]), Document("in notes", notes=text))
        found = ids(store, Query(search=sought))
        assert ("in notes" in found) == is_found
        if len(text) <= 500:
            assert ("in title" in found) == is_found

    def test_nothing_is_found_across_two_texts(self, store: Store) -> None:
        add(store, Document("a", title="one", notes="two"), Document("b", title="oneatwo"))
        for sought in ("onetwo", "one two", "one\ntwo", "oneAtwo", "ONEATWO", "one\0two"):
            assert "a" not in ids(store, Query(search=sought))
        assert ids(store, Query(search="oneAtwo")) == ["b"]

    def test_absent_texts_are_not_searched(self, store: Store) -> None:
        add(store, Document("a"), Document("b", title="none"))
        assert ids(store, Query(search="none")) == ["b"]
        assert ids(store, Query(search="")) == ["a", "b"]
