"""Files that come back as they were sent: of every type, under every name, however long they are."""

from __future__ import annotations

import hashlib

from contract_tests.suites.uploads.announcements import CONTRACT, LONGEST_NAME, NAMES, TYPES
from contract_tests.suites.uploads.cases import Check
from contract_tests.suites.uploads.downloads import require_download
from contract_tests.suites.uploads.refusals import require_refused
from contract_tests.uploads import Upload, Uploads
from contract_tests.workshop import must_succeed

PREVIEW = "UPL-PREVIEW-BYTES"
MANY_BYTES = 3 << 20


def preview_of_every_type(uploads: Uploads) -> None:
    """Before and after it is attached, and as often as one likes."""
    for mime_type in TYPES:
        upload = uploads.presign(mime_type=mime_type)
        must_succeed(uploads.put(upload), "put")
        must_succeed(uploads.confirm(upload), "confirmUpload")
        require_download(uploads, uploads.preview(upload).json, upload, PREVIEW)
        must_succeed(uploads.attach(upload, uploads.payment_request()), "attachUpload")
        for _ in range(2):
            require_download(uploads, uploads.preview(upload).json, upload, PREVIEW)


def names(uploads: Uploads) -> None:
    """Whatever a file is called: with a meaning in headers, in URLs, beyond ASCII, or as long as may be."""
    tag = uploads.examiner.tag
    for number, name in enumerate([*NAMES, "n" * LONGEST_NAME]):
        _require_back(uploads, uploads.presign(filename=f"{tag} {number} {name}"[:LONGEST_NAME]))


def one_byte(uploads: Uploads) -> None:
    """The smallest file there is, and one of a byte that is no text."""
    for content in (b"%", b"\x00"):
        _require_back(uploads, uploads.presign(content))


def many_bytes(uploads: Uploads) -> None:
    """More than fits into any buffer: the last ones count as much as the first."""
    content = bytes(range(256)) * (MANY_BYTES // 256)
    _require_back(uploads, uploads.presign(content + b"the end"))
    upload = uploads.presign(content + b"an end!")
    must_succeed(uploads.put(upload), "put")
    answer = uploads.confirm(upload, hashlib.sha256(content + b"the end").hexdigest())
    require_refused(CONTRACT, answer, "UPL-CONFIRM-DIGEST", "a digest of other bytes at the end")


def _require_back(uploads: Uploads, upload: Upload) -> None:
    must_succeed(uploads.put(upload), "put")
    must_succeed(uploads.confirm(upload), "confirmUpload")
    require_download(uploads, uploads.preview(upload).json, upload, PREVIEW)


def two_previews(uploads: Uploads) -> None:
    """Each upload has its own bytes."""
    one, other = uploads.in_state("confirmed"), uploads.in_state("confirmed")
    for upload in (one, other):
        require_download(uploads, uploads.preview(upload).json, upload, PREVIEW)


CHECKS = (
    Check("preview of every type", [PREVIEW, "UPL-TYPE-ALLOWED"], preview_of_every_type),
    Check("names", [PREVIEW], names),
    Check("one byte", [PREVIEW, "UPL-SIZE-WHOLE"], one_byte),
    Check("many bytes", [PREVIEW, "UPL-CONFIRM-DIGEST"], many_bytes),
    Check("two previews", [PREVIEW], two_previews),
)
