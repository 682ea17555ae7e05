"""What can happen to an upload, operations and events alike, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from contract_tests.broken import Broken, Difference
from contract_tests.errors import NotReached
from contract_tests.exchange import Exchange
from contract_tests.presigned import BucketCall
from contract_tests.suites.uploads.refusals import require_bucket_refused, require_refused
from contract_tests.uploads import ACTIONS, Upload, Uploads
from contract_tests.workshop import must_succeed
from openapi import Refusal, Transition

CHANGES_NOTHING = "UPL-REFUSAL-CHANGES-NOTHING"
Happening = Callable[[Uploads, Upload], Exchange | None]


def lapse_time(upload: Upload, more: int = 60) -> str:
    """The duration after which an upload made now has lapsed for sure."""
    return f"PT{int(upload.answer['expiresInSeconds']) + more}S"


def lapse(uploads: Uploads, upload: Upload) -> None:
    """The time to confirm goes by."""
    uploads.examiner.advance(lapse_time(upload), "the time after which uploads lapse")


def replace(uploads: Uploads, upload: Upload) -> None:
    """Another upload is attached to the payment request that has this one, or was to have it."""
    payment_requests = upload.payment_requests or [uploads.payment_request()]
    other = uploads.in_state("confirmed")
    must_succeed(uploads.attach(other, payment_requests[-1]), "attachUpload", "UPL-ATTACH-REPLACES")


def fetch(uploads: Uploads, upload: Upload) -> Exchange | None:
    """GET the bytes, by a URL for that where there is one."""
    answer = uploads.preview(upload)
    if answer.is_success:
        return uploads.fetch(answer.json["url"])
    stolen = uploads.send(BucketCall("GET", upload.url, {"content-type": upload.mime_type}))
    if stolen.is_success:
        difference = Difference("status", 403, stolen.status)
        raise Broken("UPL-FETCH-ABSENT", "bytes that are not confirmed are fetched by nobody", [difference])
    raise NotReached("no URL is signed for bytes that are not confirmed")


def put_other_bytes(uploads: Uploads, upload: Upload) -> Exchange:
    """As many as were announced, and others than are stored already: so it shows which are there in the end."""
    return uploads.put(upload, upload.content[:-2] + b"?\n")


HAPPENINGS: Mapping[str, Happening] = {
    **ACTIONS,
    "put": put_other_bytes,
    "lapse": lapse,
    "replace": replace,
    "fetch": fetch,
}
"""By the action's name in the lifecycle. An event that nobody is answered gives `None`."""


def require_refusal(uploads: Uploads, upload: Upload, cell: Refusal) -> None:
    """What is refused is refused by the cell's rule and changes nothing. Raises `Broken`."""
    before = uploads.look(upload)
    answer = HAPPENINGS[cell.action](uploads, upload)
    what = f"{cell.action} of an upload in {cell.state}"
    if answer is None:
        require_same(before, uploads.look(upload), cell.rule, what)
        return
    if cell.is_event:
        require_bucket_refused(uploads.contract, answer, cell.rule, what)
    else:
        require_refused(uploads.contract, answer, cell.rule, what, cell.action)
    require_same(before, uploads.look(upload), CHANGES_NOTHING, what, cell.action)


def require_transition(uploads: Uploads, upload: Upload, cell: Transition) -> None:
    """What is allowed succeeds and leads where the cell says. Raises `Broken`."""
    answer = HAPPENINGS[cell.action](uploads, upload)
    rule = cell.rule or f"SCHEMA:{cell.action}:state"
    if answer is not None:
        must_succeed(answer, cell.action, rule)
    if answer is not None and cell.action == "put" and not (answer.status == 200 and answer.headers.get("etag")):
        difference = Difference("status and ETag", "200 with an ETag", f"{answer.status} {answer.headers.get('etag')}")
        raise Broken(rule, "a successful PUT answers 200 with an ETag", [difference])
    arrived = uploads.state(upload)
    if arrived not in cell.targets:
        expected = " or ".join(cell.targets)
        message = f"{cell.action} leads an upload from {cell.source} to {expected}"
        operation_id = "" if cell.is_event else cell.action
        raise Broken(rule, message, [Difference("state", expected, arrived)], operation_id=operation_id)
    if cell.action == "replace":
        must_succeed(uploads.delete(upload), "deleteUpload", rule)  # what is still attached could not be deleted


def require_same(
    before: Mapping[str, Any], after: Mapping[str, Any], rule: str, what: str, operation_id: str = ""
) -> None:
    """Nothing has changed. Raises `Broken`."""
    differences = [
        Difference(f"/{name}", before.get(name), after.get(name))
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    ]
    if differences:
        raise Broken(rule, f"{what} must change nothing", differences, operation_id=operation_id)
