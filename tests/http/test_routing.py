"""A request is led where Connexion and Starlette would lead it, whichever way it takes."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.exceptions import HTTPException

from mock_server.http.connexion_parts import ROUTING_CONTEXT, Resolver
from mock_server.http.docs import Docs
from mock_server.http.routing import StrictRouting, Ways
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


def ways() -> Ways:
    """The direct ways to stand-ins for doors and operations."""
    made = Ways()
    for each in CONTRACTS:
        (routes,) = [mount.app.routes for mount in ROUTING.router.routes if mount.path == each.base_path]
        operations: dict[str, Any] = {
            name: SimpleNamespace(operation=operation) for name, operation in each.operations.items()
        }
        doors: dict[str, Any] = dict.fromkeys(operations)
        made.add(each.name, each.base_path, routes, doors, operations)
    return made


WAYS = ways()


def asked_for(method: str, path: str, **more: Any) -> dict[str, Any]:
    return {"type": "http", "method": method, "path": path, "headers": [], "app": None, **more}


def led(method: str, path: str, **more: Any) -> Led:
    """Where a request is led directly: parameters and operation; `None` where there is no such way."""
    scope = asked_for(method, path, **more)
    way = WAYS.lead(scope)
    if way is None:
        return None
    base_path = next(each.base_path for each in CONTRACTS if each.name == way.group)
    return scope["path_params"], {"api_base_path": base_path, "operation_id": way.operation.operation.id}


def led_by_connexion(method: str, path: str, **more: Any) -> Led:
    """Where Connexion leads it; a status where there is nothing; `None` for a strange answer."""
    seen: list[Any] = []
    scope = asked_for(method, path, seen=seen, **more)

    async def receive() -> Any:
        raise AssertionError("nobody reads the body")

    async def send(message: Any) -> None:
        seen.append(message.get("status"))

    try:
        asyncio.run(ROUTING(scope, receive, send))
    except HTTPException as error:
        return error.status_code
    found: Led = seen[0]
    return found


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
def test_a_direct_way_leads_where_connexion_leads(method: str, path: str, root_path: str) -> None:
    direct = led(method, path, root_path=root_path)

    assert direct in (None, led_by_connexion(method, path, root_path=root_path))


OPERATIONS = [(each, operation) for each in CONTRACTS for operation in each.operations.values()]


@pytest.mark.parametrize(("contract", "operation"), OPERATIONS, ids=[each.id for _, each in OPERATIONS])
def test_every_operation_is_reached_directly(contract: Any, operation: Any) -> None:
    names = [part[1:-1] for part in operation.path.split("/") if part.startswith("{") and part.endswith("}")]
    path = contract.base_path + operation.path
    for name in names:
        path = path.replace("{" + name + "}", f"some-{name}")

    assert led(operation.method, path) == (
        {name: f"some-{name}" for name in names},
        {"api_base_path": contract.base_path, "operation_id": operation.id},
    )


@pytest.mark.parametrize(
    "path", ["/invoices/a\n", "/invoices\n", "/\ninvoices", "/invoices/a\nb", "/invoices/publish\n"]
)
def test_a_line_break_in_a_path_is_left_to_starlette(path: str) -> None:
    assert [led(method, "/pay-int-api" + path) for method in ("GET", "POST")] == [None, None]


@pytest.mark.parametrize("method", sorted({*METHODS} - {"POST"}))
def test_a_path_that_stands_in_the_contract_is_never_taken_for_a_template(method: str) -> None:
    assert led(method, "/pay-int-api/invoices/publish") is None


def test_a_trailing_slash_makes_another_path() -> None:
    assert led("GET", "/pay-int-api/invoices") == (
        {},
        {"api_base_path": "/pay-int-api", "operation_id": "listInvoices"},
    )
    assert led("GET", "/pay-int-api/invoices/") is None
    assert led_by_connexion("GET", "/pay-int-api/invoices/") == (
        {},
        {"api_base_path": "/pay-int-api", "operation_id": None},
    )
    assert led_by_connexion("GET", "/pay-int-api") == ({}, {"api_base_path": "", "operation_id": None})


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda each: each.name)
def test_no_page_is_taken_for_an_operation(contract: Any) -> None:
    docs = Docs(CONTRACTS, None)
    pages = [contract.base_path + each for each in ("/ui", "/ui/", "/ui/index.css", "/openapi.json", "/openapi.yaml")]

    assert all(docs.contains(each) for each in pages)
    assert [led("GET", each) for each in pages] == [None] * len(pages)
