"""The document that a deployment publishes: where it is found, how it is asked for, and what of it is drift."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest

from contract_tests import transport as transport_module
from contract_tests.gate.change import Change, Direction, Severity
from contract_tests.gate.drift.published import differences, find_published, is_addition
from contract_tests.gate.sources import read_source
from contract_tests.target import Credentials, Target
from contract_tests.transport import Recorder, Transport
from openapi import contract_file
from tests.contract_tests.gate.drift.recorded import CONTRACTS
from tests.contract_tests.scripted import DROPPED, HTML, Reply, Scripted, scripted

BASE = "/pay-int-api"
(OURS,) = read_source(str(contract_file("invoices"))).specifications.values()
NOT_FOUND = Reply(404)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scripted]:
    monkeypatch.setattr(transport_module, "RETRY_PAUSE_SECONDS", 0.0)
    with scripted() as found:
        yield found


def document() -> Any:
    """What a deployment would publish: without what only our contracts have."""
    found = deepcopy(dict(CONTRACTS["invoices"].document))
    del found["x-rules"], found["x-lifecycle"]
    return found


def serve(server: Scripted, path: str, content: Any, status: int = 200) -> None:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    server.decide = lambda method, asked: Reply(status, body) if asked == path else NOT_FOUND


def transport(server: Scripted, **more: Any) -> Transport:
    return Transport(Target("staging", {"invoices": server.origin + BASE}, **more), Recorder())


def changed(server: Scripted, change: Callable[[Any], object]) -> set[str]:
    """The kinds of differences that a change of the published document makes."""
    found = document()
    change(found)
    serve(server, BASE + "/openapi.json", found)
    published = find_published(transport(server), "invoices")
    assert published is not None
    assert published.specification is not None
    return {each.kind for each in differences(OURS, published.specification)}


@pytest.mark.parametrize(
    "path",
    [
        BASE + "/openapi.json",
        "/openapi.json",
        BASE + "/openapi.yaml",
        "/documentation/json",
        "/swagger/v1/swagger.json",
        "/v3/api-docs",
    ],
)
def test_a_document_is_found_at_the_usual_places(path: str, server: Scripted) -> None:
    serve(server, path, document())
    found = find_published(transport(server), "invoices")

    assert found is not None
    assert found.url == server.origin + path
    assert found.specification is not None


def test_nothing_but_reading_is_done_and_the_targets_headers_go_along(server: Scripted) -> None:
    serve(server, "/nowhere", {})

    assert find_published(transport(server, headers={"X-Gateway-Key": "k"}), "invoices") is None
    assert {method for method, *_ in server.asked} == {"GET"}
    assert all(headers.get("x-gateway-key") == "k" for *_, headers in server.asked)


@pytest.mark.parametrize("reply", [HTML, DROPPED, Reply(502), Reply(200, b'{"id": 1}'), Reply(204, b""), Reply(500)])
def test_what_is_no_document_is_none(reply: Reply, server: Scripted) -> None:
    server.replies = [reply]

    assert find_published(transport(server), "invoices") is None


def test_a_document_that_is_guarded_is_asked_for_with_a_token(server: Scripted) -> None:
    body = json.dumps(document()).encode()

    def answer(method: str, path: str) -> Reply:
        is_known = server.asked[-1][2].get("authorization") == "Bearer a-token-of-ours"
        return Reply(200, body) if is_known else Reply(401)

    server.decide = answer
    guarded = {"main": {"invoices": Credentials(token="a-token-of-ours")}}

    assert find_published(transport(server), "invoices") is None
    found = find_published(transport(server, credentials=guarded), "invoices")
    assert found is not None
    assert found.specification is not None


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({"swagger": "2.0", "paths": {}}, "Swagger 2.0"),
        (b'{"openapi": "3.0.3", ', "is not JSON"),
        (
            {"openapi": "3.0.3", "info": {}, "paths": {"/a": {"$ref": "other.yaml#/a"}}},
            "another file, which is not fetched",
        ),
        ({"openapi": "4.0.0", "paths": {}}, "OpenAPI 4.0.0"),
    ],
)
def test_a_document_that_can_not_be_compared_says_why(content: Any, reason: str, server: Scripted) -> None:
    serve(server, BASE + "/openapi.json", content)
    found = find_published(transport(server), "invoices")

    assert found is not None
    assert found.specification is None
    assert reason in found.reason
    assert "\n" not in found.reason


def test_the_contract_itself_differs_in_nothing(server: Scripted) -> None:
    assert changed(server, lambda found: None) == set()


def test_what_no_call_shows_is_no_drift(server: Scripted) -> None:
    def change(found: Any) -> None:
        found["servers"] = [{"url": server.origin + BASE}]
        found["info"]["version"] = "9.9.9"
        for item in found["paths"].values():
            for operation in (each for name, each in item.items() if name != "parameters"):
                operation["operationId"] = "InvoicesController_" + operation["operationId"]
                operation["tags"] = ["Other"]
                for answer in operation["responses"].values():
                    answer.pop("links", None)

    assert changed(server, change) == set()


def test_a_document_of_several_apis_is_compared_in_its_part_alone(server: Scripted) -> None:
    def change(found: Any) -> None:
        found["servers"] = [{"url": "/"}]
        found["paths"] = {BASE + path: item for path, item in found["paths"].items()}
        found["paths"]["/pay-pos-api/orders"] = {
            "get": {"operationId": "listOrders", "responses": {"200": {"description": "x"}}}
        }

    assert changed(server, change) == set()


def test_each_difference_that_calls_show_is_told(server: Scripted) -> None:
    invoice = "PaymentIntegrations.Contracts.Invoices.InvoiceDto"

    def at(found: Any, *names: str) -> Any:
        for name in names:
            found = found[name]
        return found

    def remove(found: Any) -> None:
        del found["paths"]["/invoices/{invoiceId}/cancel"]

    def add(found: Any) -> None:
        at(found, "components", "schemas", invoice, "properties")["nickname"] = {"type": "string"}

    def retype(found: Any) -> None:
        at(found, "components", "schemas", invoice, "properties")["number"] = {"type": "integer"}

    assert any(each.startswith("operation-removed") for each in changed(server, remove))
    assert any(each.endswith("-added") for each in changed(server, add))
    assert changed(server, retype)


@pytest.mark.parametrize(
    ("kind", "severity", "is_more"),
    [
        ("operation-added", Severity.SAFE, True),
        ("response-property-added", Severity.SAFE, True),
        ("response-property-added", Severity.RISKY, False),
        ("operation-not-deprecated", Severity.SAFE, False),
    ],
)
def test_what_a_deployment_has_more_is_told_from_what_it_has_otherwise(
    kind: str, severity: Severity, is_more: bool
) -> None:
    assert is_addition(Change(kind, severity, Direction.RESPONSE, "a", "b")) is is_more
