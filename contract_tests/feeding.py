"""Records of the run's own for requests that were made up: behind an id that exists there is more to be found."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from contract_tests.errors import NotReached
from contract_tests.examiner import Examiner
from contract_tests.exchange import Exchange
from contract_tests.uploads import Uploads
from contract_tests.workshop import Invoices, sha256
from openapi import ABSENT, Contract, Transition

ATTACHED = "attached"
EMPTY = "empty"
PARAMETERS: Mapping[str, Mapping[str, str]] = {
    "invoices": {"invoiceId": "invoice", "id": "invoice"},
    "invoice_uploads": {"uploadId": "upload", "paymentRequestId": "payment_request", "id": "payment_request"},
}
"""What the parameters of paths name, by group."""

UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
REFERENCES = frozenset({"customerId", "merchantContactInfoId", "cardPaymentProcessorId", "achPaymentProcessorId"})
"""Members of bodies that name records which public calls can't make; an id that was made up names none of them."""


def states(contract: Contract, operation_id: str) -> Sequence[str]:
    """The states in which to ask for an operation: those where it is possible first, then the others and `ABSENT`."""
    for lifecycle in contract.lifecycles.values():
        if operation_id in lifecycle.actions():
            cells = [(state, lifecycle.cell(operation_id, state)) for state in lifecycle.states]
            possible = [state for state, cell in cells if isinstance(cell, Transition)]
            return [*possible, *(state for state, _ in cells if state not in possible), ABSENT]
    return [ATTACHED, ABSENT] if "{" in contract.operations[operation_id].path else [ABSENT]


class Feed:
    """Makes records when they are asked for, and gives them again for as long as nobody has changed them."""

    def __init__(self, examiner: Examiner, contract: Contract) -> None:
        self._examiner = examiner
        self._contract = contract
        self._pool: dict[tuple[str, str], str] = {}
        self._payment_requests: set[str] = set()
        self._digests: dict[str, str] = {}

    def path(self, operation_id: str, state: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """The values of a path with records in this state; what is no id stays as it was given."""
        kinds = PARAMETERS[self._contract.name]
        return {
            name: self.record(kinds[name], state, operation_id) if is_id(value) and name in kinds else value
            for name, value in given.items()
        }

    def record(self, kind: str, state: str, operation_id: str = "") -> str:
        """The id of a record in a state; where the target can't have one there, that of another state or of none."""
        key = (kind, state if kind != "payment_request" else self._attachment(state, operation_id))
        if key not in self._pool:
            try:
                self._pool[key] = self._made(*key)
            except NotReached:
                self._pool[key] = self._made(kind, ABSENT)
        return self._pool[key]

    def payment_requests(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The values of a path, of which those that name payment requests name one that is there."""
        kinds = PARAMETERS[self._contract.name]
        found = {name: value for name, value in given.items() if kinds.get(name) == "payment_request" and is_id(value)}
        for name, value in found.items():
            if value not in self._payment_requests:
                found[name] = self.record("payment_request", EMPTY)
                self._payment_requests.add(found[name])
        return found

    def digest(self, upload_id: str) -> str:
        """The SHA-256 of the bytes of an upload that was made here; of nothing else."""
        return self._digests.get(upload_id, "0" * 64)

    def saw(self, exchange: Exchange) -> None:
        """Forget the records that a call has changed, and note those that it has made."""
        if exchange.is_success and exchange.sent.method not in {"GET", "HEAD", "OPTIONS"}:
            sent = exchange.sent.url + exchange.sent.body.decode("utf-8", "replace")
            self._pool = {key: each for key, each in self._pool.items() if each not in sent}
            self._note(exchange)

    def forget(self) -> None:
        """Make every record anew from now on."""
        self._pool.clear()

    def _note(self, exchange: Exchange) -> None:
        shown = exchange.json if isinstance(exchange.json, dict) else {}
        for member, kind in (("id", "invoice"), ("uploadId", "upload")):
            if is_id(shown.get(member)):
                self._examiner.ledger.note(kind, shown[member])

    def _attachment(self, state: str, operation_id: str) -> str:
        """Which payment request goes with an upload: one that has an invoice only where that is asked for."""
        return state if state == ABSENT or operation_id == "getPaymentRequestInvoiceUrl" else EMPTY

    def _made(self, kind: str, state: str) -> str:
        if state == ABSENT:
            return "00000000-0000-4000-8000-000000000000"
        if kind == "invoice":
            return Invoices(self._examiner).in_state(state)
        uploads = Uploads(self._examiner)
        if kind == "upload":
            upload = uploads.in_state(state)
            self._digests[upload.id] = sha256(upload.content)
            return upload.id
        if state == ATTACHED:
            return uploads.in_state(ATTACHED).payment_requests[-1]
        return uploads.payment_request()


def is_id(value: Any) -> bool:
    return isinstance(value, str) and UUID.fullmatch(value) is not None


def without_references(body: Any) -> Any:
    """The body with no ids that name nothing: they would be refused before anything else is looked at."""
    if not isinstance(body, dict):
        return body
    kept = {name: None if name in REFERENCES and is_id(value) else value for name, value in body.items()}
    customer = kept.get("customer")
    if isinstance(customer, dict) and is_id(customer.get("id")):
        kept["customer"] = {**customer, "id": None}
    return kept
