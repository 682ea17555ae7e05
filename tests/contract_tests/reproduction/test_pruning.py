"""The steps of a finding are those that it takes, and no others."""

from __future__ import annotations

import json
from typing import Any

import pytest

from contract_tests.broken import Broken, Difference
from contract_tests.examiner import contract
from contract_tests.exchange import Exchange, Sent
from contract_tests.reproduction import essential
from contract_tests.reproduction.expecting import expected_of
from contract_tests.target import GROUPS

CONTRACTS = {group: contract(group) for group in GROUPS}
URL = "http://mock/pay-int-api/invoices"
ONE, OTHER = "0b0c2ff1-8a5b-4d65-9d4c-6d2c1b4f7a10", "3f8a1b2c-5d6e-4f70-8a9b-0c1d2e3f4a5b"


def asked(
    operation_id: str, method: str, path: str, answer: Any = None, status: int = 200, body: Any = None
) -> Exchange:
    content = b"" if body is None else json.dumps(body).encode()
    shown = b"" if answer is None else json.dumps(answer).encode()
    headers = {"content-type": "application/json"} if shown else {}
    return Exchange(Sent(method, URL + path, {}, content), status, headers, shown, operation_id)


def created(invoice_id: str) -> Exchange:
    return asked("createInvoice", "POST", "", {"id": invoice_id}, body={})


def shown(invoice_id: str, **members: Any) -> Exchange:
    return asked("getInvoice", "GET", f"/{invoice_id}", {"id": invoice_id, **members})


def canceled(invoice_id: str, status: int = 200) -> Exchange:
    return asked("cancelInvoice", "PUT", f"/{invoice_id}/cancel", status=status)


def published(invoice_id: str) -> Exchange:
    return asked("publishInvoice", "POST", "/publish", {"id": invoice_id}, body={"id": invoice_id})


def listed() -> Exchange:
    return asked("listInvoices", "GET", "?search=x", {"items": [], "total": 0})


STATUS = Broken("INV-CANCEL-STATE", "refused", [Difference("status", 400, 200)], operation_id="cancelInvoice")


def test_what_was_only_read_and_made_for_others_is_left_out() -> None:
    needed = [created(ONE), published(ONE), canceled(ONE)]
    steps = [needed[0], needed[1], shown(ONE), listed(), created(OTHER), shown(OTHER), needed[2]]

    assert list(essential(STATUS, steps, CONTRACTS)) == needed


def test_what_came_after_the_call_that_shows_it_is_left_out() -> None:
    needed = [created(ONE), published(ONE), canceled(ONE)]
    after = [shown(ONE), asked("deleteInvoice", "DELETE", f"/{ONE}", status=204)]

    assert list(essential(STATUS, [*needed, *after], CONTRACTS)) == needed


def test_an_answer_that_is_used_later_stays() -> None:
    read = shown(ONE, customerId=OTHER)
    last = asked("cancelInvoice", "PUT", f"/{OTHER}/cancel")
    assert list(essential(STATUS, [created(ONE), read, last], CONTRACTS)) == [created(ONE), read, last]


def test_what_an_answer_is_compared_with_stays() -> None:
    difference = Difference("/number", "INV-000001", "INV-000002")
    broken = Broken("INV-REFUSAL-CHANGES-NOTHING", "unchanged", [difference], operation_id="cancelInvoice")
    before, after = shown(ONE, number="INV-000001"), shown(ONE, number="INV-000002")
    steps = [created(ONE), listed(), before, canceled(ONE, 400), after]

    assert list(essential(broken, steps, CONTRACTS)) == [created(ONE), before, canceled(ONE, 400), after]


def test_of_a_list_everything_that_was_made_stays() -> None:
    broken = Broken("INV-LIST-TOTAL", "total", [Difference("/total", 2, 0)], operation_id="listInvoices")
    steps = [created(ONE), shown(ONE), created(OTHER), listed()]

    assert list(essential(broken, steps, CONTRACTS)) == [created(ONE), created(OTHER), listed()]


def test_an_item_of_a_list_is_judged_where_it_stands() -> None:
    items = [{"id": OTHER, "totalAmount": 1}, {"id": ONE, "totalAmount": 59.97}]
    listing = asked("listInvoices", "GET", "?search=x", {"items": items, "total": 2})
    broken = Broken(
        "INV-AMOUNTS", "listed", [Difference("/items/*/totalAmount", 60, 59.97)], operation_id="listInvoices"
    )
    steps = [created(ONE), shown(ONE), created(OTHER), listing]

    assert list(essential(broken, steps, CONTRACTS)) == [created(ONE), created(OTHER), listing]
    (expected,) = expected_of(broken, steps, CONTRACTS)
    assert (expected.kind, expected.pointer, expected.values) == ("value", "/items/1/totalAmount", [60])


@pytest.mark.parametrize("differences", [[Difference("status", "those of some serial order", "x 200, y 200")], []])
def test_where_nobody_knows_what_to_judge_by_all_stays(differences: list[Difference]) -> None:
    broken = Broken("INV-CANCEL-STATE", "no order", differences, operation_id="cancelInvoice")
    steps = [created(ONE), shown(ONE), canceled(ONE), canceled(ONE)]

    assert list(essential(broken, steps, CONTRACTS)) == steps
