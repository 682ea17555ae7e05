"""Makes an entry of the journal of what was observed: nothing gets in but through here, and no secret gets through.

Card numbers, security codes and bank account numbers, tokens and passwords are cut to their last four digits or hidden,
before anything is kept. What can't be read is not kept; then the size alone tells of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from mock_server.core.errors import Refused
from mock_server.core.exchange import Caller
from mock_server.core.journal.clean import Bodies, Heads, Lines, RawHeaders, treatment
from mock_server.core.journal.entry import Exchanged, Headers, Message
from mock_server.core.trace import Trace
from openapi.model import Contract
from openapi.redaction.bodies import Reader, as_text
from openapi.redaction.names import Names, Sensitive
from openapi.redaction.texts import clean_path, is_clean, without_secrets


@dataclass(slots=True)
class Observed:
    """A message as it passed by, with all its secrets; forgotten as soon as an entry was made of it.

    `body`: as much of it as is to be kept. `size_bytes`: how much there was.
    """

    headers: RawHeaders = ()
    body: bytes = b""
    size_bytes: int = 0


@dataclass(slots=True)
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


class Redactor:
    """Knows from the contracts what is sensitive where. Most exchanges hold no secret, which a quick look tells."""

    def __init__(self, contracts: Iterable[Contract]) -> None:
        self._sensitive = Sensitive(contracts)
        self._heads = Heads()
        self._lines = Lines()
        self._bodies = Bodies()
        self._readers: dict[tuple[int, bool], tuple[Reader, Reader]] = {}

    def entry(self, seen: ObservedExchange) -> Exchanged:
        """The exchange as it may be kept."""
        names = self._sensitive.names(seen.group if seen.operation_id else None)
        is_marked = self._sensitive.is_marked(seen.operation_id)
        asked, answered = self._heads_of(seen, names)
        is_plain = asked is not None and answered is not None and self._lines.is_clean(_line(seen), names)
        has_plain_bodies = is_plain and not is_marked and self._has_clean_bodies(seen, names)
        of_client, of_server = self._readers_of(names, is_marked)
        response = _message(seen.response, answered if is_plain else None, of_server, has_plain_bodies)
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
            query=seen.query if is_plain or not seen.query else of_client.pairs(seen.query),
            scheme=seen.scheme,
            host=seen.host if is_plain else _clean(seen.host, names),
            request=_message(seen.request, asked if is_plain else None, of_client, has_plain_bodies),
            status=seen.status,
            response=response,
            refused=_refused(refused, names) if refused else None,
            rules=_rules(refused) if refused else _named_rules(response),
            cells=tuple(seen.trace.cells),
            steered=_clean(seen.trace.steered, names),
        )

    def _readers_of(self, names: Names, is_marked: bool) -> tuple[Reader, Reader]:
        """Of what clients send, and of what the server answers; made once for each API."""
        key = (id(names), is_marked)
        if key not in self._readers:
            self._readers[key] = Reader(names, is_marked, is_answer=False), Reader(names, is_marked, is_answer=True)
        return self._readers[key]

    def _heads_of(self, seen: ObservedExchange, names: Names) -> tuple[Headers | None, Headers | None]:
        asked = self._heads.shown(seen.request.headers, names)
        return asked, self._heads.shown_with(seen.id, seen.response.headers, names)

    def _has_clean_bodies(self, seen: ObservedExchange, names: Names) -> bool:
        return self._bodies.is_clean(seen.request.body, names) and self._bodies.is_clean(seen.response.body, names)


def _line(seen: ObservedExchange) -> str:
    """Everything beside heads and bodies that is looked at for secrets, to be looked at in one go."""
    caller = (seen.caller.subject, seen.caller.merchant_id) if seen.caller else ()
    return "\n".join((seen.method, seen.path, seen.query, seen.host, *caller))


def _message(seen: Observed, shown: Headers | None, reader: Reader, has_plain_body: bool) -> Message:
    """A message as it may be kept. `shown`: its headers, where nothing has to be hidden in them."""
    headers = tuple([_header(*each, reader) for each in seen.headers]) if shown is None else shown
    is_cut = seen.size_bytes > len(seen.body)
    if has_plain_body and not is_cut and as_text(seen.body, is_cut=False) is not None:
        return Message(headers, seen.body, seen.size_bytes, is_cut=False)
    body = reader.clean(seen.body, _media_type(headers), is_cut=is_cut)
    return Message(headers, body or b"", seen.size_bytes, is_cut=is_cut or body is None)


def _header(raw_name: bytes, raw_value: bytes, reader: Reader) -> tuple[str, str]:
    name, treat = treatment(raw_name)
    value = raw_value.decode("latin-1")
    if treat is not None:
        return name, treat(value)
    is_answer = reader.is_answer and name != "location"
    return _clean(name, reader.names), without_secrets(value, reader.names, is_answer=is_answer)


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
