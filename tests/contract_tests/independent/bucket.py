"""Object storage of the independent server: presigned URLs as in the S3 documentation, objects in a dictionary."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote, unquote_to_bytes
from xml.sax.saxutils import escape

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

BUCKET = "files"
ACCESS_KEY = "AKINDEPENDENT"
SECRET_KEY = "no-secret-at-all"
REGION = "eu-west-9"
MOST_BYTES = 104857600
WEEK = 604800
XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
SKEW = timedelta(minutes=15)
NAMES = ("Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature")


class Refusal(Exception):
    """An answer of S3's."""

    def __init__(self, status: int, code: str, message: str) -> None:
        self.status, self.code, self.message = status, code, message


REFUSALS = {
    "AuthorizationQueryParametersError": (
        400,
        (
            "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, "
            "X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters."
        ),
    ),
    "MethodNotAllowed": (
        405,
        "The specified method is not allowed against this resource.",
    ),
    "NoSuchBucket": (
        404,
        "The specified bucket does not exist",
    ),
    "MissingContentLength": (
        411,
        "You must provide the Content-Length HTTP header.",
    ),
    "InvalidAccessKeyId": (
        403,
        "The AWS Access Key Id you provided does not exist in our records.",
    ),
    "SignatureDoesNotMatch": (
        403,
        (
            "The request signature we calculated does not match the signature you provided. "
            "Check your key and signing method."
        ),
    ),
    "EntityTooLarge": (
        400,
        "Your proposed upload exceeds the maximum allowed size",
    ),
    "IncompleteBody": (
        400,
        "You did not provide the number of bytes specified by the Content-Length HTTP header",
    ),
    "BadDigest": (
        400,
        "The SHA256 you specified did not match the calculated checksum.",
    ),
    "NoSuchKey": (
        404,
        "The specified key does not exist.",
    ),
}


def refusal(code: str) -> Refusal:
    status, message = REFUSALS[code]
    return Refusal(status, code, message)


DENIED = (403, "AccessDenied")


def encoded(text: str, safe: str = "") -> str:
    return quote(text, safe=safe + "-_.~")


def string_to_sign(method: str, path: str, pairs: list[tuple[str, str]], headers: dict[str, str], stamp: str) -> str:
    query = "&".join(sorted(f"{encoded(name)}={encoded(value)}" for name, value in pairs))
    lines = [f"{name}:{' '.join(value.split())}" for name, value in sorted(headers.items())]
    request = "\n".join([method, path, query, *lines, "", ";".join(sorted(headers)), "UNSIGNED-PAYLOAD"])
    scope = f"{stamp[:8]}/{REGION}/s3/aws4_request"
    return "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(request.encode()).hexdigest()])


def signature(text: str, day: str) -> str:
    key = b"AWS4" + SECRET_KEY.encode()
    for part in (day, REGION, "s3", "aws4_request"):
        key = hmac.new(key, part.encode(), "sha256").digest()
    return hmac.new(key, text.encode(), "sha256").hexdigest()


def presigned(
    origin: str, method: str, key: str, headers: dict[str, str], more: dict[str, str], now: datetime, seconds: int
) -> str:
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    path = f"/{BUCKET}/{encoded(key, safe='/')}"
    headers = {**headers, "host": origin.partition("://")[2]}
    pairs = [
        *more.items(),
        ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
        ("X-Amz-Credential", f"{ACCESS_KEY}/{stamp[:8]}/{REGION}/s3/aws4_request"),
        ("X-Amz-Date", stamp),
        ("X-Amz-Expires", str(seconds)),
        ("X-Amz-SignedHeaders", ";".join(sorted(headers))),
    ]
    pairs.append(("X-Amz-Signature", signature(string_to_sign(method, path, pairs, headers, stamp), stamp[:8])))
    return f"{origin}{path}?" + "&".join(f"{encoded(name)}={encoded(value)}" for name, value in pairs)


class Bucket:
    """`may_put`: asked with a key, whether its bytes may still be replaced; `may_get`, whether they are shown."""

    def __init__(self, may_put: object, may_get: object) -> None:
        self.objects: dict[str, tuple[bytes, str]] = {}
        self._may = {"PUT": may_put, "GET": may_get}
        self.forgives_signatures = False

    async def answer(self, request: Request) -> Response:
        try:
            return await self._answered(request)
        except Refusal as refusal:
            error = f"<Code>{refusal.code}</Code><Message>{escape(refusal.message)}</Message>"
            body = f"{XML}<Error>{error}<RequestId>1</RequestId><HostId>h</HostId></Error>"
            return Response(body, refusal.status, media_type="application/xml")

    async def _answered(self, request: Request) -> Response:
        method = request.method
        if method not in self._may:
            raise refusal("MethodNotAllowed")
        raw = request.scope["raw_path"].decode("latin-1")
        bucket, _, key = raw.lstrip("/").partition("/")
        if bucket != BUCKET:
            raise refusal("NoSuchBucket")
        if method == "PUT" and "content-length" not in request.headers:
            raise refusal("MissingContentLength")
        self._check(request, method, raw)
        name = unquote_to_bytes(key).decode("utf-8", "replace")
        return await self._put(request, name) if method == "PUT" else self._get(request, name)

    def _check(self, request: Request, method: str, path: str) -> None:
        pairs = parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)
        given = {name: [value for each, value in pairs if each == f"X-Amz-{name}"] for name in NAMES}
        if any(len(values) != 1 or not values[0] for values in given.values()):
            raise refusal("AuthorizationQueryParametersError")
        one = {name: values[0] for name, values in given.items()}
        key, *scope = one["Credential"].split("/")
        date = re.fullmatch(r"\d{8}T\d{6}Z", one["Date"], re.ASCII)
        is_right = (
            one["Algorithm"] == "AWS4-HMAC-SHA256"
            and date is not None
            and re.fullmatch(r"[0-9]{1,6}", one["Expires"]) is not None
            and 0 < int(one["Expires"]) <= WEEK
            and re.fullmatch(r"[0-9a-f]{64}", one["Signature"]) is not None
            and scope == [one["Date"][:8], REGION, "s3", "aws4_request"]
        )
        try:
            signed_at = datetime.strptime(one["Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        except ValueError:
            raise refusal("AuthorizationQueryParametersError") from None
        if not is_right:
            raise refusal("AuthorizationQueryParametersError")
        if key != ACCESS_KEY:
            raise refusal("InvalidAccessKeyId")
        names = one["SignedHeaders"].split(";")
        if "host" not in names or any(name not in request.headers for name in names):
            raise Refusal(*DENIED, "There were headers present in the request which were not signed")
        now = datetime.now(UTC)
        if signed_at > now + SKEW:
            raise Refusal(*DENIED, "Request is not valid yet")
        if now >= signed_at + timedelta(seconds=int(one["Expires"])):
            raise Refusal(*DENIED, "Request has expired")
        unsigned = [(name, value) for name, value in pairs if name != "X-Amz-Signature"]
        headers = {name: request.headers[name] for name in names}
        right = signature(string_to_sign(method, path, unsigned, headers, one["Date"]), one["Date"][:8])
        if not hmac.compare_digest(right, one["Signature"]) and not self.forgives_signatures:
            raise refusal("SignatureDoesNotMatch")

    async def _put(self, request: Request, key: str) -> Response:
        if not self._may["PUT"](key):  # type: ignore[operator]
            raise Refusal(*DENIED, "Access Denied")
        length = request.headers["content-length"]
        if not length.isdigit() or int(length) > MOST_BYTES:
            raise refusal("EntityTooLarge")
        try:
            body = await request.body()
        except ClientDisconnect:
            raise refusal("IncompleteBody") from None
        claimed = request.headers.get("x-amz-checksum-sha256")
        if claimed is not None and claimed != base64.b64encode(hashlib.sha256(body).digest()).decode():
            raise refusal("BadDigest")
        if not self._may["PUT"](key):  # type: ignore[operator]
            raise Refusal(*DENIED, "Access Denied")
        self.objects[key] = body, request.headers.get("content-type", "")
        return Response(headers={"ETag": f'"{hashlib.md5(body).hexdigest()}"'})

    def _get(self, request: Request, key: str) -> Response:
        if key not in self.objects or not self._may["GET"](key):  # type: ignore[operator]
            raise refusal("NoSuchKey")
        body, kind = self.objects[key]
        asked = request.query_params
        headers = {"Content-Type": asked.get("response-content-type", kind)}
        if "response-content-disposition" in asked:
            headers["Content-Disposition"] = asked["response-content-disposition"]
        return Response(body, headers=headers)


def disposition(filename: str) -> str:
    """`inline`, with the name in ASCII for old clients and as it is for others (RFC 6266)."""
    plain = "".join(_plain(filename))
    return f"inline; filename=\"{plain}\"; filename*=UTF-8''{encoded(filename)}"


def _plain(text: str) -> Iterator[str]:
    for each in text:
        yield each if " " <= each <= "~" and each not in '"\\' else "_"
