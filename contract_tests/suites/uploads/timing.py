"""What depends on the clock: URLs that expire, uploads that lapse."""

from __future__ import annotations

from contract_tests.presigned import BucketCall
from contract_tests.suites.uploads.announcements import CONTRACT
from contract_tests.suites.uploads.cases import Check
from contract_tests.suites.uploads.downloads import require_download
from contract_tests.suites.uploads.happenings import lapse_time, require_same
from contract_tests.suites.uploads.refusals import require_bucket_refused, require_refused
from contract_tests.uploads import Uploads
from contract_tests.workshop import must_succeed

EXPIRED, LAPSES = "UPL-URL-EXPIRED", "UPL-LAPSES"
WHAT = "the end of a presigned URL"
SPARE_SECONDS = 20
"""So long before the end it is looked whether all is good still; on a mock that takes no second."""


def shortly_before(uploads: Uploads) -> None:
    """All is as good as at first."""
    waiting, stored, confirmed = (uploads.in_state(each) for each in ("presigned", "stored", "confirmed"))
    url = uploads.preview_url(confirmed)
    uploads.examiner.advance(lapse_time(waiting, -SPARE_SECONDS), WHAT)
    must_succeed(uploads.put(waiting), "put", EXPIRED)
    must_succeed(uploads.fetch(url), "fetch", EXPIRED)
    must_succeed(uploads.confirm(waiting), "confirmUpload", LAPSES)
    must_succeed(uploads.confirm(stored), "confirmUpload", LAPSES)


def shortly_after(uploads: Uploads) -> None:
    """URLs are of no use any more; what was not confirmed is gone, what was is there, with new URLs."""
    waiting, stored, confirmed, attached = (
        uploads.in_state(each) for each in ("presigned", "stored", "confirmed", "attached")
    )
    url = uploads.preview_url(confirmed)
    uploads.examiner.advance(lapse_time(waiting, 1), WHAT)
    for upload in (waiting, stored):
        require_bucket_refused(CONTRACT, uploads.put(upload), EXPIRED, "a PUT after the end")
        require_refused(CONTRACT, uploads.confirm(upload), "UPL-NOT-FOUND", "confirming after the end")
        require_same({"state": "absent"}, uploads.look(upload), LAPSES, "being too late")
    require_bucket_refused(CONTRACT, uploads.fetch(url), EXPIRED, "a GET after the end")
    require_bucket_refused(CONTRACT, uploads.put(confirmed), EXPIRED, "a PUT after the end")
    for upload in (confirmed, attached):
        require_download(uploads, must_succeed(uploads.preview(upload), "getUploadPreviewUrl", LAPSES).json, upload,
                         "UPL-PREVIEW-BYTES")  # fmt: skip


def before_the_signature(uploads: Uploads) -> None:
    """An expired URL with another signature, type or length is expired above all."""
    upload = uploads.in_state("presigned")
    uploads.examiner.advance(lapse_time(upload, 5), WHAT)
    for call in (
        upload.put.with_parameter("X-Amz-Signature", "0" * 64),
        upload.put.with_headers(content_type="text/html"),
        BucketCall("PUT", upload.url, upload.put.headers, b"%PDF-"),
    ):
        require_bucket_refused(CONTRACT, uploads.send(call), EXPIRED, "an expired URL, forged as well")


CHECKS = (
    Check("shortly before", [EXPIRED, LAPSES], shortly_before),
    Check("shortly after", [EXPIRED, LAPSES, "UPL-NOT-FOUND", "UPL-PREVIEW-BYTES"], shortly_after),
    Check("before the signature", [EXPIRED, "UPL-URL-SIGNATURE"], before_the_signature),
)
