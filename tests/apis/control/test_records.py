"""Records that no operation of the APIs makes: payment requests, invoices in any status, and their events."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from httpx2 import Response

from mock_server.apis.invoices.model import Status
from tests.mock import HARBOR, LUMEN, Invoices, Mock
from tests.namespaces.traffic import caller, everything, fetched, made, of_harbor, upload
from tests.worlds import World

AT = "2026-11-02T09:30:00Z"
UNKNOWN = "00000000-0000-4000-8000-000000000000"

WAYS: dict[str, list[str]] = {
    "Draft": [],
    "Published": ["publishInvoice"],
    "Paid": ["publishInvoice", "markInvoiceAsPaid"],
    "Expired": ["publishInvoice", "expire"],
    "Canceled": ["publishInvoice", "cancelInvoice"],
    "ProcessingPayment": ["publishInvoice", "submitInvoiceAch"],
    "Refunded": ["publishInvoice", "markInvoiceAsPaid", "refund"],
}
"""What calls and events bring an invoice to each status."""

EVENTS = {"settle": "ProcessingPayment", "return": "ProcessingPayment", "refund": "Paid", "expire": "Published"}
RULES = {"settle": "INV-ACH-SETTLES", "return": "INV-ACH-RETURNS", "refund": "INV-REFUND", "expire": "INV-EXPIRES"}
AFTERWARDS = {"settle": "Paid", "return": "Published", "refund": "Refunded", "expire": "Expired"}


@pytest.fixture
def world(shared_mock: Mock) -> World:
    return made(shared_mock, idSeed="abc", clock={"at": AT})


def place(world: World, **asked: Any) -> dict[str, Any]:
    response = world.control("POST", "/invoices", asked)
    assert response.status_code == 201, response.text
    found: dict[str, Any] = response.json()
    return found


def happen(world: World, invoice_id: str, event: str) -> Response:
    return world.control("POST", f"/invoices/{invoice_id}/events", {"event": event})


def refused(response: Response, status: int, rule: str) -> str:
    assert (response.status_code, response.json()["rule"]) == (status, rule), response.text
    assert response.headers["content-type"] == "application/problem+json"
    return str(response.json()["detail"])


@pytest.mark.parametrize("status", [each.label for each in Status])
def test_an_invoice_placed_in_any_status_is_like_one_that_calls_brought_there(world: World, status: str) -> None:
    placed = place(world, status=status)
    assert (placed["status"], placed["merchantId"], placed["totalAmount"]) == (status, HARBOR, 100)
    assert (placed["number"] is None) == (status == "Draft")
    invoices = of_harbor(world)
    invoice_id = invoices.create()
    for step in WAYS[status]:
        response = happen(world, invoice_id, step) if step in EVENTS else invoices.act(step, invoice_id)
        assert response.status_code == 200, response.text

    def history(invoice: str) -> list[tuple[str, int, str]]:
        return [(each["event"], each["status"], each["dateTime"]) for each in invoices.get(invoice)["history"]]

    assert history(placed["id"]) == history(invoice_id)
    assert len(history(invoice_id)) == len(WAYS[status]) + 1


def test_a_body_of_one_s_own_is_placed(world: World) -> None:
    body = {"lineItems": [{"name": "Rope", "quantity": 3, "unitPrice": 19.99}], "dueDate": "2026-12-01T00:00:00Z"}
    placed = place(world, status="Published", invoice=body, merchantId=LUMEN)
    assert (placed["totalAmount"], placed["merchantId"]) == (59.97, LUMEN)
    assert refused_status(of_harbor(world), placed["id"]) == 404


def refused_status(invoices: Invoices, invoice_id: str) -> int:
    return int(invoices.call("GET", f"/invoices/{invoice_id}").status_code)


@pytest.mark.parametrize("seed", ["demo", "empty", "none"])
def test_without_a_body_an_invoice_is_placed_whatever_the_seed(shared_mock: Mock, seed: str) -> None:
    response = made(shared_mock, seed=seed).control("POST", "/invoices")
    assert (response.status_code, response.json()["status"]) == (201, "Draft"), response.text


@pytest.mark.parametrize(
    ("asked", "status", "rule"),
    [
        ({"status": "Paid", "invoice": {}}, 400, "INV-PUBLISH-LINES"),
        (
            {"status": "Published", "invoice": {"lineItems": [{"quantity": 1, "unitPrice": 0}]}},
            400,
            "INV-PUBLISH-TOTAL",
        ),
        ({"invoice": {"dueDate": "never"}}, 400, "INV-BODY-SCHEMA"),
        ({"invoice": {"lineItems": 7}}, 400, "INV-BODY-SCHEMA"),
        ({"invoice": {"customerId": UNKNOWN}}, 404, "INV-REFERENCE"),
        ({"status": "Lost"}, 400, "CTL-BODY-SCHEMA"),
        ({"merchantId": "me"}, 400, "CTL-BODY-SCHEMA"),
        ({"colour": "blue"}, 400, "CTL-BODY-SCHEMA"),
    ],
)
def test_what_no_invoice_can_be_is_refused_by_the_rule_and_leaves_nothing(
    world: World, asked: dict[str, Any], status: int, rule: str
) -> None:
    records = of_harbor(world).call("GET", "/invoices").json()["total"]
    refused(world.control("POST", "/invoices", asked), status, rule)
    assert of_harbor(world).call("GET", "/invoices").json()["total"] == records


@pytest.mark.parametrize("status", WAYS)
@pytest.mark.parametrize("event", EVENTS)
def test_an_event_happens_where_the_lifecycle_has_it_and_nowhere_else(world: World, status: str, event: str) -> None:
    invoice_id = place(world, status=status)["id"]
    before = everything(world)
    response = happen(world, invoice_id, event)
    if EVENTS[event] == status:
        assert (response.status_code, response.json()["status"]) == (200, AFTERWARDS[event])
        return
    assert event in refused(response, 400, RULES[event])
    assert everything(world) == before


def test_an_event_for_an_invoice_that_is_not_there_is_refused(world: World) -> None:
    refused(happen(world, UNKNOWN, "settle"), 404, "INV-NOT-FOUND")
    refused(happen(world, "7", "settle"), 400, "CTL-PARAMETER")
    refused(happen(world, UNKNOWN, "explode"), 400, "CTL-BODY-SCHEMA")


def test_an_invoice_is_found_whatever_case_its_id_is_written_in(world: World) -> None:
    invoice_id = place(world, status="Published")["id"]
    assert happen(world, invoice_id.upper(), "expire").status_code == 200


def test_what_has_fallen_due_has_happened_before_an_event(world: World) -> None:
    invoice_id = place(world, status="ProcessingPayment")["id"]
    world.control("PUT", "/clock", {"advance": "P10D"})
    refused(happen(world, invoice_id, "settle"), 400, RULES["settle"])


@pytest.mark.parametrize("body", [None, {}])
def test_a_payment_request_is_made_of_nothing(world: World, body: dict[str, Any] | None) -> None:
    response = world.control("POST", "/payment-requests", body)
    assert response.status_code == 201, response.text
    assert response.json() == {"id": response.json()["id"], "merchantId": HARBOR, "description": ""}


def test_an_upload_is_attached_to_a_payment_request_that_was_made(world: World) -> None:
    uploaded, call = upload(world), caller(world, "invoice-uploads")
    stated = {"id": "0B9CC2B4-2AB5-4FA8-8A4B-4C2B5A0B6F2E", "description": "Garden of the town hall"}
    payment_request = world.control("POST", "/payment-requests", stated).json()
    assert payment_request == {**stated, "id": stated["id"].lower(), "merchantId": HARBOR}
    sha256 = hashlib.sha256(uploaded.content).hexdigest()
    call("POST", f"/invoice-uploads/{uploaded.id}/confirm", {"sha256": sha256})
    assert call("POST", f"/invoice-uploads/{uploaded.id}/attach/{payment_request['id']}").status_code == 200
    assert fetched(world, payment_request["id"]).content == uploaded.content


def test_an_id_of_a_payment_request_is_taken_once_in_a_namespace(world: World, shared_mock: Mock) -> None:
    stated = {"id": "0b9cc2b4-2ab5-4fa8-8a4b-4c2b5a0b6f2e"}
    assert world.control("POST", "/payment-requests", stated).status_code == 201
    refused(world.control("POST", "/payment-requests", {"id": stated["id"].upper()}), 409, "CTL-PAYMENT-REQUEST")
    assert made(shared_mock).control("POST", "/payment-requests", stated).status_code == 201


@pytest.mark.parametrize("body", [{"id": "7"}, {"merchantId": 1}, {"description": "a" * 501}, {"colour": 1}, []])
def test_what_no_payment_request_can_be_is_refused(world: World, body: Any) -> None:
    refused(world.control("POST", "/payment-requests", body), 400, "CTL-BODY-SCHEMA")
