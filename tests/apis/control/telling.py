"""Webhooks of a namespace, and what was told to them."""

from __future__ import annotations

import json
from typing import Any

from httpx2 import Response

from mock_server.core.instants import from_text
from mock_server.outbox.signing import ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, complaint
from openapi import contract_file, read_contract
from tests.outbox.receivers import Received, Receiver
from tests.postgres import database, postgres_server  # noqa: F401
from tests.worlds import World

WAITS = read_contract(contract_file("control")).limit("CTL-WEBHOOK-RETRY", "afterSeconds")
"""Seconds before each retry."""


def frozen(world: World) -> World:
    """The world with a clock that stands still."""
    pass_by(world, 0)
    return world


def register(world: World, url: str, **stated: Any) -> dict[str, Any]:
    response = world.control("POST", "/webhooks", {"url": url, **stated})
    assert response.status_code == 201, response.text
    made: dict[str, Any] = response.json()
    return made


def refused(response: Response, status: int, rule: str) -> str:
    assert (response.status_code, response.json().get("rule")) == (status, rule), response.text
    return str(response.json()["detail"])


def pass_by(world: World, seconds: float) -> None:
    """Move the clock on; returns when all attempts were made that fell due."""
    response = world.control("PUT", "/clock", {"mode": "frozen", "advance": f"PT{seconds:g}S"})
    assert response.status_code == 200, response.text


def events(receiver: Receiver) -> list[tuple[str, str]]:
    """Type and invoice of each delivery, in the order in which they came."""
    bodies = [json.loads(each.body) for each in receiver.received]
    return [(each["type"], each["data"]["object"]["id"]) for each in bodies]


def messages(world: World, **query: Any) -> list[dict[str, Any]]:
    headers = {"host": "localhost", "x-mock-namespace": world.name}
    response = world.mock.client.get("/_mock/outbox", headers=headers, params=query)
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json()["messages"]
    return found


def attempts(world: World, message_id: str) -> list[tuple[str, int | None]]:
    (delivery,) = world.control("GET", f"/outbox/{message_id}").json()["deliveries"]
    return [(each["at"], each["status"]) for each in delivery["attempts"]]


def wrong_with(request: Received, secret: str, world: World) -> str | None:
    """What a receiver on the namespace's time has against a delivery."""
    now = from_text(world.control("GET", "/clock").json()["now"])
    headers = {name: request.headers[name.lower()] for name in (ID_HEADER, TIMESTAMP_HEADER, SIGNATURE_HEADER)}
    return complaint(secret, headers, request.body, now)
