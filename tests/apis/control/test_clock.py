"""The clock of a namespace through the control API: set, advanced, and what falls due on the way in both APIs."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mock_server import wiring
from mock_server.core.group import Group
from openapi.model import Contract
from tests.mock import ACH, BODY, Invoices, Mock
from tests.namespaces.traffic import CLIENT, caller, made, upload
from tests.worlds import World

AT = "2026-11-02T09:30:00Z"
"""A Monday."""


@pytest.fixture
def world(shared_mock: Mock) -> World:
    """A namespace whose clock stands still."""
    return made(shared_mock, clock={"at": AT}, seed="empty")


@pytest.fixture(scope="module")
def expiring_mock() -> Iterator[Mock]:
    """A mock where invoices expire two days past their due date."""
    contract_of = wiring.contract_of

    def changed(group: Group) -> Contract:
        contract = contract_of(group)
        if group.name != "invoices":
            return contract
        rule = replace(contract.rules["INV-EXPIRES"], limits={"daysPastDue": 2})
        return replace(contract, rules={**contract.rules, rule.id: rule})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wiring, "contract_of", changed)
        mock = Mock.start()
    yield mock
    mock.stop()


def put(world: World, **asked: Any) -> dict[str, Any]:
    response = world.control("PUT", "/clock", asked)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def now(world: World) -> str:
    return str(world.control("GET", "/clock").json()["now"])


def next_due(world: World) -> str | None:
    found: str | None = world.control("GET", "/clock").json()["nextDue"]
    return found


def invoices_of(world: World) -> Invoices:
    invoices = Invoices(world.mock)
    invoices.call = world.caller("invoices", invoices.merchant, lifetime=timedelta(days=3650))
    return invoices


def processing(invoices: Invoices) -> str:
    """An invoice whose ACH payment is under way: it settles three business days later."""
    invoice_id = invoices.call("POST", "/invoices/publish", BODY).json()["id"]
    assert invoices.call("POST", f"/invoices/{invoice_id}/ach/submit", ACH).status_code == 200
    return str(invoice_id)


def last_event(invoices: Invoices, invoice_id: str) -> tuple[str, str]:
    found = invoices.get(invoice_id)["history"][-1]
    return found["event"], found["dateTime"]


def test_a_running_clock_shows_the_time_of_the_machine(shared_mock: Mock) -> None:
    world = made(shared_mock)
    found = world.control("GET", "/clock").json()
    assert (found["now"], found["mode"]) == (AT, "running")


def test_a_clock_is_frozen_where_it_stands_and_runs_on_from_there(own_mock: Mock) -> None:
    world = made(own_mock)
    assert put(world, mode="frozen") == {"now": AT, "mode": "frozen", "nextDue": "2099-01-01T00:00:00Z"}
    own_mock.clock.advance(timedelta(hours=2))
    assert now(world) == AT
    assert put(world, mode="running")["now"] == AT
    own_mock.clock.advance(timedelta(hours=2))
    assert now(world) == "2026-11-02T11:30:00Z"


def test_a_clock_goes_on_running_where_it_was_set(own_mock: Mock) -> None:
    world = made(own_mock)
    assert put(world, at="2027-01-01T00:00:00Z")["mode"] == "running"
    own_mock.clock.advance(timedelta(minutes=1))
    assert now(world) == "2027-01-01T00:01:00Z"


def test_a_clock_is_advanced(world: World) -> None:
    assert put(world, advance="P3DT1H") == {"now": "2026-11-05T10:30:00Z", "mode": "frozen", "nextDue": None}
    assert put(world, advance="PT0.001S")["now"] == "2026-11-05T10:30:00.001Z"
    assert put(world, advance="PT0S")["now"] == "2026-11-05T10:30:00.001Z"


def test_a_clock_is_set_and_frozen_at_once(shared_mock: Mock) -> None:
    world = made(shared_mock)
    found = put(world, mode="frozen", at="2026-12-24T18:00:00+01:00")
    assert (found["now"], found["mode"]) == ("2026-12-24T17:00:00Z", "frozen")


@pytest.mark.parametrize(
    ("asked", "status", "rule"),
    [
        ({}, 400, "CTL-BODY-SCHEMA"),
        ({"allowBackwards": True}, 400, "CTL-CLOCK-SETTING"),
        ({"at": AT, "advance": "PT1H"}, 400, "CTL-CLOCK-SETTING"),
        ({"at": "2026-02-30T00:00:00Z"}, 400, "CTL-BODY-SCHEMA"),
        ({"at": "2026-12-24"}, 400, "CTL-BODY-SCHEMA"),
        ({"at": "tomorrow"}, 400, "CTL-BODY-SCHEMA"),
        ({"at": "10000-01-01T00:00:00Z"}, 400, "CTL-BODY-SCHEMA"),
        ({"at": "9999-12-31T23:59:59-01:00"}, 400, "CTL-CLOCK-SETTING"),
        ({"at": "0000-01-01T00:00:00Z"}, 400, None),
        ({"at": 1793611800}, 400, "CTL-BODY-SCHEMA"),
        ({"advance": "P1Y"}, 400, "CTL-BODY-SCHEMA"),
        ({"advance": "-P1D"}, 400, "CTL-BODY-SCHEMA"),
        ({"advance": "P"}, 400, "CTL-BODY-SCHEMA"),
        ({"advance": ""}, 400, "CTL-BODY-SCHEMA"),
        ({"advance": "P999999W"}, 400, "CTL-CLOCK-SETTING"),
        ({"advance": "P999999W999999DT99999999H99999999M9999999999.999S"}, 400, None),
        ({"advance": "P9999999W"}, 400, "CTL-BODY-SCHEMA"),
        ({"advance": None}, 400, "CTL-BODY-SCHEMA"),
        ({"mode": "stopped"}, 400, "CTL-BODY-SCHEMA"),
        ({"mode": "frozen", "speed": 2}, 400, "CTL-BODY-SCHEMA"),
        ({"at": "2026-11-02T09:29:59.999Z"}, 409, "CTL-CLOCK-BACKWARDS"),
        ({"at": "0001-01-01T00:00:00Z", "allowBackwards": False}, 409, "CTL-CLOCK-BACKWARDS"),
        ({"at": "2026-11-01T00:00:00Z", "mode": "running"}, 409, "CTL-CLOCK-BACKWARDS"),
    ],
)
def test_what_no_clock_can_do_is_refused_and_moves_nothing(
    world: World, asked: dict[str, Any], status: int, rule: str | None
) -> None:
    response = world.control("PUT", "/clock", asked)
    assert response.status_code == status, response.text
    assert rule in {None, response.json()["rule"]}
    assert world.control("GET", "/clock").json() == {"now": AT, "mode": "frozen", "nextDue": None}


def test_a_refusal_to_go_back_says_what_is_possible(world: World) -> None:
    detail = world.control("PUT", "/clock", {"at": "2026-11-01T00:00:00Z"}).json()["detail"]
    assert all(each in detail for each in (AT, "2026-11-01T00:00:00Z", "allowBackwards", "snapshot", "reset"))


def test_a_clock_goes_back_where_that_is_allowed_and_nothing_is_undone(world: World) -> None:
    invoices = invoices_of(world)
    invoice_id = processing(invoices)
    put(world, advance="P7D")
    history = invoices.get(invoice_id)["history"]

    put(world, at=AT, allowBackwards=True)

    assert now(world) == AT
    assert invoices.get(invoice_id)["history"] == history
    assert put(world, advance="P7D")["nextDue"] is None
    assert invoices.get(invoice_id)["history"] == history


def test_it_is_known_when_something_next_falls_due(world: World) -> None:
    invoices = invoices_of(world)
    assert next_due(world) is None
    invoice_id = processing(invoices)
    assert next_due(world) == "2026-11-05T09:30:00Z"
    put(world, at="2026-11-05T09:29:59.999Z")
    assert (next_due(world), invoices.get(invoice_id)["status"]) == ("2026-11-05T09:30:00Z", 6)
    put(world, advance="PT0.001S")
    assert (next_due(world), invoices.get(invoice_id)["status"]) == (None, 3)


def test_what_no_longer_falls_due_is_not_shown(world: World) -> None:
    """An upload that was put away would have lapsed; a payment that is restored away would have settled."""
    world.control("POST", "/snapshots", {"name": "before"})
    uploaded = upload(world)
    assert next_due(world) == "2026-11-02T09:45:00Z"
    assert caller(world, "invoice-uploads")("DELETE", f"/invoice-uploads/{uploaded.id}").status_code == 204
    assert next_due(world) is None
    processing(invoices_of(world))
    assert next_due(world) is not None
    world.control("POST", "/snapshots/before/restore")
    assert next_due(world) is None


def test_it_is_known_before_anything_else_was_called(shared_mock: Mock) -> None:
    world = made(shared_mock, clock={"at": AT})
    assert next_due(world) == "2099-01-01T00:00:00Z"


def test_what_falls_due_in_both_apis_happens_in_order_each_at_its_instant(expiring_mock: Mock) -> None:
    world = made(expiring_mock, clock={"at": AT}, seed="empty")
    invoices = invoices_of(world)
    expires = invoices.call("POST", "/invoices/publish", {**BODY, "dueDate": "2026-11-02T12:00:00Z"}).json()["id"]
    settles = processing(invoices)
    lapses = upload(world)
    order: list[str | None] = []
    while (due := next_due(world)) is not None:
        order.append(due)
        put(world, at=due)
    assert order[:3] == ["2026-11-02T09:45:00Z", "2026-11-04T12:00:00Z", "2026-11-05T09:30:00Z"]
    assert last_event(invoices, expires)[1] == "2026-11-04T12:00:00Z"
    assert last_event(invoices, settles)[1] == "2026-11-05T09:30:00Z"
    assert caller(world, "invoice-uploads")("DELETE", f"/invoice-uploads/{lapses.id}").status_code == 404


def test_one_long_step_is_as_good_as_many_short_ones(expiring_mock: Mock) -> None:
    def histories(*steps: str) -> list[list[tuple[str, str, str]]]:
        world = made(expiring_mock, clock={"at": AT}, seed="empty", idSeed="abc")
        invoices = invoices_of(world)
        ids = [processing(invoices)]
        for hour in (10, 11, 12):
            body = {**BODY, "dueDate": f"2026-11-02T{hour}:00:00Z"}
            ids.append(invoices.call("POST", "/invoices/publish", body).json()["id"])
        for step in steps:
            put(world, advance=step)
        return [[(each["event"], each["dateTime"], each["id"]) for each in invoices.get(one)["history"]] for one in ids]

    assert histories("P30D") == histories(*["PT6H"] * 120)


def test_tokens_and_presigned_urls_expire_by_the_clock(world: World) -> None:
    headers = {"x-mock-namespace": world.name}
    token = world.mock.client.post("/oauth2/token", data=CLIENT, headers=headers).json()["access_token"]
    uploaded = upload(world)

    def statuses() -> tuple[int, int]:
        bearer = {"authorization": f"Bearer {token}"}
        called = world.mock.client.get("/pay-int-api/invoices", headers=bearer)
        sent = {"content-type": "application/pdf"}
        return called.status_code, world.mock.client.put(
            uploaded.url, content=uploaded.content, headers=sent
        ).status_code

    put(world, at="2026-11-02T09:44:59Z")
    assert statuses() == (200, 200)
    put(world, at="2026-11-02T09:45:00.001Z")
    assert statuses() == (401, 403)
    put(world, at=AT, allowBackwards=True)
    assert statuses()[0] == 200


def test_moves_at_the_same_time_add_up(world: World) -> None:
    with ThreadPoolExecutor(8) as threads:
        for each in [threads.submit(put, world, advance="PT1H") for _ in range(24)]:
            each.result(30)
    assert now(world) == "2026-11-03T09:30:00Z"


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00Z", "0999-12-31T23:59:59Z", "9999-12-31T23:59:59.999Z"])
@pytest.mark.parametrize("mode", ["frozen", "running"])
def test_everything_works_at_the_ends_of_the_calendar(shared_mock: Mock, at: str, mode: str) -> None:
    world = made(shared_mock, clock={"at": at, "mode": mode})
    more = {"mock_namespace": world.name, "iat": -(10**12), "exp": 10**12}
    call = shared_mock.caller("invoices", more=more)
    uploads = shared_mock.caller("invoice-uploads", more=more)
    headers = {"x-mock-namespace": world.name}
    ids = {status: world.control("POST", "/invoices", {"status": status}) for status in STATUSES}
    body = {"filename": "a.pdf", "mimeType": "application/pdf", "size": 3}
    presigned = uploads("POST", "/invoice-uploads/presign", body)
    sent = {"content-type": "application/pdf"}
    put_bytes = shared_mock.client.put(presigned.json()["url"], content=b"abc", headers=sent)
    responses = [
        *ids.values(),
        shared_mock.client.post("/oauth2/token", data=CLIENT, headers=headers),
        call("GET", f"/invoices/{ids['Paid'].json()['id']}"),
        call("GET", f"/invoices/{ids['Paid'].json()['id']}/download-pdf"),
        call("GET", "/invoices"),
        world.control("GET", "/clock"),
        world.control("PUT", "/clock", {"mode": "frozen"}),
        world.control("POST", "/snapshots", {"name": "edge"}),
        world.control("POST", "/snapshots/edge/restore"),
        world.control("POST", "/import", world.control("GET", "/export").json()),
        world.control("POST", "/reset"),
    ]
    expected = [*[201] * len(ids), *[200] * 6, 201, 200, 200, 200]
    assert [each.status_code for each in responses] == expected
    assert put_bytes.status_code == (200 if at.startswith("0") else 403), "in the last millisecond URLs lapse at once"
    assert world.control("PUT", "/clock", {"advance": "PT1S"}).status_code == (200 if at.startswith("0") else 400)


STATUSES = ["Draft", "Published", "Paid", "Expired", "Canceled", "ProcessingPayment", "Refunded"]
