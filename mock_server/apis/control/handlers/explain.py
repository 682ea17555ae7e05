"""Why an exchange went the way it did."""

from __future__ import annotations

from collections.abc import Callable

from mock_server.apis.control.services import Services
from mock_server.core.errors import Refused
from mock_server.core.exchange import JSON_TYPE, Request, Response
from mock_server.core.explanation import as_text, explain
from mock_server.core.journal.entry import Exchanged
from mock_server.core.namespace import Namespace

OWN_GROUP = "control"
SHORT_ID = 8
MOST = 5

MEDIA_TYPES = {"json": JSON_TYPE, "text": "text/plain"}
_LATEST: dict[str, Callable[[Exchanged], bool]] = {
    "latest": lambda exchange: True,
    "latest-refused": lambda exchange: exchange.status >= 400,
}
"""Names for exchanges whose id nobody has at hand."""


def explain_exchange(services: Services, request: Request) -> Response:
    explanation = explain(_exchange(services.namespace, request.path["requestId"]), services.contracts)
    media_type = MEDIA_TYPES.get(request.query.get("format", ""), request.media_type)
    if media_type == JSON_TYPE:
        return Response.of(explanation)
    return Response(content=as_text(explanation).encode(), content_type=media_type)


def _exchange(namespace: Namespace, wanted: str) -> Exchanged:
    found = _latest(namespace, _LATEST[wanted]) if wanted in _LATEST else namespace.journal.get(wanted)
    if found is None:
        raise Refused("CTL-EXPLAIN-ABSENT", _absent(namespace, wanted))
    return found


def _latest(namespace: Namespace, is_meant: Callable[[Exchanged], bool]) -> Exchanged | None:
    entries = reversed(namespace.journal.entries())
    return next((each for each in entries if each.group != OWN_GROUP and is_meant(each)), None)


def _absent(namespace: Namespace, wanted: str) -> str:
    kept = [each.id for each in namespace.journal.entries()]
    near = [each for each in kept if each.startswith(wanted[:SHORT_ID])][:MOST]
    told = f"near: {', '.join(near)}" if near else f"{len(kept)} are kept"
    return (
        f"The journal of {namespace.name} has no exchange {wanted}; {told}. Possible: an id of x-request-id, in the "
        f"namespace that it was for, and {', '.join(_LATEST)}."
    )
