"""`Prefer`: a request asks for one of the contract's answers, gets it, and nothing else changes."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from httpx2 import Response

from mock_server.http import steering
from openapi import Operation, contract_file, read_contract
from openapi.model import Content, Contract
from tests.apis.invoice_uploads.builders import Uploads
from tests.http.asgi import ask as ask_app
from tests.mock import BASE_PATHS, BODY, CARD, Caller, Invoices, Mock
from tests.storage.steps import at_once
from tests.worlds import World

CONTRACTS = {name: read_contract(contract_file(name.replace("-", "_"))) for name in BASE_PATHS}
OPERATIONS = [
    pytest.param(group, operation, id=operation.id)
    for group, contract in CONTRACTS.items()
    for operation in contract.operations.values()
]
IDS = "497f6eca-6276-4993-bfeb-53cbbbba6f08"


def ask(mock: Mock, group: str, operation: Operation, prefer: str, **headers: str) -> Response:
    """A call that is right in itself, about records that don't exist."""
    path = operation.path
    for parameter in operation.parameters:
        path = path.replace("{" + parameter.name + "}", IDS)
    example = next(iter(operation.body.contents[0].examples.values())) if operation.body else None
    call = mock.caller(group)
    return call(operation.method, path, example, headers={"Prefer": prefer, **headers})


def refused(response: Response) -> str:
    """Why the mock itself refused to be steered."""
    assert response.status_code == 400, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["x-mock-rule"] == "CTL-PREFER"
    assert "x-mock-steered" not in response.headers
    problem = response.json()
    assert (problem["status"], problem["rule"]) == (400, "CTL-PREFER")
    return str(problem["detail"])


@pytest.mark.parametrize(("group", "operation"), OPERATIONS)
def test_every_documented_answer_of_every_operation_can_be_had(
    shared_mock: Mock, group: str, operation: Operation
) -> None:
    for status, answer in operation.answers.items():
        for content in answer.contents or [None]:
            names = content.examples if content else [None]
            for name in names:
                prefer = f"code={status}" + (f", example={name}" if name else "")
                accept = content.media_type if content else "*/*"
                response = ask(shared_mock, group, operation, prefer, Accept=accept)
                assert response.status_code == int(status)
                assert response.headers["x-mock-steered"] == f"prefer code={status}"
                assert response.headers["preference-applied"] == prefer
                check_body(response, CONTRACTS[group], content, name)


def check_body(response: Response, contract: Contract, content: Content | None, name: str | None) -> None:
    if content is None or name is None:
        assert response.content == b""
        assert "content-type" not in response.headers
        return
    assert response.headers["content-type"] == content.media_type
    shown = content.examples[name]
    assert (response.json() if content.media_type.endswith("json") else response.text) == shown


@pytest.mark.parametrize(("group", "operation"), OPERATIONS)
def test_a_status_or_example_that_is_not_documented_is_refused(
    shared_mock: Mock, group: str, operation: Operation
) -> None:
    documented = ", ".join(operation.answers)

    assert documented in refused(ask(shared_mock, group, operation, "code=418"))
    assert "unicorn" in refused(ask(shared_mock, group, operation, "example=unicorn"))
    assert "unicorn" in refused(ask(shared_mock, group, operation, "code=401, example=unicorn"))


@pytest.mark.parametrize("prefer", ["code=many", "code", "wait=-1", "wait=30.5", "example=", 'code="404'])
def test_what_cannot_be_meant_is_refused(invoices: Invoices, prefer: str) -> None:
    assert "refer" in refused(invoices.call("GET", f"/invoices/{IDS}", headers={"Prefer": prefer}))


def test_the_longest_wait_is_named(invoices: Invoices) -> None:
    assert "from 0 to 30" in refused(invoices.call("GET", "/invoices", headers={"Prefer": "wait=31"}))


def test_the_first_example_is_taken_where_none_is_named(invoices: Invoices) -> None:
    operation = CONTRACTS["invoices"].operations["getInvoice"]
    examples = operation.answers["200"].contents[0].examples

    first = invoices.call("GET", f"/invoices/{IDS}", headers={"Prefer": "code=200"})
    paid = invoices.call("GET", f"/invoices/{IDS}", headers={"Prefer": "example=paid"})

    assert first.json() == next(iter(examples.values()))
    assert paid.json() == examples["paid"] != first.json()
    assert paid.headers["x-mock-steered"] == "prefer example=paid"


def test_several_lines_are_one_header_and_the_first_of_two_preferences_wins(shared_mock: Mock) -> None:
    headers = [("Prefer", "respond-async, code=404"), ("Prefer", "CODE=500, foo=bar; code=403")]
    token = {"Authorization": f"Bearer {shared_mock.token('invoices')}"}
    response = shared_mock.client.get(f"/pay-int-api/invoices/{IDS}", headers=[*token.items(), *headers])

    assert response.status_code == 404
    assert response.headers["preference-applied"] == "code=404"


def test_unknown_preferences_change_nothing(invoices: Invoices) -> None:
    invoice_id = invoices.create()
    headers = {"Prefer": "respond-async, return=minimal; foo, handling=strict"}

    response = invoices.call("GET", f"/invoices/{invoice_id}", headers=headers)

    assert response.json()["id"] == invoice_id
    assert not {"x-mock-steered", "preference-applied"} & set(response.headers)


@pytest.mark.parametrize(
    ("call", "status"),
    [
        (lambda invoices: (Caller(invoices.mock, "/pay-int-api", None), "GET", "/invoices", None), 401),
        (lambda invoices: (invoices.mock.caller("invoices", permissions=()), "GET", "/invoices", None), 403),
        (lambda invoices: (invoices.call, "GET", "/invoices?page=0", None), 400),
        (lambda invoices: (invoices.call, "GET", "/invoices/no-uuid", None), 400),
        (lambda invoices: (invoices.call, "POST", "/invoices", {**BODY, "lineItems": 7}), 400),
        (lambda invoices: (invoices.call, "GET", "/nowhere", None), 404),
        (lambda invoices: (invoices.call, "DELETE", "/invoices", None), 405),
    ],
)
def test_a_wrong_request_gets_its_own_refusal(invoices: Invoices, call: Any, status: int) -> None:
    caller, method, path, body = call(invoices)

    plain = caller(method, path, body)
    steered = caller(method, path, body, headers={"Prefer": "code=500"})

    assert steered.status_code == plain.status_code == status
    assert steered.headers["x-mock-rule"] == plain.headers["x-mock-rule"]
    assert "x-mock-steered" not in steered.headers


@pytest.mark.parametrize("prefer", ["code=200", "code=500", "example=approved"])
def test_nothing_changes_when_an_answer_is_preferred(invoices: Invoices, prefer: str) -> None:
    invoice_id = invoices.in_status("Published")
    before = invoices.get(invoice_id)

    response = invoices.ask("submitInvoice", invoice_id, before["totalAmount"], headers={"Prefer": prefer})

    assert response.headers["x-mock-steered"] == f"prefer {prefer}"
    assert invoices.get(invoice_id) == before


def test_an_upload_that_is_preferred_to_be_gone_stays(shared_mock: Mock) -> None:
    uploads = Uploads(shared_mock)
    upload = uploads.in_state("confirmed")

    response = uploads.call("DELETE", f"/invoice-uploads/{upload.id}", headers={"Prefer": "code=204"})

    assert (response.status_code, response.content) == (204, b"")
    assert response.headers["x-mock-steered"] == "prefer code=204"
    assert uploads.seen(upload) == "confirmed"


def test_an_idempotency_key_is_not_spent(invoices: Invoices) -> None:
    key = {"Idempotency-Key": "order-1"}

    steered = invoices.call("POST", "/invoices", BODY, headers={**key, "Prefer": "code=200"})
    real = invoices.call("POST", "/invoices", {**BODY, "note": "another body"}, headers=key)
    again = invoices.call("POST", "/invoices", {**BODY, "note": "another body"}, headers=key)
    repeated = invoices.call(
        "POST", "/invoices", {**BODY, "note": "another body"}, headers={**key, "Prefer": "code=409"}
    )

    assert real.status_code == 200, real.text
    assert steered.json()["id"] != real.json()["id"] == again.json()["id"]
    assert repeated.status_code == 409


def test_the_next_request_is_not_steered(invoices: Invoices) -> None:
    invoice_id = invoices.create()
    for prefer in ("code=404", "wait=0", "code=418"):
        invoices.call("GET", f"/invoices/{invoice_id}", headers={"Prefer": prefer})

        response = invoices.call("GET", f"/invoices/{invoice_id}")

        assert response.json()["id"] == invoice_id
        assert not {"x-mock-steered", "preference-applied"} & set(response.headers)


def test_requests_at_once_never_steer_each_other(shared_mock: Mock) -> None:
    invoices = World(shared_mock).invoices()
    invoice_id = invoices.create()
    codes = ["404", None, "500", None, "403", None, "401", None] * 2

    def asking(code: str | None) -> Any:
        headers = {"Prefer": f"code={code}"} if code else {}
        return lambda: [invoices.call("GET", f"/invoices/{invoice_id}", headers=headers) for _ in range(10)]

    answers = at_once([asking(code) for code in codes])

    for code, responses in zip(codes, answers, strict=True):
        assert isinstance(responses, list)
        assert {each.status_code for each in responses} == {int(code or 200)}
        assert {each.headers.get("x-mock-steered") for each in responses} == {f"prefer code={code}" if code else None}


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long requests have waited; no time passes."""
    waited: list[float] = []

    async def at_once_awake(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(steering, "sleep", at_once_awake)
    return waited


def test_a_wait_alone_is_followed_by_the_normal_answer(invoices: Invoices, waits: list[float]) -> None:
    created = invoices.call("POST", "/invoices", BODY, headers={"Prefer": "wait=1.5"})

    assert waits == [1.5]
    assert (created.headers["x-mock-steered"], created.headers["preference-applied"]) == ("prefer wait=1.5", "wait=1.5")
    assert invoices.get(created.json()["id"])["id"] == created.json()["id"]


def test_a_refusal_after_a_wait_says_that_it_was_waited(invoices: Invoices, waits: list[float]) -> None:
    response = invoices.call("GET", f"/invoices/{IDS}", headers={"Prefer": "wait=2"})

    assert waits == [2]
    assert (response.status_code, response.headers["x-mock-rule"]) == (404, "INV-NOT-FOUND")
    assert response.headers["x-mock-steered"] == "prefer wait=2"


def test_a_wait_and_an_answer_go_together(invoices: Invoices, waits: list[float]) -> None:
    response = invoices.call("GET", "/invoices", headers={"Prefer": "wait=3, code=500"})

    assert waits == [3]
    assert response.status_code == 500
    assert response.headers["preference-applied"] == "code=500, wait=3"


def test_nobody_waits_for_an_answer_that_is_not_shown(invoices: Invoices, waits: list[float]) -> None:
    refused(invoices.call("GET", "/invoices", headers={"Prefer": "wait=3, code=418"}))

    assert waits == []


def test_others_are_served_while_one_waits(invoices: Invoices, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that waits is let go by the other, which is answered on the same event loop meanwhile."""

    async def status_of(prefer: str) -> int:
        headers = {"Authorization": f"Bearer {invoices.call.token}", "Prefer": prefer}
        answer = await ask_app(invoices.mock.server.app, "GET", "/pay-int-api/invoices", headers)
        return int(answer.start["status"])

    async def both() -> list[int]:
        is_served = asyncio.Event()

        async def until_served(seconds: float) -> None:
            await asyncio.wait_for(is_served.wait(), 20)

        monkeypatch.setattr(steering, "sleep", until_served)
        waiting = asyncio.create_task(status_of("wait=30, code=500"))
        served = await status_of("code=403")
        is_served.set()
        return [served, await waiting]

    assert asyncio.run(both()) == [403, 500]


def test_the_control_api_is_not_steered(shared_mock: Mock) -> None:
    response = shared_mock.client.get("/_mock/health", headers={"host": "localhost", "Prefer": "code=500"})

    assert response.status_code == 200
    assert "x-mock-steered" not in response.headers


def test_pages_of_other_origins_may_read_how_they_were_steered(invoices: Invoices) -> None:
    headers = {"Origin": "http://app.example", "Prefer": "code=500"}

    response = invoices.call("GET", "/invoices", headers=headers)

    exposed = response.headers["access-control-expose-headers"]
    assert {"X-Mock-Steered", "Preference-Applied"} <= set(exposed.split(", "))


def test_a_payment_is_made_after_one_that_was_preferred_to_fail(invoices: Invoices) -> None:
    """What `Prefer` is for: the client's retry after a failure, with the mock's state intact."""
    invoice_id = invoices.in_status("Published")
    total = invoices.get_total(invoice_id)

    failed = invoices.ask("submitInvoice", invoice_id, total, headers={"Prefer": "code=500"})
    retried = invoices.ask("submitInvoice", invoice_id, total)

    assert failed.status_code == 500
    assert retried.json()["success"] is True
    assert CARD["accountNumber"] not in failed.text
