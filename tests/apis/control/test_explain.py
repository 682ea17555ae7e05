"""Every exchange can be explained: how far it got, which rule refused it, and what would have been possible."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from httpx2 import Response

from tests.apis.control.asking import ask, told
from tests.mock import Caller, Invoices, Mock
from tests.worlds import World

KEY = {"idempotency-key": "one"}
UNKNOWN = "0b9cc2b4-2ab5-4fa8-8a4b-4c2b5a0b6f2e"
FILE = {"filename": "a.pdf", "mimeType": "application/pdf", "size": 3}
PDF = {"content-type": "application/pdf"}


@pytest.fixture
def world(shared_mock: Mock) -> World:
    return World(shared_mock)


@pytest.fixture
def invoices(world: World) -> Invoices:
    return world.invoices()


def uploads(world: World, **changes: Any) -> Caller:
    return world.caller("invoice-uploads", **changes)


def presigned(world: World) -> dict[str, Any]:
    found: dict[str, Any] = uploads(world)("POST", "/invoice-uploads/presign", FILE).json()
    return found


def put(world: World, url: str, content: bytes = b"abc") -> Response:
    return world.mock.client.put(url, content=content, headers=PDF)


def token(world: World, **form: str) -> Response:
    return world.mock.client.post("/oauth2/token", data=form, headers={"x-mock-namespace": world.name})


def explained(world: World, response: Response) -> dict[str, Any]:
    found: dict[str, Any] = told(world, f"/explain/{response.headers['x-request-id']}")
    return found


def outcomes(explanation: dict[str, Any]) -> dict[str, str]:
    return {each["stage"]: each["outcome"] for each in explanation["stages"]}


# One of each kind: stage, rule, and a call that it refuses

Refusing = Callable[[World], Response]


def _used_key(world: World) -> Response:
    invoices = world.invoices()
    invoices.call("POST", "/invoices", {}, headers=KEY)
    return invoices.call("POST", "/invoices", {"taxPercentage": 1}, headers=KEY)


def _unfit_digest(world: World) -> Response:
    upload = presigned(world)
    put(world, upload["url"])
    return uploads(world)("POST", f"/invoice-uploads/{upload['uploadId']}/confirm", {"sha256": "0" * 64})


def _broken_server(world: World) -> Response:
    def broken(work: object) -> None:
        raise RuntimeError("broken on purpose")

    invoices = world.invoices()
    invoices.create()
    world.mock.server.namespaces.get(world.name).services["invoices"] = broken
    return invoices.call("GET", "/invoices")


def _spent_url(world: World) -> Response:
    upload = presigned(world)
    put(world, upload["url"])
    sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    uploads(world)("POST", f"/invoice-uploads/{upload['uploadId']}/confirm", {"sha256": sha256})
    return put(world, upload["url"])


REFUSED: dict[str, tuple[str, Refusing]] = {
    "CTL-ROUTE": ("routing", lambda world: world.caller("invoices")("GET", "/../elsewhere")),
    "INV-ROUTE": ("routing", lambda world: world.caller("invoices")("GET", "/invoice")),
    "INV-METHOD": ("routing", lambda world: world.caller("invoices")("PATCH", "/invoices")),
    "UPL-ROUTE": ("routing", lambda world: uploads(world)("GET", "/nothing/at/all/here")),
    "CTL-NAMESPACE-NAME": (
        "routing",
        lambda world: world.caller("invoices")("GET", "/invoices", headers={"x-mock-namespace": "NOT A NAME"}),
    ),
    "INV-AUTH-MISSING": (
        "authentication",
        lambda world: world.mock.client.get("/pay-int-api/invoices", headers={"x-mock-namespace": world.name}),
    ),
    "INV-AUTH-INVALID": (
        "authentication",
        lambda world: world.caller("invoices", audience="others")("GET", "/invoices"),
    ),
    "INV-AUTH-EXPIRED": (
        "authentication",
        lambda world: world.caller("invoices", lifetime=timedelta(seconds=-5))("GET", "/invoices"),
    ),
    "INV-AUTH-PERMISSION": (
        "authentication",
        lambda world: world.caller("invoices", permissions=())("GET", "/invoices"),
    ),
    "UPL-AUTH-SCOPE": (
        "authentication",
        lambda world: uploads(world, scopes=())("POST", "/invoice-uploads/presign", FILE),
    ),
    "INV-PARAMETER": ("parameters", lambda world: world.invoices().call("GET", "/invoices?page=0&pageSize=none")),
    "INV-MEDIA-TYPE": (
        "body",
        lambda world: world.invoices().call("POST", "/invoices", content=b"x", headers={"content-type": "text/plain"}),
    ),
    "INV-BODY-SIZE": (
        "body",
        lambda world: world.invoices().call(
            "POST", "/invoices", content=b" " * (2**20 + 1), headers={"content-type": "application/json"}
        ),
    ),
    "INV-BODY-JSON": (
        "body",
        lambda world: world.invoices().call(
            "POST", "/invoices", content=b"{", headers={"content-type": "application/json"}
        ),
    ),
    "INV-BODY-SCHEMA": ("body", lambda world: world.invoices().call("POST", "/invoices", {"lineItems": 1})),
    "UPL-BODY-EMPTY": (
        "body",
        lambda world: uploads(world)(
            "POST", "/invoice-uploads/presign", content=b"", headers={"content-type": "application/json"}
        ),
    ),
    "INV-IDEMPOTENCY-CONFLICT": ("idempotency", _used_key),
    "INV-REFERENCE": ("rules", lambda world: world.invoices().call("POST", "/invoices", {"customerId": UNKNOWN})),
    "INV-CARD-NUMBER": (
        "rules",
        lambda world: world.invoices().ask("submitInvoice", UNKNOWN, accountNumber="12"),
    ),
    "UPL-TYPE-ALLOWED": (
        "rules",
        lambda world: uploads(world)("POST", "/invoice-uploads/presign", {**FILE, "mimeType": "text/html"}),
    ),
    "UPL-CONFIRM-DIGEST": ("rules", _unfit_digest),
    "INV-NOT-FOUND": ("state", lambda world: world.invoices().ask("cancelInvoice", UNKNOWN)),
    "INV-PDF-STATE": (
        "state",
        lambda world: (lambda mine: mine.ask("downloadInvoicePdf", mine.create()))(world.invoices()),
    ),
    "UPL-PREVIEW-STATE": (
        "state",
        lambda world: uploads(world)("GET", f"/invoice-uploads/{presigned(world)['uploadId']}/preview-url"),
    ),
    "UPL-URL-SIGNATURE": (
        "bucket",
        lambda world: put(world, presigned(world)["url"].replace("X-Amz-Signature=", "X-Amz-Signature=0")),
    ),
    "UPL-PUT-SPENT": ("bucket", _spent_url),
    "INV-INTERNAL": ("response", _broken_server),
    "AUTH-FORM": (
        "body",
        lambda world: world.mock.client.post("/oauth2/token", json={}, headers={"x-mock-namespace": world.name}),
    ),
    "AUTH-PARAMETER": ("parameters", lambda world: token(world, scope="invoices")),
    "AUTH-CLIENT": ("authentication", lambda world: token(world, grant_type="client_credentials", client_id="nobody")),
    "AUTH-GRANT-TYPE": ("rules", lambda world: token(world, grant_type="password", client_id="nobody")),
}


@pytest.mark.parametrize("rule", REFUSED)
def test_a_refusal_of_every_kind_is_explained(world: World, rule: str) -> None:
    stage, refuse = REFUSED[rule]
    response = refuse(world)
    told_rules = response.headers["x-mock-rule"].split(", ")
    assert rule in told_rules
    here = World(world.mock, "default") if rule == "CTL-NAMESPACE-NAME" else world
    found = explained(here, response)
    assert [each["rule"] for each in found["refusals"]] == told_rules
    assert (found["status"], outcomes(found)[stage]) == (response.status_code, "refused")
    (contract,) = (each for each in world.mock.server.contracts.values() if rule in each.rules)
    refusal = next(each for each in found["refusals"] if each["rule"] == rule)
    assert refusal["says"] == contract.rules[rule].says
    assert refusal["provenance"] == contract.rules[rule].provenance
    assert rule in found["summary"]
    assert found["requestId"] == response.headers["x-request-id"]


def test_every_stage_of_every_contract_is_among_them() -> None:
    assert {stage for stage, _ in REFUSED.values()} == {
        "routing", "authentication", "parameters", "body", "idempotency", "rules", "state", "bucket", "response",
    }  # fmt: skip


# What an explanation says


def test_a_refused_action_tells_what_would_have_been_possible(world: World, invoices: Invoices) -> None:
    invoice_id = invoices.in_status("Paid")
    found = explained(world, invoices.ask("cancelInvoice", invoice_id))
    (cell,) = found["cells"]
    assert (cell["record"], cell["state"], cell["isAllowed"], cell["target"]) == (invoice_id, "Paid", False, None)
    assert {each["action"] for each in cell["possible"]} == {
        "getInvoice", "getInvoiceCalculations", "downloadInvoicePdf", "refund",
    }  # fmt: skip
    assert outcomes(found)["state"] == "refused"
    assert "Paid" in found["summary"]


def test_every_violation_is_told_with_what_was_expected_and_found(world: World, invoices: Invoices) -> None:
    body = {"lineItems": [{"name": "Rope", "quantity": "three", "unitPrice": 1}], "taxPercentage": 101}
    found = explained(world, invoices.call("POST", "/invoices", body, headers={"x-api-version": "99"}))
    told_of = {each["pointer"]: each for each in found["violations"]}
    assert told_of["/lineItems/0/quantity"]["actual"] == "three"
    assert told_of["/taxPercentage"]["actual"] == 101
    assert told_of["/taxPercentage"]["expected"] == "maximum: 100"
    header = next(each for each in found["violations"] if each["where"] == "header")
    assert (header["found"], header["actual"]) == ("value", "99")


def test_what_is_missing_is_told_to_be_absent(world: World) -> None:
    found = explained(world, uploads(world)("POST", "/invoice-uploads/presign", {"filename": "a.pdf"}))
    assert {each["pointer"]: each["found"] for each in found["violations"]} == {
        "/mimeType": "absent",
        "/size": "absent",
    }


def test_no_secret_is_in_an_explanation(world: World, invoices: Invoices) -> None:
    response = invoices.ask("submitInvoice", UNKNOWN, accountNumber="4111111111111112", securityCode="98765")
    for form in ("json", "text"):
        text = ask(world, f"/explain/{response.headers['x-request-id']}?format={form}").text
        assert "4111111111111112" not in text
        assert "98765" not in text
        assert "INV-CARD-NUMBER" in text


def test_a_successful_call_tells_what_became_of_the_record(world: World, invoices: Invoices) -> None:
    invoice_id = invoices.create()
    found = explained(world, invoices.ask("publishInvoice", invoice_id))
    assert found["refusals"] == []
    assert found["summary"] == (
        f"publishInvoice was answered with 200; the invoice {invoice_id} went from Draft to Published."
    )
    assert set(outcomes(found).values()) <= {"passed", "doesNotApply"}


def test_a_new_record_comes_from_nowhere(world: World, invoices: Invoices) -> None:
    response = invoices.call("POST", "/invoices", {})
    (cell,) = explained(world, response)["cells"]
    assert (cell["action"], cell["state"], cell["target"]) == ("createInvoice", "absent", "Draft")
    assert cell["record"] == response.json()["id"]


def test_a_steered_answer_tells_who_steered_it(world: World, invoices: Invoices) -> None:
    world.fault(status=503)
    response = invoices.call("GET", "/invoices")
    found = explained(world, response)
    assert (found["status"], found["steered"]) == (503, response.headers["x-mock-steered"])
    assert found["steered"] in found["summary"]
    assert found["refusals"] == []


def test_a_path_of_nobody_tells_what_is_near(world: World) -> None:
    found = explained(world, world.caller("invoices")("POST", "/invoice/publish"))
    assert (found["near"][0]["method"], found["near"][0]["operation"]) == ("POST", "publishInvoice")
    assert "/pay-int-api/invoices/publish" in found["summary"]


# Asking for one


@pytest.mark.parametrize(
    ("query", "accept", "media_type"),
    [
        ("", "*/*", "application/json"),
        ("", "text/plain", "text/plain"),
        ("?format=text", "application/json", "text/plain"),
        ("?format=json", "text/plain", "application/json"),
    ],
)
def test_the_format_goes_before_the_accept_header(
    world: World, invoices: Invoices, query: str, accept: str, media_type: str
) -> None:
    request_id = invoices.call("GET", "/invoices").headers["x-request-id"]
    response = ask(world, f"/explain/{request_id}{query}", accept=accept)
    assert (response.status_code, response.headers["content-type"]) == (200, media_type)
    assert "listInvoices" in response.text


def test_the_latest_exchange_needs_no_id(world: World, invoices: Invoices) -> None:
    refused = invoices.call("GET", "/invoices?page=0").headers["x-request-id"]
    fine = invoices.call("GET", "/invoices").headers["x-request-id"]
    assert told(world, "/explain/latest")["requestId"] == fine
    assert told(world, "/explain/latest-refused")["requestId"] == refused


def test_an_exchange_is_explained_in_its_own_namespace_only(world: World, invoices: Invoices) -> None:
    request_id = invoices.call("GET", "/invoices").headers["x-request-id"]
    assert ask(world, f"/explain/{request_id}").status_code == 200
    response = ask(World(world.mock), f"/explain/{request_id}")
    assert (response.status_code, response.json()["rule"]) == (404, "CTL-EXPLAIN-ABSENT")


def test_a_shortened_id_is_told_with_the_whole_one(world: World, invoices: Invoices) -> None:
    request_id = invoices.call("GET", "/invoices").headers["x-request-id"]
    response = ask(world, f"/explain/{request_id[:12]}")
    assert response.status_code == 404
    assert request_id in response.json()["detail"]


@pytest.mark.parametrize("name", ["latest", "latest-refused"])
def test_where_nothing_was_asked_there_is_nothing_to_explain(world: World, name: str) -> None:
    response = ask(world, f"/explain/{name}")
    assert (response.status_code, response.json()["rule"]) == (404, "CTL-EXPLAIN-ABSENT")
