"""Confirming: what is stored is compared with what was claimed and announced."""

from __future__ import annotations

from dataclasses import replace

from contract_tests.broken import Broken, Difference
from contract_tests.errors import NotReached
from contract_tests.presigned import BucketCall, other_letter
from contract_tests.suites.uploads.announcements import CONTRACT, TYPES
from contract_tests.suites.uploads.cases import Check
from contract_tests.suites.uploads.downloads import require_download
from contract_tests.suites.uploads.happenings import CHANGES_NOTHING, require_same
from contract_tests.suites.uploads.refusals import require_refused
from contract_tests.uploads import Upload, Uploads
from contract_tests.workshop import must_succeed, sha256

DIGEST, HEX = "UPL-CONFIRM-DIGEST", "UPL-DIGEST-HEX"


def require_other_digest_refused(uploads: Uploads, upload: Upload, digest: str) -> None:
    """Refused, without a change: the right digest is accepted afterwards. Raises `Broken`."""
    require_refused(CONTRACT, uploads.confirm(upload, digest), DIGEST, "another digest")
    require_same({"state": "stored"}, uploads.look(upload), CHANGES_NOTHING, "another digest", "confirmUpload")
    must_succeed(uploads.confirm(upload), "confirmUpload", DIGEST)


def in_any_case(uploads: Uploads) -> None:
    """Lower, upper and mixed."""
    for written in (str.lower, str.upper, str.title):
        upload = uploads.in_state("stored")
        must_succeed(uploads.confirm(upload, written(sha256(upload.content))), "confirmUpload", HEX)


def of_nobody(uploads: Uploads) -> None:
    require_other_digest_refused(uploads, uploads.in_state("stored"), "0" * 64)


def of_another_digit(uploads: Uploads) -> None:
    """The first, the last and those in the middle count alike."""
    upload = uploads.in_state("stored")
    right = sha256(upload.content)
    for position in (0, 31, 32, 63):
        answer = uploads.confirm(upload, other_letter(right, position))
        require_refused(CONTRACT, answer, DIGEST, f"a digest with another digit at {position}")


def of_another_upload(uploads: Uploads) -> None:
    other, upload = uploads.in_state("stored"), uploads.in_state("stored")
    require_other_digest_refused(uploads, upload, sha256(other.content))


def of_no_bytes(uploads: Uploads) -> None:
    """The digest of an empty file, and the other way round."""
    upload = uploads.in_state("stored")
    require_other_digest_refused(uploads, upload, sha256(b""))


def of_replaced_bytes(uploads: Uploads) -> None:
    """The last bytes count: the digest of those before them is another one."""
    upload = uploads.in_state("stored")
    other = upload.content[:-2] + b"!\n"
    must_succeed(uploads.put(upload, other), "put", "UPL-PUT-SPENT")
    before = sha256(upload.content)
    upload.content = other
    require_other_digest_refused(uploads, upload, before)
    require_download(uploads, uploads.preview(upload).json, upload, "UPL-PREVIEW-BYTES")


def before_there_are_bytes(uploads: Uploads) -> None:
    """A digest that is none is looked at before the state, and a wrong one is not compared with nothing."""
    upload = uploads.presign()
    require_refused(CONTRACT, uploads.confirm(upload, "g" * 64), HEX, "a digest that is none")
    require_refused(CONTRACT, uploads.confirm(upload, "0" * 64), "UPL-CONFIRM-STATE", "confirming without bytes")
    require_refused(CONTRACT, uploads.confirm(upload, sha256(b"")), "UPL-CONFIRM-STATE", "confirming without bytes")


def of_another_size(uploads: Uploads) -> None:
    """Only a bucket whose URLs don't sign the length takes such bytes."""
    upload = uploads.presign()
    _require_not_confirmed(uploads, upload, replace(upload.put, body=upload.content + b"more"), "UPL-CONFIRM-SIZE")


def of_fewer_bytes(uploads: Uploads) -> None:
    upload = uploads.presign()
    _require_not_confirmed(uploads, upload, replace(upload.put, body=upload.content[:-4]), "UPL-CONFIRM-SIZE")


def of_another_type(uploads: Uploads) -> None:
    """Only a bucket whose URLs don't sign the type takes such bytes."""
    upload = uploads.presign()
    _require_not_confirmed(uploads, upload, upload.put.with_headers(content_type=TYPES[-1]), "UPL-CONFIRM-TYPE")


def _require_not_confirmed(uploads: Uploads, upload: Upload, call: BucketCall, rule: str) -> None:
    """Bytes that differ from the announcement are refused by the bucket, or else when they are confirmed.

    Raises:
        Broken: nobody minds.
        NotReached: the bucket did not take them.
    """
    if uploads.send(call).is_success:
        require_refused(CONTRACT, uploads.confirm(upload, sha256(call.body)), rule, "confirming other bytes")
        return
    answer = uploads.confirm(upload, sha256(call.body))
    if answer.status != 409:
        message = "bytes that the bucket has refused are not there to be confirmed"
        difference = Difference("status", 409, answer.status)
        raise Broken("UPL-CONFIRM-STATE", message, [difference], operation_id="confirmUpload")
    raise NotReached("the bucket takes no bytes that differ from the announcement")


CHECKS = (
    Check("in any case", [HEX, DIGEST], in_any_case),
    Check("of nobody", [DIGEST, CHANGES_NOTHING], of_nobody),
    Check("of another digit", [DIGEST], of_another_digit),
    Check("of another upload", [DIGEST], of_another_upload),
    Check("of no bytes", [DIGEST], of_no_bytes),
    Check("of replaced bytes", [DIGEST, "UPL-PREVIEW-BYTES"], of_replaced_bytes),
    Check("before there are bytes", [HEX, "UPL-CONFIRM-STATE"], before_there_are_bytes),
    Check("of another size", ["UPL-CONFIRM-SIZE"], of_another_size),
    Check("of fewer bytes", ["UPL-CONFIRM-SIZE"], of_fewer_bytes),
    Check("of another type", ["UPL-CONFIRM-TYPE"], of_another_type),
)
