"""Which calls a fault is about: each condition on its own, and all of them together."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.core.steering.matching import NOT_JSON, Call, Match, same_json, value_at

BODY = {"customer": {"email": "ada@example.com"}, "lines": [{"n": 1}, {"n": 2.5}], "a/b": 1, "m~n": 2, "": 3, "~1": 4}
CALL = Call(
    method="POST",
    path="/pay-int-api/invoices/42/submit",
    operation_id="submitInvoice",
    headers=[("x-one", "1"), ("accept", "a/b"), ("x-one", "2")],
    body=BODY,
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text("ab", max_size=2),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text("a01/~", max_size=2), inner, max_size=2),
    max_leaves=6,
)


@pytest.mark.parametrize(
    ("match", "fits"),
    [
        (Match(), True),
        (Match(operations=frozenset({"submitInvoice"})), True),
        (Match(operations=frozenset({"getInvoice", "submitInvoice"})), True),
        (Match(operations=frozenset({"getInvoice"})), False),
        (Match(method="POST"), True),
        (Match(method="GET"), False),
        (Match(path="/pay-int-api/invoices/42/submit"), True),
        (Match(path="/pay-int-api/*"), True),
        (Match(path="*/submit"), True),
        (Match(path="/pay-int-api/invoices/4?/submit"), True),
        (Match(path="/pay-int-api/invoices"), False),
        (Match(path="/PAY-INT-API/*"), False),
        (Match(headers={"x-one": "2"}), True),
        (Match(headers={"X-One": "1"}), True),
        (Match(headers={"x-one": "1, 2"}), False),
        (Match(headers={"x-one": True}), True),
        (Match(headers={"x-one": False}), False),
        (Match(headers={"x-two": False}), True),
        (Match(headers={"x-two": True}), False),
        (Match(headers={"x-one": "1", "x-two": "1"}), False),
        (Match(body={"/customer/email": "ada@example.com"}), True),
        (Match(body={"/customer/email": "bob@example.com"}), False),
        (Match(body={"/customer": {"email": "ada@example.com"}}), True),
        (Match(body={"/customer/name": None}), False),
        (Match(body={"/lines/1/n": Decimal("2.5")}), True),
        (Match(body={"/lines/2/n": 2.5}), False),
        (Match(body={"/lines/-/n": 1}), False),
        (Match(body={"/lines/01/n": 2.5}), False),
        (Match(body={"": BODY}), True),
        (Match(body={"/": 3, "/a~1b": 1, "/m~0n": 2}), True),
        (Match(body={"/a~1b": 1, "/m~0n": 1}), False),
        (Match(body={"/~01": 4}), True),
        (Match(frozenset({"submitInvoice"}), "POST", "*", {"accept": "a/b"}, {"/a~1b": 1}), True),
        (Match(frozenset({"submitInvoice"}), "PUT", "*", {"accept": "a/b"}, {"/a~1b": 1}), False),
    ],
)
def test_a_fault_is_about_a_call_when_every_condition_holds(match: Match, fits: bool) -> None:
    assert match.fits(CALL) is fits


def test_a_call_of_no_operation_is_matched_by_its_path_but_by_no_operation() -> None:
    call = Call("PUT", "/_s3/invoice-uploads/key")

    assert Match(path="/_s3/*").fits(call)
    assert not Match(operations=frozenset({"submitInvoice"})).fits(call)


def test_without_a_json_body_no_condition_on_it_holds() -> None:
    call = Call("POST", "/oauth2/token")

    assert not Match(body={"": None}).fits(call)
    assert not Match(body={"/a": None}).fits(call)
    assert Match(body={"/a": 1}).may_fit(call)
    assert not Match(body={"/a": 1}, method="GET").may_fit(call)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (1, 1.0, True),
        (1, Decimal("1.00"), True),
        (1, True, False),
        (0, False, False),
        (False, False, True),
        ("1", 1, False),
        (None, False, False),
        (None, None, True),
        ([1, 2], [1, 2], True),
        ([1, 2], [2, 1], False),
        ([1], [1, 1], False),
        ([1], [True], False),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        ({"a": 1}, {"a": True}, False),
        ({}, [], False),
    ],
)
def test_values_are_the_same_when_json_says_so(one: Any, other: Any, same: bool) -> None:
    assert same_json(one, other) is same
    assert same_json(other, one) is same


def walk(value: Any, pointer: str = "") -> list[tuple[str, Any]]:
    found = [(pointer, value)]
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else []
    for name, child in children:
        found += walk(child, f"{pointer}/{str(name).replace('~', '~0').replace('/', '~1')}")
    return found


@given(JSON)
def test_every_place_of_a_body_can_be_pointed_at(body: Any) -> None:
    for pointer, value in walk(body):
        assert value_at(body, pointer) is value
        assert value_at(body, f"{pointer}/nowhere") is NOT_JSON
