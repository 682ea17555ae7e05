"""Makes the records that tests need, by public calls, and brings them into any state of their lifecycle."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from contract_tests import bodies
from contract_tests.api import Api
from contract_tests.broken import Broken
from contract_tests.decimals import loads
from contract_tests.errors import NotReached
from contract_tests.examiner import Examiner
from contract_tests.exchange import Exchange
from openapi import ABSENT, Lifecycle

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
NEW_INVOICE = "Draft"
Way = Sequence[str]


def ways(lifecycle: Lifecycle, start: str, *, may_use_events: bool) -> Mapping[str, Way]:
    """The shortest way to each state that can be reached: actions on a new record, which is in `start`."""
    found: dict[str, Way] = {start: []}
    waiting = deque([start])
    while waiting:
        state = waiting.popleft()
        for each in lifecycle.transitions:
            if each.source != state or (each.is_event and not may_use_events):
                continue
            for target in each.targets:
                if target not in found and target != ABSENT:
                    found[target] = [*found[state], each.action]
                    waiting.append(target)
    return found


class Invoices:
    """A merchant's invoices, made by the run and cleaned up by it."""

    def __init__(self, examiner: Examiner, api: Api | None = None) -> None:
        self.examiner = examiner
        self.api = api or examiner.invoices
        self.lifecycle = self.api.contract.lifecycles["invoice"]

    def create(self, **changes: Any) -> str:
        """Make a draft; returns its id."""
        answer = self.api.call("createInvoice", body=bodies.invoice(self.examiner.tag, **changes))
        return self.noted(self.expected(answer, "createInvoice"))

    def noted(self, answer: Exchange) -> str:
        """The id in an answer, which the run will clean up."""
        invoice_id = str(answer.json["id"])
        self.examiner.ledger.note("invoice", invoice_id)
        return invoice_id

    def get(self, invoice_id: str) -> dict[str, Any]:
        """The invoice as it is now, amounts as decimals."""
        answer = self.expected(self.api.call("getInvoice", {"invoiceId": invoice_id}), "getInvoice")
        value: dict[str, Any] = loads(answer.body)
        return value

    def status(self, invoice_id: str) -> str:
        """The state of the invoice, by its name in the lifecycle; `ABSENT` where there is none."""
        answer = self.api.call("getInvoice", {"invoiceId": invoice_id})
        if answer.status == 404:
            return ABSENT
        number = self.expected(answer, "getInvoice").json["status"]
        return next((name for name, value in self.lifecycle.states.items() if value == number), str(number))

    def in_state(self, state: str, **changes: Any) -> str:
        """A new invoice in this state.

        Raises:
            NotReached: public calls don't lead there, and there is no control API to help.
        """
        if state == ABSENT:
            return "00000000-0000-4000-8000-000000000000"
        invoice_id = self.create(**changes)
        for action in self.way_to(state):
            self.take(action, invoice_id)
        return invoice_id

    def way_to(self, state: str) -> Way:
        """The actions that bring a new draft into a state; `ABSENT` is that of a draft that was deleted.

        Raises:
            NotReached: public calls don't lead there, and there is no control API to help.
        """
        if state == ABSENT:
            return ["deleteInvoice"]
        known = ways(self.lifecycle, NEW_INVOICE, may_use_events=self.examiner.control is not None)
        if state not in known:
            raise NotReached(f"an invoice in {state} can't be had by public calls")
        return known[state]

    def take(self, action: str, invoice_id: str) -> None:
        """Let an action happen that is allowed. Raises `Broken` where the API refuses it."""
        if action in self.api.contract.operations:
            self.expected(self.act(action, invoice_id), action)
        else:
            self.examiner.require_control(f"the event {action}").let_happen(invoice_id, action)

    def act(self, operation_id: str, invoice_id: str, **more: Any) -> Exchange:
        """Ask for an operation on an invoice with a request that is fine in itself; `more` as for `Api.call`."""
        path, body = REQUESTS[operation_id](self, invoice_id)
        return self.api.call(operation_id, path, more.pop("body", body), **more)

    def total(self, invoice_id: str) -> Any:
        """What is to be paid; 1 where nobody knows."""
        answer = self.api.call("getInvoice", {"invoiceId": invoice_id})
        return loads(answer.body)["totalAmount"] if answer.is_success else 1

    def expected(self, answer: Exchange, operation_id: str) -> Exchange:
        """The answer, which must be a success: the contract allows the call."""
        return must_succeed(answer, operation_id)


def must_succeed(answer: Exchange, operation_id: str, rule: str = "") -> Exchange:
    """The answer of a call that the contract allows. Raises `Broken` where it was refused."""
    if not answer.is_success:
        message = f"{operation_id} is allowed here, and was answered {answer.status}"
        raise Broken(rule or f"SCHEMA:{operation_id}:accepted", message, operation_id=operation_id)
    return answer


Request = Callable[[Invoices, str], tuple[Mapping[str, Any], Any]]

REQUESTS: Mapping[str, Request] = {
    "getInvoice": lambda made, each: ({"invoiceId": each}, None),
    "getInvoiceCalculations": lambda made, each: ({"invoiceId": each}, None),
    "updateInvoice": lambda made, each: ({"invoiceId": each}, bodies.invoice(made.examiner.tag)),
    "deleteInvoice": lambda made, each: ({"invoiceId": each}, None),
    "publishInvoice": lambda made, each: ({}, {"id": each}),
    "cancelInvoice": lambda made, each: ({"invoiceId": each}, None),
    "markInvoiceAsPaid": lambda made, each: ({"invoiceId": each}, {"paymentMethodTypeId": None}),
    "submitInvoice": lambda made, each: ({"id": each}, bodies.card(made.total(each))),
    "submitInvoiceAch": lambda made, each: ({"id": each}, bodies.ach()),
    "sendInvoiceSms": lambda made, each: ({"invoiceId": each}, {"customerConsent": True}),
    "downloadInvoicePdf": lambda made, each: ({"invoiceId": each}, None),
}
"""For each operation on one invoice: its path's values and a body that breaks no rule of its own."""


def sha256(content: bytes) -> str:
    """The digest that confirming an upload asks for."""
    return hashlib.sha256(content).hexdigest()
