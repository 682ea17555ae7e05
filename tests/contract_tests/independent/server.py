"""The seven operations, in plain Starlette, and three faults that can be planted in them."""

from __future__ import annotations

import asyncio
import hashlib
import re
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.contract_tests.independent.bucket import BUCKET, Bucket, disposition, presigned
from tests.contract_tests.independent.errors import Refused, error_answer, failure, http_error, invalid, refusal
from tests.contract_tests.independent.oauth import SCOPE, Unauthorized, claims_of, token
from tests.contract_tests.independent.reading import read_json, require_text

BASE = "/api/v1"
PAYMENT_REQUESTS = {
    "7c1f6f0a-5f0b-4d55-9a58-0d5b6f0b9a01": "merchant-1",
    "7c1f6f0a-5f0b-4d55-9a58-0d5b6f0b9a02": "merchant-2",
}
FAULTS = ("confirms any digest", "forgives signatures", "previews what is not confirmed")
TYPES = ("application/pdf", "image/png", "image/jpeg")
MOST = 104857600
SECONDS = 900
_UUID = re.compile(
    r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-8][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}"
    r"|00000000-0000-0000-0000-000000000000|ffffffff-ffff-ffff-ffff-ffffffffffff",
    re.ASCII,
)


@dataclass
class Upload:
    id: str
    merchant: str
    filename: str
    kind: str
    size: int
    made: datetime
    state: str = "new"
    payment_request: str = ""

    @property
    def key(self) -> str:
        return f"u/{self.id}"

    @property
    def has_lapsed(self) -> bool:
        return self.state == "new" and (datetime.now(UTC) - self.made).total_seconds() > SECONDS


class Server:
    def __init__(self, faults: frozenset[str] = frozenset()) -> None:
        self.faults = faults
        self.uploads: dict[str, Upload] = {}
        self.bucket = Bucket(self._may_put, self._may_get)
        self.bucket.forgives_signatures = "forgives signatures" in faults
        self.origin = ""
        each: list[tuple[str, str, Callable[..., Awaitable[Response]]]] = [
            ("POST", "/invoice-uploads/presign", self.presign),
            ("POST", "/invoice-uploads/{upload_id}/confirm", self.confirm),
            ("GET", "/invoice-uploads/{upload_id}/preview-url", self.preview),
            ("POST", "/invoice-uploads/{upload_id}/attach/{payment_id}", self.attach),
            ("DELETE", "/invoice-uploads/{upload_id}", self.delete),
            ("POST", "/{payment_id}/invoice/attach/{upload_id}", self.attach),
            ("GET", "/{payment_id}/invoice/url", self.invoice),
        ]
        routes = [Route(BASE + path, _only(method, self._guarded(do))) for method, path, do in each]
        routes.append(Route("/oauth2/token", token, methods=["POST"]))
        routes.append(Route(f"/{BUCKET}/{{key:path}}", _Raw(self.bucket.answer)))
        self.app = Starlette(
            routes=routes,
            exception_handlers={Refused: refusal, HTTPException: http_error, Exception: failure},
        )
        self.app.router.redirect_slashes = False

    # what is asked

    async def presign(self, request: Request, merchant: str) -> Response:
        body = await read_json(request)
        require_text(body, "filename", 1, 255)
        require_text(body, "mimeType", 1, 100)
        size = body.get("size")
        if isinstance(size, bool) or not isinstance(size, int | float):
            raise invalid("body/size must be number")
        if size > MOST:
            raise invalid(f"body/size must be <= {MOST}")
        if size <= 0 or size != int(size):
            raise Refused(400, "size must be a positive whole number of bytes")
        if body["mimeType"] not in TYPES:
            raise Refused(400, f"mimeType is not one of {', '.join(TYPES)}")
        made = Upload(str(uuid.uuid4()), merchant, body["filename"], body["mimeType"], int(size), datetime.now(UTC))
        self.uploads[made.id] = made
        signed = {"content-type": made.kind, "content-length": str(made.size)}
        return JSONResponse(
            {
                "uploadId": made.id,
                "method": "PUT",
                "url": presigned(self.origin, "PUT", made.key, signed, {}, made.made, SECONDS),
                "expiresInSeconds": SECONDS,
                "maxSize": MOST,
                "allowedTypes": list(TYPES),
                "s3Key": made.key,
            }
        )

    async def confirm(self, request: Request, merchant: str, upload_id: str) -> Response:
        body = await read_json(request)
        require_text(body, "sha256", 64, 64)
        if not re.fullmatch(r"[0-9a-fA-F]{64}", body["sha256"], re.ASCII):
            raise Refused(400, "sha256 must be 64 hexadecimal digits")
        upload = self._upload(upload_id, merchant)
        if upload.state != "new" or upload.key not in self.bucket.objects:
            raise self._conflict("confirm", upload)
        content, kind = self.bucket.objects[upload.key]
        digest = await asyncio.to_thread(lambda: hashlib.sha256(content).hexdigest())
        if upload.state != "new":
            raise self._conflict("confirm", upload)
        if digest != body["sha256"].lower() and "confirms any digest" not in self.faults:
            raise Refused(400, "the stored bytes have another SHA-256 digest than claimed")
        if len(content) != upload.size or kind != upload.kind:
            raise Refused(400, "the stored bytes are not what was announced")
        upload.state = "confirmed"
        return JSONResponse({"message": "Upload confirmed"})

    async def preview(self, request: Request, merchant: str, upload_id: str) -> Response:
        upload = self._upload(upload_id, merchant)
        if upload.state == "new" and "previews what is not confirmed" not in self.faults:
            raise self._conflict("preview", upload)
        return self._file(upload)

    async def attach(self, request: Request, merchant: str, upload_id: str, payment_id: str) -> Response:
        self._require_payment_request(payment_id, merchant)
        upload = self._upload(upload_id, merchant)
        if upload.state != "confirmed":
            raise self._conflict("attach", upload)
        for each in self.uploads.values():
            if each.payment_request == payment_id.lower():
                each.state, each.payment_request = "confirmed", ""
        upload.state, upload.payment_request = "attached", payment_id.lower()
        return JSONResponse({"message": "Invoice attached to payment request"})

    async def delete(self, request: Request, merchant: str, upload_id: str) -> Response:
        upload = self._upload(upload_id, merchant)
        if upload.state == "attached":
            raise self._conflict("delete", upload)
        del self.uploads[upload.id]
        self.bucket.objects.pop(upload.key, None)
        return Response(status_code=204)

    async def invoice(self, request: Request, merchant: str, payment_id: str) -> Response:
        self._require_payment_request(payment_id, merchant)
        for each in self.uploads.values():
            if each.payment_request == payment_id.lower():
                return self._file(each)
        raise Refused(404, f"no invoice is attached to payment request {payment_id}")

    # what is known

    def _upload(self, upload_id: str, merchant: str) -> Upload:
        found = self.uploads.get(upload_id.lower())
        if found is None or found.merchant != merchant or found.has_lapsed:
            raise Refused(404, f"upload {upload_id} not found")
        return found

    def _require_payment_request(self, payment_id: str, merchant: str) -> None:
        if PAYMENT_REQUESTS.get(payment_id.lower()) != merchant:
            raise Refused(404, f"payment request {payment_id} not found")

    def _file(self, upload: Upload) -> Response:
        more = {"response-content-type": upload.kind, "response-content-disposition": disposition(upload.filename)}
        url = presigned(self.origin, "GET", upload.key, {}, more, datetime.now(UTC), SECONDS)
        shown = {"filename": upload.filename, "mimeType": upload.kind}
        return JSONResponse({"url": url, "expiresInSeconds": SECONDS, **shown})

    def _conflict(self, action: str, upload: Upload) -> Refused:
        return Refused(409, f"cannot {action} an upload that is {upload.state}")

    def _by_key(self, key: str) -> Upload | None:
        found = self.uploads.get(key.removeprefix("u/"))
        return None if found is None or found.has_lapsed else found

    def _may_put(self, key: str) -> bool:
        found = self._by_key(key)
        return found is not None and found.state == "new"

    def _may_get(self, key: str) -> bool:
        found = self._by_key(key)
        return found is not None and found.state != "new"

    def _guarded(self, do: Callable[..., Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            try:
                claims = claims_of(request.headers.get("authorization", ""))
            except Unauthorized as reason:
                return error_answer(401, str(reason), headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
            if SCOPE not in str(claims.get("scope", "")).split():
                said = {"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{SCOPE}"'}
                return error_answer(403, f"the access token lacks the scope {SCOPE}", headers=said)
            for name, value in request.path_params.items():
                if not _UUID.fullmatch(value):
                    raise invalid(f'params/{name} must match format "uuid"')
            return await do(request, claims["merchant_id"], **request.path_params)

        return answer


class _Raw:
    """An endpoint that takes every method, the unknown ones, too."""

    def __init__(self, answer: Callable[[Request], Awaitable[Response]]) -> None:
        self._answer = answer

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        response = await self._answer(Request(scope, receive))
        await response(scope, receive, send)


def _only(method: str, answer: Callable[[Request], Awaitable[Response]]) -> _Raw:
    async def answered(request: Request) -> Response:
        if request.method != method:
            return error_answer(405, f"{request.method} is not possible here", headers={"Allow": method})
        try:
            response = await answer(request)
        except Refused as refused:
            return refusal(request, refused)
        response.headers["X-Request-Id"] = str(uuid.uuid4())
        return response

    return _Raw(answered)
