"""What an invoice should be after each call: a reference of its own, pure, written down from the contract alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from contract_tests.models.amounts import Figures, figures, fraction
from openapi import ABSENT, Contract, Refusal

Json = Mapping[str, Any]
Surcharges = Mapping[str, Fraction]

CARD, ELECTRONIC_CHECK = 1, 2
NO_SURCHARGE = Fraction(0)
OPEN_STATES = frozenset({"Draft", "Published", "Expired", "Canceled"})
"""Nobody knows yet how an invoice in them will be paid, or whether."""

NEW = "new"
CUSTOMER = "customer"
CUSTOMER_ID = "customerId"


@dataclass(frozen=True)
class Entry:
    """One line of the history. `totals`: the totals it may show; before and after it where the event changes it."""

    event: str
    state: str
    totals: frozenset[Fraction]


@dataclass(frozen=True)
class Known:
    """An invoice as it should be.

    `terms`: what the requests have said of it, by name on the wire, without the customer. `customer`: what is known of
    the customer. `customer_id`: whose it is, `NEW` until it was read. `surcharges`: those of card processors, by id.
    `has`: which of the fields are set that the server gives. `is_one_step`: published without having been a draft, so
    that its history may begin with either entry.
    """

    state: str
    terms: Json
    customer: Json = field(default_factory=dict)
    customer_id: str | None = None
    surcharges: Surcharges = field(default_factory=dict)
    history: tuple[Entry, ...] = ()
    method: int | None = None
    is_marked: bool = False
    has: frozenset[str] = frozenset()
    is_one_step: bool = False

    @property
    def surcharge(self) -> Fraction:
        """The percentage of the invoice's card processor."""
        return self.surcharges.get(str(self.terms.get("cardPaymentProcessorId")), NO_SURCHARGE)

    @property
    def figures(self) -> list[Figures]:
        """The figures it may have. The contract leaves open when an ACH payment in process takes the surcharge off."""
        percentages = {self.surcharge}
        if self.state == "ProcessingPayment":
            percentages |= {NO_SURCHARGE}
        elif self.state not in OPEN_STATES and self.method != CARD:
            percentages = {NO_SURCHARGE}
        return [figures(self.terms, each) for each in sorted(percentages)]

    @property
    def totals(self) -> frozenset[Fraction]:
        return frozenset(each.totalAmount for each in self.figures)


@dataclass(frozen=True)
class Outcome:
    """What a call comes to.

    `known`: the invoice afterwards, `None` where there is none. `rules`: those that refuse it, empty where it is done;
    of several, the contract doesn't say which is named first.
    """

    known: Known | None
    rules: tuple[str, ...] = ()


PUBLISHED_FIELDS = frozenset({"issueDate", "number", "token", "shortUrl", "fullUrl"})
PAID_FIELDS = frozenset({"paymentDate"})
TRANSACTION = frozenset({"transactionId"})
GIVEN_BY_SERVER = PUBLISHED_FIELDS | PAID_FIELDS | TRANSACTION


def happened(known: Known, event: str, **changes: Any) -> Known:
    """The invoice with the changes and one more entry in its history."""
    after = replace(known, **changes)
    return replace(after, history=(*known.history, Entry(event, after.state, known.totals | after.totals)))


def created(body: Json, surcharges: Surcharges | None = None) -> Known:
    """A new draft."""
    draft = _with_customer(Known("Draft", _terms(body), surcharges=surcharges or {}), body)
    return replace(draft, history=(Entry("created", "Draft", draft.totals),))


def published_at_once(body: Json, surcharges: Surcharges | None = None) -> Known:
    """A new invoice that is issued without having been a draft."""
    return replace(_published(created(body, surcharges), {}), is_one_step=True)


def updated(known: Known, body: Json) -> Known:
    """What the request doesn't give is given up; of a customer that stays the same, fields that are not given stay."""
    names_one = _named(body) is not None or body.get(CUSTOMER) is not None
    before = known if names_one else replace(known, customer={}, customer_id=None)
    changed = _with_customer(before, body)
    return happened(known, "updated", terms=_terms(body), customer=changed.customer, customer_id=changed.customer_id)


def _published(known: Known, body: Json) -> Known:
    """The fields given replace those of the draft, and the others stay."""
    changed = _with_customer(known, body)
    return happened(
        known,
        "published",
        state="Published",
        terms={**known.terms, **_terms(body)},
        customer=changed.customer,
        customer_id=changed.customer_id,
        has=known.has | PUBLISHED_FIELDS,
    )


def _terms(body: Json) -> Json:
    return {name: value for name, value in body.items() if name not in {CUSTOMER, CUSTOMER_ID, "id"}}


def _named(body: Json) -> str | None:
    """The id of a customer in a request, in lower case."""
    found = body.get(CUSTOMER_ID) or (body.get(CUSTOMER) or {}).get("id")
    return str(found).lower() if found else None


def _with_customer(known: Known, body: Json) -> Known:
    """Who is to pay: the one that is named, or else the one there is, or else a new one; with the fields given."""
    given = {name: value for name, value in (body.get(CUSTOMER) or {}).items() if name != "id"}
    named = _named(body)
    if named is not None:
        before = known.customer if named == known.customer_id else {}
        return replace(known, customer={**before, **given}, customer_id=named)
    if body.get(CUSTOMER) is None:
        return known
    return replace(known, customer={**known.customer, **given}, customer_id=known.customer_id or NEW)


def _paid_by_card(known: Known, body: Json) -> Known:
    has = known.has | PAID_FIELDS | TRANSACTION
    return happened(known, "cardPaymentApproved", state="Paid", method=CARD, has=has)


def _ach_submitted(known: Known, body: Json) -> Known:
    changes = {"method": ELECTRONIC_CHECK, "has": known.has | TRANSACTION}
    return happened(known, "achPaymentSubmitted", state="ProcessingPayment", **changes)


def _marked(known: Known, body: Json) -> Known:
    changes = {"method": body.get("paymentMethodTypeId"), "is_marked": True, "has": known.has | PAID_FIELDS}
    return happened(known, "markedAsPaid", state="Paid", **changes)


def _returned(known: Known, body: Json) -> Known:
    return happened(known, "achPaymentReturned", state="Published", method=None, has=known.has - TRANSACTION)


def declined(known: Known) -> Known:
    """The invoice after a card was declined: nothing but its history is different."""
    return happened(known, "cardPaymentDeclined")


STEPS: Mapping[str, Callable[[Known, Json], Known]] = {
    "getInvoice": lambda known, body: known,
    "getInvoiceCalculations": lambda known, body: known,
    "downloadInvoicePdf": lambda known, body: known,
    "updateInvoice": updated,
    "publishInvoice": _published,
    "cancelInvoice": lambda known, body: happened(known, "canceled", state="Canceled"),
    "markInvoiceAsPaid": _marked,
    "submitInvoice": _paid_by_card,
    "submitInvoiceAch": _ach_submitted,
    "sendInvoiceSms": lambda known, body: happened(known, "smsSent"),
    "settle": lambda known, body: happened(known, "achPaymentSettled", state="Paid", has=known.has | PAID_FIELDS),
    "return": _returned,
    "refund": lambda known, body: happened(known, "refunded", state="Refunded"),
    "expire": lambda known, body: happened(known, "expired", state="Expired"),
}
"""What each action that the lifecycle allows makes of an invoice; deleting leaves none."""


def ask(contract: Contract, known: Known | None, action: str, body: Json | None = None) -> Outcome:
    """What becomes of an invoice that is asked to do something; `None` for one that is not there.

    The body must be good in itself: the model judges only what depends on the invoice.
    """
    lifecycle = contract.lifecycles["invoice"]
    if known is None:
        return Outcome(None, (lifecycle.absent_rule,))
    cell = lifecycle.cell(action, known.state)
    if isinstance(cell, Refusal):
        return Outcome(known, (cell.rule,))
    if action == "deleteInvoice":
        return Outcome(None)
    after = STEPS[action](known, body or {})
    broken = _broken(contract, known, action, body or {}, after)
    return Outcome(known, broken) if broken else Outcome(after)


def _broken(contract: Contract, known: Known, action: str, body: Json, after: Known) -> tuple[str, ...]:
    """The rules about an invoice and a request together that the action would break."""
    if action == "submitInvoice":
        is_right = fraction(body.get("totalAmount")) in known.totals
        return () if is_right else ("INV-CARD-AMOUNT",)
    if action in {"publishInvoice", "updateInvoice"}:
        return (*_too_large(contract, after), *(_unpublishable(after) if after.state == "Published" else ()))
    return ()


def _too_large(contract: Contract, known: Known) -> tuple[str, ...]:
    maximum = fraction(contract.limit("INV-TOTAL-RANGE", "maximum"))
    is_within = all(max(each.subTotalAmount, each.totalAmount) <= maximum for each in known.figures)
    return () if is_within else ("INV-TOTAL-RANGE",)


def _unpublishable(known: Known) -> tuple[str, ...]:
    has_lines = bool(known.terms.get("lineItems"))
    has_total = max(known.totals) > 0
    return (*(() if has_lines else ("INV-PUBLISH-LINES",)), *(() if has_total else ("INV-PUBLISH-TOTAL",)))


def state_of(known: Known | None) -> str:
    return ABSENT if known is None else known.state
