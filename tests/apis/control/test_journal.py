"""A test asks the mock what it was asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from mock_server.core.journal.exports import EXPORTS
from mock_server.core.journal.filters import FILTERS
from openapi import contract_file, read_contract
from tests.apis.control.asking import ask, told
from tests.mock import HARBOR, NOW, Invoices, Mock
from tests.worlds import World

CONTRACT = read_contract(contract_file("control"))


def listed(world: World, **query: Any) -> list[str]:
    """The operations of the exchanges that fit."""
    return [each["operation"] for each in told(world, f"/journal?{urlencode(query)}")["exchanges"]]


def verified(world: World, asked: Any) -> dict[str, Any]:
    response = world.control("POST", "/journal/verify", asked)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def canceled(world: World) -> tuple[Invoices, str]:
    """An invoice that was canceled a second time, too late."""
    invoices = world.invoices()
    invoice_id = invoices.create()
    invoices.ask("publishInvoice", invoice_id)
    invoices.ask("cancelInvoice", invoice_id)
    invoices.ask("cancelInvoice", invoice_id)
    return invoices, invoice_id


STEPS = ["createInvoice", "publishInvoice", "cancelInvoice", "cancelInvoice"]


@pytest.fixture
def world(shared_mock: Mock) -> World:
    return World(shared_mock)


def test_the_journal_of_a_new_namespace_is_empty(world: World) -> None:
    assert told(world, "/journal") == {"exchanges": [], "matched": 0, "kept": 0, "dropped": 0}


def test_the_journal_lists_what_was_asked_newest_last(world: World) -> None:
    invoices, invoice_id = canceled(world)

    page = told(world, "/journal")
    assert [each["operation"] for each in page["exchanges"]] == STEPS
    assert (page["matched"], page["kept"], page["dropped"]) == (4, 4, 0)
    assert page["exchanges"][-1] == {
        "id": page["exchanges"][-1]["id"],
        "at": "2026-11-02T09:30:00Z",
        "milliseconds": page["exchanges"][-1]["milliseconds"],
        "group": "invoices",
        "operation": "cancelInvoice",
        "merchantId": invoices.merchant,
        "method": "PUT",
        "path": f"/pay-int-api/invoices/{invoice_id}/cancel",
        "query": "",
        "status": 400,
        "rules": ["INV-CANCEL-STATE"],
        "steered": "",
    }


def test_namespaces_do_not_see_each_others_calls(shared_mock: Mock) -> None:
    one, other = World(shared_mock), World(shared_mock)
    one.invoices().create()

    assert (listed(one), listed(other)) == (["createInvoice"], [])


@pytest.mark.parametrize("operation", ["listJournal", "exportJournal", "streamJournal"])
def test_every_filter_is_a_parameter(operation: str) -> None:
    stated = {each.name for each in CONTRACT.operations[operation].parameters}

    assert set(FILTERS) <= stated
    assert stated <= {*FILTERS, "after", "before", "limit", "format", "Last-Event-ID"}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"operation": "cancelInvoice"}, STEPS[2:]),
        ({"status": "4xx"}, STEPS[3:]),
        ({"rule": "INV-CANCEL-STATE"}, STEPS[3:]),
        ({"method": "PUT", "path": "*/cancel", "status": "200"}, STEPS[2:3]),
        ({"body": "/lineItems/0/name=Rope, 10 m"}, STEPS[:1]),
        ({"header": "x-mock-stage=state"}, STEPS[3:]),
        ({"merchant": HARBOR}, []),
        ({"since": "2026-11-02T09:30:00Z", "until": "2026-11-02T09:30:00Z"}, STEPS),
        ({"since": "2026-11-02T09:30:01Z"}, []),
        ({"steered": "true"}, []),
        ({"text": "ROPE, 10", "limit": 5}, STEPS[:1]),
    ],
)
def test_the_journal_lists_what_fits(world: World, query: dict[str, Any], expected: list[str]) -> None:
    canceled(world)

    assert listed(world, **query) == expected


def test_the_journal_can_be_leafed_through(world: World) -> None:
    canceled(world)
    everything = [each["id"] for each in told(world, "/journal")["exchanges"]]
    page = told(world, "/journal", limit=2)

    assert [each["id"] for each in page["exchanges"]] == everything[2:]
    assert page["matched"] == 4
    before = told(world, "/journal", limit=1, before=everything[2])["exchanges"]
    after = told(world, "/journal", limit=1, after=everything[0])["exchanges"]
    assert before == after
    assert [each["id"] for each in before] == everything[1:2]


@pytest.mark.parametrize("query", [{"status": "fine"}, {"since": "yesterday"}, {"body": "x"}, {"header": "="}])
@pytest.mark.parametrize("path", ["/journal", "/journal/export", "/journal/stream"])
def test_a_filter_nobody_understands_is_refused(world: World, path: str, query: dict[str, str]) -> None:
    response = ask(world, path, **query)

    assert (response.status_code, response.json()["rule"]) == (400, "CTL-JOURNAL-FILTER")
    assert next(iter(query)) in response.json()["detail"]


@pytest.mark.parametrize("query", [{"limit": 1001}, {"limit": -1}, {"text": "x" * 2001}])
def test_what_the_contract_limits_is_limited(world: World, query: dict[str, Any]) -> None:
    assert ask(world, "/journal", **query).json()["rule"] == "CTL-PARAMETER"


def test_an_exchange_is_shown_with_both_its_messages(world: World) -> None:
    invoices = world.invoices()
    invoice_id = invoices.in_status("Published")
    paid = invoices.act("submitInvoice", invoice_id)

    shown = told(world, f"/journal/{paid.headers['x-request-id']}")
    assert shown["url"] == f"http://mock.test/pay-int-api/invoices/{invoice_id}/submit"
    assert (shown["namespace"], shown["subject"], shown["refused"]) == (world.name, "tests", None)
    assert shown["request"]["json"]["accountNumber"] == "****1111"
    assert shown["response"]["json"] == paid.json()
    assert shown["response"]["sizeBytes"] == len(paid.content)
    assert {"name": "authorization", "value": "Bearer ***"} in shown["request"]["headers"]
    assert [(each["action"], each["target"]) for each in shown["cells"]] == [("submitInvoice", "Paid")]


def test_a_refusal_is_shown_with_all_that_was_wrong(world: World) -> None:
    refused = world.caller("invoices")("POST", "/invoices", {"lineItems": 7, "customer": {"email": "no"}})

    shown = told(world, f"/journal/{refused.headers['x-request-id']}")["refused"]
    assert {each["pointer"] for each in shown["violations"]} == {"/lineItems", "/customer/email"}


@pytest.mark.parametrize(
    "body", [b'{"a": 123456789012345678}', b'{"a": 1e400}', b'"\\ud800"', b"[" * 300 + b"]" * 300, b"\xff", b"{"]
)
def test_whatever_was_sent_can_be_shown(world: World, body: bytes) -> None:
    sent = world.caller("invoices")("POST", "/invoices", content=body, headers={"content-type": "application/json"})

    assert told(world, f"/journal/{sent.headers['x-request-id']}")["request"]["sizeBytes"] == len(body)


def test_an_exchange_that_is_not_kept_is_not_found(world: World) -> None:
    world.invoices().create()
    response = ask(world, "/journal/nobody")

    assert (response.status_code, response.json()["rule"]) == (404, "CTL-JOURNAL-ABSENT")
    assert "has 1 exchanges, and none with the id nobody" in response.json()["detail"]


def test_a_cleared_journal_is_empty(world: World) -> None:
    canceled(world)

    assert world.control("DELETE", "/journal").status_code == 204
    assert told(world, "/journal")["kept"] == 0


def test_the_journal_keeps_as_many_as_the_server_was_told() -> None:
    with Mock.running(journal_exchanges=3) as mock:
        canceled(World(mock, "small"))
        page = told(World(mock, "small"), "/journal")

    assert ([each["operation"] for each in page["exchanges"]], page["dropped"]) == (STEPS[1:], 1)


def test_a_reset_namespace_has_an_empty_journal(world: World) -> None:
    world.invoices().create()
    assert world.control("POST", "/reset").status_code == 200

    assert told(world, "/journal")["kept"] == 0


@pytest.mark.parametrize(
    ("asked", "is_verified", "count"),
    [
        (None, True, 4),
        ({}, True, 4),
        ({"match": {"operation": "cancelInvoice"}}, True, 2),
        ({"match": {"operation": "cancelInvoice"}, "times": {"exactly": 1}}, False, 2),
        ({"match": {"status": "5xx"}, "times": {"exactly": 0}}, True, 0),
        ({"match": {"rule": "INV-CANCEL-STATE", "status": 400}, "times": {"exactly": 1}}, True, 1),
        ({"match": {"body": {"lineItems": [{"unitPrice": 19.99, "quantity": 3}]}}}, True, 1),
        ({"match": {"bodyPaths": {"/lineItems/0/unitPrice": 19.99}}}, True, 1),
        ({"match": {"headers": {"content-type": "application/json"}, "method": "POST"}}, True, 2),
        ({"sequence": [{"operation": "createInvoice"}, {"status": 400}]}, True, 2),
        ({"sequence": [{"operation": "createInvoice"}, {"status": 400}], "strict": True}, False, 1),
        ({"sequence": [{"status": 400}, {"operation": "createInvoice"}]}, False, 1),
    ],
)
def test_what_is_expected_is_verified(world: World, asked: Any, is_verified: bool, count: int) -> None:
    canceled(world)

    verdict = verified(world, asked)
    assert (verdict["verified"], verdict["count"], verdict["inspected"]) == (is_verified, count, 4)
    assert len(verdict["matched"]) == count


def test_what_came_nearest_is_told_with_all_that_differs(world: World) -> None:
    world.invoices().create()
    wanted = {
        "operation": "createInvoice",
        "body": {"customer": {"firstName": "Bob", "age": 7}},
        "headers": {"x-a": "1"},
    }

    verdict = verified(world, {"match": wanted})
    (miss,) = verdict["misses"]
    assert miss["exchange"] == told(world, "/journal")["exchanges"][0]
    assert miss["differences"] == [
        {"pointer": "/body/customer/firstName", "expected": "Bob", "actual": "Ada"},
        {"pointer": "/body/customer/age", "expected": 7},
        {"pointer": "/headers/x-a", "expected": "1"},
    ]
    assert "/body/customer/firstName should be Bob, was Ada" in verdict["message"]


@pytest.mark.parametrize(
    "asked",
    [
        {"match": {}, "sequence": [{}]},
        {"times": {"exactly": 1}, "sequence": [{}]},
        {"strict": True},
        {"match": {"status": "abc"}},
        {"match": {"bodyPaths": {"no": 1}}},
    ],
)
def test_what_can_not_be_verified_is_refused(world: World, asked: Any) -> None:
    response = world.control("POST", "/journal/verify", asked)

    assert (response.status_code, response.json()["rule"]) == (400, "CTL-JOURNAL-MATCH")


@pytest.mark.parametrize(
    "asked", [{"matches": {}}, {"match": {"op": "x"}}, {"times": {}}, {"sequence": []}, {"match": 1}]
)
def test_a_verification_of_another_shape_is_refused(world: World, asked: Any) -> None:
    assert world.control("POST", "/journal/verify", asked).json()["rule"] == "CTL-BODY-SCHEMA"


@pytest.mark.parametrize("form", EXPORTS)
def test_the_journal_is_exported_as_a_file_without_secrets(world: World, form: str) -> None:
    invoices, _ = canceled(world)
    response = ask(world, "/journal/export", format=form, operation="cancelInvoice")

    assert response.headers["content-type"].startswith(EXPORTS[form].media_type)
    assert (
        response.headers["content-disposition"] == f'attachment; filename="journal-{world.name}.{EXPORTS[form].suffix}"'
    )
    assert COUNTS[form](response.text) == 2
    assert str(invoices.call.token) not in response.text


COUNTS: dict[str, Callable[[str], int]] = {
    "har": lambda text: len(json.loads(text)["log"]["entries"]),
    "curl": lambda text: text.count("\ncurl "),
    "ndjson": lambda text: len([json.loads(line) for line in text.splitlines()]),
}


def test_every_form_of_export_is_in_the_contract() -> None:
    operation = CONTRACT.operations["exportJournal"]
    form = next(each for each in operation.parameters if each.name == "format")

    assert form.schema["enum"] == list(EXPORTS)
    assert [each.media_type for each in operation.answers["200"].contents] == [
        each.media_type for each in EXPORTS.values()
    ]


def test_an_archive_is_what_the_contract_says(world: World) -> None:
    canceled(world)

    log = told(world, "/journal/export")["log"]
    assert log["entries"][0]["startedDateTime"] == NOW.isoformat().replace("+00:00", "Z")
    assert log["entries"][-1]["_rules"] == ["INV-CANCEL-STATE"]
