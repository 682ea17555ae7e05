"""Calls that are repeated with their Idempotency-Key: answered like the first time, and done once."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

import pytest

from contract_tests import bodies
from contract_tests.broken import Broken, Difference
from contract_tests.examiner import Examiner, contract
from contract_tests.exchange import Exchange
from contract_tests.models.invoice import ask
from contract_tests.suites.cases import each_case
from contract_tests.suites.refusals import require_refused
from contract_tests.suites.tracked import Tracked, in_state, new_mark
from contract_tests.workshop import Invoices, must_succeed

CONFLICT, REPLAY = "INV-IDEMPOTENCY-CONFLICT", "INV-IDEMPOTENCY-REPLAY"
CREATE, UPDATE, PUBLISH, DELETE, CANCEL = (
    "createInvoice",
    "updateInvoice",
    "publishInvoice",
    "deleteInvoice",
    "cancelInvoice",
)
pytestmark = pytest.mark.priority(20)

STARTS = {
    UPDATE: "Draft",
    DELETE: "Draft",
    PUBLISH: "Draft",
    CANCEL: "Published",
    "markInvoiceAsPaid": "Published",
    "submitInvoice": "Published",
    "submitInvoiceAch": "Published",
    "sendInvoiceSms": "Published",
}
"""Operations on one invoice, and a state in which each is done."""

OTHER_BODIES: Mapping[str, Mapping[str, Any]] = {
    UPDATE: {"shippingAmount": 2},
    PUBLISH: {"shippingAmount": 1},
    "markInvoiceAsPaid": {"paymentMethodTypeId": 2},
    "submitInvoice": {"savePaymentMethod": True},
    "submitInvoiceAch": {"savePaymentMethod": True},
    "sendInvoiceSms": {"phoneNumber": "+15550100198"},
}
OPERATIONS = [pytest.param(each, id=each, marks=pytest.mark.about(each)) for each in STARTS]


def new_key() -> dict[str, str]:
    """A header that no call has carried yet."""
    return {"Idempotency-Key": f"contract-tests-{secrets.token_hex(8)}"}


@pytest.mark.proves(REPLAY)
@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_a_repeated_call_is_answered_again_and_done_once(examiner: Examiner, operation_id: str) -> None:
    invoice = in_state(Invoices(examiner), STARTS[operation_id])
    key, body = new_key(), invoice.good(operation_id)
    first = invoice.act(operation_id, body, headers=key)
    for _ in range(2):
        require_replayed(first, invoice.send(operation_id, body, headers=key), operation_id)
        invoice.require_unchanged(operation_id, REPLAY)


@pytest.mark.proves(CONFLICT)
@pytest.mark.parametrize("operation_id", [each for each in OPERATIONS if each.values[0] in OTHER_BODIES])
def test_a_key_is_for_one_body(examiner: Examiner, operation_id: str) -> None:
    invoice = in_state(Invoices(examiner), STARTS[operation_id])
    key, body = new_key(), invoice.good(operation_id)
    first = invoice.act(operation_id, body, headers=key)
    other = {**(body or {}), **OTHER_BODIES[operation_id]}
    require_refused(invoice.send(operation_id, other, headers=key), CONFLICT, operation_id)
    invoice.require_unchanged(operation_id, CONFLICT)
    require_replayed(first, invoice.send(operation_id, body, headers=key), operation_id)
    invoice.require_unchanged(operation_id, REPLAY)


@pytest.mark.proves(REPLAY, CONFLICT)
@pytest.mark.about(CREATE, PUBLISH)
@pytest.mark.parametrize("operation_id", [CREATE, PUBLISH])
def test_one_key_makes_one_invoice(examiner: Examiner, operation_id: str) -> None:
    invoices, mark, key = Invoices(examiner), new_mark(examiner), new_key()
    body = bodies.invoice(mark)
    first = made(invoices, operation_id, body, key)
    require_replayed(first, made(invoices, operation_id, body, key), operation_id)
    other = invoices.api.call(operation_id, body={**body, "shippingAmount": 3}, headers=key)
    require_refused(other, CONFLICT, operation_id)
    require_count(invoices, mark, 1, operation_id)


@pytest.mark.proves(REPLAY)
@pytest.mark.about(CREATE, PUBLISH)
@pytest.mark.parametrize("operation_id", [CREATE, PUBLISH])
@pytest.mark.parametrize("keys", [(None, None), ("one", "other"), ("one", None)], ids=["none", "two", "one"])
def test_without_the_same_key_it_is_another_call(
    examiner: Examiner, operation_id: str, keys: tuple[str | None, str | None]
) -> None:
    invoices, mark = Invoices(examiner), new_mark(examiner)
    named: dict[str, dict[str, str]] = {}
    for name in keys:
        header = named.setdefault(name, new_key()) if name else {}
        made(invoices, operation_id, bodies.invoice(mark), header)
    require_count(invoices, mark, 2, operation_id)


@pytest.mark.proves(REPLAY)
@pytest.mark.about(CREATE)
def test_a_key_is_one_merchants(examiner: Examiner) -> None:
    """Another merchant's call with the key is its own."""
    ours, theirs = Invoices(examiner), Invoices(examiner, examiner.api("invoices", "other"))
    mark, key = new_mark(examiner), new_key()
    first = made(ours, CREATE, bodies.invoice(mark), key)
    second = must_succeed(theirs.api.call(CREATE, body=bodies.invoice(mark), headers=key), CREATE, REPLAY)
    if first.json["id"] == second.json["id"]:
        message = "a key is answered to the merchant that used it"
        raise Broken(REPLAY, message, [Difference("/id", "another", second.json["id"])], operation_id=CREATE)
    theirs.noted(second)
    theirs.get(second.json["id"])


@pytest.mark.proves(REPLAY)
@pytest.mark.about(CANCEL)
def test_a_key_does_not_hide_a_call_on_another_invoice(examiner: Examiner) -> None:
    """It is done, or refused; it is not answered as if it were done."""
    invoices, key = Invoices(examiner), new_key()
    first, second = in_state(invoices, "Published"), in_state(invoices, "Published")
    first.act(CANCEL, headers=key)
    answer = second.send(CANCEL, headers=key)
    if answer.is_success:
        second.known = in_model(second, CANCEL)
        second.look(CANCEL, REPLAY)
    else:
        require_refused(answer, CONFLICT, CANCEL)
        second.require_unchanged(CANCEL)


@pytest.mark.proves(REPLAY)
@pytest.mark.about(CANCEL, PUBLISH)
def test_a_refused_call_may_be_repeated(examiner: Examiner) -> None:
    """Only accepted calls are answered again: what was refused is judged anew."""
    invoice, key = in_state(Invoices(examiner), "Draft"), new_key()
    invoice.act(CANCEL, headers=key)
    invoice.act(PUBLISH)
    invoice.act(CANCEL, headers=key)


@pytest.mark.proves(REPLAY)
@pytest.mark.about(PUBLISH, UPDATE)
def test_a_replay_ignores_what_has_happened_since(examiner: Examiner) -> None:
    invoice, keys = in_state(Invoices(examiner), "Draft"), (new_key(), new_key())
    update = invoice.good(UPDATE, shippingAmount=5)
    first = invoice.act(UPDATE, update, headers=keys[0])
    published = invoice.act(PUBLISH, headers=keys[1])
    invoice.act(UPDATE, invoice.good(UPDATE, shippingAmount=7))
    invoice.act(CANCEL)
    require_replayed(first, invoice.send(UPDATE, update, headers=keys[0]), UPDATE)
    require_replayed(published, invoice.send(PUBLISH, invoice.good(PUBLISH), headers=keys[1]), PUBLISH)
    invoice.require_unchanged(PUBLISH, REPLAY)


@pytest.mark.proves(REPLAY)
@pytest.mark.about(CREATE, PUBLISH)
@pytest.mark.parametrize("operation_id", [CREATE, PUBLISH])
def test_a_key_outlives_the_token_it_came_with(examiner: Examiner, operation_id: str) -> None:
    """Whoever has to log in again before repeating a call is the same merchant still."""
    invoices, mark, key = Invoices(examiner), new_mark(examiner), new_key()
    first = made(invoices, operation_id, bodies.invoice(mark), key)
    examiner.tokens.forget()
    require_replayed(first, made(invoices, operation_id, bodies.invoice(mark), key), operation_id)
    require_count(invoices, mark, 1, operation_id)


LONGEST_KEY = max(
    int(each.schema["maxLength"])
    for each in contract("invoices").operations[CREATE].parameters
    if each.name.lower() == "idempotency-key"
)
NEAR_KEYS: Mapping[str, tuple[str, str]] = {
    "in capitals": ("contract-tests-{}-key", "contract-tests-{}-KEY"),
    "longer by a letter": ("contract-tests-{}", "contract-tests-{}x"),
    "with another end, as long as may be": ("{:x<" + str(LONGEST_KEY) + "}", "{:x<" + str(LONGEST_KEY - 1) + "}y"),
    "with another beginning": ("contract-tests-{}", "x-contract-tests-{}"),
    "with another sign": ("contract-tests_{}", "contract-tests-{}"),
}


@pytest.mark.proves(REPLAY)
@pytest.mark.about(CREATE, PUBLISH)
@pytest.mark.parametrize("operation_id", [CREATE, PUBLISH])
def test_keys_that_differ_at_all_are_different(examiner: Examiner, operation_id: str) -> None:
    """A key that is nearly another one is for another call."""
    invoices = Invoices(examiner)
    for patterns in each_case(examiner, NEAR_KEYS.values()):
        mark, unique = new_mark(examiner), secrets.token_hex(8)
        for pattern in patterns:
            made(invoices, operation_id, bodies.invoice(mark), {"Idempotency-Key": pattern.format(unique)})
        require_count(invoices, mark, 2, operation_id)


def in_model(invoice: Tracked, action: str) -> Any:
    return ask(invoice.invoices.api.contract, invoice.known, action).known


def made(invoices: Invoices, operation_id: str, body: Any, key: Mapping[str, str]) -> Exchange:
    answer = must_succeed(invoices.api.call(operation_id, body=body, headers=key), operation_id, REPLAY)
    invoices.noted(answer)
    return answer


def require_replayed(first: Exchange, again: Exchange, operation_id: str) -> None:
    """The second answer must be the first one."""
    differences = []
    if again.status != first.status:
        differences.append(Difference("status", first.status, again.status))
    elif again.body != first.body and again.json != first.json:
        differences.append(Difference("", first.json, again.json))
    if differences:
        message = "a call that comes again with its key gets the first answer again"
        raise Broken(REPLAY, message, differences, operation_id=operation_id)


def require_count(invoices: Invoices, mark: str, count: int, operation_id: str) -> None:
    answer = invoices.api.call("listInvoices", query={"search": mark})
    total = must_succeed(answer, "listInvoices").json["total"]
    if total != count:
        message = "a call that is repeated with its key is done once, and one without it each time"
        raise Broken(REPLAY, message, [Difference("/total", count, total)], operation_id=operation_id)
