"""Faults as clients in this process meet them: what is answered, and what has happened to the state."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from httpx2 import Response

from mock_server.http import faults
from mock_server.http.connection import EXTENSION, Connection
from mock_server.http.context import Exchange
from openapi import contract_file, read_contract
from tests.apis.invoice_uploads.builders import Uploads
from tests.http.asgi import Messages, asked
from tests.mock import BODY, Caller, Invoices, Mock
from tests.storage.steps import at_once
from tests.worlds import World

CONTRACT = read_contract(contract_file("invoices"))
NOWHERE = "497f6eca-6276-4993-bfeb-53cbbbba6f08"
STEERED = "x-mock-steered"


@pytest.fixture
def world(shared_mock: Mock) -> World:
    return World(shared_mock)


@pytest.fixture
def here(world: World) -> Invoices:
    """A merchant's invoices where the faults are."""
    return world.invoices()


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long faults have waited; no time passes."""
    waited: list[float] = []

    async def awake_at_once(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(faults, "sleep", awake_at_once)
    return waited


def raw(call: Caller, method: str, path: str, body: Any = None, **headers: str) -> Messages:
    """A call below the group's base path, and each message of its answer."""
    content = b"" if body is None else json.dumps(body).encode()
    given = {"Authorization": f"Bearer {call.token}", "content-type": "application/json", **headers}
    return asked(call.mock.server.app, method, call.base_path + path, given, content)


# Another answer instead of the operation's


def test_a_documented_status_is_answered_with_the_contracts_example(world: World, here: Invoices) -> None:
    fault = world.fault(match={"operations": "getInvoice"}, status=404)
    answer = CONTRACT.operations["getInvoice"].answers["404"].contents[0]

    response = here.call("GET", f"/invoices/{here.create()}")

    assert (response.status_code, response.headers["content-type"]) == (404, answer.media_type)
    assert response.json() == next(iter(answer.examples.values()))
    assert response.headers[STEERED] == f"fault {fault}"
    assert response.headers["x-request-id"]


@pytest.mark.parametrize(
    ("status", "reason"), [(503, "Service Unavailable"), (418, "I'm a Teapot"), (599, "Status 599")]
)
def test_another_status_is_answered_with_its_reason(world: World, here: Invoices, status: int, reason: str) -> None:
    world.fault(status=status)

    response = here.call("GET", "/invoices")

    assert (response.status_code, response.text) == (status, reason)
    assert response.headers["content-type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize(
    ("stated", "content_type", "content"),
    [
        ({"status": 500, "body": {"a": [1, 2.5, None]}}, "application/json", b'{"a":[1,2.5,null]}'),
        ({"status": 500, "body": None}, "application/json", b"null"),
        ({"status": 200, "text": "Gr\u00fc\u00dfe"}, "text/plain; charset=utf-8", "Gr\u00fc\u00dfe".encode()),
        ({"status": 500, "text": ""}, "text/plain; charset=utf-8", b""),
        ({"status": 200, "body": 1, "headers": {"Content-Type": "a/b"}}, "a/b", b"1"),
        ({"status": 204}, None, b""),
        ({"status": 304}, None, b""),
    ],
)
def test_an_answer_is_the_one_that_was_asked_for(
    world: World, here: Invoices, stated: dict[str, Any], content_type: str | None, content: bytes
) -> None:
    world.fault(**stated)

    response = here.call("GET", "/invoices")

    assert (response.status_code, response.content) == (stated["status"], content)
    assert response.headers.get("content-type") == content_type


def test_an_answer_has_the_headers_that_were_asked_for(world: World, here: Invoices) -> None:
    world.fault(status=429, headers={"Retry-After": "3", "X-Own": "yes"})

    response = here.call("GET", "/invoices")

    assert (response.headers["retry-after"], response.headers["x-own"]) == ("3", "yes")


def test_an_operation_that_answers_without_a_body_does_so_under_a_fault(world: World, here: Invoices) -> None:
    world.fault(match={"operations": "cancelInvoice"}, status=200)
    invoice_id = here.in_status("Published")

    response = here.act("cancelInvoice", invoice_id)

    assert (response.status_code, response.content) == (200, b"")
    assert here.get(invoice_id)["status"] == here.get(here.in_status("Published"))["status"]


def test_nothing_changes_under_a_status(world: World, here: Invoices) -> None:
    invoice_id = here.in_status("Draft")
    before = here.get(invoice_id)
    world.fault(match={"operations": ["updateInvoice", "publishInvoice", "deleteInvoice"]}, status=200)

    answers = [here.act(each, invoice_id) for each in ("updateInvoice", "publishInvoice", "deleteInvoice")]

    assert {each.status_code for each in answers} == {200}
    assert here.get(invoice_id) == before


def test_the_next_calls_fail_and_those_after_them_succeed(world: World, here: Invoices) -> None:
    key = {"Idempotency-Key": "order-1"}
    fault = world.fault(match={"operations": "createInvoice"}, times=2, status=503)

    answers = [here.call("POST", "/invoices", BODY, headers=key) for _ in range(4)]

    assert [each.status_code for each in answers] == [503, 503, 200, 200]
    assert [each.headers.get(STEERED) for each in answers] == [f"fault {fault}", f"fault {fault}", None, None]
    assert answers[2].json() == answers[3].json()
    assert here.call("GET", "/invoices").json()["total"] == 1
    assert world.control("GET", f"/faults/{fault}").json()["exhausted"] is True


def test_a_fault_comes_before_the_door(world: World) -> None:
    """A client without a token, or with a wrong request, meets it as well."""
    world.fault(status=503)

    for method, path, body in (("GET", "/invoices", None), ("POST", "/invoices", {"dueDate": 7}), ("GET", "/x", None)):
        response = world.mock.client.request(
            method, f"/pay-int-api{path}", json=body, headers={"x-mock-namespace": world.name}
        )
        assert response.status_code == 503


# Where faults are met


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/pay-int-api/invoices"),
        ("GET", "/pay-int-api/nowhere"),
        ("DELETE", f"/api/v1/invoice-uploads/{NOWHERE}"),
        ("PUT", "/_s3/invoice-uploads/key"),
        ("POST", "/oauth2/token"),
        ("GET", "/oauth2/authorize"),
        ("GET", "/.well-known/oauth-authorization-server"),
    ],
)
def test_faults_are_met_wherever_the_mock_stands_in_for_something(world: World, method: str, path: str) -> None:
    fault = world.fault(match={"method": method, "path": path}, status=503)

    response = world.mock.client.request(method, path, headers={"x-mock-namespace": world.name})

    assert (response.status_code, response.headers[STEERED]) == (503, f"fault {fault}")


@pytest.mark.parametrize(
    "path",
    [
        "/_mock/health",
        "/_mock/faults",
        "/pay-int-api/openapi.json",
        "/api/v1/ui/",
        "/oauth2/openapi.json",
        "/",
        "/_moc",
    ],
)
def test_the_mocks_own_paths_and_pages_meet_no_faults(world: World, path: str) -> None:
    fault = world.fault(status=503)

    response = world.mock.client.get(path, headers={"host": "localhost", "x-mock-namespace": world.name})

    assert STEERED not in response.headers
    assert response.status_code != 503
    assert world.counts(fault) == (0, 0)


def test_a_preflight_of_a_browser_meets_no_fault(world: World) -> None:
    world.fault(status=503)
    headers = {"Origin": "http://app.example", "Access-Control-Request-Method": "GET", "x-mock-namespace": world.name}

    assert world.mock.client.options("/pay-int-api/invoices", headers=headers).status_code == 200


def test_a_fault_touches_no_other_namespace(world: World, here: Invoices) -> None:
    other = World(world.mock)
    there = other.invoices()
    world.fault(status=503)

    assert here.call("GET", "/invoices").status_code == 503
    assert there.call("GET", "/invoices").status_code == 200
    assert Invoices(world.mock).call("GET", "/invoices").status_code == 200


def test_the_log_of_the_request_says_by_what_it_was_steered(world: World, here: Invoices) -> None:
    fault = world.fault(match={"operations": "listInvoices"}, status=503)

    exchange = Exchange.of(raw(here.call, "GET", "/invoices").scope)

    assert exchange.trace.steered == f"fault {fault}"


def test_a_fault_and_a_preference_are_both_told(world: World, here: Invoices, waits: list[float]) -> None:
    fault = world.fault(delayMs=5)

    response = here.call("GET", "/invoices", headers={"Prefer": "code=500"})

    assert (response.status_code, waits) == (500, [0.005])
    assert response.headers[STEERED] == f"fault {fault}, prefer code=500"


# Which calls


def test_headers_decide(world: World, here: Invoices) -> None:
    world.fault(match={"headers": {"x-attempt": "1"}}, status=503)

    statuses = [here.call("GET", "/invoices", headers={"X-Attempt": each}).status_code for each in ("1", "2", "1")]

    assert statuses == [503, 200, 503]


def test_the_body_decides_and_is_passed_on_whole(world: World, here: Invoices, waits: list[float]) -> None:
    here_only = {
        "operations": "createInvoice",
        "body": {"/customer/firstName": "Grace", "/lineItems/0/unitPrice": 19.99},
    }
    late, failing = world.fault(match=here_only, times=1, delayMs=1), world.fault(match=here_only, status=503)
    grace = {**BODY, "customer": {**BODY["customer"], "firstName": "Grace"}}

    answers = [here.call("POST", "/invoices", body) for body in (BODY, grace, grace)]

    assert [each.status_code for each in answers] == [200, 200, 503]
    assert [here.get(each.json()["id"])["customer"]["firstName"] for each in answers[:2]] == ["Ada", "Grace"]
    assert (world.counts(late), world.counts(failing)) == ((1, 1), (1, 1))


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"\xff", b'{"a": 1, "a": 2}', b'{"a":"' + b"x" * 1024 * 1024 + b'"}'],
    ids=["nothing", "half", "a list", "no text", "ambiguous", "too long"],
)
def test_what_is_no_such_json_meets_no_fault_and_is_passed_on(world: World, here: Invoices, body: bytes) -> None:
    fault = world.fault(match={"body": {"/a": 1}}, reset=True)
    headers = {"Authorization": f"Bearer {here.call.token}", "content-type": "application/json"}
    plain = {**headers, "Authorization": f"Bearer {Invoices(world.mock).call.token}"}

    met = asked(world.mock.server.app, "POST", "/pay-int-api/invoices", headers, body)
    unmet = asked(world.mock.server.app, "POST", "/pay-int-api/invoices", plain, body)

    assert met.is_whole
    assert (met.start["status"], met.headers.get("x-mock-rule")) == (
        unmet.start["status"],
        unmet.headers["x-mock-rule"],
    )
    assert world.counts(fault) == (0, 0)


def test_no_more_of_a_body_is_looked_at_than_a_mebibyte(world: World) -> None:
    mebibyte = 1024 * 1024
    world.fault(match={"body": {"/a": 1}}, status=500)
    world.fault(status=503)

    messages = asked(world.mock.server.app, "PUT", "/_s3/x/y", {"x-mock-namespace": world.name}, b"x" * 3 * mebibyte)

    assert messages.start["status"] == 503
    assert 3 * mebibyte - len(b"".join(messages.unread)) <= mebibyte + 65536


def test_a_long_upload_passes_a_fault_that_looks_into_bodies(shared_mock: Mock) -> None:
    """More than is looked at, in many pieces: all of it arrives in the bucket."""
    uploads = Uploads(shared_mock)
    world = World(shared_mock, "default")
    upload = uploads.presign()
    fault = world.fault(match={"path": f"*{upload.key}", "body": {"/a": 1}}, status=503)
    try:
        response = uploads.put(upload)
        assert response.status_code == 200
        assert uploads.confirm(upload).status_code == 200
        assert world.counts(fault) == (0, 0)
    finally:
        world.control("DELETE", f"/faults/{fault}")


# Answers that don't arrive as they were


def test_a_truncated_answer_announces_all_of_it_and_the_operation_has_run(world: World, here: Invoices) -> None:
    fault = world.fault(match={"operations": "createInvoice"}, truncate={})

    messages = raw(here.call, "POST", "/invoices", BODY)

    length = int(messages.headers["content-length"])
    assert (messages.start["status"], messages.headers[STEERED]) == (200, f"fault {fault}")
    assert len(messages.content) == length // 2
    assert not messages.is_whole
    assert here.call("GET", "/invoices").json()["total"] == 1


@pytest.mark.parametrize(("keep", "kept"), [(0, 0), (5, 5), (10_000, -1)])
def test_so_much_of_a_truncated_answer_is_kept(world: World, here: Invoices, keep: int, kept: int) -> None:
    whole = raw(here.call, "GET", "/invoices").content
    world.fault(truncate={"keepBytes": keep})

    messages = raw(here.call, "GET", "/invoices")

    assert messages.content == whole[:kept]
    assert not messages.is_whole


def test_of_an_answer_without_a_body_nothing_is_kept_and_the_operation_has_run(world: World, here: Invoices) -> None:
    invoice_id = here.in_status("Published")
    world.fault(match={"operations": "cancelInvoice"}, truncate={})

    assert raw(here.call, "PUT", f"/invoices/{invoice_id}/cancel").sent == []
    assert here.act("cancelInvoice", invoice_id).status_code == 400


def test_a_client_that_repeats_a_truncated_call_under_its_key_gets_the_same_answer(
    world: World, here: Invoices
) -> None:
    world.fault(match={"operations": "createInvoice"}, times=1, truncate={"keepBytes": 10})

    broken = raw(here.call, "POST", "/invoices", BODY, **{"idempotency-key": "order-1"})
    answer = raw(here.call, "POST", "/invoices", BODY, **{"idempotency-key": "order-1"})

    assert answer.is_whole
    assert answer.content.startswith(broken.content)
    assert here.call("GET", "/invoices").json()["total"] == 1


def test_a_garbled_answer_is_no_json_of_the_right_length_and_the_operation_has_run(
    world: World, here: Invoices
) -> None:
    world.fault(match={"operations": "createInvoice"}, malformedJson=True)

    messages = raw(here.call, "POST", "/invoices", BODY)

    assert messages.headers["content-type"] == "application/json"
    assert int(messages.headers["content-length"]) == len(messages.content) > 0
    assert messages.is_whole
    with pytest.raises(ValueError):
        json.loads(messages.content)
    assert here.call("GET", "/invoices").json()["total"] == 1


def test_refusals_are_garbled_like_any_answer(world: World, here: Invoices) -> None:
    world.fault(malformedJson=True)

    response = here.call("GET", f"/invoices/{NOWHERE}")

    assert response.status_code == 404
    with pytest.raises(ValueError):
        response.json()


def test_what_is_no_json_is_not_garbled(world: World, here: Invoices) -> None:
    invoice_id = here.in_status("Published")
    whole = here.act("downloadInvoicePdf", invoice_id).content
    world.fault(malformedJson=True)

    pdf, empty = here.ask("downloadInvoicePdf", invoice_id), here.ask("cancelInvoice", invoice_id)

    assert pdf.content == whole
    assert (empty.status_code, empty.content, empty.headers["content-length"]) == (200, b"", "0")


def test_a_slow_answer_is_whole_and_comes_in_portions(world: World, here: Invoices, waits: list[float]) -> None:
    whole = raw(here.call, "GET", "/invoices").content
    world.fault(slow={"bytesPerSecond": 40})

    messages = raw(here.call, "GET", "/invoices")

    assert messages.content == whole
    assert messages.is_whole
    assert {len(each) for each in messages.bodies[:-2]} == {4}
    assert len(waits) == -(-len(whole) // 4)
    assert sum(waits) == pytest.approx(len(whole) / 40)


def test_nobody_trickles_to_a_client_that_has_gone(world: World, here: Invoices, waits: list[float]) -> None:
    world.fault(slow={"bytesPerSecond": 1})
    seen = [False, False, True]

    class Lost(Connection):
        def is_lost(self) -> bool:
            return seen.pop(0)

    extension = {EXTENSION: {"connection": Lost()}}
    headers = {"Authorization": f"Bearer {here.call.token}"}

    messages = asked(world.mock.server.app, "GET", "/pay-int-api/invoices", headers, extensions=extension)

    assert (len(messages.content), waits) == (2, [1, 1, 1])


@pytest.mark.parametrize(("effect", "is_reset"), [("reset", True), ("close", False)])
def test_a_connection_is_ended_and_the_operation_has_not_run(
    world: World, here: Invoices, effect: str, is_reset: bool
) -> None:
    world.fault(match={"operations": "createInvoice"}, **{effect: True})
    ends: list[bool] = []

    class Ended(Connection):
        def abort(self, *, reset: bool) -> None:
            ends.append(reset)

    extension = {EXTENSION: {"connection": Ended()}}
    headers = {"Authorization": f"Bearer {here.call.token}", "content-type": "application/json"}

    messages = asked(
        world.mock.server.app, "POST", "/pay-int-api/invoices", headers, json.dumps(BODY).encode(), extension
    )

    assert (messages.sent, ends) == ([], [is_reset])
    assert raw(here.call, "POST", "/invoices", BODY).sent == []  # without a connection to be ended, too
    assert here.call("GET", "/invoices").json()["total"] == 0


def test_a_delay_alone_comes_before_the_normal_answer(world: World, here: Invoices, waits: list[float]) -> None:
    fault = world.fault(match={"operations": "createInvoice"}, delayMs=1500)

    response = here.call("POST", "/invoices", BODY)

    assert (response.status_code, response.headers[STEERED], waits) == (200, f"fault {fault}", [1.5])
    assert here.get(response.json()["id"])


def test_what_the_bucket_returns_can_be_truncated(shared_mock: Mock) -> None:
    uploads = Uploads(shared_mock)
    upload = uploads.in_state("confirmed")
    world = World(shared_mock, "default")
    fault = world.fault(match={"path": f"*{upload.key}"}, times=1, truncate={"keepBytes": 3})

    target = uploads.get_url(upload).removeprefix("http://mock.test")
    messages = asked(shared_mock.server.app, "GET", target, {"host": "mock.test"})
    world.control("DELETE", f"/faults/{fault}")

    assert (messages.start["status"], messages.headers["content-length"]) == (200, str(len(upload.file.content)))
    assert messages.content == upload.file.content[:3]
    assert uploads.fetch(upload).content == upload.file.content


def test_what_the_authorization_server_says_can_be_garbled(world: World) -> None:
    path, headers = "/.well-known/oauth-authorization-server", {"x-mock-namespace": world.name}
    fault = world.fault(match={"path": path}, times=1, malformedJson=True)

    garbled, whole = (world.mock.client.get(path, headers=headers) for _ in range(2))

    assert garbled.headers[STEERED] == f"fault {fault}"
    with pytest.raises(ValueError):
        garbled.json()
    assert whole.json()["issuer"]


# Stale reads


def test_stale_reads_see_what_was_and_writes_what_is(world: World, here: Invoices) -> None:
    old = here.in_status("Published")
    fault = world.fault(stale=True)
    before = here.get(old)

    new = here.create()
    canceled = here.act("cancelInvoice", old)
    again = here.act("cancelInvoice", old)

    assert (canceled.status_code, again.status_code) == (200, 400)  # what it does is done, and seen by what changes
    assert here.get(old) == before
    assert here.call("GET", f"/invoices/{new}").status_code == 404
    assert here.call("GET", "/invoices").json()["total"] == 1
    assert here.call("GET", "/invoices").headers[STEERED] == f"fault {fault}"
    assert STEERED not in canceled.headers

    world.control("DELETE", "/faults")
    assert here.get(old) != before
    assert here.get(new)["id"] == new
    assert here.call("GET", "/invoices").json()["total"] == 2


def test_each_stale_fault_has_a_state_of_its_own(world: World, here: Invoices) -> None:
    for expected in range(3):
        world.fault(match={"headers": {"x-replica": str(expected)}}, stale=True)
        here.create()

    lists = [here.call("GET", "/invoices", headers={"x-replica": each}) for each in ("0", "1", "2", "none")]

    assert [each.json()["total"] for each in lists] == [0, 1, 2, 3]


def test_stale_reads_of_one_operation_leave_the_others_alone(world: World, here: Invoices) -> None:
    fault = world.fault(match={"operations": "listInvoices"}, times=1, stale=True)
    new = here.create()

    assert here.get(new)["id"] == new
    assert [here.call("GET", "/invoices").json()["total"] for _ in range(2)] == [0, 1]
    assert world.counts(fault) == (1, 1)


# Many at once


def test_requests_at_once_meet_exactly_as_many_faults_as_there_are(world: World, here: Invoices) -> None:
    failing = world.fault(match={"operations": "listInvoices"}, skip=10, times=25, status=503)
    flaky = world.fault(match={"operations": "listInvoices"}, probability=0.5, seed=4, status=500)

    answers = at_once([lambda: [here.call("GET", "/invoices") for _ in range(10)] for _ in range(16)])

    seen = Counter((each.status_code, each.headers.get(STEERED)) for each in flat(answers))
    assert world.counts(failing) == (35, 25)
    matched, applied = world.counts(flaky)
    assert matched == 160 - 25
    assert seen == {(503, f"fault {failing}"): 25, (500, f"fault {flaky}"): applied, (200, None): 135 - applied}
    assert 0 < applied < 135


def test_steered_and_other_requests_at_once_never_mix(world: World, here: Invoices) -> None:
    """Each thread asks in its own way and gets its own answer, ten times over, whatever the others ask."""
    there = World(world.mock).invoices()
    created = here.create()
    fault = world.fault(match={"headers": {"x-fail": "yes"}}, status=503)
    ways: dict[str, Any] = {
        "fault": lambda: here.call("GET", f"/invoices/{created}", headers={"x-fail": "yes"}),
        "elsewhere": lambda: there.call("GET", "/invoices", headers={"x-fail": "yes"}),
        "prefer": lambda: here.call("GET", f"/invoices/{created}", headers={"Prefer": "code=403"}),
        "plain": lambda: here.call("GET", f"/invoices/{created}"),
    }
    expected = {
        "fault": (503, f"fault {fault}"),
        "elsewhere": (200, None),
        "prefer": (403, "prefer code=403"),
        "plain": (200, None),
    }
    names = list(ways) * 4

    answers = at_once([lambda way=ways[name]: [way() for _ in range(10)] for name in names])  # type: ignore[misc]

    for name, responses in zip(names, answers, strict=True):
        seen = {(each.status_code, each.headers.get(STEERED)) for each in flat([responses])}
        assert seen == {expected[name]}
    assert world.counts(fault) == (40, 40)


def flat(answers: Any) -> list[Response]:
    return [each for several in answers for each in several]
