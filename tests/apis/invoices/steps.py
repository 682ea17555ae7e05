"""What the tests of this group share: the contract they hold answers to, and short forms for what they do most."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

from httpx2 import Response

from mock_server.apis.invoices.records import CUSTOMERS
from mock_server.core.namespace import DEFAULT
from mock_server.core.records import Query, transact
from openapi import contract_file, read_contract
from tests.mock import Caller, Invoices, Mock

CONTRACT = read_contract(contract_file("invoices"))
LIFECYCLE = CONTRACT.lifecycles["invoice"]

_ENVELOPE = {
    "errors", "details", "statusCode", "source", "exceptionType", "correlationId", "entityId", "errorCode",
}  # fmt: skip
_KINDS = {
    400: ("FluentValidation.ValidationException", "V0000"),
    404: ("NotFoundException", "N0000"),
    409: ("ConflictException", "C0000"),
}


def refused(response: Response, *rules: str) -> dict[str, Any]:
    """The envelope of a refusal by exactly these rules, the first of which gives status and stage."""
    rule = CONTRACT.rules[rules[0]]
    assert response.status_code == rule.status, response.text
    assert response.headers["x-mock-rule"].split(", ") == list(rules)
    assert response.headers["x-mock-stage"] == rule.stage
    assert response.headers["content-type"] == "application/json"
    body: dict[str, Any] = response.json()
    assert set(body) == _ENVELOPE
    assert body["statusCode"] == rule.status
    assert (body["exceptionType"], body["errorCode"]) == _KINDS[rule.status]
    assert body["correlationId"] == response.headers["x-request-id"]
    if rule.status == 400:
        assert all(message in body["details"] for messages in body["errors"].values() for message in messages)
    return body


def accepted(response: Response) -> Any:
    """The JSON of an answer 200, `None` where it is empty."""
    assert response.status_code == 200, response.text
    return response.json() if response.content else None


def exact(response: Response) -> Any:
    """The JSON of an answer 200 with every number as the `Decimal` of its digits."""
    assert response.status_code == 200, response.text
    return json.loads(response.text, parse_float=Decimal, parse_int=Decimal)


def everything(invoices: Invoices) -> list[Any]:
    """All the merchant can see: the list, and each invoice in full."""
    page = accepted(invoices.call("GET", "/invoices?pageSize=100"))
    return [page, *(invoices.get(each["id"]) for each in page["items"])]


def long_lived(mock: Mock) -> Invoices:
    """A new merchant's invoices, on the next Monday at half past nine, with a token that outlives ten years."""
    now = mock.clock.now()
    next_day = (now + timedelta(days=1)).replace(hour=9, minute=30, second=0, microsecond=0)
    mock.clock.advance(next_day + timedelta(days=-next_day.weekday() % 7) - now)
    invoices = Invoices(mock)
    invoices.call = mock.caller("invoices", invoices.merchant, lifetime=timedelta(days=3653))
    return invoices


def publish(call: Caller, **body: Any) -> str:
    """Publish; returns the invoice's id."""
    return str(accepted(call("POST", "/invoices/publish", body))["id"])


def events(invoice: dict[str, Any]) -> list[str]:
    """What has happened to an invoice, oldest first."""
    return [each["event"] for each in invoice["history"]]


def without(invoice: dict[str, Any], *members: str) -> dict[str, Any]:
    """The invoice but for these members."""
    return {name: value for name, value in invoice.items() if name not in members}


def number_of_customers(mock: Mock) -> int:
    """How many customers all merchants have: no operation tells."""
    return transact(
        mock.server.store, DEFAULT, lambda work: work.records(CUSTOMERS).find(Query(limit=0)).total, write=False
    )
