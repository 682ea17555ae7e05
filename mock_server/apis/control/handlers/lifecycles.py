"""The lifecycles of all contracts, as tables and as diagrams."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from mock_server.apis.control.handlers.rules import absent
from mock_server.apis.control.services import Json, Services
from mock_server.core.errors import Refused
from mock_server.core.exchange import JSON_TYPE, Request, Response
from openapi.diagrams import Step, mermaid, svg
from openapi.model import ABSENT, Contract, Lifecycle, Transition

MEDIA_TYPES = {"json": JSON_TYPE, "mermaid": "text/vnd.mermaid", "svg": "image/svg+xml"}
_DIAGRAMS: dict[str, Callable[[Lifecycle, set[Step] | None], str]] = {
    MEDIA_TYPES["mermaid"]: lambda lifecycle, walked: mermaid(lifecycle, walked or ()),
    MEDIA_TYPES["svg"]: svg,
}


def list_lifecycles(services: Services, request: Request) -> Response:
    found = sorted(_lifecycles(services), key=lambda each: each[1].name)
    return Response.of({"lifecycles": [_table(contract, lifecycle, None) for contract, lifecycle in found]})


def get_lifecycle(services: Services, request: Request) -> Response:
    contract, lifecycle = _found(services, request.path["name"])
    walked = services.namespace.coverage.walked(lifecycle) if request.query["walked"] else None
    media_type = MEDIA_TYPES.get(request.query.get("format", ""), request.media_type)
    draw = _DIAGRAMS.get(media_type)
    if draw is None:
        return Response.of(_table(contract, lifecycle, walked))
    return Response(content=draw(lifecycle, walked).encode(), content_type=media_type)


def _lifecycles(services: Services) -> Iterator[tuple[Contract, Lifecycle]]:
    for contract in services.contracts.values():
        for lifecycle in contract.lifecycles.values():
            yield contract, lifecycle


def _found(services: Services, name: str) -> tuple[Contract, Lifecycle]:
    known = {lifecycle.name: (contract, lifecycle) for contract, lifecycle in _lifecycles(services)}
    if name not in known:
        raise Refused("CTL-LIFECYCLE-ABSENT", absent("lifecycle", name, known))
    return known[name]


def _table(contract: Contract, lifecycle: Lifecycle, walked: set[Step] | None) -> Json:
    return {
        "lifecycle": lifecycle.name,
        "group": contract.name,
        "property": lifecycle.property,
        "initial": list(lifecycle.initial),
        "states": [{"state": state, "value": value} for state, value in lifecycle.states.items()],
        "cells": [*_creations(lifecycle, walked), *_cells(lifecycle, walked)],
    }


def _creations(lifecycle: Lifecycle, walked: set[Step] | None) -> Iterator[Json]:
    for each in lifecycle.transitions:
        if each.source == ABSENT:
            yield _allowed(each, walked)


def _cells(lifecycle: Lifecycle, walked: set[Step] | None) -> Iterator[Json]:
    for each in lifecycle.cells():
        if isinstance(each, Transition):
            yield _allowed(each, walked)
        else:
            yield {
                "state": each.state,
                "action": each.action,
                "isEvent": each.is_event,
                "isAllowed": False,
                "targets": [],
                "rule": each.rule,
                "provenance": str(each.provenance),
            }


def _allowed(each: Transition, walked: set[Step] | None) -> Json:
    taken = [target for target in each.targets if walked and (each.action, each.source, target) in walked]
    marks: dict[str, Any] = {} if walked is None else {"walked": taken}
    return {
        "state": each.source,
        "action": each.action,
        "isEvent": each.is_event,
        "isAllowed": True,
        "targets": list(each.targets),
        "rule": each.rule,
        "provenance": str(each.provenance),
        **marks,
    }
