"""Other merchants' records: nothing is readable, nothing changes, and nobody learns that they exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from contract_tests import bodies
from contract_tests.broken import Broken, Difference
from contract_tests.errors import NotReached
from contract_tests.examiner import Examiner
from contract_tests.exchange import Exchange
from contract_tests.suites.authorization.refusing import require_unchanged
from contract_tests.suites.authorization.scenes import GROUP_OF, Scene, refusing_state, scene
from contract_tests.uploads import NOBODYS_ID, ROUTES, Uploads, attach_path
from contract_tests.workshop import Invoices, must_succeed

OWNERSHIP = "OWNERSHIP"
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_OF_NO_INTEREST = re.compile(r"date|age|x-mock-.*|.*(request|trace|correlation).*id|set-cookie|server-timing|etag")
REFERRING = ("createInvoice", "updateInvoice", "publishInvoice")
"""Operations on invoices whose body may name a customer."""


def require_hidden(examiner: Examiner, operation_id: str) -> None:
    """Asked about a record of the main actor, the other is told what is told of one that nobody has.

    Neither where the operation would succeed, nor where the record's state is in its way: that would tell of it, too.
    """
    refusing = refusing_state(operation_id)
    for state in ("", refusing) if refusing else ("",):
        mine = scene(examiner, operation_id, state=state)
        others = mine.called_by(examiner.api(GROUP_OF[operation_id], "other"))
        before = mine.look()
        answer = others.call()
        require_unchanged(mine, before, OWNERSHIP, "the id of another merchant's record")
        unknown = others.about(*(NOBODYS_ID for _ in mine.made))
        require_alike(answer, unknown.call(), unknown.call())
        if not state:
            must_succeed(mine.call(), operation_id)


def require_attaching_hidden(examiner: Examiner, route: str, whose: str) -> None:
    """What of both is another merchant's: the "upload" or the "payment request"."""
    main, other = Uploads(examiner), Uploads(examiner, "other")
    upload, mine = (main if whose == "upload" else other).in_state("confirmed"), whose == "upload"
    payment_request = (other if mine else main).payment_request()
    answer = other.attach(upload, payment_request, route)
    path = (NOBODYS_ID, payment_request) if mine else (upload.id, NOBODYS_ID)
    require_alike(answer, *(other.call(route, attach_path(route, *path)) for _ in range(2)))
    state = (main if mine else other).state(upload)
    if state != "confirmed":
        difference = Difference("state", "confirmed", state)
        raise Broken("UPL-OWNERSHIP", "a refused call changes nothing", [difference], operation_id=route)
    holder = (other if mine else main).invoice(payment_request)
    if holder.is_success and holder.json["filename"] == upload.filename:
        difference = Difference("/filename", "that of another file, or 404", upload.filename)
        raise Broken("UPL-OWNERSHIP", "nothing was attached", [difference], operation_id=route)


def require_customer_hidden(examiner: Examiner, operation_id: str) -> None:
    """A customer of another merchant is one that nobody has."""
    customer = Invoices(examiner).get(Invoices(examiner).create())["customerId"]
    if not customer:
        raise NotReached("the invoice has no customer with an id")
    own = scene(examiner, operation_id, "other")
    before = own.look()
    answer, *nobodys = (own.call(body=_with_customer(own, each)) for each in (customer, NOBODYS_ID, NOBODYS_ID))
    require_unchanged(own, before, OWNERSHIP, "the id of another merchant's customer")
    require_alike(answer, *nobodys)


def require_not_listed(examiner: Examiner) -> None:
    """A list shows, and counts, the caller's own records, whoever looks, however it is searched."""
    mark = f"{examiner.tag}-{examiner.transport.pace.count}"
    made = {actor: _created(examiner, actor, mark) for actor in ("main", "other")}
    for actor, invoice_id in made.items():
        listed = examiner.api("invoices", actor).call("listInvoices", query={"search": mark, "pageSize": 100}).json
        _require_own({"items": [invoice_id], "total": 1}, {"items": _ids(listed), "total": listed["total"]})
    for actor, other in (("main", "other"), ("other", "main")):
        listed = examiner.api("invoices", actor).call("listInvoices", query={"pageSize": 100, "asc": "false"}).json
        _require_own({"others": []}, {"others": [each for each in _ids(listed) if each == made[other]]})


def _ids(listed: Any) -> list[str]:
    return [str(each["id"]) for each in listed["items"]]


def _require_own(expected: dict[str, Any], found: dict[str, Any]) -> None:
    differences = [
        Difference(f"/{name}", value, found[name]) for name, value in expected.items() if found[name] != value
    ]
    if differences:
        message = "a list has the caller's own invoices"
        raise Broken("INV-OWNERSHIP", message, differences, operation_id="listInvoices")


def require_keys_apart(examiner: Examiner, *, is_same_body: bool) -> None:
    """An idempotency key of one merchant is none of another: neither a conflict nor an answer given before."""
    key = {"Idempotency-Key": f"{examiner.tag}-{examiner.transport.pace.count}"}
    made = {}
    for actor in ("main", "other"):
        note = examiner.tag if is_same_body else f"{examiner.tag} {actor}"
        api = examiner.api("invoices", actor)
        answer = api.call("createInvoice", body=bodies.invoice(note), headers=key)
        must_succeed(answer, "createInvoice", "INV-OWNERSHIP")
        made[actor] = Invoices(examiner, api).noted(answer)
    if made["main"] == made["other"]:
        difference = Difference("/id", "another id", made["other"])
        raise Broken("INV-OWNERSHIP", "keys of merchants are apart", [difference], operation_id="createInvoice")
    must_succeed(examiner.api("invoices", "other").call("getInvoice", {"invoiceId": made["other"]}), "getInvoice")


def require_alike(answer: Exchange, nobodys: Exchange, again: Exchange) -> None:
    """Status, headers and body are the same as for an id that nobody has, but for the ids. Raises `Broken`.

    `again`: a second answer about nobody's id; headers in which these two differ say nothing.
    """
    differences = list(_differences(answer, nobodys, again))
    if nobodys.status != 404:
        differences.insert(0, Difference("status", 404, nobodys.status))
    if differences:
        rule = "INV-OWNERSHIP" if GROUP_OF[answer.operation_id] == "invoices" else "UPL-OWNERSHIP"
        message = "another merchant's record is told apart from none"
        raise Broken(rule, message, differences, operation_id=answer.operation_id)


def _differences(answer: Exchange, nobodys: Exchange, again: Exchange) -> Iterator[Difference]:
    if answer.status != nobodys.status:
        yield Difference("status", nobodys.status, answer.status)
        return
    told, expected = _masked(answer.body.decode("utf-8", "replace")), _masked(nobodys.body.decode("utf-8", "replace"))
    if told != expected:
        yield Difference("body", expected, told)
    for name in sorted({*answer.headers, *nobodys.headers}):
        before, after, found = (_masked(each.headers.get(name, "")) for each in (nobodys, again, answer))
        if before == after != found and not _OF_NO_INTEREST.fullmatch(name):
            yield Difference(name, before, found)


def _masked(text: str) -> str:
    return _UUID.sub("<id>", text)


def _created(examiner: Examiner, actor: str, mark: str) -> str:
    return Invoices(examiner, examiner.api("invoices", actor)).create(additionalNotes=mark)


def _with_customer(own: Scene, customer: str) -> Any:
    named = {"id": own.body["id"]} if own.operation_id == "publishInvoice" else own.body
    return {**{name: value for name, value in named.items() if name != "customer"}, "customerId": customer}


WHOSE = [(route, whose) for route in ROUTES for whose in ("upload", "payment request")]
