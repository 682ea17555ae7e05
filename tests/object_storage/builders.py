"""Builds a bucket and requests to it, and calls it without a server."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

from mock_server.core.clock import FixedClock, NamespaceClock
from mock_server.core.errors import Refused
from mock_server.core.ids import NamespaceIds
from mock_server.core.namespace import Namespace
from mock_server.core.objects import OBJECTS, StoredObject
from mock_server.core.records import Query, Store, UnitOfWork, transact
from mock_server.object_storage.asgi import Message
from mock_server.object_storage.backends import Backend
from mock_server.object_storage.bucket import STAGE, Bucket
from mock_server.object_storage.leavings import BucketReader, Leavings
from mock_server.object_storage.ledger import Ledger
from mock_server.object_storage.rules import BucketRefusal
from mock_server.object_storage.signature import Credentials, host_of, presign
from mock_server.object_storage.urls import PresignedUrls
from openapi import Rule, contract_file, read_contract

NOW = datetime(2026, 3, 4, 5, 6, 7, 89_000, tzinfo=UTC)
LIFETIME = timedelta(minutes=15)
CREDENTIALS = Credentials("AKIDEXAMPLE", "a/secret+of=ours")
REGION = "us-east-1"
BUCKET = "uploads"
NAMESPACE = "default"
ORIGIN = "http://files.example:8080"
MAX_BYTES = 104_857_600
SPENT = "UPL-PUT-SPENT"
PDF = "application/pdf"


@functools.cache
def bucket_rules() -> Mapping[str, Rule]:
    """The rules of the contract's bucket stage, by id, in their order."""
    rules = read_contract(contract_file("invoice_uploads")).rules
    return {name: rule for name, rule in rules.items() if rule.stage == STAGE}


@functools.cache
def refusals() -> Mapping[str, BucketRefusal]:
    """What the contract says each broken rule answers."""
    return {
        name: BucketRefusal(rule=name, status=rule.status, code=rule.extra["code"], message=rule.extra["message"])
        for name, rule in bucket_rules().items()
    }


@dataclass
class Owner:
    """Lets bytes be put anywhere but under `spent` keys and fetched from anywhere but `withheld` ones.

    `on_stored` may object in the last moment.
    """

    spent: set[str] = field(default_factory=set)
    withheld: set[str] = field(default_factory=set)
    seen: list[StoredObject] = field(default_factory=list)
    on_stored: Callable[[str], None] = lambda key: None

    def check_put(self, work: UnitOfWork, key: str, now: datetime) -> None:
        if key in self.spent:
            raise Refused(SPENT, "the upload is confirmed")

    def check_fetch(self, work: UnitOfWork, key: str) -> None:
        if key in self.withheld:
            raise Refused("UPL-FETCH-ABSENT", "the upload is not confirmed")

    def stored(self, work: UnitOfWork, stored: StoredObject, now: datetime) -> None:
        self.on_stored(stored.id)
        self.seen.append(stored)


@dataclass(frozen=True)
class Call:
    """A request to the bucket. `chunks`: how the body comes in; `None` among them is the client going away."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    chunks: Sequence[bytes | None] = ()

    @property
    def scope(self) -> dict[str, Any]:
        parts = urlsplit(self.url)
        headers = {"host": host_of(parts), **self.headers}
        return {
            "type": "http",
            "method": self.method,
            "path": "not looked at",
            "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(),
            "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()],
        }


@dataclass(frozen=True)
class Reply:
    """What the bucket answered. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def rule(self) -> str | None:
        return self.headers.get("x-mock-rule")

    @property
    def error(self) -> Mapping[str, str]:
        """The elements of S3's error document."""
        assert self.body.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>')
        return {element.tag: element.text or "" for element in ElementTree.fromstring(self.body)}


async def call(app: Bucket, call: Call) -> Reply:
    """Call the application as a server would."""
    chunks = iter(call.chunks)
    left = len(call.chunks)
    sent: list[Message] = []

    async def receive() -> Message:
        nonlocal left
        left -= 1
        chunk = next(chunks, b"")
        if chunk is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": chunk, "more_body": left > 0}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(call.scope, receive, send)
    start, *bodies = sent
    assert [message["type"] for message in sent] == ["http.response.start"] + ["http.response.body"] * len(bodies)
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in start["headers"]]
    assert len(dict(headers)) == len(headers), "a header is sent twice"
    return Reply(start["status"], dict(headers), b"".join(message.get("body", b"") for message in bodies))


@dataclass
class Room:
    """A bucket and all around it."""

    clock: FixedClock
    store: Store
    folder: Path
    backend: Backend
    owner: Owner = field(default_factory=Owner)
    leavings: Leavings = field(default_factory=Leavings)
    max_bytes: int = MAX_BYTES

    @property
    def bucket(self) -> Bucket:
        """Another application on the same ground with each call, as other processes are."""
        numbers = count(1)
        return Bucket(
            name=BUCKET,
            store=self.store,
            ledger_of=lambda scope: Ledger(self.namespace, self.owner),
            backend=self.backend,
            credentials=CREDENTIALS,
            region=REGION,
            refusals=refusals(),
            leavings=self.leavings,
            request_id_of=lambda scope: f"request-{next(numbers)}",
            max_object_bytes=self.max_bytes,
        )

    @property
    def namespace(self) -> Namespace:
        return Namespace(NAMESPACE, self.store, NamespaceClock(self.clock), NamespaceIds())

    @property
    def reader(self) -> BucketReader:
        return BucketReader(self.leavings)

    @property
    def urls(self) -> PresignedUrls:
        return PresignedUrls(credentials=CREDENTIALS, region=REGION)

    def send(self, request: Call) -> Reply:
        return asyncio.run(call(self.bucket, request))

    def put(self, key: str, content: bytes, content_type: str = PDF) -> Reply:
        return self.send(self.put_call(key, content, content_type))

    def get(self, key: str, filename: str = "file.pdf") -> Reply:
        return self.send(Call("GET", self.get_url(key, filename=filename)))

    def put_call(self, key: str, content: bytes, content_type: str = PDF) -> Call:
        url = self.urls.put_url(
            ORIGIN,
            f"{BUCKET}/{key}",
            content_type=content_type,
            size_bytes=len(content),
            now=self.clock.now(),
            lifetime=LIFETIME,
        )
        return Call("PUT", url, {"content-type": content_type, "content-length": str(len(content))}, [content])

    def get_url(self, key: str, *, content_type: str = PDF, filename: str = "file.pdf") -> str:
        return self.urls.get_url(
            ORIGIN,
            f"{BUCKET}/{key}",
            content_type=content_type,
            filename=filename,
            now=self.clock.now(),
            lifetime=LIFETIME,
        )

    def objects(self) -> Mapping[str, StoredObject]:
        """All records, by id."""
        return transact(self.store, NAMESPACE, self.objects_in, write=False)

    @staticmethod
    def objects_in(work: UnitOfWork) -> Mapping[str, StoredObject]:
        return {stored.id: stored for stored in work.records(OBJECTS).find(Query()).items}

    def files(self) -> list[str]:
        """The names of all files in the backend's folder, unfinished ones too."""
        return sorted(path.name for path in self.folder.iterdir())


def signed(
    method: str,
    path: str,
    *,
    credentials: Credentials = CREDENTIALS,
    at: datetime = NOW,
    lifetime: timedelta = LIFETIME,
    headers: Iterable[tuple[str, str]] = (),
) -> str:
    """A presigned URL of a path, which may have a query."""
    return presign(
        method,
        f"{ORIGIN}{path}",
        credentials=credentials,
        region=REGION,
        now=at,
        lifetime=lifetime,
        headers=dict(headers),
    )
