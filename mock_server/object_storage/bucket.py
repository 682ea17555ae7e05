"""The bucket as an ASGI application: checks the signature, hands on to PUT or GET, answers refusals as S3 does."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime

from mock_server.core.errors import Refused, StoreError
from mock_server.core.namespace import DEFAULT, GONE, QUERY_PARAMETER
from mock_server.core.records import Store
from mock_server.object_storage.addressing import LONGEST_KEY_BYTES, ObjectName, object_name
from mock_server.object_storage.asgi import Answer, Body, Message, Receive, Scope, Send, reply, request_of
from mock_server.object_storage.backends import Backend, BackendFull, sweep
from mock_server.object_storage.cors import ALLOW, METHODS, SHARED, preflight
from mock_server.object_storage.fetch import Fetching
from mock_server.object_storage.leavings import Leavings
from mock_server.object_storage.ledger import Ledger, blobs_of_all, near
from mock_server.object_storage.put import Putting, declared_length
from mock_server.object_storage.rules import BucketRefusal, Refusal, Rejected, Rule, complete
from mock_server.object_storage.signature import Credentials, SignedRequest, Verified, verify
from mock_server.object_storage.threads import in_thread
from mock_server.object_storage.xml_errors import CONTENT_TYPE, error_document

STAGE = "bucket"
logger = logging.getLogger(__name__)


class Bucket:
    """One bucket, under `<prefix>/<name>/`.

    `refusals`: the contract's bucket rules, the owner's among them. `ledger_of`: the records of the namespace that a
    request, as ASGI describes it, is for. `leavings`: shared with the `BucketReader`. `store`: with all namespaces;
    the backend is the bucket's own, because what no record there points to is swept.

    Raises:
        SetupError: a rule is missing in `refusals`.
    """

    def __init__(
        self,
        *,
        name: str,
        store: Store,
        ledger_of: Callable[[Scope], Ledger],
        backend: Backend,
        credentials: Credentials,
        region: str,
        refusals: Mapping[str, BucketRefusal],
        leavings: Leavings,
        request_id_of: Callable[[Scope], str],
        max_object_bytes: int,
        prefix: str = "/_s3",
    ) -> None:
        self._name = name
        self._prefix = prefix
        self._backend = backend
        self._credentials = credentials
        self._region = region
        self._refusals = complete(refusals)
        self._leavings = leavings
        self._request_id_of = request_id_of
        self._max_object_bytes = max_object_bytes
        self._store = store
        self._ledger_of = ledger_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise ValueError(f"the bucket speaks http, not {scope['type']}")
        request = request_of(scope)
        body = Body(request, receive)
        request_id = self._request_id_of(scope)
        shared = {**SHARED, "X-Request-Id": request_id, "x-amz-request-id": request_id}
        has_started = False

        async def noting_send(message: Message) -> None:
            nonlocal has_started
            has_started = True
            await send(message)

        try:
            await self._answer(self._ledger_of(scope), request, body, shared, noting_send)
        except Exception as error:
            if has_started:  # all there is left to say is that the answer ends here
                raise
            if isinstance(error, Refused) and error.rule == GONE:  # no bucket would say that
                raise
            answer = self._refusing(self._refusal_of(error), request, request_id)
            await body.drain(self._max_object_bytes)
            with suppress(OSError):  # how a server may say that nobody listens any more
                await reply(send, request.method, answer, shared)
        await self.collect()

    async def collect(self) -> None:
        """Delete the bytes of removed records once the removal has been committed; cheap when there are none.

        What can't be deleted now is left to the next sweep.
        """
        if not self._leavings:
            return
        try:
            for blob in await near(self._store, lambda: self._leavings.take(lambda: blobs_of_all(self._store))):
                await in_thread(self._backend.delete, blob)
        except StoreError as error:
            logger.warning("bytes of removed objects are left to the next sweep: %s", error)

    def sweep(self) -> int:
        """Delete all bytes no record points to, such as those a killed process left; return how many. Blocks."""
        return sweep(self._backend, lambda: blobs_of_all(self._store))

    async def _answer(
        self, ledger: Ledger, request: SignedRequest, body: Body, shared: Mapping[str, str], send: Send
    ) -> None:
        """Answer, or raise what refuses. The order of the checks is that of the rules in the contract."""
        if request.method == "OPTIONS":
            return await reply(send, request.method, preflight(request), shared)
        if request.method not in METHODS:
            raise Rejected(Rule.METHOD, facts={"Method": request.method})
        name = self._named(request)
        if request.method == "PUT":
            declared_length(request)
        verified = self._verified(request, ledger.namespace.clock.now())
        if verified.parameters.get(QUERY_PARAMETER, DEFAULT) != ledger.namespace.name:
            raise Rejected(Rule.SIGNATURE, "the URL was signed for another namespace")
        if not name.is_storable:
            raise Rejected(Rule.PARAMETERS, f"a key is at most {LONGEST_KEY_BYTES} bytes of UTF-8 without NUL")
        if request.method == "PUT":
            putting = Putting(ledger, self._backend, self._leavings, self._max_object_bytes)
            return await reply(send, request.method, await putting(request, verified, name, body), shared)
        return await Fetching(ledger, self._backend)(request, verified, name, shared, send)

    def _named(self, request: SignedRequest) -> ObjectName:
        name = object_name(request.raw_path, self._prefix)
        if name is None or name.bucket != self._name:
            raise Rejected(Rule.BUCKET_ABSENT, facts={"BucketName": name.bucket} if name else {})
        if not name.key:
            raise Rejected(Rule.METHOD, "the bucket itself can't be asked", {"Method": request.method})
        return name

    def _verified(self, request: SignedRequest, now: datetime) -> Verified:
        found = verify(request, credentials=self._credentials, region=self._region, now=now)
        if isinstance(found, Refusal):
            raise Rejected(found.rule, found.detail, found.facts)
        return found

    def _refusal_of(self, error: Exception) -> Refusal:
        match error:
            case Rejected():
                return error.refusal
            case Refused() if error.rule in self._refusals:
                return Refusal(error.rule, error.message)
            case BackendFull():
                logger.error("%s", error)
                return Refusal(Rule.INTERNAL, "there is no room for the bytes; nothing has been kept")
        logger.error("the bucket failed", exc_info=error)
        return Refusal(Rule.INTERNAL)

    def _refusing(self, refusal: Refusal, request: SignedRequest, request_id: str) -> Answer:
        answer = self._refusals[refusal.rule]
        resource = request.raw_path.decode("ascii", "replace")
        return Answer(
            answer.status,
            {
                "Content-Type": CONTENT_TYPE,
                "X-Mock-Stage": STAGE,
                "X-Mock-Rule": refusal.rule,
                **({"Allow": ALLOW} if refusal.rule == Rule.METHOD else {}),
            },
            error_document(answer, refusal, resource=resource, request_id=request_id),
        )
