"""Cleaning up what a run has made on a deployment: as far as it can be undone, and telling what can't."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from contract_tests.api import Api
from contract_tests.credentials import Tokens
from contract_tests.errors import NotReached, WrongUse
from contract_tests.exchange import Exchange
from contract_tests.ledger import Ledger, LeftOver, Made
from contract_tests.target import Target
from contract_tests.transport import Recorder, Transport
from openapi import contract_file, read_contract

GROUP_OF = {"invoice": "invoices", "upload": "invoice_uploads"}
PAGE_SIZE = 100
MOST_PAGES = 20
GONE = 404
REFUSED = frozenset({400, 409})
"""What the state of a record does not allow is answered like that."""
MAKERS = ("main", "other")
"""The actors who can make records."""


@dataclass(frozen=True)
class Stays:
    """Records that could not be removed, and why."""

    what: str
    ids: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.what}: {', '.join(self.ids)}"


class Cleaner:
    """Deletes drafts and uploads, cancels what was published, and settles each in the ledger; the latest first.

    What has to stay (a paid invoice, an attached upload) is settled, too, and told once.
    """

    def __init__(self, transport: Transport, tokens: Tokens, ledger: Ledger) -> None:
        self._transport = transport
        self._target = transport.target
        self._tokens = tokens
        self._ledger = ledger
        self._known: dict[str, list[Api]] = {}

    def clean(self, *, is_unsure: bool = False) -> list[Stays]:
        """Clean up; returns what stays.

        `is_unsure`: there may be invoices that nobody has noted; those with the run's tag are looked for.

        Raises:
            TargetUnreachable, NotReached: it can't go on now; the ledger knows what is left.
        """
        self._transport.pace.is_cleaning_up = True
        if is_unsure and "invoices" in self._target.bases:
            for api in self._apis("invoices"):
                for invoice_id in self._tagged(api):
                    self._ledger.note("invoice", invoice_id)
        self._ledger.forget_intentions()
        stays: dict[str, list[str]] = {}
        for each in self._ledger.open_records():
            why = self._cleaned(each)
            if why:
                stays.setdefault(f"{each.kind}s that {why}", []).append(each.id)
        return [Stays(what, tuple(ids)) for what, ids in stays.items()]

    def _cleaned(self, made: Made) -> str:
        """Clean up one record; returns why it stays, or nothing."""
        for api in self._apis(GROUP_OF[made.kind]):
            answer = UNDO[made.kind](api, made.id)
            if answer.status == GONE:
                continue
            if not answer.is_success and answer.status not in REFUSED:
                return f"are left (the target answered {answer.status})"
            self._ledger.settle(made.id)
            return "" if answer.is_success else STAYING[made.kind](api, made.id)
        self._ledger.settle(made.id)
        return ""

    def _apis(self, group: str) -> list[Api]:
        """The group as each actor who may have made something there; a record of another one is not found."""
        if group not in self._target.bases:
            raise NotReached(f"the target {self._target.name} has no {group} any more")
        if group not in self._known:
            contract = read_contract(contract_file(group))
            actors = [each for each in MAKERS if self._tokens.has(each, group)]
            self._known[group] = [Api(contract, self._transport, self._tokens, actor=each) for each in actors]
        return self._known[group]

    def _tagged(self, api: Api) -> Iterator[str]:
        """The invoices with the run's tag; each is looked at, for a search that finds too much must do no harm."""
        for page in range(1, MOST_PAGES + 1):
            query = {"search": self._ledger.tag, "page": page, "pageSize": PAGE_SIZE}
            answer = api.call("listInvoices", query=query, is_checked=False)
            items = answer.json.get("items") if answer.is_success and isinstance(answer.json, dict) else None
            for each in items or []:
                if not self._ledger.has(str(each["id"])) and self._is_tagged(api, str(each["id"])):
                    yield str(each["id"])
            if not items or len(items) < PAGE_SIZE:
                return

    def _is_tagged(self, api: Api, invoice_id: str) -> bool:
        answer = api.call("getInvoice", {"invoiceId": invoice_id}, is_checked=False)
        return answer.is_success and bool(self._ledger.tag) and self._ledger.tag in json.dumps(answer.json)


def resume(target: Target, left: LeftOver) -> list[Stays]:
    """Clean up what a process has left that is no more; returns what stays.

    Raises:
        WrongUse: the target does not allow it any more.
        TargetUnreachable: it can't go on now; the ledger knows what is left.
    """
    ledger = Ledger(left.file, left.target, left.tag)
    ledger.take_over(left)
    transport = Transport(target, Recorder(), ledger=ledger)
    try:
        return Cleaner(transport, Tokens(transport), ledger).clean(is_unsure=left.is_unsure)
    except NotReached as reason:
        raise WrongUse(f"{left.file.name} can't be cleaned up: {reason}") from reason
    finally:
        ledger.close()


def _undone_invoice(api: Api, invoice_id: str) -> Exchange:
    """Deleted while it is a draft, cancelled once it is published."""
    path = {"invoiceId": invoice_id}
    answer = api.call("deleteInvoice", path, is_checked=False)
    return answer if answer.is_success or answer.status == GONE else api.call("cancelInvoice", path, is_checked=False)


def _undone_upload(api: Api, upload_id: str) -> Exchange:
    return api.call("deleteUpload", {"uploadId": upload_id}, is_checked=False)


UNDO: Mapping[str, Callable[[Api, str], Exchange]] = {"invoice": _undone_invoice, "upload": _undone_upload}


def _staying_invoice(api: Api, invoice_id: str) -> str:
    """Why an invoice can be neither deleted nor cancelled; one that is cancelled is as clean as can be."""
    lifecycle = api.contract.lifecycles["invoice"]
    shown = api.call("getInvoice", {"invoiceId": invoice_id}, is_checked=False).json
    number = shown.get("status") if isinstance(shown, dict) else None
    name = next((name for name, value in lifecycle.states.items() if value == number), "of an unknown status")
    return "" if name == "Canceled" else f"stay ({name})"


def _staying_upload(api: Api, upload_id: str) -> str:
    return "stay (attached to a payment request)"


STAYING: Mapping[str, Callable[[Api, str], str]] = {"invoice": _staying_invoice, "upload": _staying_upload}
