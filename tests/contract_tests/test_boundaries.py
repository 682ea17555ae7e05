"""Each constraint of the schemas has a value on both of its sides, and the validator agrees on which."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from contract_tests.boundaries import Edge, Place, edges
from contract_tests.decimals import dumps
from contract_tests.edge_requests import forbidden, may_be_refused, placed, told, without
from contract_tests.examiner import contract
from contract_tests.wire import chunked, request_bytes

INVOICES = contract("invoices")
UPLOADS = contract("invoice_uploads")


def values(group: str, operation_id: str, *place: str | int) -> tuple[list[Any], list[Any]]:
    """What may stand at a place of a body, and what may not."""
    held = contract(group)
    body = held.operations[operation_id].body
    assert body is not None
    found = [each for each in edges(held, body.contents[0].schema) if each.place == place]
    return [each.value for each in found if each.is_allowed], [each.value for each in found if not each.is_allowed]


@pytest.mark.parametrize(
    ("place", "last", "first_beyond"),
    [
        (("taxPercentage",), 100, Decimal("100.01")),
        (("taxPercentage",), 0, Decimal("-0.01")),
        (("lineItems", 0, "quantity"), 1_000_000, Decimal("1000000.01")),
        (("lineItems", 0, "unitPrice"), Decimal("99999999.99"), 100_000_000),
        (("lineItems",), [{}] * 500, [{}] * 501),
        (("customer", "billingAddress", "stateId"), 2**31 - 1, 2**31),
        (("customer", "email"), "ada@example.com", "ada"),
        (("customerId",), "3f8a1b2c-5d6e-4f70-8a9b-0c1d2e3f4a5b", "not-an-id"),
        (("dueDate",), "2031-02-28", "2031-13-01"),
        (("achAllowFasterProcessing",), None, "true"),
    ],
)
def test_both_sides_of_a_constraint(place: Place, last: Any, first_beyond: Any) -> None:
    allowed, refused = values("invoices", "createInvoice", *place)
    assert last in allowed
    assert first_beyond in refused


def test_null_is_refused_where_the_schema_does_not_have_it() -> None:
    assert None in values("invoices", "createInvoice", "canPriceBeForceOverrided")[1]


def test_lengths_and_sizes_of_uploads() -> None:
    allowed, refused = values("invoice_uploads", "presignUpload", "filename")
    assert {len(each) for each in allowed} >= {1, 255}
    assert {len(each) for each in refused if isinstance(each, str)} == {0, 256}
    assert 104857600 in values("invoice_uploads", "presignUpload", "size")[0]
    assert {64} == {len(each) for each in values("invoice_uploads", "confirmUpload", "sha256")[0]}


def test_a_member_that_must_be_there_is_left_out_once() -> None:
    operation = UPLOADS.operations["presignUpload"]
    good = {"filename": "a.pdf", "mimeType": "application/pdf", "size": 1}
    bodies = [dumps(each.value) for each in forbidden(UPLOADS, operation, good)]
    assert all(bodies.count(dumps(without(good, (name,)))) == 1 for name in good)
    assert dumps(good) not in bodies


def test_a_value_is_placed_in_a_copy() -> None:
    start = {"customer": {"firstName": "A"}, "lineItems": [{"name": "x"}]}
    assert placed(start, ("lineItems", 1, "name"), "y")["lineItems"] == [{"name": "x"}, {"name": "y"}]
    assert placed({}, ("customer", "billingAddress", "city"), "z") == {"customer": {"billingAddress": {"city": "z"}}}
    assert start == {"customer": {"firstName": "A"}, "lineItems": [{"name": "x"}]}


def test_a_place_is_told_as_envelopes_name_it() -> None:
    assert told(("lineItems", 0, "unitPrice")) == "LineItems[0].UnitPrice"


@pytest.mark.parametrize(
    ("operation_id", "edge", "statuses"),
    [
        ("createInvoice", Edge(("taxPercentage",), 100, "", True), []),
        ("createInvoice", Edge(("customerId",), "x", "", True), [404]),
        ("createInvoice", Edge(("shippingAmount",), Decimal("999999999.99"), "", True), [400]),
        ("submitInvoice", Edge(("accountNumber",), "", "", True), [400, 404, 409]),
        ("submitInvoice", Edge(("billingPostalCode",), "", "", True), []),
    ],
)
def test_rules_may_refuse_what_the_schema_allows_only_where_they_have_a_say(
    operation_id: str, edge: Edge, statuses: list[int]
) -> None:
    assert may_be_refused(INVOICES, operation_id, edge) == statuses


def test_bytes_on_the_wire() -> None:
    assert chunked(b"abcdefghi", 4) == b"4\r\nabcd\r\n4\r\nefgh\r\n1\r\ni\r\n0\r\n\r\n"
    sent = request_bytes("get", "http://h:1/a/../b?c=d", [("X", "1"), ("X", "2")], b"e")
    assert sent == b"get /a/../b?c=d HTTP/1.1\r\nHost: h:1\r\nConnection: close\r\nX: 1\r\nX: 2\r\n\r\ne"
