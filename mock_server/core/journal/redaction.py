"""Makes an entry of the journal of what was observed: nothing gets in but through here, and no secret gets through.

Card numbers, security codes and bank account numbers, tokens and passwords are cut to their last four digits or hidden,
before anything is kept. What can't be read is not kept; then the size alone tells of it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b

from mock_server.core.errors import Refused
from mock_server.core.exchange import Caller
from mock_server.core.journal.entry import Exchanged, Headers, Message
from mock_server.core.trace import Trace
from openapi.model import Contract
from openapi.redaction.bodies import Reader
from openapi.redaction.digits import without_cards
from openapi.redaction.headers import mask_of
from openapi.redaction.names import HIDDEN, Names, Sensitive
from openapi.redaction.texts import clean_path, is_clean, without_secrets

RawHeaders = Sequence[tuple[bytes, bytes]]
MOST_SHARED = 80
MOST_LOOKED_AT = 1024
SHORT_BODY_BYTES = 256
"""A shorter body is looked at as quickly as it is recognized."""


@dataclass
class Observed:
    """A message as it passed by, with all its secrets; forgotten as soon as an entry was made of it.

    `body`: as much of it as is to be kept. `size_bytes`: how much there was.
    """

    headers: RawHeaders = ()
    body: bytes = b""
    size_bytes: int = 0


@dataclass
class ObservedExchange:
    """A request and its answer as they passed by; the members are those of `Exchanged`."""

    id: str
    at: datetime
    seconds: float
    namespace: str
    method: str
    path: str
    query: str
    scheme: str
    host: str
    status: int
    group: str | None = None
    operation_id: str | None = None
    caller: Caller | None = None
    request: Observed = field(default_factory=Observed)
    response: Observed = field(default_factory=Observed)
    trace: Trace = field(default_factory=Trace)


class LookedAt:
    """Remembers of bodies that they were found clean, not what stood in them: the same answers are given often."""

    def __init__(self) -> None:
        self._clean: OrderedDict[tuple[int, bytes], None] = OrderedDict()

    def is_clean(self, body: bytes, names: Names) -> bool:
        """Whether a quick look finds nothing that could be a secret."""
        if len(body) < SHORT_BODY_BYTES:
            return is_clean(body, names)
        key = (id(names), blake2b(body, digest_size=16).digest())  # the redactor keeps the names for good
        if key in self._clean:
            return True
        if not is_clean(body, names):
            return False
        self._clean[key] = None
        if len(self._clean) > MOST_LOOKED_AT:
            self._clean.popitem(last=False)
        return True


class Redactor:
    """Knows from the contracts what is sensitive where."""

    def __init__(self, contracts: Iterable[Contract]) -> None:
        self._sensitive = Sensitive(contracts)
        self._looked_at = LookedAt()

    def entry(self, seen: ObservedExchange) -> Exchanged:
        """The exchange as it may be kept."""
        names = self._sensitive.names(seen.group if seen.operation_id else None)
        is_marked = self._sensitive.is_marked(seen.operation_id)
        is_plain = is_clean(_envelope(seen), names)
        bodies = (seen.request.body, seen.response.body)
        has_plain_bodies = is_plain and not is_marked and all(self._looked_at.is_clean(each, names) for each in bodies)
        request, response = Reader(names, is_marked, is_answer=False), Reader(names, is_marked, is_answer=True)
        answer = _message(seen.response, response, is_plain, has_plain_bodies)
        refused = seen.trace.refused
        return Exchanged(
            id=seen.id,
            at=seen.at,
            seconds=seen.seconds,
            namespace=seen.namespace,
            group=seen.group,
            operation_id=seen.operation_id,
            caller=seen.caller if is_plain or not seen.caller else _clean_caller(seen.caller, names),
            method=seen.method if is_plain else _clean(seen.method, names),
            path=seen.path if is_plain else clean_path(seen.path, names),
            query=seen.query if is_plain or not seen.query else request.pairs(seen.query),
            scheme=seen.scheme,
            host=seen.host if is_plain else _clean(seen.host, names),
            request=_message(seen.request, request, is_plain, has_plain_bodies),
            status=seen.status,
            response=answer,
            refused=_refused(refused, names) if refused else None,
            rules=_rules(refused) if refused else _named_rules(answer),
            cells=tuple(seen.trace.cells),
            steered=_clean(seen.trace.steered, names),
        )


def _envelope(seen: ObservedExchange) -> bytes:
    """Everything but the bodies that is looked at for secrets, to be looked at in one go."""
    caller = (seen.caller.subject, seen.caller.merchant_id) if seen.caller else ()
    parts = ["\n".join((seen.method, seen.path, seen.query, seen.host, *caller)).encode("utf-8", "replace")]
    for message in (seen.request, seen.response):
        for pair in message.headers:
            if treatment(pair[0])[1] is None:
                parts.extend(pair)
    return b"\n".join(parts)


def _message(seen: Observed, reader: Reader, is_plain: bool, has_plain_body: bool) -> Message:
    headers = tuple([_header(name, value, reader, is_plain) for name, value in seen.headers])
    is_cut = seen.size_bytes > len(seen.body)
    if has_plain_body and not is_cut and seen.body.isascii() and b"\0" not in seen.body:
        return Message(headers, seen.body, seen.size_bytes, is_cut=False)
    body = reader.clean(seen.body, _media_type(headers), is_cut=is_cut)
    return Message(headers, body or b"", seen.size_bytes, is_cut=is_cut or body is None)


def _header(raw_name: bytes, raw_value: bytes, reader: Reader, is_plain: bool) -> tuple[str, str]:
    name, treat = treatment(raw_name)
    value = raw_value.decode("latin-1")
    if treat is not None:
        return name, treat(value)
    if is_plain:
        return _plain_pair(raw_name, raw_value) if len(raw_value) <= MOST_SHARED else (name, value)
    is_answer = reader.is_answer and name != "location"
    return _clean(name, reader.names), without_secrets(value, reader.names, is_answer=is_answer)


@lru_cache(maxsize=4096)
def _plain_pair(raw_name: bytes, raw_value: bytes) -> tuple[str, str]:
    """The same object for the same header: clients send most of theirs with every call."""
    return raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")


@lru_cache(maxsize=1024)
def treatment(raw_name: bytes) -> tuple[str, Callable[[str], str] | None]:
    """A header's name in lower case, and what becomes of its value by the name alone, if the name decides."""
    name = raw_name.decode("latin-1").lower()
    return name, _without_query if name == "referer" else mask_of(name)


def _without_query(value: str) -> str:
    address, mark, _ = value.partition("?")
    return f"{without_cards(address)}{mark}{HIDDEN if mark else ''}"


def _media_type(headers: Headers) -> str:
    found = next((value for name, value in headers if name == "content-type"), "")
    return found.partition(";")[0].strip().lower()


def _clean(text: str, names: Names) -> str:
    if not text or is_clean(text.encode("utf-8", "replace"), names):
        return text
    return without_secrets(text, names, is_answer=False)


def _clean_caller(caller: Caller, names: Names) -> Caller:
    return replace(caller, subject=_clean(caller.subject, names), merchant_id=_clean(caller.merchant_id, names))


def _refused(refused: Refused, names: Names) -> Refused:
    """A copy without what an exception drags along: its traceback holds the request as it was."""
    return Refused(
        refused.rule,
        without_secrets(refused.message, names, is_answer=True),
        violations=tuple(replace(each, pointer=_clean(each.pointer, names)) for each in refused.violations),
        entity_id=_clean(refused.entity_id, names) if refused.entity_id else None,
        allowed=tuple(refused.allowed),
    )


def _rules(refused: Refused) -> tuple[str, ...]:
    return tuple(dict.fromkeys([refused.rule, *(each.rule for each in refused.violations if each.rule)]))


def _named_rules(response: Message) -> tuple[str, ...]:
    """The rules an answer names: the bucket and the authorization server refuse without raising anything."""
    return tuple(each.strip() for each in response.header("x-mock-rule").split(",") if each.strip())
