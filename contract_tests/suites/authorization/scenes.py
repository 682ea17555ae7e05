"""For each operation a call that would succeed, on a record of its own, and what the record looks like."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from contract_tests import bodies
from contract_tests.api import Api
from contract_tests.examiner import Examiner, contract
from contract_tests.exchange import Exchange
from contract_tests.target import GROUPS
from contract_tests.uploads import NOBODYS_ID, Uploads
from contract_tests.workshop import REQUESTS, Invoices, must_succeed, sha256
from openapi import ABSENT, Lifecycle, Transition

CONTRACTS = {group: contract(group) for group in GROUPS}
GROUP_OF = {operation: group for group, each in CONTRACTS.items() for operation in each.operations}
PREFIXES = {"invoices": "INV", "invoice_uploads": "UPL"}
INVOICE_URL = "getPaymentRequestInvoiceUrl"


@dataclass(frozen=True)
class Scene:
    """A call of the main actor that is fine. `look`: all that can be seen of what the call is about.

    `made`: the ids that the call names, of records of the main actor.
    """

    api: Api
    operation_id: str
    path: Mapping[str, Any]
    body: Any
    look: Callable[[], Any]
    made: tuple[str, ...] = ()

    @property
    def group(self) -> str:
        return self.api.contract.name

    def rule(self, name: str) -> str:
        """The group's rule of this name."""
        return f"{PREFIXES[self.group]}-{name}"

    def call(self, **more: Any) -> Exchange:
        """Make the call; `more` as for `Api.call`."""
        return self.api.call(self.operation_id, more.pop("path", self.path), more.pop("body", self.body), **more)

    def called_by(self, api: Api) -> Scene:
        """The same call, made by somebody else; it is looked at as before."""
        return replace(self, api=api)

    def about(self, *ids: str) -> Scene:
        """The same call with other ids in the place of those it names."""
        return replace(
            self,
            path=_renamed(self.path, dict(zip(self.made, ids, strict=True))),
            body=_renamed(self.body, dict(zip(self.made, ids, strict=True))) if self.body is not None else None,
            made=ids,
        )


def scene(examiner: Examiner, operation_id: str, actor: str = "main", state: str = "") -> Scene:
    """A call of the operation that would succeed, or one on a record in another state.

    Raises:
        NotReached: the target doesn't have what it takes.
    """
    if GROUP_OF[operation_id] == "invoices":
        return _of_invoices(examiner, operation_id, actor, state)
    return _of_uploads(examiner, operation_id, actor, state)


def refusing_state(operation_id: str) -> str:
    """A state in which the operation is refused; empty where there is none."""
    lifecycle = next(iter(CONTRACTS[GROUP_OF[operation_id]].lifecycles.values()))
    return next((each.state for each in lifecycle.refusals if each.action == operation_id), "")


def bare_scene(examiner: Examiner, api: Api, operation_id: str) -> Scene:
    """A call about a record of nobody: who may call is told 404, and who may not is refused before."""
    operation = api.contract.operations[operation_id]
    path = {each.name: NOBODYS_ID for each in operation.parameters if each.location == "path"}
    return Scene(
        api,
        operation_id,
        path,
        _plain_body(examiner.tag, operation_id),
        lambda: None,
        tuple(dict.fromkeys(path.values())),
    )


def _of_invoices(examiner: Examiner, operation_id: str, actor: str, state: str) -> Scene:
    api = examiner.api("invoices", actor)
    invoices = Invoices(examiner, api)
    if operation_id == "listInvoices":
        return Scene(api, operation_id, {}, None, lambda: None)
    if operation_id == "createInvoice":
        mark = f"{examiner.tag}-{examiner.transport.pace.count}"
        return Scene(api, operation_id, {}, bodies.invoice(mark), lambda: found_by(api, mark))
    invoice_id = invoices.in_state(state or _state_for(api.contract.lifecycles["invoice"], operation_id, "Draft"))
    path, body = REQUESTS[operation_id](invoices, invoice_id)
    return Scene(api, operation_id, path, body, lambda: seen(api, invoice_id), (invoice_id,))


def _of_uploads(examiner: Examiner, operation_id: str, actor: str, state: str) -> Scene:
    uploads = Uploads(examiner, actor)
    if operation_id == "presignUpload":
        return Scene(uploads.api, operation_id, {}, _plain_body(examiner.tag, operation_id), lambda: None)
    if operation_id == INVOICE_URL:
        upload = uploads.in_state("attached")
        payment_request = upload.payment_requests[-1]
        return Scene(
            uploads.api, operation_id, {"id": payment_request}, None, lambda: uploads.look(upload), (payment_request,)
        )
    upload = uploads.in_state(state or _state_for(uploads.lifecycle, operation_id, "presigned"))
    body = {"sha256": sha256(upload.content)} if operation_id == "confirmUpload" else None
    path: dict[str, str] = {"uploadId": upload.id}
    made: tuple[str, ...] = (upload.id,)
    operation = uploads.contract.operations[operation_id]
    others = [each.name for each in operation.parameters if each.location == "path" and each.name != "uploadId"]
    for name in others:
        path[name] = uploads.payment_request()
        upload.payment_requests.append(path[name])
        made = (upload.id, path[name])
    return Scene(uploads.api, operation_id, path, body, lambda: uploads.look(upload), made)


def seen(api: Api, invoice_id: str) -> Any:
    """The invoice as it is shown, or the status where it is not."""
    answer = api.call("getInvoice", {"invoiceId": invoice_id})
    return answer.json if answer.is_success else {"status of the answer": answer.status}


def found_by(api: Api, mark: str) -> list[str]:
    """The ids of the invoices that a search for a mark finds."""
    answer = must_succeed(api.call("listInvoices", query={"search": mark, "pageSize": 100}), "listInvoices")
    return [str(each["id"]) for each in answer.json["items"]]


def _state_for(lifecycle: Lifecycle, operation_id: str, otherwise: str) -> str:
    """The first state in which the operation is possible."""
    states = [
        each.source
        for each in lifecycle.transitions
        if isinstance(each, Transition) and each.action == operation_id and each.source != ABSENT
    ]
    return states[0] if states else otherwise


def _plain_body(tag: str, operation_id: str) -> Any:
    """A body that breaks no rule of its own, of an operation on a record of nobody."""
    if operation_id == "presignUpload":
        return {"filename": f"{tag}.pdf", "mimeType": "application/pdf", "size": 10}
    if operation_id == "confirmUpload":
        return {"sha256": "a" * 64}
    plain = {
        "createInvoice": bodies.invoice(tag),
        "updateInvoice": bodies.invoice(tag),
        "publishInvoice": {"id": NOBODYS_ID},
        "markInvoiceAsPaid": {"paymentMethodTypeId": None},
        "submitInvoice": bodies.card(1),
        "submitInvoiceAch": bodies.ach(),
        "sendInvoiceSms": {"customerConsent": True},
    }
    return plain.get(operation_id)


def _renamed(values: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {name: names.get(value, value) if isinstance(value, str) else value for name, value in values.items()}
