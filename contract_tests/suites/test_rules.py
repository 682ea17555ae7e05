"""Rules about invoices that a table of states can't say, each on both sides of its edge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from contract_tests import bodies
from contract_tests.boundaries import places, resolved
from contract_tests.broken import Broken, Difference
from contract_tests.examiner import Examiner, contract
from contract_tests.suites.cases import each_case, server_time
from contract_tests.suites.invoice_cases import DUE_DATES, FULL, JUST_PUBLISHABLE, NO_LINES, NO_TOTAL, Changes
from contract_tests.suites.refusals import CHANGES_NOTHING, require_refused
from contract_tests.suites.tracked import Tracked, in_state, new_mark
from contract_tests.workshop import Invoices

INVOICES = contract("invoices")
MOST_LINES = next(
    int(resolved(INVOICES, inner)["maxItems"])
    for place, inner in places(INVOICES, INVOICES.operations["createInvoice"].body.contents[0].schema)  # type: ignore[union-attr]
    if place == ("lineItems",)
)
CREATE, UPDATE, PUBLISH, SMS = "createInvoice", "updateInvoice", "publishInvoice", "sendInvoiceSms"
pytestmark = pytest.mark.priority(20)

# --- publishing -------------------------------------------------------------------------------------------------------

UNPUBLISHABLE = [
    pytest.param(rule, cases, id=rule, marks=pytest.mark.proves(rule))
    for rule, cases in (("INV-PUBLISH-LINES", NO_LINES), ("INV-PUBLISH-TOTAL", NO_TOTAL))
]


@pytest.mark.proves(CHANGES_NOTHING)
@pytest.mark.about(PUBLISH)
@pytest.mark.parametrize(("rule", "cases"), UNPUBLISHABLE)
def test_what_nobody_could_pay_is_not_published(examiner: Examiner, rule: str, cases: Sequence[Changes]) -> None:
    invoices = Invoices(examiner)
    for changes in each_case(examiner, cases):
        draft = in_state(invoices, "Draft", **changes)
        draft.refused(PUBLISH, {"id": draft.id}, rule, ["LineItems"])
        at_once = bodies.invoice(draft.mark, **changes)
        require_refused(invoices.api.call(PUBLISH, body=at_once), rule, PUBLISH, fields=["LineItems"])
        if len(draft.listed()) != 1:
            message = "a refused publication left an invoice behind"
            raise Broken(CHANGES_NOTHING, message, [Difference("/total", 1, len(draft.listed()))], operation_id=PUBLISH)


@pytest.mark.proves(CHANGES_NOTHING)
@pytest.mark.about(UPDATE)
@pytest.mark.parametrize(("rule", "cases"), UNPUBLISHABLE)
def test_a_published_invoice_stays_payable(examiner: Examiner, rule: str, cases: Sequence[Changes]) -> None:
    invoice = in_state(Invoices(examiner), "Published")
    for changes in each_case(examiner, cases):
        invoice.refused(UPDATE, bodies.invoice(invoice.mark, **changes), rule, ["LineItems"])


@pytest.mark.proves("INV-PUBLISH-LINES", "INV-PUBLISH-TOTAL", "INV-PUBLISH-FIELDS", "INV-HISTORY")
@pytest.mark.about(PUBLISH, UPDATE)
def test_a_cent_on_one_line_is_enough(examiner: Examiner) -> None:
    invoices = Invoices(examiner)
    for changes in each_case(examiner, JUST_PUBLISHABLE):
        draft = Tracked.draft(invoices, **changes)
        draft.take(PUBLISH)
        draft.look(PUBLISH)
        draft.act(UPDATE, bodies.invoice(draft.mark, **changes))
        at_once = Tracked.published(invoices, **changes)
        at_once.look(PUBLISH)


@pytest.mark.proves("INV-PUBLISH-LINES", "INV-PUBLISH-MERGE")
@pytest.mark.about(PUBLISH)
def test_the_lines_of_the_request_decide(examiner: Examiner) -> None:
    """Lines that come or go with the publication: it is the merged invoice that must be payable."""
    invoices = Invoices(examiner)
    empty = in_state(invoices, "Draft", lineItems=None)
    empty.act(PUBLISH, {"id": empty.id, "lineItems": [bodies.line()]})
    full = in_state(invoices, "Draft")
    full.refused(PUBLISH, {"id": full.id, "lineItems": []}, "INV-PUBLISH-LINES", ["LineItems"])
    full.refused(PUBLISH, {"id": full.id, "discountPercentage": 100}, "INV-PUBLISH-TOTAL", ["LineItems"])
    full.act(PUBLISH)


@pytest.mark.proves("INV-PUBLISH-FIELDS")
@pytest.mark.about(PUBLISH)
def test_numbers_and_tokens_are_given_once(examiner: Examiner) -> None:
    invoices = Invoices(examiner)
    made = [in_state(invoices, "Published"), *(Tracked.published(invoices) for _ in range(2))]
    for name in ("number", "token", "shortUrl", "fullUrl"):
        values = [invoices.get(each.id)[name] for each in made]
        if len(set(values)) != len(values):
            message = f"each published invoice has a {name} of its own"
            raise Broken(
                "INV-PUBLISH-FIELDS", message, [Difference(f"/{name}", "different", values)], operation_id=PUBLISH
            )


@pytest.mark.proves("INV-UPDATE-STATE")
@pytest.mark.about(UPDATE)
def test_changes_after_publishing_are_told(examiner: Examiner) -> None:
    """`isLineItemsUpdated` and `isCustomerUpdated`: whether they were changed after publishing."""
    invoices = Invoices(examiner)
    flags = ("isLineItemsUpdated", "isCustomerUpdated")
    invoice = in_state(invoices, "Draft")
    lines, customer = [bodies.line("Other", 1, 12)], {"firstName": "Grace", "lastName": "Hopper"}
    invoice.act(UPDATE, bodies.invoice(invoice.mark, lineItems=lines, customer=customer))
    invoice.act(PUBLISH)
    require_flags(invoice, dict.fromkeys(flags, False))
    invoice.act(UPDATE, bodies.invoice(invoice.mark, customer=customer))
    require_flags(invoice, {"isLineItemsUpdated": True})
    invoice.act(UPDATE, bodies.invoice(invoice.mark, customer={"firstName": "Mary"}))
    require_flags(invoice, dict.fromkeys(flags, True))


def require_flags(invoice: Tracked, expected: Mapping[str, bool]) -> None:
    seen = invoice.seen or {}
    differences = [Difference(f"/{name}", value, seen[name]) for name, value in expected.items() if seen[name] != value]
    if differences:
        message = "the invoice tells what was changed after publishing"
        raise Broken(f"SCHEMA:{UPDATE}:flags", message, differences, operation_id=UPDATE)


# --- being told, and being paid elsewhere -----------------------------------------------------------------------------

NO_PHONE = {"firstName": "Ada"}


def digits(count: int) -> str:
    return "+" + "1234567890123456789"[:count]


FEWEST, MOST = (int(INVOICES.limit("INV-SMS-PHONE", name)) for name in ("minimumDigits", "maximumDigits"))


@pytest.mark.proves("INV-SMS-CONSENT", CHANGES_NOTHING)
@pytest.mark.about(SMS)
def test_nobody_is_told_without_consent(examiner: Examiner) -> None:
    invoice = in_state(Invoices(examiner), "Published")
    for body in each_case(examiner, ({}, {"customerConsent": False}, {"phoneNumber": digits(MOST)})):
        invoice.refused(SMS, body, "INV-SMS-CONSENT", ["CustomerConsent"])
    invoice.act(SMS)


@pytest.mark.proves("INV-SMS-PHONE", CHANGES_NOTHING, "INV-HISTORY")
@pytest.mark.about(SMS)
def test_a_message_needs_a_number(examiner: Examiner) -> None:
    invoices = Invoices(examiner)
    silent = in_state(invoices, "Published", customer=NO_PHONE)
    wrong = [None, digits(FEWEST - 1), digits(MOST + 1), "call me"]
    for number in each_case(examiner, wrong):
        silent.refused(SMS, {"customerConsent": True, "phoneNumber": number}, "INV-SMS-PHONE", ["PhoneNumber"])
    silent.refused(SMS, {"customerConsent": True}, "INV-SMS-PHONE", ["PhoneNumber"])
    for number in each_case(examiner, (digits(FEWEST), digits(MOST), "+1 (555) 010-0199")):
        silent.act(SMS, {"customerConsent": True, "phoneNumber": number})


@pytest.mark.proves("INV-SMS-PHONE")
@pytest.mark.about(SMS)
def test_the_customers_own_number_is_the_second_choice(examiner: Examiner) -> None:
    invoices = Invoices(examiner)
    for number in each_case(examiner, (digits(FEWEST - 1), digits(MOST + 1))):
        invoice = in_state(invoices, "Published", customer={"mobileNumber": number})
        invoice.refused(SMS, {"customerConsent": True}, "INV-SMS-PHONE", ["PhoneNumber"])
        invoice.act(SMS, {"customerConsent": True, "phoneNumber": digits(FEWEST)})
    for number in each_case(examiner, (digits(FEWEST), digits(MOST))):
        invoice = in_state(invoices, "Published", customer={"mobileNumber": number})
        invoice.act(SMS, {"customerConsent": True})
        invoice.refused(SMS, {"customerConsent": True, "phoneNumber": digits(FEWEST - 1)}, "INV-SMS-PHONE")


@pytest.mark.proves("INV-MARK-PAID-FIELDS")
@pytest.mark.about("markInvoiceAsPaid")
@pytest.mark.parametrize(
    "body", [{}, {"paymentMethodTypeId": None}, {"paymentMethodTypeId": 1}, {"paymentMethodTypeId": 2}]
)
def test_the_method_is_kept_as_it_was_given(examiner: Examiner, body: Changes) -> None:
    invoice = in_state(Invoices(examiner), "Published")
    invoice.act("markInvoiceAsPaid", body)


@pytest.mark.proves("INV-CANCEL-STATE", "INV-MARK-PAID-STATE", "INV-EXPIRES")
@pytest.mark.about("cancelInvoice", "markInvoiceAsPaid", SMS, "submitInvoice")
@pytest.mark.parametrize("action", ["cancelInvoice", "markInvoiceAsPaid", SMS, "submitInvoice", "submitInvoiceAch"])
def test_past_due_is_published(examiner: Examiner, action: str) -> None:
    """The due date alone changes nothing."""
    invoices = Invoices(examiner)
    yesterday = server_time(in_state(invoices, "Draft")) - timedelta(days=1)
    in_state(invoices, "Published", dueDate=yesterday.isoformat(timespec="seconds")).act(action)


# --- everything at once, and lines ------------------------------------------------------------------------------------


@pytest.mark.proves("INV-BODY-SCHEMA")
@pytest.mark.about(CREATE, UPDATE, PUBLISH)
def test_everything_that_is_wrong_is_said_at_once(examiner: Examiner) -> None:
    invoices = Invoices(examiner)
    draft = in_state(invoices, "Draft")
    lines = [bodies.line(), bodies.line(unit_price=-1)]
    body = bodies.invoice(new_mark(examiner), taxPercentage=101, customer={"email": "nobody"}, lineItems=lines)
    fields = ["TaxPercentage", "Customer.Email", "LineItems[1].UnitPrice"]
    for operation_id in (CREATE, PUBLISH):
        answer = invoices.api.call(operation_id, body=body)
        require_refused(answer, "INV-BODY-SCHEMA", operation_id, fields=fields)
    draft.refused(UPDATE, body, "INV-BODY-SCHEMA", fields)


@pytest.mark.proves("INV-PUBLISH-MERGE", "INV-AMOUNTS")
@pytest.mark.about(CREATE, UPDATE, PUBLISH)
def test_everything_that_is_said_is_kept(examiner: Examiner) -> None:
    """By creating, updating, publishing at once, and publishing a draft with it; and what is no longer said is gone."""
    invoices = Invoices(examiner)
    in_state(invoices, "Draft", **FULL)
    Tracked.published(invoices, **FULL).look(PUBLISH)
    plain, merged = in_state(invoices, "Draft"), in_state(invoices, "Draft")
    plain.act(UPDATE, bodies.invoice(plain.mark, **FULL))
    plain.act(UPDATE, {"additionalNotes": plain.mark})
    merged.act(PUBLISH, {"id": merged.id, **FULL})
    merged.act(UPDATE, {"additionalNotes": merged.mark, "lineItems": [bodies.line()]})


@pytest.mark.proves("INV-BODY-SCHEMA")
@pytest.mark.about(CREATE, UPDATE)
def test_a_due_date_is_an_instant(examiner: Examiner) -> None:
    """A date alone is its midnight in UTC."""
    invoices = Invoices(examiner)
    for due in each_case(examiner, DUE_DATES):
        made = in_state(invoices, "Draft", dueDate=due)
        made.act(UPDATE, bodies.invoice(made.mark, dueDate=due))


@pytest.mark.proves("INV-PUBLISH-MERGE")
@pytest.mark.about(CREATE, UPDATE, PUBLISH)
def test_lines_keep_their_ids_and_texts(examiner: Examiner) -> None:
    invoices = Invoices(examiner)
    texts: dict[str, Any] = {"description": "Blue", "code": "R-10", "measurementUnit": "m"}
    lines = [
        bodies.line(**texts, discountPercentage=Decimal("2.5")),
        bodies.line("Anchor", 1, 40),
        {"name": "Free of everything"},
    ]
    draft = in_state(invoices, "Draft", lineItems=lines)
    given = [dict(line) for line in (draft.seen or {})["lineItems"]]
    kept = [{name: value for name, value in line.items() if name != "amount"} for line in reversed(given)]
    draft.act(UPDATE, bodies.invoice(draft.mark, lineItems=kept))
    draft.act(PUBLISH)
    if [line["id"] for line in (draft.seen or {})["lineItems"]] != [line["id"] for line in kept]:
        difference = Difference("/lineItems/*/id", [line["id"] for line in kept], "others")
        raise Broken("INV-PUBLISH-MERGE", "what is not given stays", [difference], operation_id=PUBLISH)


@pytest.mark.proves("INV-BODY-SCHEMA", "INV-AMOUNTS")
@pytest.mark.about(CREATE, PUBLISH, "getInvoice")
def test_an_invoice_may_have_as_many_lines_as_the_schema_allows(examiner: Examiner) -> None:
    """They come back, each with its amount, and can be published."""
    lines = [bodies.line(f"Line {number}", number, Decimal("0.07")) for number in range(1, MOST_LINES + 1)]
    in_state(Invoices(examiner), "Published", lineItems=lines)
