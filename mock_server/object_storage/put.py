"""PUT of an object: the owner agrees, the bytes come in, and then they are recorded or leave no trace."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial

from mock_server.core.objects import StoredObject
from mock_server.object_storage.addressing import ObjectName
from mock_server.object_storage.asgi import Answer, Body, header
from mock_server.object_storage.backends import Backend
from mock_server.object_storage.checksums import check_digests
from mock_server.object_storage.leavings import Leavings
from mock_server.object_storage.ledger import Ledger
from mock_server.object_storage.reception import Reception, receiving
from mock_server.object_storage.rules import Rejected, Rule
from mock_server.object_storage.signature import SignedRequest, Verified
from mock_server.object_storage.threads import digesting, in_thread

# What S3 records where a PUT names no type.
DEFAULT_CONTENT_TYPE = "binary/octet-stream"


@dataclass(frozen=True)
class Putting:
    """PUT, with what it needs."""

    ledger: Ledger
    backend: Backend
    leavings: Leavings
    max_object_bytes: int

    async def __call__(self, request: SignedRequest, verified: Verified, name: ObjectName, body: Body) -> Answer:
        """Take the bytes in and answer with their ETag.

        Raises:
            Refused: the owner does not want the bytes, before or after they came in.
            Rejected: they are too many, or not as many as announced, or a digest differs.
            StoreError: they could not be written or recorded.
        """
        length = declared_length(request)
        await self.ledger.check_put(name.id, self.ledger.namespace.clock.now())
        self._check_size(length)
        async with receiving(self.backend) as reception:
            await _take_all(body, reception, length)
            check_digests(request, verified.parameters, reception)
            stored = StoredObject(
                id=name.id,
                blob=await in_thread(reception.commit),
                size_bytes=reception.size_bytes,
                sha256=reception.sha256.hex(),
                md5=reception.md5.hex(),
                content_type=header(request, "content-type") or DEFAULT_CONTENT_TYPE,
                stored_at=self.ledger.namespace.clock.now(),
            )
            await self.ledger.record(stored, partial(self._kept, reception))
        return Answer(200, {"ETag": etag(stored)})

    def _kept(self, reception: Reception, replaced: StoredObject | None) -> None:
        reception.keep()
        if replaced is not None:
            self.leavings.note(replaced)

    def _check_size(self, length: int) -> None:
        if length > self.max_object_bytes:
            raise Rejected(
                Rule.PUT_TOO_LARGE,
                f"at most {self.max_object_bytes} bytes",
                {"ProposedSize": str(length), "MaxSizeAllowed": str(self.max_object_bytes)},
            )


def etag(stored: StoredObject) -> str:
    """S3's ETag of an object put in one piece."""
    return f'"{stored.md5}"'


def declared_length(request: SignedRequest) -> int:
    """The number of bytes the client says it will send.

    Raises:
        Rejected: it does not say. Bytes in chunks, the transport's or AWS's own (`aws-chunked`, which S3 takes from
            SDKs), count as not saying: S3's 501 NotImplemented has no rule of its own.
    """
    length = header(request, "content-length") or ""
    if header(request, "transfer-encoding") is not None or not (length.isascii() and length.isdigit()):
        raise Rejected(Rule.PUT_LENGTH)
    if _is_aws_chunked(request):
        raise Rejected(Rule.PUT_LENGTH, "aws-chunked bodies are not taken; send the bytes as they are")
    return int(length)


def _is_aws_chunked(request: SignedRequest) -> bool:
    codings = (header(request, "content-encoding") or "").lower().split(",")
    payload = header(request, "x-amz-content-sha256") or ""
    return "aws-chunked" in map(str.strip, codings) or payload.startswith("STREAMING-")


async def _take_all(body: Body, reception: Reception, length: int) -> None:
    """One batch is taken while the next one comes in, so the sender doesn't wait for digests; never two at once."""
    taking: asyncio.Future[None] | None = None
    received_bytes = 0
    try:
        while batch := await body.batch():
            received_bytes += sum(map(len, batch))
            if received_bytes > length:
                raise Rejected(Rule.PUT_INCOMPLETE, f"more than the {length} bytes announced")
            if taking is not None:
                await taking
            taking = asyncio.ensure_future(digesting(reception.take, batch))
    finally:
        if taking is not None:
            await taking
    if reception.size_bytes < length:
        raise Rejected(Rule.PUT_INCOMPLETE, f"{reception.size_bytes} of {length} bytes came")
