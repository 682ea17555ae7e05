"""The records an invoice names: each must be the caller's own, and of its kind."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from httpx2 import Response

from tests.apis.invoices.bodies import ACH_PROCESSOR, CARD_PROCESSOR, CONTACT_INFO, CUSTOMER
from tests.apis.invoices.steps import accepted, everything, number_of_customers, publish, refused
from tests.mock import BODY, Invoices

OWN = {
    "customerId": CUSTOMER,
    "merchantContactInfoId": CONTACT_INFO,
    "cardPaymentProcessorId": CARD_PROCESSOR,
    "achPaymentProcessorId": ACH_PROCESSOR,
}
LUMENS = {
    "customerId": "56b5baf9-f33c-48ef-96a8-d2a525a36d36",
    "merchantContactInfoId": "a234a078-e1f3-417f-bb72-8709d74102a5",
    "cardPaymentProcessorId": "ff709da7-47fb-45d6-a4de-c56f09d67711",
    "achPaymentProcessorId": "f7a18b01-e597-4583-bb86-39b8b24cf674",
}
"""What the other merchant of the demo seed has."""
WRONG = [
    pytest.param(member, record_id, id=f"{member}-{why}")
    for member in OWN
    for why, record_id in [
        ("unknown", str(uuid.UUID(int=7, version=4))),
        ("foreign", LUMENS[member]),
        *((f"a-{kind}", own) for kind, own in OWN.items() if kind != member),
    ]
]
OPERATIONS = [
    "createInvoice",
    "updateInvoice",
    "updateInvoice of a published",
    "publishInvoice",
    "publishInvoice of a draft",
]


def ask(invoices: Invoices, operation: str, draft: str, published: str, body: dict[str, Any]) -> Response:
    """Ask for the operation with a body that is fine but for these members."""
    method, path, more = {
        "createInvoice": ("POST", "/invoices", {}),
        "updateInvoice": ("PUT", f"/invoices/{draft}", {}),
        "updateInvoice of a published": ("PUT", f"/invoices/{published}", {}),
        "publishInvoice": ("POST", "/invoices/publish", {}),
        "publishInvoice of a draft": ("POST", "/invoices/publish", {"id": draft}),
    }[operation]
    return invoices.call(method, path, {**BODY, **body, **more})


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("member", OWN)
def test_a_record_of_ones_own_may_be_named(member: str, operation: str, harbor: Invoices) -> None:
    draft, published = harbor.create(), harbor.in_status("Published")

    answer = ask(harbor, operation, draft, published, {member: OWN[member].upper()})

    accepted(answer)
    changed = published if operation.endswith("published") else draft
    assert harbor.get(answer.json()["id"] if answer.content else changed)[member] == OWN[member]


@pytest.mark.parametrize(("member", "record_id"), WRONG)
def test_a_record_that_is_not_there_not_ones_own_or_of_another_kind_is_unknown(
    member: str, record_id: str, harbor: Invoices
) -> None:
    draft, published = harbor.create(), harbor.in_status("Published")
    before = [harbor.get(draft), harbor.get(published), accepted(harbor.call("GET", "/invoices"))["total"]]

    for operation in OPERATIONS:
        body = refused(ask(harbor, operation, draft, published, {member: record_id}), "INV-REFERENCE")
        assert body["entityId"] == record_id
        assert set(body["errors"]) == {member[0].upper() + member[1:]}

    assert [harbor.get(draft), harbor.get(published), accepted(harbor.call("GET", "/invoices"))["total"]] == before


@pytest.mark.parametrize("record_id", [str(uuid.UUID(int=7, version=4)), LUMENS["customerId"]])
def test_a_customer_may_be_unknown_by_its_own_id_too(record_id: str, harbor: Invoices) -> None:
    answer = harbor.call("POST", "/invoices", {"customer": {"id": record_id, "firstName": "Ada"}})

    assert refused(answer, "INV-REFERENCE")["entityId"] == record_id


def test_a_foreign_record_and_an_unknown_one_are_answered_alike(harbor: Invoices) -> None:
    unknown = str(uuid.uuid4())
    foreign = LUMENS["customerId"]

    one, other = (
        refused(harbor.call("POST", "/invoices", {"customerId": each}), "INV-REFERENCE") for each in (unknown, foreign)
    )

    assert {**one, "correlationId": "", "entityId": ""} == {**other, "correlationId": "", "entityId": ""}


def test_a_refused_call_leaves_no_customer_behind(invoices: Invoices) -> None:
    before = number_of_customers(invoices.mock)

    refused(invoices.call("POST", "/invoices", {**BODY, "cardPaymentProcessorId": str(uuid.uuid4())}), "INV-REFERENCE")
    refused(invoices.call("POST", "/invoices/publish", {**BODY, "lineItems": []}), "INV-PUBLISH-LINES")
    refused(invoices.call("POST", "/invoices", {**BODY, "shippingAmount": 999999999.99}), "INV-TOTAL-RANGE")

    assert number_of_customers(invoices.mock) == before
    assert everything(invoices) == [{"items": [], "total": 0}]


def test_the_details_of_a_refusal_say_what_its_errors_say(invoices: Invoices) -> None:
    body = refused(invoices.call("POST", "/invoices", {"customerId": str(uuid.uuid4())}), "INV-REFERENCE")

    assert [message in body["details"] for messages in body["errors"].values() for message in messages] == [True]


def test_a_record_is_looked_at_again_when_a_draft_that_names_it_is_published(harbor: Invoices) -> None:
    invoice_id = harbor.create(**OWN)

    publish(harbor.call, id=invoice_id)

    assert {name: harbor.get(invoice_id)[name] for name in OWN} == OWN
