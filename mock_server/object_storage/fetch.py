"""GET and HEAD of an object: headers from its record and its URL, bytes from the backend, a chunk at a time."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from email.utils import format_datetime

from mock_server.core.objects import StoredObject
from mock_server.object_storage.addressing import ObjectName
from mock_server.object_storage.asgi import Send, start
from mock_server.object_storage.backends import Backend, BlobAbsent, BlobReader
from mock_server.object_storage.ledger import Ledger
from mock_server.object_storage.put import etag
from mock_server.object_storage.rules import Rejected, Rule
from mock_server.object_storage.signature import SignedRequest, Verified
from mock_server.object_storage.threads import in_thread

CHUNK_BYTES = 256 * 1024

# Query parameters by which a URL says what its answer's headers are to be.
OVERRIDES: Mapping[str, str] = {
    "response-content-type": "Content-Type",
    "response-content-disposition": "Content-Disposition",
    "response-content-language": "Content-Language",
    "response-content-encoding": "Content-Encoding",
    "response-cache-control": "Cache-Control",
    "response-expires": "Expires",
}


@dataclass(frozen=True)
class Fetching:
    """GET and HEAD, with what they need. Ranges are not served: the contract has no rule to refuse a wrong one by."""

    ledger: Ledger
    backend: Backend

    async def __call__(
        self, request: SignedRequest, verified: Verified, name: ObjectName, shared: Mapping[str, str], send: Send
    ) -> None:
        """Send the object, with the `shared` headers.

        Raises:
            Rejected: nothing is stored there, or the URL asks for headers nobody could send; nothing was sent.
            StoreError: the bytes are gone or can't be read.
        """
        overrides = overriding_headers(verified.parameters)
        stored, reader = await self._open(name)
        try:
            await start(send, 200, {**shared, **object_headers(stored), **overrides})
            await _send_bytes(reader, send, wanted=request.method != "HEAD")
        finally:
            await in_thread(reader.close)

    async def _open(self, name: ObjectName) -> tuple[StoredObject, BlobReader]:
        stored = await self._find(name)
        while True:
            try:
                return stored, await in_thread(self.backend.open, stored.blob)
            except BlobAbsent:
                newer = await self._find(name)
                if newer.blob == stored.blob:  # lost, not replaced since its record was read
                    raise
                stored = newer

    async def _find(self, name: ObjectName) -> StoredObject:
        stored = await self.ledger.find(name.id)
        if stored is None:
            raise Rejected(Rule.FETCH_ABSENT, facts={"Key": name.key})
        return stored


def object_headers(stored: StoredObject) -> Mapping[str, str]:
    """What S3 says of an object it sends."""
    return {
        "Content-Type": stored.content_type,
        "Content-Length": str(stored.size_bytes),
        "ETag": etag(stored),
        "Last-Modified": format_datetime(stored.stored_at, usegmt=True),
        "Accept-Ranges": "none",
    }


def overriding_headers(parameters: Mapping[str, str]) -> Mapping[str, str]:
    """The headers the URL sets itself.

    Raises:
        Rejected: a value is not one a header can have.
    """
    given = {name: parameters[name].strip() for name in OVERRIDES if parameters.get(name, "").strip()}
    for name, value in given.items():
        if not all(" " <= c <= "\xff" and c != "\x7f" for c in value):
            raise Rejected(Rule.PARAMETERS, f"{name} is not a header value: control characters or beyond Latin-1")
    return {OVERRIDES[name]: value for name, value in given.items()}


async def _send_bytes(reader: BlobReader, send: Send, *, wanted: bool) -> None:
    with suppress(OSError):  # how a server may say that nobody listens any more
        while wanted and (chunk := await in_thread(reader.read, CHUNK_BYTES)):
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
