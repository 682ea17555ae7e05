"""What a namespace was asked, and what it answered."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from mock_server.apis.control.services import Json, Services, body_of
from mock_server.core.errors import Refused
from mock_server.core.exchange import Request, Response
from mock_server.core.journal.contents import ABSENT
from mock_server.core.journal.exports import EXPORTS
from mock_server.core.journal.filters import FILTERS, BadFilter, filter_of
from mock_server.core.journal.journal import Filter, Journal
from mock_server.core.journal.matching import Difference, Miss
from mock_server.core.journal.verify import Verdict, verify_sequence, verify_times
from mock_server.core.journal.view import is_plain, summary, whole
from mock_server.core.journal.watching import events

EVENT_STREAM = "text/event-stream"


def list_journal(services: Services, request: Request) -> Response:
    journal, query = services.namespace.journal, request.query
    page = journal.find(_filter(query), after=query.get("after"), before=query.get("before"), limit=query["limit"])
    shown = [summary(each) for each in page.entries]
    counts = {"matched": page.matched, "kept": len(journal), "dropped": journal.dropped}
    return Response.of({"exchanges": shown, **counts})


def clear_journal(services: Services, request: Request) -> Response:
    services.namespace.journal.clear()
    return Response.empty(204)


def get_exchange(services: Services, request: Request) -> Response:
    wanted = request.path["requestId"]
    entry = services.namespace.journal.get(wanted)
    if entry is None:
        raise Refused("CTL-JOURNAL-ABSENT", f"{_contents(services)} and none with the id {wanted}.", entity_id=wanted)
    return Response.of(whole(entry))


def verify_journal(services: Services, request: Request) -> Response:
    entries = services.namespace.journal.entries()
    try:
        verdict = _verdict(body_of(request), entries)
    except ValueError as error:
        raise Refused("CTL-JOURNAL-MATCH", f"This can't be verified: {error}.") from error
    return Response.of(_verdict_json(verdict))


def export_journal(services: Services, request: Request) -> Response:
    query = request.query
    export = EXPORTS[query["format"]]
    page = services.namespace.journal.find(_filter(query), after=query.get("after"), before=query.get("before"))
    content = b"".join(export.write(page.entries, services.facts.version))
    name = f"journal-{services.namespace.name}.{export.suffix}"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content=content, content_type=export.media_type, headers=headers)


def stream_journal(services: Services, request: Request) -> Response:
    matches = _filter(request.query)
    after = request.headers.get("last-event-id") or request.query.get("after")
    return Response.stream(lambda: _watched(services, matches, after), EVENT_STREAM, {"cache-control": "no-store"})


async def _watched(services: Services, matches: Filter, after: str | None) -> AsyncIterator[bytes]:
    """The events of a namespace, which is in use while somebody watches: something comes every few seconds."""
    async for piece in events(services.namespace.journal, matches, after):
        services.plane.note_use(services.namespace)
        yield piece


def _filter(query: Mapping[str, Any]) -> Filter:
    try:
        return filter_of({name: str(value) for name, value in query.items() if name in FILTERS})
    except BadFilter as error:
        raise Refused("CTL-JOURNAL-FILTER", f"The filter {error.name} can't be understood: {error}.") from error


def _contents(services: Services) -> str:
    journal: Journal = services.namespace.journal
    gone = f", {journal.dropped} older ones are gone" if journal.dropped else ""
    return f"The journal of {services.namespace.name} has {len(journal)} exchanges{gone},"


def _verdict(asked: Json, entries: Sequence[Any]) -> Verdict:
    if "sequence" not in asked:
        if "strict" in asked:
            raise ValueError("only a sequence is strict; there is none")
        return verify_times(asked.get("match", {}), asked.get("times", {}), entries)
    stray = [name for name in ("match", "times") if name in asked]
    if stray:
        raise ValueError(f"beside a sequence there is no {' and no '.join(stray)}")
    return verify_sequence(asked["sequence"], entries, is_strict=asked.get("strict", False))


def _verdict_json(verdict: Verdict) -> Json:
    return {
        "verified": verdict.is_verified,
        "message": verdict.message,
        "count": len(verdict.matched),
        "matched": list(verdict.matched),
        "inspected": verdict.inspected,
        "misses": [_miss_json(each) for each in verdict.misses],
    }


def _miss_json(miss: Miss) -> Json:
    return {"exchange": summary(miss.entry), "differences": [_difference_json(each) for each in miss.differences]}


def _difference_json(difference: Difference) -> Json:
    sides = {"expected": difference.expected, "actual": difference.actual}
    shown = {name: value if is_plain(value) else repr(value) for name, value in sides.items() if value is not ABSENT}
    return {"pointer": difference.pointer, **shown}
