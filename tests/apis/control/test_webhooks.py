"""Webhooks from registration to the last retry, through the real server and real endpoints."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response

from mock_server.core.instants import from_text, to_text
from mock_server.outbox.courier import Courier
from mock_server.outbox.signing import ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, complaint
from openapi import contract_file, read_contract
from tests.mock import BODY, HARBOR, Caller, Invoices, Mock
from tests.outbox.receivers import Received, Receiver, receiving
from tests.postgres import database, postgres_server  # noqa: F401
from tests.worlds import World

CONTRACT = read_contract(contract_file("control"))
WAITS = CONTRACT.limit("CTL-WEBHOOK-RETRY", "afterSeconds")
MOST = CONTRACT.limit("CTL-WEBHOOK-COUNT", "maximum")
SECRET = "a-secret-of-our-tests"
UNKNOWN = "5b1d7b1e-3c55-4f7a-9a39-9a3a3d0a4b11"


@pytest.fixture
def world(shared_mock: Mock) -> World:
    """A namespace whose clock stands still until a test moves it."""
    world = World(shared_mock)
    pass_by(world, 0)
    return world


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


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


# Registering


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


# Events


def test_a_new_draft_is_told_of_at_once_signed_so_that_its_receiver_believes_it(
    world: World, receiver: Receiver
) -> None:
    secret = register(world, receiver.url)["secret"]

    invoice_id = world.invoices().create()

    (request,) = receiver.wait_for(1)
    assert wrong_with(request, secret, world) is None
    (message,) = messages(world)
    assert json.loads(request.body) == {
        "id": message["id"],
        "type": "invoice.created",
        "created": message["at"],
        "apiVersion": "1",
        "data": {"object": {"id": invoice_id, "resourceType": "invoice"}},
    }
    assert request.headers["content-type"] == "application/json"


def test_an_invoice_that_is_published_at_once_is_created_once(world: World, receiver: Receiver) -> None:
    register(world, receiver.url)

    invoice_id = world.invoices().call("POST", "/invoices/publish", BODY).json()["id"]
    pass_by(world, 0)

    assert events(receiver) == [("invoice.created", invoice_id)]


def test_publishing_updating_and_cancelling_an_invoice_are_told_to_nobody(world: World, receiver: Receiver) -> None:
    invoices = world.invoices()
    draft, published = invoices.create(), invoices.in_status("Published")
    register(world, receiver.url)

    for operation, invoice_id in (
        ("updateInvoice", draft),
        ("publishInvoice", draft),
        ("sendInvoiceSms", published),
        ("cancelInvoice", published),
    ):
        assert invoices.act(operation, invoice_id).status_code == 200
    pass_by(world, 0)

    assert receiver.received == []


@pytest.mark.parametrize("operation", ["submitInvoice", "markInvoiceAsPaid"])
def test_an_invoice_that_is_paid_is_told_of(world: World, receiver: Receiver, operation: str) -> None:
    invoices = world.invoices()
    invoice_id = invoices.in_status("Published")
    register(world, receiver.url)

    assert invoices.act(operation, invoice_id).status_code == 200
    pass_by(world, 0)

    assert events(receiver) == [("invoice.paid", invoice_id)]


@pytest.mark.parametrize("body", [{"accountNumber": "4000000010050005"}, {"totalAmount": 1}])
def test_a_payment_that_fails_is_told_to_nobody(world: World, receiver: Receiver, body: dict[str, Any]) -> None:
    invoices = world.invoices()
    invoice_id = invoices.in_status("Published")
    register(world, receiver.url)

    invoices.ask("submitInvoice", invoice_id, invoices.get_total(invoice_id), **body)
    pass_by(world, 0)

    assert receiver.received == []


def test_an_ach_payment_is_told_of_when_it_settles_and_at_that_time(world: World, receiver: Receiver) -> None:
    invoices = world.invoices()
    invoices.call.token = world.caller("invoices", invoices.merchant, lifetime=timedelta(days=30)).token
    register(world, receiver.url, events=["invoice.paid"])
    invoice_id = invoices.in_status("ProcessingPayment")
    pass_by(world, 3 * 86400 - 1)
    assert receiver.received == []

    pass_by(world, 7 * 86400)

    assert events(receiver) == [("invoice.paid", invoice_id)]
    (message,) = messages(world, type="invoice.paid")
    settled_at = next(each for each in invoices.get(invoice_id)["history"] if each["event"] == "achPaymentSettled")
    assert message["at"] == settled_at["dateTime"]
    assert receiver.received[0].headers[TIMESTAMP_HEADER.lower()] == str(int(from_text(message["at"]).timestamp()))


def test_a_call_that_is_repeated_with_its_key_is_told_of_once(world: World, receiver: Receiver) -> None:
    register(world, receiver.url)
    call = world.caller("invoices")
    for _ in range(3):
        assert call("POST", "/invoices", BODY, headers={"Idempotency-Key": "once"}).status_code == 200
    pass_by(world, 0)

    assert len(receiver.received) == 1


def test_the_past_of_the_seed_is_told_to_nobody(world: World) -> None:
    assert messages(world) == []


def test_only_what_is_asked_for_is_told(world: World) -> None:
    with receiving() as all_of_it, receiving() as paid_only, receiving() as of_another:
        register(world, all_of_it.url)
        register(world, paid_only.url, events=["invoice.paid"])
        register(world, of_another.url, merchantId=HARBOR)
        invoices = world.invoices()
        invoice_id = invoices.in_status("Paid")
        pass_by(world, 0)

        assert events(all_of_it) == [("invoice.created", invoice_id), ("invoice.paid", invoice_id)]
        assert events(paid_only) == [("invoice.paid", invoice_id)]
        assert events(of_another) == []


def test_a_webhook_that_is_switched_off_gets_what_is_sent_to_it_by_name_alone(world: World, receiver: Receiver) -> None:
    webhook = register(world, receiver.url, isEnabled=False)
    world.invoices().create()
    pass_by(world, 0)
    assert receiver.received == []

    (message,) = messages(world)
    world.control("POST", f"/outbox/{message['id']}/resend", {"webhookId": webhook["id"]})

    assert len(receiver.received) == 1


def test_namespaces_hear_nothing_of_each_other(shared_mock: Mock, world: World, receiver: Receiver) -> None:
    other = World(shared_mock)
    register(world, receiver.url)

    other.invoices().create()
    pass_by(other, 86400)
    pass_by(world, 0)

    assert receiver.received == []
    assert other.control("GET", "/webhooks").json() == {"webhooks": []}


def test_events_are_delivered_in_the_background_from_postgresql_as_well(
    postgres_server: str,  # noqa: F811
    receiver: Receiver,
) -> None:
    with database(postgres_server) as address, Mock.running(state=address) as mock:
        world = World(mock)
        register(world, receiver.url)
        invoices = world.invoices()

        made = [invoices.create() for _ in range(5)]

        receiver.wait_for(5)
        assert events(receiver) == [("invoice.created", each) for each in made]


# Retries


def test_the_clock_makes_every_attempt_at_its_time_and_returns_when_they_were_made(world: World) -> None:
    with receiving((500, b"no")) as receiver:
        register(world, receiver.url)
        world.invoices().create()
        pass_by(world, 0)
        assert len(receiver.received) == 1

        pass_by(world, sum(WAITS))

        assert len(receiver.received) == 1 + len(WAITS)
    (message,) = messages(world)
    start = from_text(message["at"])
    due = [start + timedelta(seconds=sum(WAITS[:number])) for number in range(len(WAITS) + 1)]
    assert attempts(world, message["id"]) == [(to_text(each), 500) for each in due]
    assert [each.headers[TIMESTAMP_HEADER.lower()] for each in receiver.received] == [
        str(int(each.timestamp())) for each in due
    ]
    assert message["state"] == "failed"


def test_a_clock_that_moves_before_the_first_attempt_was_made_does_not_overtake_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The background has not come to it yet: the first attempt is made at its own time all the same."""
    monkeypatch.setattr(Courier, "wake", lambda courier, errand: None)
    with receiving((500, b"no")) as receiver, Mock.running() as mock:
        world = World(mock)
        pass_by(world, 0)
        register(world, receiver.url)
        world.invoices().create()
        assert receiver.received == []

        pass_by(world, sum(WAITS))

        assert len(receiver.received) == 1 + len(WAITS)
        (message,) = messages(world)
        assert attempts(world, message["id"])[0] == (message["at"], 500)


def test_an_attempt_is_made_when_it_is_due_and_not_a_second_before(world: World) -> None:
    with receiving((500, b""), (200, b"")) as receiver:
        register(world, receiver.url)
        world.invoices().create()
        pass_by(world, WAITS[0] - 1)
        assert len(receiver.received) == 1
        assert messages(world)[0]["state"] == "pending"

        pass_by(world, 1)

        assert len(receiver.received) == 2
    assert messages(world)[0]["state"] == "delivered"


def test_what_falls_due_on_the_way_is_sent_in_its_order(world: World) -> None:
    """Retries of an earlier event come before a payment that settles later, in one step of the clock."""
    with receiving((500, b""), (200, b"")) as receiver:
        invoices = world.invoices()
        register(world, receiver.url)
        first = invoices.in_status("ProcessingPayment")

        pass_by(world, 5 * 86400)

        assert events(receiver) == [("invoice.created", first), ("invoice.created", first), ("invoice.paid", first)]
    stamps = [int(each.headers[TIMESTAMP_HEADER.lower()]) for each in receiver.received]
    assert stamps == sorted(stamps)
    assert stamps[1] - stamps[0] == WAITS[0]


def test_the_clock_says_when_the_next_attempt_is_due(world: World) -> None:
    with receiving((500, b"")) as receiver:
        register(world, receiver.url)
        world.invoices().create()
        pass_by(world, 0)

    clock = world.control("GET", "/clock").json()
    assert from_text(clock["nextDue"]) - from_text(clock["now"]) == timedelta(seconds=WAITS[0])


def test_a_webhook_that_is_forgotten_is_tried_no_more(world: World) -> None:
    with receiving((500, b"")) as receiver:
        webhook = register(world, receiver.url)
        world.invoices().create()
        pass_by(world, 0)

        world.control("DELETE", f"/webhooks/{webhook['id']}")
        assert messages(world)[0]["state"] == "failed"
        pass_by(world, 86400)

        assert len(receiver.received) == 1


def test_a_snapshot_carries_what_is_still_to_be_sent(world: World) -> None:
    with receiving((500, b""), (500, b""), (200, b"")) as receiver:
        register(world, receiver.url)
        invoice_id = world.invoices().create()
        pass_by(world, 0)
        world.control("POST", "/snapshots", {"name": "before"})
        pass_by(world, WAITS[0])
        world.control("POST", "/snapshots/before/restore")

        pass_by(world, WAITS[0])

        assert events(receiver) == [("invoice.created", invoice_id)] * 3
    assert messages(world)[0]["state"] == "delivered"


def test_a_namespace_that_is_reset_sends_nothing_more(world: World) -> None:
    with receiving((500, b"")) as receiver:
        register(world, receiver.url)
        world.invoices().create()
        pass_by(world, 0)

        world.control("POST", "/reset")
        pass_by(world, 86400)

        assert len(receiver.received) == 1
    assert (messages(world), world.control("GET", "/webhooks").json()) == ([], {"webhooks": []})


def test_an_export_carries_webhooks_and_deliveries_to_another_server(world: World) -> None:
    with receiving((500, b""), (200, b"")) as receiver, Mock.running() as another:
        register(world, receiver.url)
        world.invoices().create()
        pass_by(world, 0)

        moved = World(another)
        document = world.control("GET", "/export").json()
        assert moved.control("POST", "/import", document).status_code == 200
        pass_by(moved, WAITS[0])

        assert len(receiver.received) == 2
        assert messages(moved)[0]["state"] == "delivered"
        assert messages(world)[0]["state"] == "pending"


def test_the_same_seed_of_ids_makes_the_same_messages_and_secrets(shared_mock: Mock) -> None:
    seen = []
    for _ in range(2):
        world = World(shared_mock)
        clock = {"mode": "frozen", "at": "2026-11-02T09:30:00Z"}
        assert world.control("POST", "/reset", {"idSeed": "same", "clock": clock}).status_code == 200
        secret = register(world, "http://127.0.0.1:1/", merchantId=HARBOR)["secret"]
        call = world.caller("invoices")
        call("POST", "/invoices", BODY)
        pass_by(world, 60)
        (message,) = messages(world)
        seen.append((secret, world.control("GET", f"/outbox/{message['id']}").json()))

    assert seen[0] == seen[1]


def test_a_server_that_is_started_again_goes_on_delivering(tmp_path: Path) -> None:
    state = f"sqlite:///{tmp_path / 'state.db'}"
    with receiving((500, b""), (200, b"")) as receiver:
        with Mock.running(state=state) as mock:
            world = World(mock)
            register(world, receiver.url, secret=SECRET)
            invoice_id = world.invoices().create()
            pass_by(world, 0)
        with Mock.running(state=state) as mock:
            again = World(mock, world.name)
            pass_by(again, WAITS[0])

            assert events(receiver) == [("invoice.created", invoice_id)] * 2
            assert wrong_with(receiver.received[1], SECRET, again) is None
            assert messages(again)[0]["state"] == "delivered"


def test_what_an_earlier_server_has_left_is_sent_although_nobody_calls(tmp_path: Path) -> None:
    state = f"sqlite:///{tmp_path / 'state.db'}"
    with receiving((500, b""), (200, b"")) as receiver:
        with Mock.running(state=state) as mock:
            call = Caller(mock, "/_mock", None)
            call("POST", "/webhooks", {"url": receiver.url}, headers={"host": "localhost"})
            Invoices(mock).create()
            settle(mock)
        with Mock.running(state=state) as mock:
            mock.server.namespaces.tick()
            settle(mock)
            assert len(receiver.received) == 1, "it is not due yet"
            mock.clock.advance(timedelta(seconds=WAITS[0]))
            mock.server.namespaces.tick()
            receiver.wait_for(2)


def settle(mock: Mock) -> None:
    """Wait until all attempts that are due were made and recorded."""
    for errand in mock.namespace.errands:
        errand.run()
