"""A request is led where Connexion and Starlette would lead it, whichever way it takes."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.exceptions import HTTPException

from mock_server.http.connexion_parts import ROUTING_CONTEXT, Resolver, RoutingMiddleware
from mock_server.http.routing import StrictRouting
from mock_server.http.specification import specification
from openapi import contract_file, read_contract

CONTRACTS = [read_contract(contract_file(name)) for name in ("control", "invoice_uploads", "invoices")]
TEMPLATES = sorted({each.base_path + path for each in CONTRACTS for path in each.document["paths"]})
METHODS = ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "BREW"]
Led = tuple[dict[str, Any], dict[str, Any]] | int | None


async def _next(scope: Any, receive: Any, send: Any) -> None:
    scope["seen"].append((scope.get("path_params", {}), dict(scope.get("extensions", {}).get(ROUTING_CONTEXT, {}))))


def routing() -> StrictRouting:
    made = StrictRouting(_next)
    for each in CONTRACTS:
        made.add_api(specification(each), base_path=each.base_path, resolver=Resolver(lambda name: print))
    return made


ROUTING = routing()


def led(how: Any, method: str, path: str, **more: Any) -> Led:
    """Where a request is led: parameters and operation; a status where there is none; `None` for a strange answer."""
    seen: list[Any] = []
    scope = {"type": "http", "method": method, "path": path, "headers": [], "seen": seen, "app": None, **more}

    async def receive() -> Any:
        raise AssertionError("nobody reads the body")

    async def send(message: Any) -> None:
        seen.append(message.get("status"))

    try:
        asyncio.run(how(scope, receive, send))
    except HTTPException as error:
        return error.status_code
    found: Led = seen[0]
    return found


def the_long_way(scope: Any, receive: Any, send: Any) -> Any:
    return RoutingMiddleware.__call__(ROUTING, scope, receive, send)


values = st.sampled_from(
    ["1", "a", "publish", "497f6eca-6276-4993-bfeb-53cbbbba6f08", "%2F", "é", ".", " ", "-", "a\n"]
)
texts = st.text(st.sampled_from("/a1{}\n.%é"), max_size=6)


@st.composite
def paths(draw: st.DrawFn) -> str:
    """A path of a contract, or one that is nearly so."""
    path: str = draw(st.sampled_from(TEMPLATES))
    while "{" in path and draw(st.integers(0, 9)):
        start, end = path.index("{"), path.index("}")
        path = path[:start] + draw(values) + path[end + 1 :]
    change = draw(st.integers(0, 9))
    if change == 0:
        place = draw(st.integers(0, len(path)))
        return path[:place] + draw(texts) + path[place:]
    return path + draw(texts) if change == 1 else path[: draw(st.integers(1, len(path)))] if change == 2 else path


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(METHODS), paths(), st.sampled_from(["", "", "", "/behind"]))
def test_both_ways_lead_to_the_same_operation(method: str, path: str, root_path: str) -> None:
    assert led(ROUTING, method, path, root_path=root_path) == led(the_long_way, method, path, root_path=root_path)


OPERATIONS = [(each, operation) for each in CONTRACTS for operation in each.operations.values()]


@pytest.mark.parametrize(("contract", "operation"), OPERATIONS, ids=[each.id for _, each in OPERATIONS])
def test_every_operation_is_reached_directly(contract: Any, operation: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ROUTING, "router", None)
    names = [part[1:-1] for part in operation.path.split("/") if part.startswith("{") and part.endswith("}")]
    path = contract.base_path + operation.path
    for name in names:
        path = path.replace("{" + name + "}", f"some-{name}")

    assert led(ROUTING, operation.method, path) == (
        {name: f"some-{name}" for name in names},
        {"api_base_path": contract.base_path, "operation_id": operation.id},
    )


@pytest.mark.parametrize(
    "path", ["/invoices/a\n", "/invoices\n", "/\ninvoices", "/invoices/a\nb", "/invoices/publish\n"]
)
def test_a_line_break_in_a_path_is_read_as_starlette_reads_it(path: str) -> None:
    for method in ("GET", "POST"):
        assert led(ROUTING, method, "/pay-int-api" + path) == led(the_long_way, method, "/pay-int-api" + path)


def test_a_trailing_slash_makes_another_path() -> None:
    assert led(ROUTING, "GET", "/pay-int-api/invoices") == (
        {},
        {"api_base_path": "/pay-int-api", "operation_id": "listInvoices"},
    )
    assert led(ROUTING, "GET", "/pay-int-api/invoices/") == (
        {},
        {"api_base_path": "/pay-int-api", "operation_id": None},
    )
    assert led(ROUTING, "GET", "/pay-int-api") == ({}, {"api_base_path": "", "operation_id": None})
