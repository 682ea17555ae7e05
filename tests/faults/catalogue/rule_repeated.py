"""Calls that come again with their Idempotency-Key, and are done twice, or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from mock_server.core import idempotency
from tests.contract_tests.faulty_proxy import Answered, Asked, Change, Forward
from tests.faults.fault import Fault, Kind, Original, passing, replaced
from tests.faults.traffic import sent

rule = partial(Fault, Kind.RULE)
KEY = "idempotency-key"
REPLAY, CONFLICT = "INV-IDEMPOTENCY-REPLAY", "INV-IDEMPOTENCY-CONFLICT"
OTHER_ANSWER = b'{"id": "11111111-1111-4111-8111-111111111111"}'
CALL = idempotency.RepeatableCall


def with_call(change: Callable[..., tuple[Any, ...]]) -> Callable[[Any], Any]:
    """Calls are told apart by something else. `change`: merchant, method, path, key and body, as they are seen."""
    return lambda original: classmethod(lambda cls, *call: original.__func__(cls, *change(*call)))


def unjudged(original: Original) -> Any:
    """A key that comes again with another body is answered like the first time."""

    def earlier_answer(call: Any, work: Any) -> Any:
        kept = work.records(idempotency.KEPT_ANSWERS).get(call.id)
        return original(replace(call, fingerprint=kept.fingerprint), work) if kept else None

    return earlier_answer


def answered_empty(original: Original) -> Any:
    """The second answer has the status of the first, and nothing else."""

    def earlier_answer(call: Any, work: Any) -> Any:
        kept = original(call, work)
        return replace(kept, content=OTHER_ANSWER) if kept and kept.content else kept

    return earlier_answer


def good_once(original: Original) -> Any:
    """The third time it is done again."""
    seen: set[str] = set()

    def earlier_answer(call: Any, work: Any) -> Any:
        kept = original(call, work)
        if kept is None or call.id not in seen:
            seen.update({call.id} if kept else ())
            return kept
        work.records(idempotency.KEPT_ANSWERS).remove(work.records(idempotency.KEPT_ANSWERS).get(call.id))
        return None

    return earlier_answer


def keeps_refusals() -> Change:
    """What was refused once under a key is refused for ever."""
    refusals: dict[tuple[str, str, str], Answered] = {}

    def answer(asked: Asked, forward: Forward) -> Answered:
        call = (asked.headers.get(KEY, ""), asked.method, asked.path)
        if call[0] and call in refusals:
            return refusals[call]
        given = forward(asked)
        if call[0] and given.status == 400:
            refusals[call] = given
        return given

    return answer


def key_as(change: Callable[[str], str]) -> Callable[[], Change]:
    return sent(
        lambda asked: KEY in asked.headers,
        lambda asked: replace(asked, headers={**asked.headers, KEY: change(asked.headers[KEY])}),
    )


def of_the_token(asked: Asked, forward: Forward) -> Answered:
    """Who comes with another token comes with another key."""
    if KEY not in asked.headers:
        return forward(asked)
    token = hashlib.sha256(asked.headers.get("authorization", "").encode()).hexdigest()[:8]
    return forward(replace(asked, headers={**asked.headers, KEY: asked.headers[KEY][:200] + token}))


def without_key(asked: Asked) -> Asked:
    return replace(asked, headers={name: value for name, value in asked.headers.items() if name != KEY})


FAULTS = (
    rule("a key may come with another body", "updateInvoice", replaced(CALL, "earlier_answer", unjudged),
         "test_idempotency.py::test_a_key_is_for_one_body[updateInvoice]", CONFLICT),
    rule("a key is all merchants'", "createInvoice",
         replaced(CALL, "of", with_call(lambda merchant, *rest: ("all", *rest))),
         "test_idempotency.py::test_a_key_is_one_merchants", REPLAY),
    rule("a key is for all invoices", "cancelInvoice",
         replaced(CALL, "of", with_call(lambda merchant, method, path, *rest: (merchant, method, "/any", *rest))),
         "test_idempotency.py::test_a_key_does_not_hide_a_call_on_another_invoice", REPLAY),
    rule("a call that comes again is answered with another id", "publishInvoice",
         replaced(CALL, "earlier_answer", answered_empty),
         "test_idempotency.py::test_one_key_makes_one_invoice[publishInvoice]", REPLAY),
    rule("a key is good for one repetition", "sendInvoiceSms", replaced(CALL, "earlier_answer", good_once),
         "test_idempotency.py::test_a_repeated_call_is_answered_again_and_done_once[sendInvoiceSms]", REPLAY),
    rule("a refusal is repeated, too", "cancelInvoice", passing(keeps_refusals),
         "test_idempotency.py::test_a_refused_call_may_be_repeated", "INV-CANCEL-STATE"),
    rule("deleting knows no keys", "deleteInvoice", passing(sent(lambda asked: asked.method == "DELETE", without_key)),
         "test_idempotency.py::test_a_repeated_call_is_answered_again_and_done_once[deleteInvoice]", REPLAY),
    rule("the end of a long key does not count", "createInvoice", passing(key_as(lambda key: key[:64])),
         "test_idempotency.py::test_keys_that_differ_at_all_are_different[createInvoice]", REPLAY),
    rule("a key is one token's", "createInvoice", passing(lambda: of_the_token),
         "test_idempotency.py::test_a_key_outlives_the_token_it_came_with[createInvoice]", REPLAY),
    rule("the case of a key does not count", "createInvoice", passing(key_as(str.lower)),
         "test_idempotency.py::test_keys_that_differ_at_all_are_different[createInvoice]", REPLAY),
)  # fmt: skip
