"""What an invoice names: customers, addresses and processors, which must be the merchant's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from contract_tests import bodies
from contract_tests.broken import Broken, Difference
from contract_tests.examiner import Examiner
from contract_tests.suites.cases import each_case, fixture
from contract_tests.suites.refusals import CHANGES_NOTHING, require_refused
from contract_tests.suites.tracked import Tracked, in_state
from contract_tests.workshop import Invoices

CREATE, UPDATE, PUBLISH = "createInvoice", "updateInvoice", "publishInvoice"
UNKNOWN = "00000000-0000-4000-8000-000000000001"
pytestmark = pytest.mark.priority(20)

Changes = Mapping[str, Any]

# --- references -------------------------------------------------------------------------------------------------------

REFERENCES = {
    "customerId": "CustomerId",
    "merchantContactInfoId": "MerchantContactInfoId",
    "cardPaymentProcessorId": "CardPaymentProcessorId",
    "achPaymentProcessorId": "AchPaymentProcessorId",
}


def wrong_references(examiner: Examiner) -> list[tuple[str, str]]:
    """Members with ids that name nothing of this merchant and kind."""
    invoices = Invoices(examiner)
    own = in_state(invoices, "Draft")
    customer = str((own.seen or {})["customerId"])
    wrong = [(name, UNKNOWN) for name in REFERENCES]
    wrong += [(name, customer) for name in REFERENCES if name != "customerId"] + [("customerId", own.id)]
    if "invoices" in examiner.target.credentials.get("other", {}):
        theirs = Tracked.draft(Invoices(examiner, examiner.api("invoices", "other")))
        wrong.append(("customerId", theirs.invoices.get(theirs.id)["customerId"]))
    if examiner.control:
        records = owned(examiner, own)
        wrong += [("cardPaymentProcessorId", records["ach"]), ("achPaymentProcessorId", records["card"])]
        wrong += [(name, value) for name, value in owned_by_others(examiner, own)]
    return wrong


def owned(examiner: Examiner, invoice: Tracked) -> dict[str, str]:
    """The merchant's own records in the demo seed, by kind."""
    merchant, seed = invoice.invoices.get(invoice.id)["merchantId"], fixture("seeds/demo.yaml")
    processors = {each["kind"]: each["id"] for each in seed["processors"] if each["merchantId"] == merchant}
    contacts = [each["id"] for each in seed["contactInfos"] if each["merchantId"] == merchant]
    customers = [each["id"] for each in seed["customers"] if each["merchantId"] == merchant]
    return {**processors, "contact": contacts[-1], "customer": customers[0]}


def owned_by_others(examiner: Examiner, invoice: Tracked) -> list[tuple[str, str]]:
    merchant, seed = invoice.invoices.get(invoice.id)["merchantId"], fixture("seeds/demo.yaml")
    kinds = {"card": "cardPaymentProcessorId", "ach": "achPaymentProcessorId"}
    processors = {kinds[each["kind"]]: each["id"] for each in seed["processors"] if each["merchantId"] != merchant}
    contacts = [each["id"] for each in seed["contactInfos"] if each["merchantId"] != merchant]
    return [*processors.items(), ("merchantContactInfoId", contacts[0])]


@pytest.mark.proves("INV-REFERENCE", CHANGES_NOTHING)
@pytest.mark.about(CREATE, UPDATE, PUBLISH)
def test_ids_must_name_own_records_of_their_kind(examiner: Examiner) -> None:
    invoices = Invoices(examiner)
    wrong = wrong_references(examiner)
    draft, published = in_state(invoices, "Draft"), in_state(invoices, "Published")
    for name, value in each_case(examiner, wrong):
        body = bodies.invoice(draft.mark, **{name: value})
        field = [REFERENCES[name]]
        for operation_id in (CREATE, PUBLISH):
            answer = invoices.api.call(operation_id, body=body)
            require_refused(answer, "INV-REFERENCE", operation_id, entity_id=value, fields=field)
        draft.refused(UPDATE, body, "INV-REFERENCE", field)
        published.refused(UPDATE, body, "INV-REFERENCE", field)
        draft.refused(PUBLISH, {"id": draft.id, name: value}, "INV-REFERENCE", field)
    if len(draft.listed()) != 1:
        difference = Difference("/total", 1, len(draft.listed()))
        raise Broken(CHANGES_NOTHING, "a refused call left an invoice behind", [difference], operation_id=CREATE)


@pytest.mark.proves("INV-REFERENCE")
@pytest.mark.about(CREATE, UPDATE, PUBLISH)
def test_own_records_may_be_named(examiner: Examiner) -> None:
    examiner.require_control("a processor and an address of the merchant")
    invoices = Invoices(examiner)
    first = in_state(invoices, "Draft")
    records = owned(examiner, first)
    named: Any = {
        "achPaymentProcessorId": records["ach"],
        "merchantContactInfoId": records["contact"],
        "customerId": records["customer"],
        "customer": None,
    }
    for make in (Tracked.draft, Tracked.published):
        made = make(invoices, **named)
        made.look(CREATE)
        require_contact(made, records["contact"])
    first.act(UPDATE, bodies.invoice(first.mark, **named))
    first.act(PUBLISH)


def require_contact(invoice: Tracked, contact_id: str) -> None:
    """The address that is named is shown, as the merchant has it."""
    shown = (invoice.seen or {}).get("merchantContactInfo") or {}
    kept = next(each for each in fixture("seeds/demo.yaml")["contactInfos"] if each["id"] == contact_id)
    differences = [
        Difference(f"/merchantContactInfo/{name}", value, shown.get(name))
        for name, value in kept.items()
        if name != "merchantId" and shown.get(name) != value
    ]
    if differences:
        message = "the invoice shows the address that it names"
        raise Broken("INV-REFERENCE", message, differences, operation_id="getInvoice")


# --- customers --------------------------------------------------------------------------------------------------------

ADA = {
    "firstName": "Ada",
    "lastName": "Byron",
    "email": "ada@example.com",
    "companyName": "Byron Ropes",
    "smsNotification": True,
}


@pytest.mark.proves("INV-CUSTOMER-CREATED")
@pytest.mark.about(CREATE, PUBLISH)
@pytest.mark.parametrize("make", [Tracked.draft, Tracked.published], ids=[CREATE, PUBLISH])
def test_a_customer_without_id_becomes_one(examiner: Examiner, make: Callable[..., Tracked]) -> None:
    """It can be named afterwards, by either member, and has the fields that were given."""
    invoices = Invoices(examiner)
    first, second = make(invoices, customer=ADA), make(invoices, customer=ADA)
    first.look(CREATE)
    second.look(CREATE)
    one, other = (str((each.seen or {})["customerId"]) for each in (first, second))
    if one == other:
        message = "each customer without an id is a new one"
        raise Broken(
            "INV-CUSTOMER-CREATED", message, [Difference("/customerId", "another", other)], operation_id=CREATE
        )
    ways: list[dict[str, Any]] = [{"customerId": one, "customer": None}, {"customer": {"id": one}}]
    for body in each_case(examiner, ways):
        later = in_state(invoices, "Draft", **body)
        require_customer(later, {**ADA, "id": one})
    changed = in_state(invoices, "Draft", customerId=one, customer={"email": "new@example.com"})
    require_customer(changed, {**ADA, "email": "new@example.com", "id": one})


def require_customer(invoice: Tracked, expected: Changes) -> None:
    shown = (invoice.seen or {})["customer"]
    differences = [
        Difference(f"/customer/{name}", value, shown.get(name))
        for name, value in expected.items()
        if shown.get(name) != value
    ]
    if differences:
        message = "a customer that was created can be named, and has the fields that were given"
        raise Broken("INV-CUSTOMER-CREATED", message, differences, operation_id=CREATE)
