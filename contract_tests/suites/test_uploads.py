"""Uploads: every cell of the lifecycle, every rule on both sides of its edge, presigned URLs good and bad."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract_tests.errors import NotReached
from contract_tests.examiner import Examiner
from contract_tests.properties import examples
from contract_tests.suites.uploads import announcements, confirming, racing, scenarios, sending, timing, walks
from contract_tests.suites.uploads.announcements import CONTRACT
from contract_tests.suites.uploads.bucket_faults import FAULTS, Fault, faults, first, with_faults
from contract_tests.suites.uploads.cases import Case, Check, of_checks, of_operations, of_rules
from contract_tests.suites.uploads.downloads import require_download
from contract_tests.suites.uploads.happenings import (
    CHANGES_NOTHING,
    require_refusal,
    require_same,
    require_transition,
)
from contract_tests.suites.uploads.refusals import require_bucket_refused, require_refused
from contract_tests.uploads import ACTIONS, ROUTES, Uploads
from contract_tests.workshop import must_succeed, sha256
from openapi import ABSENT, Refusal, Transition

LIFECYCLE = CONTRACT.lifecycles["upload"]
CELLS = [each for each in LIFECYCLE.cells() if not isinstance(each, Transition) or each.source != ABSENT]
OPERATIONS = [each for each in CONTRACT.operations if each in LIFECYCLE.actions()]
WITH_BODY = [each.id for each in CONTRACT.operations.values() if each.body is not None]
NEVER_FAILS = ("UPL-RESPONSE", "UPL-INTERNAL", "UPL-BUCKET-INTERNAL")


def of_cell(cell: Transition | Refusal) -> Any:
    """The cell with the rules it proves."""
    state = cell.source if isinstance(cell, Transition) else cell.state
    rules = [cell.rule] if cell.rule else []
    more = [CHANGES_NOTHING] if isinstance(cell, Refusal) else []
    about = [] if cell.is_event else [cell.action]
    marks = [pytest.mark.proves(*rules, *more), pytest.mark.about(*about)]
    return pytest.param(cell, id=f"{cell.action}-{state}", marks=marks)


@pytest.mark.priority(10)
@pytest.mark.parametrize("cell", [of_cell(cell) for cell in CELLS])
def test_cell(examiner: Examiner, cell: Transition | Refusal) -> None:
    """Every action in every state leads where the lifecycle says, or is refused by its rule and changes nothing."""
    uploads = Uploads(examiner)
    if isinstance(cell, Refusal):
        require_refusal(uploads, uploads.in_state(cell.state), cell)
    else:
        require_transition(uploads, uploads.in_state(cell.source), cell)


@pytest.mark.priority(10)
@pytest.mark.proves(LIFECYCLE.absent_rule)
@pytest.mark.parametrize("operation_id", of_operations(OPERATIONS))
def test_an_id_that_names_nothing(examiner: Examiner, operation_id: str) -> None:
    """Neither an id that nobody ever had, nor one that was deleted."""
    uploads = Uploads(examiner)
    deleted = uploads.in_state("confirmed")
    uploads.delete(deleted)
    for upload in (uploads.in_state(ABSENT), deleted):
        answer = ACTIONS[operation_id](uploads, upload)
        require_refused(CONTRACT, answer, LIFECYCLE.absent_rule, f"{operation_id} of an unknown id")


@pytest.mark.priority(10)
@pytest.mark.proves("UPL-PUT-SPENT", "UPL-FETCH-ABSENT")
@pytest.mark.about("deleteUpload")
def test_urls_of_a_deleted_upload_lead_nowhere(examiner: Examiner) -> None:
    uploads = Uploads(examiner)
    upload = uploads.in_state("confirmed")
    url = uploads.preview_url(upload)
    must_succeed(uploads.delete(upload), "deleteUpload")
    require_bucket_refused(CONTRACT, uploads.fetch(url), "UPL-FETCH-ABSENT", "a GET of deleted bytes")
    waiting = uploads.in_state("stored")
    must_succeed(uploads.delete(waiting), "deleteUpload")
    require_bucket_refused(CONTRACT, uploads.put(waiting), "UPL-PUT-SPENT", "a PUT for a deleted upload")


@pytest.mark.priority(10)
@pytest.mark.about("presignUpload")
@pytest.mark.parametrize("case", of_rules(announcements.ACCEPTED))
def test_a_file_that_is_taken(examiner: Examiner, case: Case) -> None:
    answer = must_succeed(Uploads(examiner).announce(case.body), "presignUpload", case.rule)
    examiner.ledger.note("upload", answer.json["uploadId"])


@pytest.mark.priority(10)
@pytest.mark.about("presignUpload")
@pytest.mark.parametrize("case", of_rules(announcements.REFUSED))
def test_a_file_that_is_not_taken(examiner: Examiner, case: Case) -> None:
    answer = Uploads(examiner).announce(case.body)
    require_refused(CONTRACT, answer, case.rule, f"an announcement with {case.name}")


@pytest.mark.priority(10)
@pytest.mark.about("confirmUpload")
@pytest.mark.parametrize("case", of_rules(announcements.BAD_DIGESTS))
def test_a_digest_that_is_none(examiner: Examiner, case: Case) -> None:
    uploads = Uploads(examiner)
    upload = uploads.in_state("stored")
    answer = uploads.call("confirmUpload", {"uploadId": upload.id}, {"sha256": case.body})
    require_refused(CONTRACT, answer, case.rule, f"a digest that is {case.name}")
    require_same({"state": "stored"}, uploads.look(upload), CHANGES_NOTHING, "a refused digest", "confirmUpload")


@pytest.mark.priority(10)
@pytest.mark.parametrize("case", of_rules(announcements.BAD_BODIES))
@pytest.mark.parametrize("operation_id", of_operations(WITH_BODY))
def test_a_body_that_is_no_json(examiner: Examiner, operation_id: str, case: Case) -> None:
    sending.require_bad_body_refused(Uploads(examiner), operation_id, case)


@pytest.mark.priority(10)
@pytest.mark.parametrize("check", of_checks(sending.CHECKS))
def test_sending(examiner: Examiner, check: Check) -> None:
    """Media types and sizes of bodies, paths and methods that there are, and others."""
    check.run(Uploads(examiner))


@pytest.mark.priority(10)
@pytest.mark.proves("UPL-PARAMETER")
@pytest.mark.parametrize(("operation_id", "name"), [
    pytest.param(each.id, parameter.name, marks=pytest.mark.about(each.id))
    for each in CONTRACT.operations.values() for parameter in each.parameters
])  # fmt: skip
def test_ids_in_paths(examiner: Examiner, operation_id: str, name: str) -> None:
    sending.require_ids(Uploads(examiner), operation_id, name)


@pytest.mark.priority(10)
@pytest.mark.proves("UPL-PRESIGN-ANSWER")
@pytest.mark.about("presignUpload")
@pytest.mark.parametrize("mime_type", announcements.TYPES)
def test_presign_answer(examiner: Examiner, mime_type: str) -> None:
    scenarios.require_presign_answers(Uploads(examiner), mime_type)


@pytest.mark.priority(10)
@pytest.mark.about("confirmUpload")
@pytest.mark.parametrize("check", of_checks(confirming.CHECKS))
def test_confirming(examiner: Examiner, check: Check) -> None:
    check.run(Uploads(examiner))


@pytest.mark.priority(10)
@pytest.mark.about("getUploadPreviewUrl", "getPaymentRequestInvoiceUrl", *ROUTES)
@pytest.mark.parametrize("check", of_checks(scenarios.CHECKS))
def test_scenario(examiner: Examiner, check: Check) -> None:
    check.run(Uploads(examiner))


@pytest.mark.priority(20)
@pytest.mark.parametrize("fault", of_rules(faults("put")))
def test_a_bad_put(examiner: Examiner, fault: Fault) -> None:
    """A PUT with one fault is refused by the rule of the fault, and nothing is stored."""
    uploads = Uploads(examiner)
    upload = uploads.presign()
    answer = uploads.send(fault.change(upload.put))
    require_bucket_refused(CONTRACT, answer, fault.rule, f"a PUT: {fault.name}")
    require_same({"state": "presigned"}, uploads.look(upload), CHANGES_NOTHING, f"a PUT: {fault.name}")


@pytest.mark.priority(20)
@pytest.mark.parametrize("fault", of_rules(faults("fetch")))
def test_a_bad_fetch(examiner: Examiner, fault: Fault) -> None:
    """A GET with one fault is refused by the rule of the fault."""
    uploads = Uploads(examiner)
    call = scenarios.fetching(uploads, uploads.in_state("confirmed"))
    require_bucket_refused(CONTRACT, uploads.send(fault.change(call)), fault.rule, f"a GET: {fault.name}")


@pytest.mark.priority(30)
@pytest.mark.proves(*dict.fromkeys(each.rule for each in FAULTS))
@examples(30)
@given(
    chosen=st.lists(st.sampled_from(faults("put")), min_size=2, max_size=4, unique_by=lambda each: each.place),
    state=st.sampled_from(["presigned", "confirmed"]),
)
def test_the_order_of_the_bucket_checks(examiner: Examiner, chosen: list[Fault], state: str) -> None:
    """Of several faults the first in the order of the contract is answered; that an URL is spent comes after all."""
    examiner.begin()
    uploads = Uploads(examiner)
    upload = uploads.in_state(state)
    what = ", ".join(each.name for each in chosen)
    try:
        answer = uploads.send(with_faults(upload.put, chosen))
    except NotReached:  # this target can't show these; others it can
        return
    require_bucket_refused(CONTRACT, answer, first(chosen), f"a PUT: {what}")


@pytest.mark.priority(20)
@pytest.mark.about("confirmUpload", "presignUpload")
@pytest.mark.parametrize("check", of_checks(timing.CHECKS))
def test_time(examiner: Examiner, check: Check) -> None:
    """What depends on the clock."""
    check.run(Uploads(examiner))


@pytest.mark.priority(30)
@pytest.mark.proves("UPL-PREVIEW-BYTES", "UPL-INVOICE-BYTES", "UPL-PUT-CHECKSUM", "UPL-CONFIRM-DIGEST", *NEVER_FAILS)
@pytest.mark.about(*CONTRACT.operations)
@examples(8)
@given(
    content=st.builds(
        lambda piece, times: piece * times, st.binary(min_size=1, max_size=64), st.sampled_from([1, 5000])
    ),
    mime_type=st.sampled_from(announcements.TYPES),
    name=st.text(announcements.LETTERS, min_size=1, max_size=80),
    route=st.sampled_from(ROUTES),
)
def test_the_whole_way(examiner: Examiner, content: bytes, mime_type: str, name: str, route: str) -> None:
    """Any bytes under any name come back as they were sent, and the server never fails."""
    examiner.begin()
    uploads = Uploads(examiner)
    upload = uploads.presign(content, mime_type, f"{examiner.tag} {name}")
    must_succeed(uploads.put(upload), "put")
    must_succeed(uploads.confirm(upload), "confirmUpload", "UPL-CONFIRM-DIGEST")
    require_download(uploads, uploads.preview(upload).json, upload, "UPL-PREVIEW-BYTES")
    payment_request = uploads.payment_request()
    must_succeed(uploads.attach(upload, payment_request, route), route)
    require_download(uploads, uploads.invoice(payment_request).json, upload, "UPL-INVOICE-BYTES")


@pytest.mark.priority(20)
@pytest.mark.proves("UPL-CONFIRM-DIGEST")
@pytest.mark.about("confirmUpload")
@examples(12)
@given(position=st.integers(0, 63), digit=st.sampled_from("0123456789abcdef"))
def test_a_digest_with_another_digit(examiner: Examiner, position: int, digit: str) -> None:
    examiner.begin()
    uploads = Uploads(examiner)
    upload = uploads.in_state("stored")
    right = sha256(upload.content)
    wrong = right[:position] + digit + right[position + 1 :]
    if wrong != right:
        confirming.require_other_digest_refused(uploads, upload, wrong)


@pytest.mark.priority(30)
@pytest.mark.proves(*walks.RULES)
@pytest.mark.about(*CONTRACT.operations)
@examples(8)
@given(starts=walks.STARTS, steps=walks.STEPS)
def test_walk(examiner: Examiner, starts: tuple[str, ...], steps: list[walks.Step]) -> None:
    """Any steps on three uploads and two payment requests lead where a model of them says."""
    examiner.begin()
    walks.walk(Uploads(examiner), starts, steps)


@pytest.mark.priority(20)
@pytest.mark.about("confirmUpload", *ROUTES, "deleteUpload")
@pytest.mark.parametrize("check", of_checks(racing.CHECKS))
def test_race(examiner: Examiner, check: Check) -> None:
    """Of several calls at once that exclude each other, one wins."""
    check.run(Uploads(examiner))
