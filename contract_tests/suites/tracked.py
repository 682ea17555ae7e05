"""Invoices of a run, each with what it should be: every call is judged, and what it did is read back."""

from __future__ import annotations

import itertools
import secrets
from dataclasses import replace
from decimal import Decimal
from typing import Any

from contract_tests import bodies
from contract_tests.broken import Broken, Difference
from contract_tests.decimals import loads
from contract_tests.examiner import Examiner
from contract_tests.exchange import Exchange
from contract_tests.models.amounts import fraction
from contract_tests.models.comparing import PERCENTAGES, chosen, deviations, figure_deviations, rule_of
from contract_tests.models.invoice import NEW, Known, Outcome, Surcharges, ask, created, declined, published_at_once
from contract_tests.suites.listed import require_item
from contract_tests.suites.refusals import CHANGES_NOTHING, require_refused
from contract_tests.workshop import Invoices, must_succeed
from openapi import ABSENT

Json = dict[str, Any]

READING = frozenset({"getInvoice", "getInvoiceCalculations", "downloadInvoicePdf"})

_PROCESS = secrets.token_hex(3)
_COUNT = itertools.count(1)


def new_mark(examiner: Examiner) -> str:
    """A text for the notes of records that are found by it alone."""
    return f"{examiner.tag}.{_PROCESS}.{next(_COUNT):05d}."


class Tracked:
    """An invoice that is known from its creation on. `seen`: how it was read the last time."""

    def __init__(self, invoices: Invoices, invoice_id: str, known: Known | None, mark: str) -> None:
        self.invoices = invoices
        self.id = invoice_id
        self.known = known
        self.mark = mark
        self.seen: Json | None = None
        self._contract = invoices.api.contract
        self._lifecycle = invoices.lifecycle

    @classmethod
    def draft(
        cls, invoices: Invoices, mark: str = "", *, surcharges: Surcharges | None = None, **changes: Any
    ) -> Tracked:
        """A new draft, not read yet."""
        mark = mark or new_mark(invoices.examiner)
        body = bodies.invoice(mark, **changes)
        answer = must_succeed(invoices.api.call("createInvoice", body=body), "createInvoice")
        return cls(invoices, invoices.noted(answer), created(body, surcharges), mark)

    @classmethod
    def published(
        cls, invoices: Invoices, mark: str = "", *, surcharges: Surcharges | None = None, **changes: Any
    ) -> Tracked:
        """A new invoice that is published without having been a draft, not read yet."""
        mark = mark or new_mark(invoices.examiner)
        body = bodies.invoice(mark, **changes)
        answer = must_succeed(invoices.api.call("publishInvoice", body=body), "publishInvoice")
        return cls(invoices, invoices.noted(answer), published_at_once(body, surcharges), mark)

    @property
    def state(self) -> str:
        return ABSENT if self.known is None else self.known.state

    @property
    def total(self) -> Any:
        """What is to be paid, or 1 where nothing is."""
        if self.known is None:
            return 1
        figure = max(self.known.totals)
        return Decimal(figure.numerator) / Decimal(figure.denominator)

    def take(self, action: str, body: Any = None) -> None:
        """Do what is allowed, and read nothing. Raises `Broken` where it is refused."""
        body = self.good(action) if body is None else body
        outcome = ask(self._contract, self.known, action, body)
        must_succeed(self.send(action, body), action, self._rule(action) or "")
        self.known = outcome.known

    def good(self, action: str, **changes: Any) -> Json | None:
        """A body of the operation that breaks no rule of its own; `None` where it takes none."""
        make = {
            "updateInvoice": lambda: bodies.other_invoice(self.mark, **changes),
            "publishInvoice": lambda: {"id": self.id, **changes},
            "markInvoiceAsPaid": lambda: {"paymentMethodTypeId": None, **changes},
            "submitInvoice": lambda: bodies.card(self.total, **changes),
            "submitInvoiceAch": lambda: bodies.ach(**changes),
            "sendInvoiceSms": lambda: {"customerConsent": True, **changes},
        }.get(action)
        return make() if make else None

    def send(self, action: str, body: Any = None, **more: Any) -> Exchange:
        """Ask for an operation, or an event, and judge nothing."""
        if action not in self._contract.operations:
            return self.invoices.examiner.require_control(f"the event {action}").try_event(self.id, action)
        return self.invoices.api.call(action, self.path(action), body, **more)

    def path(self, action: str) -> Json:
        name = next((each for each in ("invoiceId", "id") if "{" + each + "}" in self._template(action)), "")
        return {name: self.id} if name else {}

    def act(self, action: str, body: Any = None, **more: Any) -> Exchange:
        """Ask with a body that is good in itself, and hold what comes of it to the model. Raises `Broken`."""
        body = self.good(action) if body is None else body
        outcome = ask(self._contract, self.known, action, body)
        answer = self.send(action, body, **more)
        self.judge(action, outcome, answer)
        return answer

    def decline(self, number: str = bodies.DECLINED_CARD) -> Exchange:
        """Pay by a card that is declined, and hold what comes of it to the model."""
        answer = self.send("submitInvoice", self.good("submitInvoice", accountNumber=number))
        must_succeed(answer, "submitInvoice", "INV-CARD-DECLINE")
        if answer.json != {"success": False, "paymentMethodCreated": False}:
            difference = Difference("", {"success": False, "paymentMethodCreated": False}, answer.json)
            raise Broken("INV-CARD-DECLINE", "the card is declined", [difference], operation_id="submitInvoice")
        assert self.known is not None, "an invoice that is paid is there"
        self.known = declined(self.known)
        self.look("decline")
        return answer

    def refused(self, action: str, body: Any, rules: Any, fields: Any = (), **more: Any) -> Exchange:
        """Ask with a request that the rules refuse: it must be, and change nothing."""
        answer = self.send(action, body, **more)
        require_refused(answer, rules, action, fields=fields)
        self.require_unchanged(action)
        return answer

    def judge(self, action: str, outcome: Outcome, answer: Exchange) -> None:
        """Hold an answer, and what is to be read afterwards, to what the model says. Raises `Broken`."""
        if outcome.rules:
            self._require_refused(action, outcome, answer)
            self.require_unchanged(action)
            return
        must_succeed(answer, action, self._rule(action) or "")
        if action in READING:
            self.require_unchanged(action)
            return
        rule, self.known = self._rule(action), outcome.known
        if self.known is None:
            self.invoices.examiner.ledger.settle(self.id)
        self.look(action, rule)

    def _require_refused(self, action: str, outcome: Outcome, answer: Exchange) -> None:
        if action in self._contract.operations:
            is_about_it = self.known is None or (len(outcome.rules) == 1 and outcome.rules[0] == self._rule(action))
            require_refused(answer, outcome.rules, action, entity_id=self.id if is_about_it else "")
        elif answer.is_success:
            message = f"{action} must be refused: {self._contract.rules[outcome.rules[0]].says}"
            raise Broken(outcome.rules[0], message, [Difference("status", 400, answer.status)], operation_id=action)

    def look(self, action: str, rule: str | None = None) -> None:
        """Read everything there is to see, and hold it to the model. Raises `Broken`."""
        if self.known is None:
            self._require_gone(action)
            return
        before, self.seen = self.seen, self.invoices.get(self.id)
        self._require(action, deviations(self.known, self.seen, self._lifecycle, before), rule)
        if self.known.customer_id == NEW:
            self.known = replace(self.known, customer_id=self.seen["customerId"])
        self._require_figures(action)
        self._require_listed(action)

    def require_unchanged(self, action: str, rule: str = "") -> None:
        """Raise `Broken` where the invoice reads in any way differently than before."""
        if self.known is None:
            self._require_gone(action)
            return
        now = self.invoices.get(self.id)
        before = self.seen or {}
        if now != before:
            differing = sorted(name for name in {*before, *now} if before.get(name) != now.get(name))
            differences = [Difference(f"/{name}", before.get(name), now.get(name)) for name in differing]
            unchanged = f"SCHEMA:{action}:unchanged" if action in READING else CHANGES_NOTHING
            message = f"{action} was no reason for the invoice to change"
            raise Broken(rule or unchanged, message, differences, operation_id=action)
        self._require_figures(action)
        self._require_listed(action)

    def listed(self) -> list[Json]:
        """The invoices with this one's mark, as the list shows them."""
        answer = self.invoices.api.call("listInvoices", query={"search": self.mark, "pageSize": 100})
        found: list[Json] = loads(self.invoices.expected(answer, "listInvoices").body)["items"]
        return found

    def _require(self, action: str, differences: Any, rule: str | None) -> None:
        """Raise `Broken` for the first rule that is broken, with all differences that break it."""
        found = [(rule_of(each.pointer, action, rule), each) for each in differences]
        if found:
            first = found[0][0]
            message = f"after {action} the invoice is not what it should be"
            raise Broken(first, message, [each for name, each in found if name == first], operation_id=action)

    def _require_figures(self, action: str) -> None:
        assert self.known is not None, "it is there"
        assert self.seen is not None, "it was read"
        answer = self.invoices.api.call("getInvoiceCalculations", {"invoiceId": self.id})
        value = loads(must_succeed(answer, "getInvoiceCalculations").body)
        figures = chosen(self.known, fraction(self.seen["totalAmount"]))
        differences = list(figure_deviations(figures, value))
        seen = self.seen
        differences += [
            Difference(f"/{name}", seen.get(name), value.get(name))
            for name in ("id", "surchargePercentage", *PERCENTAGES)
            if _comparable(seen.get(name)) != _comparable(value.get(name))
        ]
        self._require("getInvoiceCalculations", differences, None)

    def _require_listed(self, action: str) -> None:
        assert self.seen is not None, "it was read"
        found = [each for each in self.listed() if each["id"] == self.id]
        if len(found) != 1:
            message = f"after {action} the list has the invoice {len(found)} times"
            raise Broken("INV-LIST-SEARCH", message, [Difference("/items", 1, len(found))], operation_id="listInvoices")
        require_item(self.seen, found[0])

    def _require_gone(self, action: str) -> None:
        for operation_id in ("getInvoice", "getInvoiceCalculations"):
            answer = self.invoices.act(operation_id, self.id)
            require_refused(answer, self._lifecycle.absent_rule, operation_id, entity_id=self.id)
        if any(each["id"] == self.id for each in self.listed()):
            message = f"after {action} the list still has the invoice"
            raise Broken("INV-LIST-FILTER", message, [Difference("/items", 0, 1)], operation_id="listInvoices")

    def _rule(self, action: str) -> str | None:
        cell = self._lifecycle.cell(action, self.state) if self.known else None
        return cell.rule if cell else None

    def _template(self, action: str) -> str:
        return self._contract.operations[action].path


def _comparable(value: Any) -> Any:
    """A figure that is not there is 0."""
    return value if isinstance(value, str) else fraction(value)


def in_state(invoices: Invoices, state: str, **changes: Any) -> Tracked:
    """A new invoice in this state, read and held to the model; `ABSENT`: one that was deleted.

    Raises:
        NotReached: public calls don't lead there, and there is no control API to help.
    """
    made = Tracked.draft(invoices, **changes)
    way = ["createInvoice", *invoices.way_to(state)]
    for action in way[1:]:
        made.take(action)
    made.look(way[-1])
    return made
