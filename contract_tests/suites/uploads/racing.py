"""Calls that come at once: what excludes each other is won by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial

from contract_tests.broken import Broken, Difference
from contract_tests.exchange import Exchange
from contract_tests.suites.at_once import Call, at_once
from contract_tests.suites.uploads.cases import Check
from contract_tests.suites.uploads.downloads import require_download
from contract_tests.suites.uploads.happenings import require_same
from contract_tests.uploads import ROUTES, Upload, Uploads
from contract_tests.workshop import must_succeed

RACERS = 6
ROUNDS = 2


def of_all(uploads: Uploads, calls: Sequence[Call]) -> list[Exchange]:
    """The answers to calls at the same moment."""
    return at_once(uploads.examiner, calls, partial(uploads.preview, uploads.in_state("absent")))


def confirming(uploads: Uploads) -> None:
    """Of many that confirm, one does."""
    for _ in range(ROUNDS):
        upload = uploads.in_state("stored")
        answers = of_all(uploads, [partial(uploads.confirm, upload)] * RACERS)
        _require_statuses(answers, {200: 1, 409: RACERS - 1}, "UPL-CONFIRM-STATE", "confirmUpload")
    require_download(uploads, uploads.preview(upload).json, upload, "UPL-PREVIEW-BYTES")


def attaching_one(uploads: Uploads) -> None:
    """An upload gets to one payment request, whichever way."""
    uploads.examiner.require_control("several payment requests")
    upload = uploads.in_state("confirmed")
    wanted = [uploads.payment_request() for _ in range(4)]
    calls = [_attaching(uploads, upload, each, ROUTES[number % 2]) for number, each in enumerate(wanted)]
    answers = of_all(uploads, calls)
    _require_statuses(answers, {200: 1, 409: len(wanted) - 1}, "UPL-ATTACH-STATE", ROUTES[0])
    holders = sum(uploads.invoice(each).is_success for each in wanted)
    require_same({"holders": 1}, {"holders": holders}, "UPL-ATTACH-STATE", "losing a race", ROUTES[0])


def attaching_to_one(uploads: Uploads) -> None:
    """All may succeed one after the other; in the end the payment request has one invoice, the others are free."""
    payment_request = uploads.payment_request()
    rivals = [uploads.in_state("confirmed") for _ in range(4)]
    calls = [_attaching(uploads, each, payment_request, ROUTES[number % 2]) for number, each in enumerate(rivals)]
    answers = of_all(uploads, calls)
    _require_statuses(answers, {200: len(rivals)}, "UPL-ATTACH-REPLACES", ROUTES[0])
    names = {each.filename: each for each in rivals}
    shown = must_succeed(uploads.invoice(payment_request), "getPaymentRequestInvoiceUrl").json
    for name, each in names.items():
        expected = 409 if name == shown["filename"] else 204
        answer = uploads.delete(each)
        if answer.status != expected:
            difference = Difference("status", expected, answer.status)
            message = "of the uploads that came to one payment request, one is attached and the others are confirmed"
            raise Broken("UPL-ATTACH-REPLACES", message, [difference], operation_id="deleteUpload")


def deleting_and_confirming(uploads: Uploads) -> None:
    """Whatever comes first, the upload is gone in the end, and deleted once."""
    upload = uploads.in_state("stored")
    answers = of_all(uploads, [*[partial(uploads.delete, upload)] * 3, *[partial(uploads.confirm, upload)] * 3])
    deleted = [each for each in answers if each.sent.method == "DELETE"]
    _require_statuses(deleted, {204: 1, 404: 2}, "UPL-NOT-FOUND", "deleteUpload")
    require_same({"state": "absent"}, uploads.look(upload), "UPL-DELETE-STATE", "losing a race", "deleteUpload")


def deleting_and_attaching(uploads: Uploads) -> None:
    """Either it is deleted, or it is attached, never both."""
    payment_request = uploads.payment_request()
    upload = uploads.in_state("confirmed")
    answers = of_all(
        uploads, [partial(uploads.delete, upload), _attaching(uploads, upload, payment_request, ROUTES[0])] * 2
    )
    won = sorted({each.operation_id for each in answers if each.is_success})
    count = sum(each.is_success for each in answers)
    state = uploads.state(upload)
    expected = {"deleteUpload": "absent", ROUTES[0]: "attached"}
    if len(won) != 1 or count != 1 or state != expected[won[0]]:
        difference = Difference("state", "deleted or attached, by one call", f"{state}, by {count}: {', '.join(won)}")
        raise Broken("UPL-DELETE-STATE", "an upload is deleted or attached", [difference], operation_id="deleteUpload")


def _attaching(uploads: Uploads, upload: Upload, payment_request: str, route: str) -> Call:
    return partial(uploads.attach, upload, payment_request, route)


def _require_statuses(answers: Sequence[Exchange], expected: dict[int, int], rule: str, operation_id: str) -> None:
    found = dict(Counter(each.status for each in answers))
    if found != expected:
        message = f"of {len(answers)} calls at once, {expected.get(200) or expected.get(204)} is to succeed"
        raise Broken(rule, message, [Difference("statuses", expected, found)], operation_id=operation_id)


def deleting(uploads: Uploads) -> None:
    """Of many that delete, one does; to the others it is unknown."""
    for state in ("confirmed", "presigned"):
        upload = uploads.in_state(state)
        answers = of_all(uploads, [partial(uploads.delete, upload)] * RACERS)
        _require_statuses(answers, {204: 1, 404: RACERS - 1}, "UPL-NOT-FOUND", "deleteUpload")


CHECKS = (
    Check("confirming", ["UPL-CONFIRM-STATE"], confirming, ["confirmUpload"]),
    Check("attaching one", ["UPL-ATTACH-STATE", "UPL-ATTACH-SAME"], attaching_one, ROUTES),
    Check("attaching to one", ["UPL-ATTACH-REPLACES", "UPL-ATTACH-SAME"], attaching_to_one, ROUTES),
    Check("deleting", ["UPL-NOT-FOUND"], deleting, ["deleteUpload"]),
    Check("deleting and confirming", ["UPL-NOT-FOUND", "UPL-DELETE-STATE"], deleting_and_confirming,
          ["deleteUpload", "confirmUpload"]),
    Check("deleting and attaching", ["UPL-DELETE-STATE", "UPL-ATTACH-STATE"], deleting_and_attaching,
          ["deleteUpload", ROUTES[0]]),
)  # fmt: skip
