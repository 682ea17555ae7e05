"""What the callers of a namespace have exercised: counted for it alone, and told against the contracts."""

from __future__ import annotations

from typing import Any

from tests.apis.control.asking import told
from tests.mock import Mock
from tests.worlds import World


def group(world: World, name: str = "invoices") -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in told(world, "/coverage")["groups"] if each["group"] == name)
    return found


def calls(world: World, operation: str, name: str = "invoices") -> dict[int, int]:
    """How often the operation was answered, by status; those that never were are left out."""
    found = next(each for each in group(world, name)["operations"] if each["operation"] == operation)
    assert found["calls"] == sum(each["calls"] for each in found["statuses"])
    return {each["status"]: each["calls"] for each in found["statuses"] if each["calls"]}


def rules(world: World, name: str = "invoices") -> dict[str, int]:
    return {each["rule"]: each["calls"] for each in group(world, name)["rules"] if each["calls"]}


def cells(world: World, kind: str, name: str = "invoices") -> dict[tuple[str, ...], int]:
    """Transitions as (action, from, to), refusals as (action, in)."""
    (lifecycle,) = group(world, name)["lifecycles"]
    keys = ("action", "state", "target") if kind == "transitions" else ("action", "state")
    return {tuple(each[key] for key in keys): each["calls"] for each in lifecycle[kind] if each["calls"]}


def test_nothing_is_exercised_in_a_new_namespace(shared_mock: Mock) -> None:
    found = told(World(shared_mock), "/coverage")
    assert {total["exercised"] for total in found["totals"].values()} == {0}
    assert [each["group"] for each in found["groups"]] == ["invoice_uploads", "invoices", "oauth"]


def test_calls_refusals_and_transitions_are_counted(shared_mock: Mock) -> None:
    world = World(shared_mock)
    invoices = world.invoices()
    invoice_id = invoices.create()
    invoices.ask("cancelInvoice", invoice_id)
    invoices.ask("publishInvoice", invoice_id)
    invoices.ask("cancelInvoice", invoice_id)
    assert calls(world, "cancelInvoice") == {200: 1, 400: 1}
    assert rules(world) == {"INV-CANCEL-STATE": 1}
    assert cells(world, "refusals") == {("cancelInvoice", "Draft"): 1}
    assert cells(world, "transitions") == {
        ("createInvoice", "absent", "Draft"): 1,
        ("publishInvoice", "Draft", "Published"): 1,
        ("cancelInvoice", "Published", "Canceled"): 1,
    }


def test_reading_and_deleting_are_transitions_too(shared_mock: Mock) -> None:
    world = World(shared_mock)
    invoices = world.invoices()
    invoice_id = invoices.create()
    invoices.get(invoice_id)
    invoices.ask("deleteInvoice", invoice_id)
    found = cells(world, "transitions")
    assert found["getInvoice", "Draft", "Draft"] == 1
    assert found["deleteInvoice", "Draft", "absent"] == 1


def test_creating_at_once_published_is_another_transition(shared_mock: Mock) -> None:
    world = World(shared_mock)
    invoices = world.invoices()
    response = invoices.call(
        "POST", "/invoices/publish", {"lineItems": [{"name": "Rope", "quantity": 1, "unitPrice": 5}]}
    )
    assert response.status_code == 200
    assert cells(world, "transitions") == {("publishInvoice", "absent", "Published"): 1}


def test_a_call_that_a_later_rule_refused_has_walked_nothing(shared_mock: Mock) -> None:
    world = World(shared_mock)
    invoices = world.invoices()
    invoice_id = invoices.in_status("Published")
    before = cells(world, "transitions")
    invoices.ask("submitInvoice", invoice_id, total=1)
    assert rules(world) == {"INV-CARD-AMOUNT": 1}
    assert cells(world, "transitions") == before


def test_every_broken_rule_counts_once_a_call(shared_mock: Mock) -> None:
    world = World(shared_mock)
    invoices = world.invoices()
    invoices.ask("submitInvoice", invoices.create(), accountNumber="1", securityCode="1")
    assert rules(world) == {"INV-CARD-NUMBER": 1, "INV-CARD-CVV": 1}


def test_refusals_before_any_handler_count(shared_mock: Mock) -> None:
    world = World(shared_mock)
    world.caller("invoices", permissions=())("GET", "/invoices")
    world.caller("invoices")("GET", "/invoices?page=0")
    world.caller("invoices")("PATCH", "/invoices")
    assert rules(world) == {"INV-AUTH-PERMISSION": 1, "INV-PARAMETER": 1, "INV-METHOD": 1}
    assert calls(world, "listInvoices") == {400: 1, 403: 1}
    assert [each["status"] for each in group(world)["elsewhere"]] == [405]


def test_the_other_api_the_bucket_and_the_authorization_server_count(shared_mock: Mock) -> None:
    world = World(shared_mock)
    uploads = world.caller("invoice-uploads")
    made = uploads("POST", "/invoice-uploads/presign", {"filename": "a.pdf", "mimeType": "application/pdf", "size": 3})
    assert made.status_code == 200, made.text
    put = world.mock.client.put(made.json()["url"], content=b"abc", headers={"content-type": "application/pdf"})
    assert put.status_code == 200, put.text
    spoiled = made.json()["url"].replace("X-Amz-Signature=", "X-Amz-Signature=0")
    world.mock.client.put(spoiled, content=b"abc", headers={"content-type": "application/pdf"})
    world.mock.client.post("/oauth2/token", data={"scope": "x"}, headers={"x-mock-namespace": world.name})
    assert cells(world, "transitions", "invoice_uploads") == {
        ("presignUpload", "absent", "presigned"): 1,
        ("put", "presigned", "stored"): 1,
    }
    assert rules(world, "invoice_uploads") == {"UPL-URL-SIGNATURE": 1}
    assert rules(world, "oauth") == {"AUTH-PARAMETER": 1}
    assert calls(world, "requestToken", "oauth") == {400: 1}


def test_what_the_control_api_lets_happen_counts_but_not_its_calls(shared_mock: Mock) -> None:
    world = World(shared_mock)
    invoices = world.invoices()
    invoice_id = invoices.in_status("ProcessingPayment")
    before = told(world, "/coverage")["totals"]["operations"]
    response = world.control("POST", f"/invoices/{invoice_id}/events", {"event": "settle"})
    assert response.status_code == 200, response.text
    assert cells(world, "transitions")["settle", "ProcessingPayment", "Paid"] == 1
    assert told(world, "/coverage")["totals"]["operations"] == before


def test_coverage_of_two_namespaces_never_mixes(shared_mock: Mock) -> None:
    one, other = World(shared_mock), World(shared_mock)
    for world, times in ((one, 1), (other, 2), (one, 3)):
        for _ in range(times):
            world.caller("invoices")("GET", "/invoices")
    other.invoices().ask("cancelInvoice", "not-an-id")
    assert calls(one, "listInvoices") == {200: 4}
    assert calls(other, "listInvoices") == {200: 2}
    assert (rules(one), rules(other)) == ({}, {"INV-PARAMETER": 1})


def test_clearing_forgets_one_namespace_only(shared_mock: Mock) -> None:
    one, other = World(shared_mock), World(shared_mock)
    for world in (one, other):
        world.caller("invoices")("GET", "/invoices")
    response = one.control("DELETE", "/coverage")
    assert (response.status_code, response.content) == (204, b"")
    assert calls(one, "listInvoices") == {}
    assert calls(other, "listInvoices") == {200: 1}
