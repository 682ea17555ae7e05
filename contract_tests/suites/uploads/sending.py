"""How requests are sent: bodies that are no JSON, of other types, too large; ids, paths and methods that are none."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from contract_tests.decimals import dumps
from contract_tests.exchange import Exchange
from contract_tests.presigned import BucketCall
from contract_tests.suites.uploads.announcements import (
    BAD_IDS,
    BAD_TYPES,
    CONTRACT,
    GOOD,
    GOOD_IDS,
    MOST_BODY_BYTES,
    padded,
)
from contract_tests.suites.uploads.cases import Case, Check
from contract_tests.suites.uploads.happenings import CHANGES_NOTHING, require_same
from contract_tests.suites.uploads.refusals import require_refused
from contract_tests.uploads import NOBODYS_ID, Upload, Uploads, never_failed
from contract_tests.workshop import must_succeed, sha256

METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH")
NO_PATHS = ("/nothing", "/invoice-uploads", "/invoice-uploads/presign/more", f"/invoice-uploads/{NOBODYS_ID}/confirmed",
            f"/{NOBODYS_ID}/invoice", f"/{NOBODYS_ID}/invoice/url/more")  # fmt: skip


def require_bad_body_refused(uploads: Uploads, operation_id: str, case: Case) -> None:
    """A body that is none is refused by the rule it breaks, and changes nothing. Raises `Broken`."""
    upload, path = _target(uploads, operation_id)
    answer = uploads.call(operation_id, path, case.body)
    require_refused(CONTRACT, answer, case.rule, f"a body that is {case.name}", operation_id)
    if upload is not None:
        require_same({"state": "stored"}, uploads.look(upload), CHANGES_NOTHING, "a refused body", operation_id)


def require_ids(uploads: Uploads, operation_id: str, name: str) -> None:
    """Malformed ids are refused as such; well-formed ones of nobody are not found. Raises `Broken`."""
    operation = CONTRACT.operations[operation_id]
    body = {"sha256": "a" * 64} if operation.body else None
    others = {parameter.name: NOBODYS_ID for parameter in operation.parameters}
    for each in BAD_IDS:
        answer = uploads.call(operation_id, {**others, name: each}, body)
        require_refused(CONTRACT, answer, "UPL-PARAMETER", f"{operation_id} with {name} {each}")
    for each in GOOD_IDS:
        answer = uploads.call(operation_id, {**others, name: each}, body)
        if answer.status == 400:
            must_succeed(answer, operation_id, "UPL-PARAMETER")


def require_other_types_refused(operation_id: str, uploads: Uploads) -> None:
    _, path = _target(uploads, operation_id)
    content = dumps(_good_body(uploads, operation_id)).encode()
    for each in BAD_TYPES:
        answer = uploads.call(operation_id, path, content, headers={"content-type": each})
        require_refused(CONTRACT, answer, "UPL-MEDIA-TYPE", f"a body sent as {each}")


def require_json_with_parameters(operation_id: str, uploads: Uploads) -> None:
    """A type may have parameters, and is written in any case (RFC 9110)."""
    for each in ("application/json; charset=utf-8", "Application/JSON"):
        upload, path = _target(uploads, operation_id)
        body = _body_for(uploads, upload)
        answer = uploads.call(operation_id, path, body, headers={"content-type": each})
        must_succeed(answer, operation_id, "UPL-MEDIA-TYPE")


def require_size_of_body(operation_id: str, uploads: Uploads) -> None:
    """A body may have so many bytes, and not one more."""
    upload, path = _target(uploads, operation_id)
    content = dumps(_body_for(uploads, upload)).encode()
    answer = uploads.call(operation_id, path, padded(content, MOST_BODY_BYTES + 1))
    require_refused(CONTRACT, answer, "UPL-BODY-SIZE", "a body with a byte too many")
    answer = uploads.call(operation_id, path, padded(content, MOST_BODY_BYTES))
    must_succeed(answer, operation_id, "UPL-BODY-SIZE")


def require_routes(uploads: Uploads) -> None:
    """A path that is none of the group's is not found."""
    for path in NO_PATHS:
        for method in ("GET", "POST"):
            require_refused(CONTRACT, _call(uploads, method, path), "UPL-ROUTE", f"{method} {path}")


def require_methods(uploads: Uploads) -> None:
    """A path refuses the methods it does not offer."""
    for template in dict.fromkeys(each.path for each in CONTRACT.operations.values()):
        names = {parameter.name for each in CONTRACT.operations.values() for parameter in each.parameters}
        path = uploads.api.path_of(template, dict.fromkeys(names, NOBODYS_ID))
        offered = CONTRACT.methods_at(path)
        for method in METHODS:
            if method not in offered:
                require_refused(CONTRACT, _call(uploads, method, path), "UPL-METHOD", f"{method} {template}")


def _call(uploads: Uploads, method: str, path: str) -> Exchange:
    """A request that belongs to no operation, with a good token."""
    token = uploads.examiner.tokens.get("invoice_uploads", uploads.actor)
    headers = {**uploads.examiner.headers, "authorization": f"Bearer {token}"}
    answer = uploads.send(BucketCall(method, uploads.api.base + path, headers))
    return never_failed(answer, "UPL-INTERNAL", "")


def _target(uploads: Uploads, operation_id: str) -> tuple[Upload | None, Mapping[str, str]]:
    """A stored upload for an operation on one, with the values in the path; nothing for `presignUpload`."""
    if not CONTRACT.operations[operation_id].is_templated:
        return None, {}
    upload = uploads.in_state("stored")
    return upload, {"uploadId": upload.id}


def _good_body(uploads: Uploads, operation_id: str) -> Mapping[str, Any]:
    return {"sha256": "a" * 64} if operation_id == "confirmUpload" else _announcement(uploads)


def _body_for(uploads: Uploads, upload: Upload | None) -> Mapping[str, Any]:
    return _announcement(uploads) if upload is None else {"sha256": sha256(upload.content)}


def _announcement(uploads: Uploads) -> Mapping[str, Any]:
    return {**GOOD, "filename": f"{uploads.examiner.tag}.pdf"}


_WITH_BODY = [each.id for each in CONTRACT.operations.values() if each.body is not None]
CHECKS = (
    *(Check(f"{each} of another type", ["UPL-MEDIA-TYPE"], partial(require_other_types_refused, each), [each])
      for each in _WITH_BODY),
    *(Check(f"{each} with parameters", ["UPL-MEDIA-TYPE"], partial(require_json_with_parameters, each), [each])
      for each in _WITH_BODY),
    *(Check(f"{each} too large", ["UPL-BODY-SIZE"], partial(require_size_of_body, each), [each])
      for each in _WITH_BODY),
    Check("paths that are none", ["UPL-ROUTE"], require_routes),
    Check("methods that are none", ["UPL-METHOD"], require_methods),
)  # fmt: skip
