"""The table says who has found what, and how soon; faults are really planted in the servers that are measured."""

from __future__ import annotations

import json
from urllib.request import urlopen

import pytest

from tests.faults.fault import Kind
from tests.faults.measuring import Measured, Search, group_of
from tests.faults.serving import faulty_mock
from tests.faults.table import summary, table

FOUND, MISSED = (
    Search(True, 4.0, 3.0, "INV-HISTORY", "test_walk.py::test_walks[many]"),
    Search(False, 60.0, note="exit code 0"),
)


def row(name: str, ours: Search, plain: Search | None) -> Measured:
    return Measured(name, str(Kind.STATE), "getInvoice", "walk", ours, plain)


ROWS = [
    row("a", FOUND, FOUND),
    row("b", FOUND, MISSED),
    row("c", MISSED, FOUND),
    row("d", MISSED, MISSED),
]


@pytest.mark.parametrize(("measured", "by"), [*zip(ROWS, ["both", "us", "schemathesis", "neither"], strict=True)])
def test_who_has_found_a_fault(measured: Measured, by: str) -> None:
    assert measured.found_by == by
    assert json.loads(json.dumps(measured.as_json()))["found_by"] == by


def test_shares_are_of_all_faults() -> None:
    told = summary(ROWS)
    assert "found by us: 2 of 4, 50.0 %" in told
    assert "found by plain schemathesis: 2 of 4, 50.0 %" in told
    assert "found by neither: 1 of 4, 25.0 %" in told


def test_what_was_not_asked_is_not_told() -> None:
    told = table([row("alone", FOUND, None)])
    assert "schemathesis" not in told
    assert "INV-HISTORY test_walk.py::test_walks[many]" in told


def test_operations_are_of_their_groups() -> None:
    assert (group_of("getInvoice"), group_of("deleteUpload")) == ("invoices", "invoice_uploads")


@pytest.mark.parametrize("name", ["", "an unknown path answers as if it were known"])
def test_a_server_has_the_fault_it_was_started_with(name: str) -> None:
    with faulty_mock(name) as served:
        assert status(f"{served.origin}/_mock/health") == 200
        assert status(f"{served.origin}/api/v1/no-such-thing") == (200 if name else 404)


def status(url: str) -> int:
    try:
        with urlopen(url) as answer:
            return int(answer.status)
    except OSError as error:
        return int(getattr(error, "code", 0))
