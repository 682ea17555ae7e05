"""The outbox through the control API: what went out, to whom, how often; and again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from httpx2 import Response

from tests.apis.control.asking import ask, told
from tests.mock import Invoices, Mock
from tests.outbox.receivers import Receiver, receiving
from tests.worlds import World

UNKNOWN = "5b1d7b1e-3c55-4f7a-9a39-9a3a3d0a4b11"


@pytest.fixture
def world(shared_mock: Mock) -> World:
    """A namespace whose clock stands still."""
    world = World(shared_mock)
    settle(world)
    return world


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def settle(world: World) -> None:
    """Wait until all attempts that are due were made."""
    assert world.control("PUT", "/clock", {"mode": "frozen"}).status_code == 200


def register(world: World, url: str, **stated: Any) -> str:
    return str(world.control("POST", "/webhooks", {"url": url, **stated}).json()["id"])


def listed(world: World, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = told(world, "/outbox", **query)["messages"]
    return found


def refused(response: Response, status: int, rule: str) -> str:
    assert (response.status_code, response.json().get("rule")) == (status, rule), response.text
    return str(response.json()["detail"])


def texted(invoices: Invoices, **body: Any) -> str:
    """The id of an invoice that its customer was told of by SMS."""
    invoice_id = invoices.in_status("Published")
    assert invoices.ask("sendInvoiceSms", invoice_id, **body).status_code == 200
    return invoice_id


# Texts


def test_a_text_says_who_wants_how_much_and_where_to_pay(world: World) -> None:
    invoices = world.invoices()
    invoice_id = texted(invoices)

    (message,) = listed(world, kind="sms")

    invoice = invoices.get(invoice_id)
    assert (message["to"], message["resourceId"]) == ("+15550100199", invoice_id)
    assert (message["merchantId"], message["type"], message["state"]) == (invoices.merchant, "invoice.sms", "kept")
    assert message["at"] == invoice["history"][-1]["dateTime"]
    for part in (invoice["number"], "$59.97", "2026-12-01", invoice["shortUrl"]):
        assert part in message["text"]
    assert "body" not in message


@pytest.mark.parametrize(("given", "dialled"), [("+49 30 1234567", "+49301234567"), ("(555) 010-0199", "5550100199")])
def test_a_text_goes_to_the_number_that_was_given(world: World, given: str, dialled: str) -> None:
    texted(world.invoices(), phoneNumber=given)

    assert [each["to"] for each in listed(world, kind="sms")] == [dialled]


def test_a_text_that_was_refused_is_not_in_the_outbox(world: World) -> None:
    invoices = world.invoices()
    draft, published = invoices.create(), invoices.in_status("Published")

    assert invoices.act("sendInvoiceSms", draft).status_code == 400
    assert invoices.ask("sendInvoiceSms", published, customerConsent=False).status_code == 400
    assert invoices.ask("sendInvoiceSms", published, phoneNumber="none").status_code == 400

    assert listed(world, kind="sms") == []


def test_a_text_is_sent_to_no_webhook_and_can_not_be_sent_again(world: World, receiver: Receiver) -> None:
    register(world, receiver.url, events=["invoice.paid"])
    texted(world.invoices())
    (message,) = listed(world, kind="sms")

    response = world.control("POST", f"/outbox/{message['id']}/resend")

    assert "is an SMS" in refused(response, 409, "CTL-MESSAGE-RESEND")
    assert receiver.received == []


# Listing


def test_messages_are_listed_from_the_latest_to_the_first(world: World) -> None:
    invoices = world.invoices()
    texted(invoices)
    paid = invoices.in_status("Paid")

    found = listed(world)

    assert [each["number"] for each in found] == [4, 3, 2, 1]
    assert [each["type"] for each in found] == ["invoice.paid", "invoice.created", "invoice.sms", "invoice.created"]
    assert found[0]["resourceId"] == paid


def test_messages_are_found_by_what_they_are(world: World, receiver: Receiver) -> None:
    invoices = world.invoices()
    told_of = texted(invoices)
    register(world, receiver.url, events=["invoice.paid"])
    paid = invoices.in_status("Paid")
    settle(world)

    def numbers(**query: Any) -> list[int]:
        return [each["number"] for each in listed(world, **query)]

    assert numbers(kind="event") == [4, 3, 1]
    assert numbers(type="invoice.created") == [3, 1]
    assert numbers(invoiceId=told_of) == [2, 1]
    assert numbers(invoiceId=paid.upper()) == [4, 3]
    assert numbers(state="delivered") == [4]
    assert numbers(state="kept", kind="event") == [3, 1]
    assert numbers(invoiceId=UNKNOWN) == []


def test_messages_come_in_pages_that_do_not_overlap(world: World) -> None:
    invoices = world.invoices()
    for _ in range(5):
        invoices.create()

    pages = [told(world, "/outbox", limit=2, offset=offset) for offset in (0, 2, 4, 6)]

    assert [[each["number"] for each in page["messages"]] for page in pages] == [[5, 4], [3, 2], [1], []]
    assert {page["total"] for page in pages} == {5}


@pytest.mark.parametrize(
    "query", [{"kind": "fax"}, {"type": "invoice.deleted"}, {"state": "lost"}, {"limit": 0}, {"limit": 1001},
              {"offset": -1}, {"invoiceId": "mine"}],
    ids=str,
)  # fmt: skip
def test_a_list_that_can_not_be_is_refused(world: World, query: dict[str, Any]) -> None:
    refused(ask(world, "/outbox", **query), 400, "CTL-PARAMETER")


def test_namespaces_have_outboxes_of_their_own(shared_mock: Mock, world: World) -> None:
    other = World(shared_mock)
    world.invoices().create()
    (message,) = listed(world)

    assert listed(other) == []
    refused(ask(other, f"/outbox/{message['id']}"), 404, "CTL-MESSAGE-ABSENT")


# Showing, sending again, clearing


def test_a_message_is_shown_with_its_deliveries_and_their_attempts(world: World) -> None:
    with receiving((503, b"busy" * 1000)) as busy, receiving() as fine:
        first, second = register(world, busy.url), register(world, fine.url)
        world.invoices().create()
        settle(world)
    (message,) = listed(world)

    sent = told(world, f"/outbox/{message['id']}")

    deliveries = {each["webhookId"]: each for each in sent.pop("deliveries")}
    assert sent == message
    assert message["state"] == "pending"
    failing, done = deliveries[first], deliveries[second]
    assert (failing["state"], failing["url"]) == ("pending", busy.url)
    assert failing["nextAttemptAt"] > message["at"]
    assert failing["attempts"] == [
        {"at": message["at"], "status": 503, "error": None, "answer": ("busy" * 1000)[:2048]}
    ]
    assert (done["state"], done["nextAttemptAt"]) == ("delivered", None)
    assert [each["status"] for each in done["attempts"]] == [200]


def test_an_endpoint_where_nobody_answers_is_told_of(world: World) -> None:
    register(world, "http://127.0.0.1:1/")
    world.invoices().create()
    settle(world)
    (message,) = listed(world)

    (delivery,) = told(world, f"/outbox/{message['id']}")["deliveries"]

    assert delivery["attempts"] == [
        {"at": message["at"], "status": None, "error": "the connection was refused", "answer": None}
    ]


def test_an_event_is_sent_again_to_all_that_want_it_with_the_same_id_and_body(world: World, receiver: Receiver) -> None:
    register(world, receiver.url)
    world.invoices().create()
    settle(world)
    (message,) = listed(world)

    response = world.control("POST", f"/outbox/{message['id']}/resend", {})

    assert response.status_code == 200, response.text
    first, again = receiver.received
    assert again.body == first.body
    assert again.headers["flute-webhook-id"] == first.headers["flute-webhook-id"] == message["id"]
    (delivery,) = response.json()["deliveries"]
    assert [each["status"] for each in delivery["attempts"]] == [200, 200]
    assert response.json()["state"] == "delivered"


def test_an_event_is_sent_to_a_webhook_that_came_later_and_never_asked_for_it(world: World, receiver: Receiver) -> None:
    world.invoices().create()
    (message,) = listed(world)
    webhook = register(world, receiver.url, events=["invoice.paid"])

    response = world.control("POST", f"/outbox/{message['id']}/resend", {"webhookId": webhook})

    assert [each["webhookId"] for each in response.json()["deliveries"]] == [webhook]
    assert len(receiver.received) == 1


def test_an_event_that_nobody_wants_is_not_sent_again(world: World, receiver: Receiver) -> None:
    register(world, receiver.url, events=["invoice.paid"])
    world.invoices().create()
    (message,) = listed(world)

    detail = refused(world.control("POST", f"/outbox/{message['id']}/resend"), 409, "CTL-MESSAGE-RESEND")

    assert "No registered webhook wants invoice.created" in detail
    assert receiver.received == []


def test_what_is_unknown_is_not_shown_and_not_sent(world: World) -> None:
    world.invoices().create()
    (message,) = listed(world)

    refused(ask(world, f"/outbox/{UNKNOWN}"), 404, "CTL-MESSAGE-ABSENT")
    refused(world.control("POST", f"/outbox/{UNKNOWN}/resend"), 404, "CTL-MESSAGE-ABSENT")
    refused(world.control("POST", f"/outbox/{message['id']}/resend", {"webhookId": UNKNOWN}), 404, "CTL-WEBHOOK-ABSENT")
    refused(ask(world, "/outbox/latest"), 400, "CTL-PARAMETER")


def test_a_failed_event_that_is_sent_again_is_retried_from_the_start(world: World) -> None:
    with receiving((500, b"")) as receiver:
        register(world, receiver.url)
        world.invoices().create()
        world.control("PUT", "/clock", {"advance": "P1D"})
        (message,) = listed(world)
        assert message["state"] == "failed"
        made = len(receiver.received)

        sent = world.control("POST", f"/outbox/{message['id']}/resend").json()

        assert len(receiver.received) == made + 1
        assert (sent["state"], sent["deliveries"][0]["state"]) == ("pending", "pending")
        world.control("PUT", "/clock", {"advance": "P1D"})
        assert len(receiver.received) == 2 * made


def test_an_outbox_that_was_cleared_is_empty_and_sends_nothing_more(world: World) -> None:
    with receiving((500, b"")) as receiver:
        register(world, receiver.url)
        invoices = world.invoices()
        texted(invoices)
        settle(world)

        assert world.control("DELETE", "/outbox").status_code == 204
        world.control("PUT", "/clock", {"advance": "P1D"})

        assert len(receiver.received) == 1
        assert listed(world) == []
        assert len(told(world, "/webhooks")["webhooks"]) == 1
