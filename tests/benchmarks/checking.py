"""Nobody is measured who doesn't answer rightly: else who fails would be the fastest."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from http import HTTPStatus

from tests.benchmarks.calls import Answer, Caller
from tests.benchmarks.contenders.contender import Contender
from tests.benchmarks.lab import BenchmarkError, Lab
from tests.benchmarks.payloads import BASE_PATH, BROKEN, INVOICE, INVOICES, MEMBERS

Check = Callable[[Contender, Lab, str], None]


def check(contender: Contender, lab: Lab, origin: str) -> None:
    """Return where it answers as it must. Raises `BenchmarkError`: what it does instead."""
    for each in CHECKS:
        each(contender, lab, origin)


def created(contender: Contender, call: Caller) -> str:
    """The id of a new invoice. Raises `BenchmarkError`."""
    answer = call("POST", contender.base_path + INVOICES, INVOICE)
    if answer.status not in (HTTPStatus.OK, HTTPStatus.CREATED):
        raise _wrong(contender, "creating an invoice", answer)
    try:
        return str(uuid.UUID(answer.json["id"]))
    except (ValueError, KeyError, TypeError) as error:
        raise _wrong(contender, "creating an invoice", answer) from error


def invoice_of_mock(contender: Contender, lab: Lab, origin: str) -> str:
    """The bytes that the mock answers when it is asked for an invoice that was just created."""
    with Caller(origin, lab.token) as call:
        path = f"{contender.base_path}{INVOICES}/{created(contender, call)}"
        return call("GET", path).body.decode()


def _shows_an_invoice(contender: Contender, lab: Lab, origin: str) -> None:
    with Caller(origin, lab.token) as call:
        path = f"{contender.base_path}{INVOICES}/{created(contender, call)}"
        answer = call("GET", path)
    if answer.status != HTTPStatus.OK or not answer.json.keys() >= MEMBERS:
        raise _wrong(contender, "asking for an invoice", answer)


def _keeps_what_is_posted(contender: Contender, lab: Lab, origin: str) -> None:
    if not contender.has_records:
        return
    with Caller(origin, lab.token) as call:
        invoice_id = created(contender, call)
        answer = call("GET", f"{contender.base_path}{INVOICES}/{invoice_id}")
    shown = answer.json
    if shown["id"] != invoice_id or shown["customer"]["lastName"] != INVOICE["customer"]["lastName"]:
        raise _wrong(contender, "asking for the invoice that was created", answer)


def _keeps_a_journal(contender: Contender, lab: Lab, origin: str) -> None:
    if not contender.has_records:
        return
    with Caller(origin, lab.token) as call:
        created(contender, call)
        noted = call("GET", "/_mock/journal?limit=1").json["exchanges"]
    if not noted or noted[0]["path"] != BASE_PATH + INVOICES:
        raise BenchmarkError(f"{contender.name}: the journal has not noted the call")


def _asks_for_a_token(contender: Contender, lab: Lab, origin: str) -> None:
    if not contender.checks_tokens:
        return
    with Caller(origin) as call:
        answers = [call("GET", contender.an_invoice), call("POST", contender.base_path + INVOICES, INVOICE)]
    if contender.has_records and any(each.status != HTTPStatus.UNAUTHORIZED for each in answers):
        raise _wrong(contender, "calling without a token", answers[0])
    if any(each.status < HTTPStatus.BAD_REQUEST for each in answers):
        raise _wrong(contender, "calling without a token", answers[0])


def _looks_at_bodies(contender: Contender, lab: Lab, origin: str) -> None:
    if not contender.checks_bodies:
        return
    with Caller(origin, lab.token) as call:
        answer = call("POST", contender.base_path + INVOICES, BROKEN)
    if not HTTPStatus.BAD_REQUEST <= answer.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        raise _wrong(contender, "sending a body that breaks the contract", answer)


CHECKS: tuple[Check, ...] = (
    _shows_an_invoice,
    _keeps_what_is_posted,
    _keeps_a_journal,
    _asks_for_a_token,
    _looks_at_bodies,
)


def _wrong(contender: Contender, what: str, answer: Answer) -> BenchmarkError:
    shown = json.dumps(answer.body[:200].decode("utf-8", "replace"))
    return BenchmarkError(f"{contender.name} does not answer rightly: {what} gives {answer.status} {shown}")
