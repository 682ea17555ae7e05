"""Whatever a client asks of the mock is in the journal when the client has its answer."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from mock_server.core.journal.entry import Exchanged
from mock_server.core.namespace import DEFAULT, HEADER
from mock_server.http import passage
from mock_server.http.context import Exchange
from mock_server.http.recording import MAX_BODY_BYTES, Recorder, Recording
from tests.http.asgi import asked
from tests.mock import CARD, NOW, Mock
from tests.worlds import World


def entries(world: World) -> list[Exchanged]:
    return world.mock.server.namespaces.get(world.name).journal.entries()


def last(world: World) -> Exchanged:
    return entries(world)[-1]


def test_an_answered_call_is_journalled_with_all_there_is_to_know(shared_mock: Mock) -> None:
    world = World(shared_mock)
    call = world.caller("invoices")
    response = call("POST", "/invoices", {"notes": "Ropes"}, params={"trial": "1"}, headers={"x-note": "one"})

    seen = last(world)
    assert (seen.id, seen.at, seen.namespace) == (response.headers["x-request-id"], NOW, world.name)
    assert (seen.group, seen.operation_id) == ("invoices", "createInvoice")
    assert (seen.method, seen.url, seen.status) == ("POST", "http://mock.test/pay-int-api/invoices?trial=1", 200)
    assert seen.caller is not None
    assert seen.request.header("x-note") == "one"
    assert seen.request.header("authorization") == "Bearer ***"
    assert (json.loads(seen.request.body), seen.response.body) == ({"notes": "Ropes"}, response.content)
    assert (seen.response.size_bytes, seen.response.is_cut) == (len(response.content), False)
    assert set(seen.response.headers) <= set(response.headers.items())
    assert seen.response.header("x-request-id") == seen.id
    assert (seen.rules, seen.refused, seen.steered) == ((), None, "")


def test_a_refused_call_is_journalled_with_its_rules(shared_mock: Mock) -> None:
    world = World(shared_mock)
    invoices = world.invoices()
    invoices.ask("cancelInvoice", invoices.create())

    seen = last(world)
    assert (seen.status, seen.rules) == (400, ("INV-CANCEL-STATE",))
    assert seen.refused is not None
    assert [(each.action, each.is_allowed, each.target) for each in seen.cells] == [("cancelInvoice", False, None)]


def test_no_secret_of_a_payment_is_in_the_memory_of_the_journal(shared_mock: Mock) -> None:
    world = World(shared_mock)
    invoices = world.invoices()
    invoice_id = invoices.in_status("Published")
    invoices.ask("submitInvoice", invoice_id, securityCode="9876")
    invoices.ask("submitInvoice", invoice_id, securityCode="98765")

    kept = repr(entries(world))
    assert CARD["accountNumber"] not in kept
    assert str(invoices.call.token) not in kept
    paid = [json.loads(each.request.body) for each in entries(world) if each.operation_id == "submitInvoice"]
    assert [(each["accountNumber"], each["securityCode"]) for each in paid] == [("****1111", "***")] * 2


@pytest.mark.parametrize(
    ("method", "path", "headers", "expected"),
    [
        ("GET", "/pay-int-api/invoices", {}, ("invoices", "listInvoices", 401)),
        ("GET", "/pay-int-api/nothing", {}, ("invoices", None, 404)),
        ("PATCH", "/pay-int-api/invoices", {}, ("invoices", None, 405)),
        ("GET", "/nowhere", {}, (None, None, 404)),
        ("GET", "/oauth2/jwks", {}, ("oauth", "getJwks", 200)),
        ("GET", "/.well-known/oauth-authorization-server", {}, ("oauth", "getServerMetadata", 200)),
        ("POST", "/oauth2/token", {}, ("oauth", "requestToken", 400)),
        ("GET", "/_s3/invoice-uploads/nothing.pdf", {}, (None, None, 400)),
    ],
)
def test_calls_that_never_reach_an_operation_are_journalled(
    shared_mock: Mock, method: str, path: str, headers: dict[str, str], expected: tuple[Any, ...]
) -> None:
    world = World(shared_mock)
    answer = asked(shared_mock.server.app, method, path, {HEADER: world.name, **headers})

    seen = last(world)
    assert (seen.group, seen.operation_id, seen.status) == expected
    assert (seen.path, seen.status) == (path, answer.start["status"])
    assert seen.id == answer.headers["x-request-id"]
    assert seen.rules == tuple(filter(None, [answer.headers.get("x-mock-rule")]))


@pytest.mark.parametrize(
    "path",
    ["/_mock", "/_mock/health", "/_mock/journal", "/_mock/nothing", "/pay-int-api/ui/", "/pay-int-api/openapi.json"],
)
def test_what_concerns_the_mock_alone_is_not_journalled(shared_mock: Mock, path: str) -> None:
    world = World(shared_mock)
    asked(shared_mock.server.app, "GET", path, {HEADER: world.name})

    assert entries(world) == []


def test_a_call_that_names_no_possible_namespace_is_in_the_default_one(own_mock: Mock) -> None:
    asked(own_mock.server.app, "GET", "/pay-int-api/invoices", {HEADER: "Not A Name"})

    (seen,) = own_mock.namespace.journal.entries()
    assert (seen.namespace, seen.status, seen.rules) == (DEFAULT, 400, ("CTL-NAMESPACE-NAME",))


def test_a_path_is_journalled_as_it_was_sent(shared_mock: Mock) -> None:
    world = World(shared_mock)
    shared_mock.client.get("/no%20where/%C3%A9?q=%20x", headers={HEADER: world.name})

    assert (last(world).path, last(world).query) == ("/no%20where/%C3%A9", "q=%20x")


def test_of_a_long_body_the_beginning_is_kept_and_its_size(shared_mock: Mock) -> None:
    world = World(shared_mock)
    body = json.dumps({"notes": "x" * MAX_BODY_BYTES}).encode()
    response = world.caller("invoices")("POST", "/invoices", content=body, headers={"content-type": "application/json"})

    seen = last(world).request
    assert response.status_code in {200, 400}
    assert (seen.body, seen.size_bytes, seen.is_cut) == (body[:MAX_BODY_BYTES], len(body), True)


def test_of_a_body_that_is_just_long_enough_everything_is_kept(shared_mock: Mock) -> None:
    world = World(shared_mock)
    body = b'{"notes": "' + b"x" * (MAX_BODY_BYTES - 13) + b'"}'
    world.caller("invoices")("POST", "/invoices", content=body, headers={"content-type": "application/json"})

    seen = last(world).request
    assert (len(body), seen.body, seen.is_cut) == (MAX_BODY_BYTES, body, False)


def test_of_files_only_the_size_is_kept(shared_mock: Mock) -> None:
    world = World(shared_mock)
    answer = asked(shared_mock.server.app, "PUT", "/_s3/invoice-uploads/a.txt", {HEADER: world.name}, b"some text")

    seen = last(world)
    assert (seen.request.body, seen.request.size_bytes, seen.request.is_cut) == (b"", 9, True)
    assert (seen.response.body, seen.response.size_bytes) == (b"", len(answer.content))


def test_what_is_no_text_is_not_kept(shared_mock: Mock) -> None:
    world = World(shared_mock)
    invoices = world.invoices()
    invoices.ask("downloadInvoicePdf", invoices.in_status("Published"))

    seen = last(world)
    assert (seen.operation_id, seen.status, seen.response.body) == ("downloadInvoicePdf", 200, b"")
    assert seen.response.size_bytes > 1000


def test_by_what_an_answer_was_steered_is_journalled(shared_mock: Mock) -> None:
    world = World(shared_mock)
    fault = world.fault(match={"operations": "listInvoices"}, status=503)
    world.caller("invoices")("GET", "/invoices")

    assert (last(world).status, last(world).steered) == (503, f"fault {fault}")


def served(mock: Mock, world: World, receive: Any, send: Any) -> None:
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/pay-int-api/invoices",
        "raw_path": b"/pay-int-api/invoices",
        "root_path": "",
        "query_string": b"",
        "headers": [
            (b"authorization", f"Bearer {world.caller('invoices').token}".encode()),
            (b"content-type", b"application/json"),
        ],
        "scheme": "http",
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 1),
        "http_version": "1.1",
        "extensions": {},
    }
    asyncio.run(mock.server.app(scope, receive, send))  # type: ignore[arg-type]


def test_a_client_that_leaves_while_it_sends_is_journalled(shared_mock: Mock) -> None:
    world = World(shared_mock)
    messages = [
        {"type": "http.request", "body": b'{"notes": "I was', "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> Any:
        return messages.pop(0)

    async def send(message: Any) -> None:
        raise AssertionError("there is nobody to answer")

    served(shared_mock, world, receive, send)

    seen = last(world)
    assert (seen.operation_id, seen.status, seen.request.body) == ("createInvoice", 499, b'{"notes": "I was')
    assert (seen.response.headers, seen.response.size_bytes) == ((), 0)
    assert seen.host == "127.0.0.1:80"


def test_a_server_that_fails_is_journalled(shared_mock: Mock) -> None:
    world = World(shared_mock)

    async def receive() -> Any:
        return {"type": "http.request", "body": b"{}", "more_body": False}

    async def send(message: Any) -> None:
        raise OSError("the disk of the other room is full")

    with pytest.raises(OSError, match="other room"):
        served(shared_mock, world, receive, send)

    assert [each.operation_id for each in entries(world)] == ["createInvoice"]


def test_an_answer_in_parts_is_journalled_whole_before_the_last_of_them_is_sent(shared_mock: Mock) -> None:
    world = World(shared_mock)
    scope = asked(shared_mock.server.app, "GET", "/pay-int-api/invoices", {HEADER: world.name}).scope
    shared_mock.server.namespaces.get(world.name).journal.clear()
    known: list[list[bytes]] = []

    async def send(message: Any) -> None:
        known.append([each.response.body for each in entries(world)])

    async def answer() -> None:
        recorder = Recorder(shared_mock.server.contracts.values())
        recording = Recording(recorder, Exchange.of(scope), scope, none, send, max_bytes=MAX_BODY_BYTES)
        await recording.send({"type": "http.response.start", "status": 200, "headers": []})
        for part, more in ((b"one ", True), (b"two ", True), (b"three", False)):
            await recording.send({"type": "http.response.body", "body": part, "more_body": more})

    asyncio.run(answer())
    assert known == [[], [], [], [b"one two three"]]


async def none(*messages: Any) -> Any:
    raise AssertionError("nothing is read or sent")


@pytest.mark.parametrize(("has_failed", "status"), [(True, 500), (False, 499)])
def test_where_nothing_was_answered_the_status_says_why(
    shared_mock: Mock, has_failed: bool, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(shared_mock)
    scope = asked(shared_mock.server.app, "GET", "/pay-int-api/invoices", {HEADER: world.name}).scope
    recorder, exchange = Recorder(shared_mock.server.contracts.values()), Exchange.of(scope)
    counter = iter([7.0, 7.5, 99.0])
    monkeypatch.setattr(passage, "time", SimpleNamespace(perf_counter=lambda: next(counter)))
    recording, exchange.status = Recording(recorder, exchange, scope, none, none, max_bytes=MAX_BODY_BYTES), None
    recording.ends(has_failed=has_failed)
    recording.ends(has_failed=has_failed)

    (seen,) = entries(world)  # in place of the one that was answered: it has the same id
    assert (seen.status, seen.seconds) == (status, 0.5)


def test_an_answer_that_breaks_off_is_journalled_as_far_as_it_came(shared_mock: Mock) -> None:
    world = World(shared_mock)
    call = world.caller("invoices")
    call("POST", "/invoices", {})
    whole = len(call("GET", "/invoices").content)
    world.fault(match={"operations": "listInvoices"}, truncate={"keepBytes": 10})
    asked(shared_mock.server.app, "GET", "/pay-int-api/invoices", {"authorization": f"Bearer {call.token}"})

    seen = last(world)
    assert (seen.status, seen.response.size_bytes) == (200, 10)
    assert int(seen.response.header("content-length")) == whole


def test_a_call_is_in_the_journal_before_its_answer_has_come(shared_mock: Mock) -> None:
    world = World(shared_mock)
    counts: list[int] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"{}", "more_body": False}

    async def send(message: Any) -> None:
        counts.append(len(entries(world)))

    served(shared_mock, world, receive, send)

    assert counts == [0, 1]


def test_a_call_is_dated_when_it_began(own_mock: Mock) -> None:
    world = World(own_mock)

    async def receive() -> Any:
        own_mock.clock.advance(timedelta(seconds=5))
        return {"type": "http.request", "body": b"{}", "more_body": False}

    async def send(message: Any) -> None:
        pass

    served(own_mock, world, receive, send)

    assert last(world).at == NOW


def test_what_was_exercised_is_counted(shared_mock: Mock) -> None:
    world = World(shared_mock)
    world.caller("invoices")("GET", "/invoices")

    groups = world.control("GET", "/coverage").json()["groups"]
    calls = {each["operation"]: each["calls"] for group in groups for each in group["operations"] if each["calls"]}
    assert calls == {"listInvoices": 1}


def test_a_journal_that_fails_fails_no_call(
    shared_mock: Mock, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(shared_mock)
    world.caller("invoices")("GET", "/invoices")
    monkeypatch.setattr(shared_mock.server.namespaces.get(world.name), "journal", None)

    assert world.caller("invoices")("GET", "/invoices").status_code == 200
    assert "could not be noted" in caplog.text
