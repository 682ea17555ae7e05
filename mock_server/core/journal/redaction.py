"""Makes an entry of the journal of what was observed: nothing gets in but through here, and no secret gets through.

Card numbers, security codes and bank account numbers, tokens and passwords are cut to their last four digits or hidden,
before anything is kept. What can't be read is not kept; then the size alone tells of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, NamedTuple

from mock_server.core.errors import Refused
from mock_server.core.exchange import Caller
from mock_server.core.head import Head
from mock_server.core.journal.clean import AnswerHeads, Bodies, Lines, RawHeaders, shown_head, treatment
from mock_server.core.journal.entry import Exchanged, Headers, Message
from mock_server.core.trace import Trace
from openapi.model import Contract
from openapi.redaction.bodies import Reader
from openapi.redaction.names import Names, Sensitive
from openapi.redaction.texts import clean_path, is_clean, without_secrets


@dataclass(slots=True)
class Observed:
    """A message as it passes by, with all its secrets; forgotten as soon as an entry was made of it.

    `parts`: the beginning of the body, as much of it as is to be kept. `size_bytes`: how much there was.
    """

    headers: RawHeaders = ()
    parts: list[bytes] = field(default_factory=list)
    size_bytes: int = 0

    def note(self, part: bytes, max_bytes: int) -> None:
        """A part of the body has come. `max_bytes`: so much of the body is to be kept."""
        before = self.size_bytes
        if part:
            self.size_bytes = before + len(part)
            if before < max_bytes:
                self.parts.append(part[: max_bytes - before])

    @property
    def body(self) -> bytes:
        """What is to be kept of it."""
        return b"".join(self.parts)


class ObservedExchange(NamedTuple):
    """A request and its answer as they have passed by; the members are those of `Exchanged`, in the same order up to
    the messages.

    `head`: that of the request, where it may be recognized.
    """

    id: str
    at: datetime
    seconds: float
    namespace: str
    group: str | None
    operation_id: str | None
    caller: Caller | None
    method: str
    path: str
    query: str
    scheme: str
    host: str
    request: Observed
    status: int
    response: Observed
    trace: Trace
    head: Head | None = None


_BESIDE_MESSAGES: Final = 12
"""So many members of an exchange stand before the first of its messages."""


class Redactor:
    """Knows from the contracts what is sensitive where. Most exchanges hold no secret, which a quick look tells."""

    def __init__(self, contracts: Iterable[Contract]) -> None:
        self._sensitive = Sensitive(contracts)
        self._answer_heads = AnswerHeads()
        self._lines = Lines()
        self._bodies = Bodies()
        self._measures: dict[tuple[str | None, bool], _Measure] = {}
        self._measure_of: dict[tuple[str | None, str | None], _Measure] = {}

    def entry(self, seen: ObservedExchange) -> Exchanged:
        """The exchange as it may be kept."""
        key = seen.group, seen.operation_id
        measure = self._measure_of.get(key) or self._measure(*key)
        names, trace = measure.names, seen.trace
        asked = shown_head(seen.request.headers, names) if seen.head is None else seen.head.once(measure.shown)
        answered = self._answer_heads.shown(seen.id, seen.response.headers, names)
        is_plain = asked is not None and answered is not None and self._lines.is_clean(_line(seen), names)
        has_plain_bodies = is_plain and not measure.is_marked
        response = self._message(seen.response, answered if is_plain else None, measure.of_server, has_plain_bodies)
        entry = Exchanged(
            *seen[:_BESIDE_MESSAGES],
            self._message(seen.request, asked if is_plain else None, measure.of_client, has_plain_bodies),
            seen.status,
            response,
            None if trace.refused is None else _refused(trace.refused, names),
            _named_rules(response) if trace.refused is None else _rules(trace.refused),
            tuple(trace.cells),
            trace.steered and _clean(trace.steered, names),
        )
        return entry if is_plain else _cleaned(entry, measure)

    def _measure(self, group: str | None, operation_id: str | None) -> _Measure:
        """How exchanges of an operation are looked at; made once for each API."""
        key = (group if operation_id else None, self._sensitive.is_marked(operation_id))
        found = self._measures.get(key)
        if found is None:
            found = self._measures[key] = _Measure(self._sensitive.names(key[0]), is_marked=key[1])
        self._measure_of[group, operation_id] = found
        return found

    def _message(self, seen: Observed, shown: Headers | None, reader: Reader, may_be_plain: bool) -> Message:
        """A message as it may be kept. `shown`: its headers, where nothing has to be hidden in them."""
        headers = tuple([_header(*each, reader) for each in seen.headers]) if shown is None else shown
        if not seen.size_bytes:
            return Message(headers)
        body = seen.body
        is_cut = seen.size_bytes > len(body)
        if may_be_plain and not is_cut and self._bodies.is_plain(body, reader.names):
            return Message(headers, body, len(body))
        clean = reader.clean(body, _media_type(headers), is_cut=is_cut)
        return Message(headers, clean or b"", seen.size_bytes, is_cut=is_cut or clean is None)


class _Measure:
    """What is looked for in the exchanges of an API, in those that deal in secrets (`is_marked`) or in the others."""

    def __init__(self, names: Names, *, is_marked: bool) -> None:
        self.names = names
        self.is_marked = is_marked
        self.of_client = Reader(names, is_marked, is_answer=False)
        self.of_server = Reader(names, is_marked, is_answer=True)

    def shown(self, head: Head) -> Headers | None:
        """The head of a request as it may be kept; `None` where it needs a closer look."""
        return shown_head(head.lines, self.names)


def _cleaned(entry: Exchanged, measure: _Measure) -> Exchanged:
    """The entry without secrets in what is neither head nor body."""
    names = measure.names
    return entry._replace(
        caller=entry.caller and _clean_caller(entry.caller, names),
        method=_clean(entry.method, names),
        path=clean_path(entry.path, names),
        query=entry.query and measure.of_client.pairs(entry.query),
        host=_clean(entry.host, names),
    )


def _line(seen: ObservedExchange) -> str:
    """Everything beside heads and bodies that is looked at for secrets, to be looked at in one go."""
    caller = seen.caller
    if caller is None:
        return "\n".join((seen.method, seen.path, seen.query, seen.host))
    return "\n".join((seen.method, seen.path, seen.query, seen.host, caller.subject, caller.merchant_id))


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
    named = dict(response.headers).get("x-mock-rule")
    return tuple(each.strip() for each in named.split(",") if each.strip()) if named else ()
