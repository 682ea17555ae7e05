"""Webhooks are registered, shown and forgotten, and lead nowhere but to this machine."""

from __future__ import annotations

from typing import Any

import pytest

from openapi import contract_file, read_contract
from tests.apis.control.telling import (
    frozen,
    refused,
    register,
)
from tests.mock import Mock
from tests.postgres import database, postgres_server  # noqa: F401
from tests.worlds import World

CONTRACT = read_contract(contract_file("control"))
MOST = CONTRACT.limit("CTL-WEBHOOK-COUNT", "maximum")
UNKNOWN = "5b1d7b1e-3c55-4f7a-9a39-9a3a3d0a4b11"


@pytest.fixture
def world(shared_mock: Mock) -> World:
    """A namespace whose clock stands still until a test moves it."""
    return frozen(World(shared_mock))


def test_a_webhook_is_shown_with_its_secret_once_and_never_again(world: World) -> None:
    response = world.control("POST", "/webhooks", {"url": "http://localhost:9/hooks"})

    made = response.json()
    secret = made.pop("secret")
    assert len(secret) >= 32
    assert response.headers["location"] == f"/_mock/webhooks/{made['id']}"
    assert made["events"] == ["invoice.created", "invoice.paid"]
    assert (made["merchantId"], made["isEnabled"]) == (None, True)
    assert world.control("GET", f"/webhooks/{made['id']}").json() == made
    assert world.control("GET", "/webhooks").json() == {"webhooks": [made]}


def test_webhooks_are_listed_in_the_order_in_which_they_were_registered(world: World) -> None:
    made = [register(world, f"http://localhost:9/{number}")["id"] for number in range(5)]

    assert [each["id"] for each in world.control("GET", "/webhooks").json()["webhooks"]] == made


@pytest.mark.parametrize("content", CONTRACT.operations["createWebhook"].body.contents[0].examples.items())  # type: ignore[union-attr]
def test_every_example_of_the_contract_registers_a_webhook(world: World, content: tuple[str, Any]) -> None:
    assert world.control("POST", "/webhooks", content[1]).status_code == 201


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "http://2130706433/",
        "http://[::ffff:127.0.0.1]/",
        "ftp://localhost/",
        "http://user@localhost/",
        "http://localhost/_mock/reset",
        "http://localhost/#fragment",
        "nonsense",
    ],
)
def test_a_webhook_that_leads_elsewhere_is_refused_and_not_kept(world: World, url: str) -> None:
    detail = refused(world.control("POST", "/webhooks", {"url": url}), 400, "CTL-WEBHOOK-TARGET")

    assert detail.startswith("Nothing can be sent there: the URL ")
    assert world.control("GET", "/webhooks").json() == {"webhooks": []}


def test_a_host_that_was_allowed_at_the_start_is_one_that_webhooks_may_lead_to() -> None:
    with Mock.running(webhook_hosts=("hooks.example",)) as mock:
        world = World(mock)
        register(world, "https://hooks.example/x")
        refused(world.control("POST", "/webhooks", {"url": "https://a.hooks.example/"}), 400, "CTL-WEBHOOK-TARGET")


@pytest.mark.parametrize(
    "stated",
    [
        {},
        {"url": ""},
        {"url": "http://localhost", "secret": "x" * 15},
        {"url": "http://localhost", "secret": "x" * 257},
        {"url": "http://localhost", "secret": "with a space in it"},
        {"url": "http://localhost", "events": []},
        {"url": "http://localhost", "events": ["invoice.deleted"]},
        {"url": "http://localhost", "events": ["invoice.paid", "invoice.paid"]},
        {"url": "http://localhost", "merchantId": "harbor"},
        {"url": "http://localhost", "name": "mine"},
    ],
)
def test_a_registration_that_breaks_the_contract_is_refused(world: World, stated: dict[str, Any]) -> None:
    refused(world.control("POST", "/webhooks", stated), 400, "CTL-BODY-SCHEMA")


@pytest.mark.parametrize("length", [16, 256])
def test_a_secret_may_have_16_to_256_characters(world: World, length: int) -> None:
    assert register(world, "http://localhost", secret="s" * length)["secret"] == "s" * length


def test_a_namespace_has_as_many_webhooks_as_the_limit_and_no_more(world: World) -> None:
    made = [register(world, "http://localhost")["id"] for _ in range(MOST)]

    refused(world.control("POST", "/webhooks", {"url": "http://localhost"}), 409, "CTL-WEBHOOK-COUNT")
    assert world.control("DELETE", f"/webhooks/{made[0]}").status_code == 204
    register(world, "http://localhost")


def test_a_webhook_that_is_gone_is_unknown_like_one_that_never_was(world: World) -> None:
    made = register(world, "http://localhost")["id"]
    world.control("DELETE", f"/webhooks/{made}")

    for webhook_id in (made, UNKNOWN):
        for method in ("GET", "DELETE"):
            refused(world.control(method, f"/webhooks/{webhook_id}"), 404, "CTL-WEBHOOK-ABSENT")
