"""Whatever is sent: a 4xx in the group's own shape, naming stage and rule, and nothing changed. Never a 5xx."""

from __future__ import annotations

import json
from typing import Any

import pytest
from httpx2 import Response
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.mock import BODY, PAYMENT_REQUEST, Caller, Invoices, Mock

MIB = 1024 * 1024
JSON = {"content-type": "application/json"}


@pytest.fixture
def call(invoices: Invoices) -> Caller:
    return invoices.call


def raw(call: Caller, content: bytes, headers: dict[str, str] = JSON, path: str = "/invoices") -> Response:
    return call("POST", path, content=content, headers=headers)


def refused(response: Response, status: int, stage: str, rule: str) -> None:
    assert response.status_code == status, response.text
    assert response.headers["x-mock-stage"] == stage
    assert rule in response.headers["x-mock-rule"].split(", ")
    assert response.headers["x-request-id"]
    body = response.json()
    if rule.startswith("INV"):
        assert body["statusCode"] == status
        assert body["correlationId"] == response.headers["x-request-id"]
        assert set(body) == {
            "errors", "details", "statusCode", "source", "exceptionType", "correlationId", "entityId", "errorCode",
        }  # fmt: skip
    else:
        assert body["statusCode"] == status
        assert set(body) <= {"statusCode", "code", "error", "message"}


MALFORMED = {
    "cut off": b'{"dueDate": ',
    "no JSON at all": b"dueDate=2026",
    "trailing comma": b'{"a": 1,}',
    "two values": b"{} {}",
    "a member twice": b'{"additionalNotes": "a", "additionalNotes": "b"}',
    "NaN": b'{"taxPercentage": NaN}',
    "Infinity": b'{"taxPercentage": -Infinity}',
    "a number no double holds": b'{"taxPercentage": 1e999}',
    "a number of 100,000 digits": b'{"taxPercentage": ' + b"9" * 100_000 + b"}",
    "a fraction of 100,000 digits": b'{"taxPercentage": 0.' + b"1" * 100_000 + b"}",
    "half a surrogate pair": b'{"additionalNotes": "\\ud800"}',
    "half a surrogate pair as a name": b'{"\\udfff": 1}',
    "no UTF-8": b'{"additionalNotes": "\xff"}',
    "UTF-16": '{"additionalNotes": "x"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"additionalNotes": "x"}',
    "a NUL byte in a text": b'{"additionalNotes": "\x00"}',
    "NUL bytes": b"\x00" * 10,
    "nested 100,000 deep": b"[" * 100_000,
    "nested 100,000 deep and closed": b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "white space": b"  \n",
}


@pytest.mark.parametrize("case", MALFORMED)
def test_malformed_json_is_refused(case: str, call: Caller) -> None:
    refused(raw(call, MALFORMED[case]), 400, "body", "INV-BODY-JSON")


@pytest.mark.parametrize("case", MALFORMED)
def test_malformed_json_is_refused_in_the_other_shape_too(case: str, shared_mock: Mock) -> None:
    call = shared_mock.caller("invoice-uploads")
    refused(raw(call, MALFORMED[case], path="/invoice-uploads/presign"), 400, "body", "UPL-BODY-JSON")


def test_an_empty_body_is_refused(call: Caller, shared_mock: Mock) -> None:
    refused(raw(call, b""), 400, "body", "INV-BODY-JSON")
    uploads = shared_mock.caller("invoice-uploads")
    refused(raw(uploads, b"", path="/invoice-uploads/presign"), 400, "body", "UPL-BODY-EMPTY")


@pytest.mark.parametrize("content", [b"[]", b"1", b'"x"', b"null", b"true"])
def test_a_body_that_is_no_object_is_refused(content: bytes, call: Caller) -> None:
    refused(raw(call, content), 400, "body", "INV-BODY-SCHEMA")


@pytest.mark.parametrize(
    "media_type",
    [
        "text/plain",
        "application/xml",
        "multipart/form-data",
        "application/json; charset=utf-16",
        "json",
        "",
        ";",
        "*/*",
    ],
)
def test_another_media_type_is_refused(media_type: str, call: Caller) -> None:
    refused(raw(call, json.dumps(BODY).encode(), {"content-type": media_type}), 415, "body", "INV-MEDIA-TYPE")


def test_a_body_without_media_type_is_refused(call: Caller, shared_mock: Mock) -> None:
    refused(raw(call, b"{}", {}), 415, "body", "INV-MEDIA-TYPE")
    uploads = shared_mock.caller("invoice-uploads")
    refused(raw(uploads, b"{}", {}, "/invoice-uploads/presign"), 415, "body", "UPL-MEDIA-TYPE")


@pytest.mark.parametrize(
    "media_type", ["application/json", "Application/JSON; charset=UTF-8", 'application/json;charset="utf-8"']
)
def test_json_in_utf_8_is_taken(media_type: str, call: Caller) -> None:
    assert raw(call, json.dumps(BODY).encode(), {"content-type": media_type}).status_code == 200


def test_a_body_over_1_mib_is_refused(call: Caller) -> None:
    fits = json.dumps({**BODY, "additionalNotes": "x" * (MIB - 600)}).encode()
    assert len(fits) < MIB
    assert raw(call, fits).status_code == 200
    refused(raw(call, b" " * (MIB + 1)), 413, "body", "INV-BODY-SIZE")


def test_an_endless_body_is_refused_without_being_read_to_its_end(call: Caller) -> None:
    taken = 0

    def endless() -> Any:
        nonlocal taken
        while taken < 64 * MIB:
            taken += 65536
            yield b" " * 65536

    response = call("POST", "/invoices", content=endless(), headers=JSON)

    refused(response, 413, "body", "INV-BODY-SIZE")
    assert response.headers["connection"] == "close"


@pytest.mark.parametrize(
    "query",
    [
        "status=8",
        "status=0",
        "status=Draft",
        "status=1.0",
        "status=1_0",
        "status=",
        "status=1&status=2",
        "page=0",
        "page=-1",
        "page=1e3",
        "page=99999999999999999999999",
        "page=2147483648",
        "pageSize=0",
        "pageSize=101",
        "asc=1",
        "asc=yes",
        "orderBy=id",
        "orderBy=",
        "orderBy=__class__",
        "issueDateFrom=yesterday",
        "issueDateTo=2026-02-30T00:00:00Z",
        "dueDateFrom=2026-01-01",
        "paymentDateTo=2026-01-01T00:00:00",
        "search=%ff",
        "page=%00",
        "page=١",
    ],
)
def test_an_unknown_query_value_is_refused(query: str, call: Caller) -> None:
    refused(call("GET", f"/invoices?{query}"), 400, "parameters", "INV-PARAMETER")


@pytest.mark.parametrize(
    "query", ["nobody=knows", "search=%00", "search=%27%3B--", "page=1&PAGE=x", "status=%31", "search="]
)
def test_other_query_values_are_taken(query: str, call: Caller) -> None:
    assert call("GET", f"/invoices?{query}").status_code == 200


@pytest.mark.parametrize(
    "invoice_id",
    [
        "1",
        "nil",
        "497f6eca62764993bfeb53cbbbba6f08",
        "{497f6eca-6276-4993-bfeb-53cbbbba6f08}",
        "%00",
        "497f6eca-6276-4993-bfeb-53cbbbba6f0g",
        "%F0%9F%98%80",
        "a" * 5000,
        "%ff",
    ],
)
def test_a_bad_uuid_is_refused(invoice_id: str, call: Caller, shared_mock: Mock) -> None:
    refused(call("GET", f"/invoices/{invoice_id}"), 400, "parameters", "INV-PARAMETER")
    uploads = shared_mock.caller("invoice-uploads")
    refused(uploads("GET", f"/invoice-uploads/{invoice_id}/preview-url"), 400, "parameters", "UPL-PARAMETER")


def test_all_violations_are_reported_at_once(call: Caller) -> None:
    body = {
        "taxPercentage": 101,
        "feesPercentage": "x",
        "lineItems": [{}, {"unitPrice": -1}],
        "customer": {"email": "no"},
    }

    response = call("PUT", "/invoices/1", body, headers={"x-api-version": "7"})

    refused(response, 400, "parameters", "INV-BODY-SCHEMA")
    found = response.json()
    assert set(found["errors"]) == {
        "InvoiceId", "X-api-version", "TaxPercentage", "FeesPercentage", "LineItems[1].UnitPrice", "Customer.Email",
    }  # fmt: skip
    assert found["details"].startswith("Validation failed: \n -- ")
    assert found["details"].count("\n -- ") == 6
    assert "'Unit Price' must be at least 0." in found["details"]


def test_a_refusal_never_repeats_the_value(call: Caller) -> None:
    body = {"accountNumber": 4111111111111111, "securityCode": 737, "totalAmount": "x"}

    response = call("POST", "/invoices/497f6eca-6276-4993-bfeb-53cbbbba6f08/submit", body)

    refused(response, 400, "body", "INV-BODY-SCHEMA")
    assert "4111" not in response.text
    assert "737" not in response.text


@pytest.mark.parametrize("method", ["PATCH", "DELETE", "PUT", "HEAD", "TRACE", "OPTIONS", "PROPFIND"])
def test_a_method_that_is_not_in_the_contract_is_405_with_allow(method: str, call: Caller) -> None:
    response = call(method, "/invoices")

    assert response.status_code == 405
    assert response.headers["allow"] == "GET, POST"
    assert response.headers["x-mock-rule"] == "INV-METHOD"


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("GET", "/invoices/publish", "POST"),
        ("PUT", "/invoices/publish", "POST"),
        ("HEAD", f"/invoices/{PAYMENT_REQUEST}", "DELETE, GET, PUT"),
        ("POST", f"/invoices/{PAYMENT_REQUEST}", "DELETE, GET, PUT"),
        ("GET", f"/invoices/{PAYMENT_REQUEST}/submit", "POST"),
    ],
)
def test_a_literal_path_wins_over_a_template(method: str, path: str, allow: str, call: Caller) -> None:
    response = call(method, path)

    assert response.status_code == 405
    assert response.headers["allow"] == allow


@pytest.mark.parametrize(
    "path", ["/", "/invoices/", "//invoices", "/invoice", "/invoices/a/b/c", "/Invoices", "/invoices/%0A"]
)
def test_an_unknown_path_is_404_in_the_groups_shape(path: str, call: Caller, shared_mock: Mock) -> None:
    refused(call("GET", path), 404, "routing", "INV-ROUTE")
    uploads = shared_mock.caller("invoice-uploads")
    response = uploads("GET", path)
    refused(response, 404, "routing", "UPL-ROUTE")
    assert response.json()["message"].startswith("Route GET:/api/v1")


def test_a_path_of_no_group_is_404_as_a_problem(shared_mock: Mock) -> None:
    response = shared_mock.client.get("/nowhere")

    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["x-mock-rule"] == "CTL-ROUTE"


def test_many_and_long_headers_do_no_harm(call: Caller) -> None:
    headers = {f"x-flood-{number}": "y" * 100 for number in range(500)}

    assert call("GET", "/invoices", headers=headers).status_code == 200


def test_a_key_that_is_too_long_is_refused(call: Caller) -> None:
    refused(call("POST", "/invoices", BODY, headers={"Idempotency-Key": "k" * 256}), 400, "parameters", "INV-PARAMETER")


@pytest.mark.parametrize(
    "body",
    [
        {"dueDate": "tomorrow"},
        {"dueDate": "0000-01-01T00:00:00Z"},
        {"dueDate": 5},
        {"lineItems": [None]},
        {"lineItems": {}},
        {"customer": None},
        {"customerId": "x"},
        {"shippingAmount": -1},
        {"lineItems": [{}] * 501},
        {"lineItems": [{"quantity": 1e300}]},
        {"achAllowFasterProcessing": "yes"},
        {"customer": {"billingAddress": {"stateId": 2**31}}},
    ],
)
def test_a_body_that_breaks_the_schema_is_refused_and_nothing_is_stored(body: Any, invoices: Invoices) -> None:
    refused(invoices.call("POST", "/invoices", body), 400, "body", "INV-BODY-SCHEMA")
    assert invoices.call("GET", "/invoices").json()["total"] == 0


def test_unknown_members_are_ignored(invoices: Invoices) -> None:
    assert invoices.get(invoices.create(nobodyKnows={"this": [1]}, status=3))["status"] == 1


def test_escaped_nul_and_any_script_come_back_as_they_were_sent(invoices: Invoices) -> None:
    text = "a\u0000b \U0001f600 é e\u0301 \u202e שלום \\ \" '; --"

    invoice_id = invoices.create(additionalNotes=text)

    assert invoices.get(invoice_id)["additionalNotes"] == text


ANY_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(), children, max_size=4),
    max_leaves=20,
)
MEMBERS = ["dueDate", "lineItems", "customer", "customerId", "taxPercentage", "shippingAmount", "id", "additionalNotes"]
HOSTILE_BODIES = ANY_JSON | st.dictionaries(st.sampled_from(MEMBERS), ANY_JSON)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(body=HOSTILE_BODIES, path=st.sampled_from(["/invoices", "/invoices/publish"]))
def test_no_body_makes_the_mock_fail(body: Any, path: str, call: Caller) -> None:
    assert raw(call, json.dumps(body).encode(), path=path).status_code < 500


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(content=st.binary(max_size=200))
def test_no_bytes_make_the_mock_fail(content: bytes, call: Caller) -> None:
    assert raw(call, content).status_code in {200, 400}


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(query=st.dictionaries(st.sampled_from(["status", "page", "search", "dueDateTo", "asc"]), st.text(max_size=30)))
def test_no_query_makes_the_mock_fail(query: dict[str, str], call: Caller) -> None:
    assert call("GET", "/invoices", params=query).status_code in {200, 400}
