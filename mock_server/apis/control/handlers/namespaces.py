"""Namespaces: made, listed, put back, forgotten."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import suppress

from mock_server.apis.control.clocks import clock_json, first_clock
from mock_server.apis.control.services import Json, Services, body_of
from mock_server.core.control import Making, NamespaceFacts
from mock_server.core.errors import Refused
from mock_server.core.exchange import Request, Response
from mock_server.core.namespace import Namespace


def list_namespaces(services: Services, request: Request) -> Response:
    return Response.of({"namespaces": list(_all(services))})


def create_namespace(services: Services, request: Request) -> Response:
    body = body_of(request)
    name = body.get("name") or new_name()
    make = _forked if "forkOf" in body else _made
    return created(services, make(services, body, name))


def get_namespace(services: Services, request: Request) -> Response:
    return Response.of(namespace_json(services, services.plane.find(request.path["name"])))


def delete_namespace(services: Services, request: Request) -> Response:
    services.plane.delete(request.path["name"])
    return Response.empty(204)


def reset_namespace(services: Services, request: Request) -> Response:
    body = body_of(request)
    services.plane.reset(services.namespace, making(services, body) if body else None)
    return present(services)


def making(services: Services, body: Json) -> Making:
    """How a namespace is to be made."""
    clock = first_clock(body.get("clock", {}), services.plane.machine_time())
    return Making(body.get("seed"), body.get("idSeed"), clock)


def new_name() -> str:
    """A name nobody has."""
    return f"namespace-{secrets.token_hex(6)}"


def created(services: Services, made: NamespaceFacts) -> Response:
    """The answer when a namespace was made."""
    location = {"location": f"{services.contract.base_path}/namespaces/{made.name}"}
    return Response(status=201, json=namespace_json(services, made), content_type="application/json", headers=location)


def present(services: Services) -> Response:
    """The namespace of the request, as it is now."""
    with services.namespace.held():  # it may have been deleted meanwhile
        facts = services.plane.find(services.namespace.name)
    return Response.of(namespace_json(services, facts))


def namespace_json(services: Services, facts: NamespaceFacts) -> Json:
    state = facts.state
    return {
        "name": facts.name,
        "seed": state.seed,
        "ids": {"seed": state.id_seed, "count": state.id_count},
        "clock": clock_json(_at_hand(services, facts.name)),
        "idleSeconds": int(facts.idle_seconds),
    }


def _all(services: Services) -> Iterator[Json]:
    for each in services.plane.list():
        with suppress(Refused):  # it was deleted meanwhile
            yield namespace_json(services, each)


def _at_hand(services: Services, name: str) -> Namespace:
    return services.namespace if name == services.namespace.name else services.plane.peek(name)


def _made(services: Services, body: Json, name: str) -> NamespaceFacts:
    return services.plane.create(name, making(services, body))


def _forked(services: Services, body: Json, name: str) -> NamespaceFacts:
    if body.keys() - {"name", "forkOf"}:
        message = "A copy of another namespace has that one's seed, ids and clock; only its name can be chosen."
        raise Refused("CTL-NAMESPACE-FORK", message)
    services.plane.find(body["forkOf"])
    return services.plane.fork(services.plane.peek(body["forkOf"]), None, name)
