"""Updating: a draft or a published invoice says what the request says, and nothing that it doesn't."""

from __future__ import annotations

from typing import Any

import pytest

from tests.apis.invoices.bodies import DRAFT, LINES, NO_LINES, NO_TOTAL, SET_BY_PUBLISHING, TOTAL
from tests.apis.invoices.steps import accepted, events, everything, publish, refused, without
from tests.mock import BODY, Invoices

CHANGED_LINES: dict[str, list[dict[str, Any]]] = {
    "another name": [{**BODY["lineItems"][0], "name": "Rope, 20 m"}],
    "another price": [{**BODY["lineItems"][0], "unitPrice": 20}],
    "another quantity": [{**BODY["lineItems"][0], "quantity": 4}],
    "a discount": [{**BODY["lineItems"][0], "discountPercentage": 1}],
    "one more": [*BODY["lineItems"], {"name": "Hook"}],
}


def update(invoices: Invoices, invoice_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """Update, and return what has become of the invoice."""
    accepted(invoices.call("PUT", f"/invoices/{invoice_id}", body))
    return invoices.get(invoice_id)


@pytest.mark.parametrize("status", ["Draft", "Published"])
def test_what_an_update_does_not_give_the_invoice_no_longer_has(status: str, harbor: Invoices) -> None:
    invoice_id = harbor.in_status(status, **DRAFT, lineItems=LINES)

    updated = update(harbor, invoice_id, {"lineItems": LINES})

    assert {name: updated[name] for name in DRAFT} == dict.fromkeys(DRAFT)
    assert (updated["customer"], updated["merchantContactInfo"], updated["totalAmount"]) == (None, None, 40)


@pytest.mark.parametrize("member", DRAFT)
def test_null_and_nothing_are_the_same_to_an_update(member: str, harbor: Invoices) -> None:
    body = {**{name: value for name, value in DRAFT.items() if name != member}, "lineItems": LINES}
    absent, null = harbor.create(**DRAFT), harbor.create(**DRAFT)

    without_it, with_null = update(harbor, absent, body), update(harbor, null, {**body, member: None})

    apart = ("id", "lineItems", "history")
    assert without(with_null, *apart) == without(without_it, *apart)
    assert with_null[member] is None


@pytest.mark.parametrize("status", ["Draft", "Published"])
def test_an_updated_invoice_says_what_a_new_one_would(status: str, harbor: Invoices) -> None:
    body = {**DRAFT, "lineItems": LINES}
    updated, new = harbor.in_status(status), accepted(harbor.call("POST", "/invoices", body))["id"]

    apart = ("id", "lineItems", "history", "status", "isCustomerUpdated", "isLineItemsUpdated", *SET_BY_PUBLISHING)
    assert without(update(harbor, updated, body), *apart) == without(harbor.get(new), *apart)


def test_an_update_without_lines_leaves_a_draft_without_any(invoices: Invoices) -> None:
    assert update(invoices, invoices.create(), {})["lineItems"] == []


def test_a_published_invoice_stays_published_with_its_number_date_and_addresses(invoices: Invoices) -> None:
    invoice_id = invoices.in_status("Published")
    before = invoices.get(invoice_id)

    after = update(invoices, invoice_id, {**BODY, "additionalNotes": "changed"})

    kept = ("status", "merchantId", *SET_BY_PUBLISHING)
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    assert after["additionalNotes"] == "changed"


@pytest.mark.parametrize("status", ["Draft", "Published"])
def test_an_update_is_one_more_entry_of_the_history(status: str, invoices: Invoices) -> None:
    invoice_id = invoices.in_status(status)
    before = invoices.get(invoice_id)

    after = update(invoices, invoice_id, {**BODY, "shippingAmount": 10})

    assert after["history"][:-1] == before["history"]
    last = after["history"][-1]
    assert (last["event"], last["status"], last["amount"]) == ("updated", before["status"], 69.97)


@pytest.mark.parametrize("body", NO_LINES)
def test_a_published_invoice_can_not_lose_all_its_lines(body: dict[str, Any], invoices: Invoices) -> None:
    invoice_id = invoices.in_status("Published")
    before = everything(invoices)

    refused(invoices.call("PUT", f"/invoices/{invoice_id}", {**body, "shippingAmount": 5}), "INV-PUBLISH-LINES")

    assert everything(invoices) == before


@pytest.mark.parametrize("body", NO_TOTAL)
def test_a_published_invoice_can_not_come_to_nothing(body: dict[str, Any], invoices: Invoices) -> None:
    invoice_id = invoices.in_status("Published")
    before = everything(invoices)

    refused(invoices.call("PUT", f"/invoices/{invoice_id}", body), "INV-PUBLISH-TOTAL")

    assert everything(invoices) == before


@pytest.mark.parametrize("body", TOTAL)
def test_a_published_invoice_may_come_to_a_cent(body: dict[str, Any], invoices: Invoices) -> None:
    assert update(invoices, invoices.in_status("Published"), body)["totalAmount"] == 0.01


@pytest.mark.parametrize("body", [*NO_LINES, *NO_TOTAL])
def test_a_draft_may_lose_its_lines_and_come_to_nothing(body: dict[str, Any], invoices: Invoices) -> None:
    assert update(invoices, invoices.create(), body)["totalAmount"] == 0


# Whether customer and lines were changed after publishing


def flags(invoice: dict[str, Any]) -> tuple[bool, bool]:
    return invoice["isCustomerUpdated"], invoice["isLineItemsUpdated"]


def test_an_update_that_says_the_same_changes_neither_customer_nor_lines(invoices: Invoices) -> None:
    invoice_id = invoices.in_status("Published")
    assert flags(invoices.get(invoice_id)) == (False, False)

    assert flags(update(invoices, invoice_id, BODY)) == (False, False)
    assert flags(update(invoices, invoice_id, {**BODY, "shippingAmount": 1, "dueDate": None})) == (False, False)


@pytest.mark.parametrize("case", CHANGED_LINES)
def test_changed_lines_of_a_published_invoice_are_remembered(case: str, invoices: Invoices) -> None:
    invoice_id = invoices.in_status("Published")

    assert flags(update(invoices, invoice_id, {**BODY, "lineItems": CHANGED_LINES[case]})) == (False, True)
    assert flags(update(invoices, invoice_id, BODY)) == (False, True)


@pytest.mark.parametrize("member", ["firstName", "companyName", "email", "mobileNumber", "smsNotification"])
def test_a_changed_customer_of_a_published_invoice_is_remembered(member: str, invoices: Invoices) -> None:
    invoice_id = invoices.in_status("Published")
    value = {"email": "grace@example.com", "smsNotification": True}.get(member, "Grace")

    changed = update(invoices, invoice_id, {**BODY, "customer": {**BODY["customer"], member: value}})

    assert flags(changed) == (True, False)
    assert flags(update(invoices, invoice_id, BODY)) == (True, False)


def test_a_customer_that_is_taken_from_a_published_invoice_is_a_changed_one(invoices: Invoices) -> None:
    invoice_id = invoices.in_status("Published")

    assert flags(update(invoices, invoice_id, {"lineItems": BODY["lineItems"]})) == (True, False)


def test_changes_of_a_draft_are_not_remembered(invoices: Invoices) -> None:
    invoice_id = invoices.create()

    assert flags(update(invoices, invoice_id, {"lineItems": LINES})) == (False, False)

    publish(invoices.call, id=invoice_id, lineItems=BODY["lineItems"], customer={"firstName": "Grace"})
    assert flags(invoices.get(invoice_id)) == (False, False)


# Due dates

DUE_DATES = {
    "2026-04-15": "2026-04-15T00:00:00Z",
    "2024-02-29": "2024-02-29T00:00:00Z",
    "2026-04-15T10:30:00Z": "2026-04-15T10:30:00Z",
    "2026-04-15t10:30:00z": "2026-04-15T10:30:00Z",
    "2026-04-15T10:30:00+02:00": "2026-04-15T08:30:00Z",
    "2026-04-15T23:30:00-01:00": "2026-04-16T00:30:00Z",
    "2026-04-15T10:30:00.5Z": "2026-04-15T10:30:00.500Z",
    "2026-04-15T10:30:00.123456Z": "2026-04-15T10:30:00.123Z",
    "2026-06-30T23:59:60Z": "2026-06-30T23:59:59Z",
    "0001-01-01": "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999Z": "9999-12-31T23:59:59.999Z",
}
NO_DUE_DATES = [
    "2026-02-29", "2026-13-01", "15.04.2026", "2026-4-15", "tomorrow", "", "2026-04-15T10:30:00",
    "2026-04-15T24:00:00Z", "2026-04-15T10:30Z", "20260415", 20260415,
    "9999-12-31T23:59:59-01:00", "0001-01-01T00:00:00+01:00",
]  # fmt: skip


@pytest.mark.parametrize("given", DUE_DATES)
def test_a_due_date_is_a_date_or_an_instant(given: str, invoices: Invoices) -> None:
    assert invoices.get(invoices.create(dueDate=given))["dueDate"] == DUE_DATES[given]
    assert update(invoices, invoices.create(), {"dueDate": given})["dueDate"] == DUE_DATES[given]
    assert invoices.get(publish(invoices.call, **{**BODY, "dueDate": given}))["dueDate"] == DUE_DATES[given]


@pytest.mark.parametrize("given", NO_DUE_DATES)
def test_what_no_calendar_has_is_not_a_due_date(given: Any, invoices: Invoices) -> None:
    invoice_id = invoices.create()
    before = everything(invoices)

    for method, path in (("POST", "/invoices"), ("PUT", f"/invoices/{invoice_id}"), ("POST", "/invoices/publish")):
        answer = invoices.call(method, path, {**BODY, "dueDate": given})
        assert (answer.status_code, answer.headers["x-mock-rule"]) == (400, "INV-BODY-SCHEMA")
        assert set(answer.json()["errors"]) == {"DueDate"}

    assert everything(invoices) == before


def test_the_events_of_several_updates_stand_in_their_order(invoices: Invoices) -> None:
    invoice_id = invoices.create()

    for shipping in (1, 2, 3):
        update(invoices, invoice_id, {"shippingAmount": shipping})

    history = invoices.get(invoice_id)["history"]
    assert [each["amount"] for each in history] == [59.97, 1, 2, 3]
    assert events(invoices.get(invoice_id)) == ["created", "updated", "updated", "updated"]
