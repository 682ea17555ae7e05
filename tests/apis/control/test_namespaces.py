"""Namespaces are made, listed, put back and forgotten, and keep everything apart."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import pytest
from httpx2 import Response

from tests.mock import Mock
from tests.namespaces.traffic import CLIENT, attached, create, everything, fetched, made, of_harbor, upload
from tests.worlds import World, new_name

AT = "2026-11-02T09:30:00Z"


@pytest.fixture
def world(shared_mock: Mock) -> World:
    return World(shared_mock)


@pytest.fixture(scope="module")
def small_mock() -> Iterator[Mock]:
    """A mock with room for three namespaces."""
    with Mock.running(max_namespaces=3) as mock:
        yield mock


def refused(response: Response, status: int, rule: str) -> str:
    assert (response.status_code, response.json()["rule"]) == (status, rule), response.text
    assert response.headers["content-type"] == "application/problem+json"
    return str(response.json()["detail"])


def listed(world: World) -> list[str]:
    return [each["name"] for each in world.control("GET", "/namespaces").json()["namespaces"]]


def test_a_namespace_is_made_on_first_use(world: World, shared_mock: Mock) -> None:
    default = World(shared_mock, "default")
    assert world.name not in listed(default)
    assert world.caller("invoices")("GET", "/invoices").status_code == 200
    assert world.name in listed(default)
    assert listed(default) == sorted(listed(default))


def test_a_namespace_is_made_as_asked(shared_mock: Mock) -> None:
    world = made(shared_mock, seed="empty", idSeed="abc", clock={"mode": "frozen", "at": AT})
    found = world.control("GET", f"/namespaces/{world.name}").json()
    assert found == {
        "name": world.name,
        "seed": "empty",
        "ids": {"seed": "abc", "count": 0},
        "clock": {"now": AT, "mode": "frozen", "nextDue": None},
        "idleSeconds": 0,
    }


def test_without_a_body_a_namespace_gets_a_name_and_the_seed_of_the_server(shared_mock: Mock) -> None:
    default = World(shared_mock, "default")
    response = default.control("POST", "/namespaces")
    found = response.json()
    assert (response.status_code, found["seed"], found["ids"]) == (201, "demo", {"seed": None, "count": 0})
    assert response.headers["location"] == f"/_mock/namespaces/{found['name']}"
    assert found["name"] in listed(default)


@pytest.mark.parametrize(
    ("body", "status", "rule"),
    [
        ({"name": "default"}, 409, "CTL-NAMESPACE-EXISTS"),
        ({"name": "Shop"}, 400, "CTL-BODY-SCHEMA"),
        ({"name": "a@b"}, 400, "CTL-BODY-SCHEMA"),
        ({"name": "x" * 64}, 400, "CTL-BODY-SCHEMA"),
        ({"name": ""}, 400, "CTL-BODY-SCHEMA"),
        ({"seed": "nothing-like-it"}, 400, "CTL-SEED"),
        ({"seed": "/etc/passwd"}, 400, "CTL-SEED"),
        ({"seed": "../clients"}, 400, "CTL-SEED"),
        ({"forkOf": "nobody-here"}, 404, "CTL-NAMESPACE-ABSENT"),
        ({"forkOf": "default", "seed": "empty"}, 400, "CTL-NAMESPACE-FORK"),
        ({"forkOf": "default", "clock": {}}, 400, "CTL-NAMESPACE-FORK"),
        ({"forkOf": "default", "name": "default"}, 409, "CTL-NAMESPACE-EXISTS"),
        ({"clock": {"at": "2026-02-30T00:00:00Z"}}, 400, "CTL-BODY-SCHEMA"),
        ({"clock": {"at": "0001-01-01T00:00:00+01:00"}}, 400, "CTL-CLOCK-SETTING"),
        ({"clock": {"at": AT, "mode": "stopped"}}, 400, "CTL-BODY-SCHEMA"),
        ({"clock": {"at": AT, "advance": "P1D"}}, 400, "CTL-BODY-SCHEMA"),
        ({"colour": "blue"}, 400, "CTL-BODY-SCHEMA"),
    ],
)
def test_what_no_namespace_can_be_made_of_is_refused(
    shared_mock: Mock, body: dict[str, Any], status: int, rule: str
) -> None:
    default = World(shared_mock, "default")
    before, name = listed(default), new_name()
    refused(default.control("POST", "/namespaces", {"name": name, **body}), status, rule)
    assert listed(default) == before


def test_a_name_is_taken_once(shared_mock: Mock) -> None:
    world = made(shared_mock)
    detail = refused(world.control("POST", "/namespaces", {"name": world.name}), 409, "CTL-NAMESPACE-EXISTS")
    assert world.name in detail


def test_a_namespace_that_does_not_exist_is_not_made_by_asking_for_it(shared_mock: Mock) -> None:
    default, name = World(shared_mock, "default"), new_name()
    for method in ("GET", "DELETE"):
        assert name in refused(default.control(method, f"/namespaces/{name}"), 404, "CTL-NAMESPACE-ABSENT")
    assert name not in listed(default)


@pytest.mark.parametrize("name", ["Shop", "a@b", "%40~1", "x" * 64, "a%00b", "%C3%A4"])
def test_a_bad_name_in_the_path_is_refused(shared_mock: Mock, name: str) -> None:
    default = World(shared_mock, "default")
    refused(default.control("GET", f"/namespaces/{name}"), 400, "CTL-PARAMETER")
    refused(default.control("DELETE", f"/namespaces/{name}"), 400, "CTL-PARAMETER")


def test_a_deleted_namespace_is_gone_with_all_that_was_in_it(shared_mock: Mock) -> None:
    world, default = made(shared_mock, idSeed="abc"), World(shared_mock, "default")
    invoice_id = create(world)
    world.control("POST", "/snapshots", {"name": "before"})

    assert default.control("DELETE", f"/namespaces/{world.name}").status_code == 204

    assert world.name not in listed(default)
    assert of_harbor(world).call("GET", f"/invoices/{invoice_id}").status_code == 404
    assert world.control("GET", "/snapshots").json() == {"snapshots": []}
    assert world.control("GET", f"/namespaces/{world.name}").json()["ids"] == {"seed": None, "count": 0}


def test_the_default_namespace_stays(shared_mock: Mock) -> None:
    refused(World(shared_mock, "default").control("DELETE", "/namespaces/default"), 409, "CTL-NAMESPACE-DEFAULT")


def test_only_so_many_namespaces_are_made(small_mock: Mock) -> None:
    default, last = World(small_mock, "default"), World(small_mock, "second")
    assert default.control("POST", "/namespaces", {"name": "first"}).status_code == 201
    assert last.caller("invoices")("GET", "/invoices").status_code == 200

    for response in (
        World(small_mock, "third").caller("invoices")("GET", "/invoices"),
        World(small_mock, "third").control("GET", "/clock"),
        default.control("POST", "/namespaces", {"name": "third"}),
        default.control("POST", "/namespaces", {"name": "third", "forkOf": "first"}),
    ):
        assert "3 namespaces" in refused(response, 409, "CTL-NAMESPACE-COUNT")
    assert listed(default) == ["default", "first", "second"]

    default.control("DELETE", "/namespaces/first")
    assert World(small_mock, "third").caller("invoices")("GET", "/invoices").status_code == 200


def test_a_reset_puts_everything_back_to_the_beginning_but_snapshots(shared_mock: Mock) -> None:
    world = made(shared_mock, idSeed="abc", clock={"at": AT})
    beginning = everything(world)
    create(world, "key-1")
    attached(world)
    world.control("PUT", "/clock", {"advance": "P3DT1H"})
    world.control("POST", "/snapshots", {"name": "kept"})
    assert everything(world) != beginning

    response = world.control("POST", "/reset")

    assert (response.status_code, response.json()["clock"]["now"]) == (200, AT)
    assert everything(world) == beginning
    assert [each["name"] for each in world.control("GET", "/snapshots").json()["snapshots"]] == ["kept"]
    assert world.control("GET", "/journal").json()["exchanges"] == []


def test_a_reset_can_make_it_anew_in_another_way(shared_mock: Mock) -> None:
    world = made(shared_mock, idSeed="abc", clock={"at": AT})
    found = world.control(
        "POST", "/reset", {"seed": "empty", "idSeed": "other", "clock": {"at": "2030-01-01T00:00:00Z"}}
    )
    assert found.json()["seed"] == "empty"
    assert found.json()["ids"] == {"seed": "other", "count": 0}
    assert found.json()["clock"]["now"] == "2030-01-01T00:00:00Z"
    create(world)
    assert world.control("POST", "/reset").json() == found.json()


@pytest.mark.parametrize("body", [{"seed": "nothing"}, {"clock": {"at": "0001-01-01T00:00:00+01:00"}}])
def test_a_refused_reset_changes_nothing(shared_mock: Mock, body: dict[str, Any]) -> None:
    world = made(shared_mock, idSeed="abc", clock={"at": AT})
    create(world)
    before = everything(world)
    assert world.control("POST", "/reset", body).status_code == 400
    assert everything(world) == before


def test_no_other_namespace_is_touched(shared_mock: Mock) -> None:
    one, other = (made(shared_mock, idSeed="abc", clock={"at": AT}) for _ in range(2))
    create(one)
    create(other)
    before = everything(other)
    one.control("PUT", "/clock", {"advance": "P30D"})
    one.control("POST", "/reset", {"seed": "none"})
    one.control("DELETE", f"/namespaces/{one.name}")
    assert everything(other) == before


def test_the_same_id_seed_makes_the_same_ids_in_each_namespace(shared_mock: Mock) -> None:
    one, other = (made(shared_mock, idSeed="abc") for _ in range(2))
    assert create(one) == create(other)


def test_the_same_idempotency_key_stands_for_a_call_in_each_namespace(shared_mock: Mock) -> None:
    one, other = made(shared_mock), made(shared_mock)
    first = create(one, "key-1")
    assert create(other, "key-1") != first
    assert create(one, "key-1") == first


def test_a_token_that_is_revoked_in_one_namespace_is_good_in_another(shared_mock: Mock) -> None:
    one, other = made(shared_mock), made(shared_mock)
    token = shared_mock.token("invoices")
    form = {key: CLIENT[key] for key in ("client_id", "client_secret")}
    response = shared_mock.client.post(
        "/oauth2/revoke", data={**form, "token": shared_mock.token("invoices", more={"client_id": CLIENT["client_id"]})}
    )
    assert response.status_code == 200, response.text
    mine = shared_mock.token("invoices", more={"client_id": CLIENT["client_id"]})
    revoked = shared_mock.client.post(
        "/oauth2/revoke", data={**form, "token": mine}, headers={"x-mock-namespace": one.name}
    )
    assert revoked.status_code == 200, revoked.text

    def status(world: World, bearer: str) -> int:
        headers = {"authorization": f"Bearer {bearer}", "x-mock-namespace": world.name}
        return shared_mock.client.get("/pay-int-api/invoices", headers=headers).status_code

    assert (status(one, mine), status(other, mine)) == (401, 200)
    assert (status(one, token), status(other, token)) == (200, 200)


def test_a_presigned_url_leads_to_the_namespace_it_was_made_in(shared_mock: Mock) -> None:
    one, other = made(shared_mock), made(shared_mock)
    uploaded = attached(one)
    found = fetched(one, uploaded.payment_request)
    assert (found.status_code, found.content) == (200, uploaded.content)
    assert other.caller("invoice-uploads")("GET", f"/{uploaded.payment_request}/invoice/url").status_code == 404


@pytest.mark.parametrize("spelling", ["X-Mock-Namespace", "X%2DMock%2DNamespace", "X-Mock-N%61mespac%65"])
def test_a_presigned_url_of_a_namespace_can_be_spelled_in_another_way(shared_mock: Mock, spelling: str) -> None:
    world = made(shared_mock)
    uploaded = attached(world)
    url = world.caller("invoice-uploads")("GET", f"/{uploaded.payment_request}/invoice/url").json()["url"]
    assert shared_mock.client.get(url.replace("X-Mock-Namespace", spelling)).content == uploaded.content


def test_a_presigned_url_cannot_be_bent_to_another_namespace(shared_mock: Mock) -> None:
    """A fork has the same objects under the same keys, so it isn't for want of them that it is refused."""
    world = made(shared_mock)
    uploaded = attached(world)
    fork = World(shared_mock)
    world.control("POST", "/namespaces", {"name": fork.name, "forkOf": world.name})
    url = world.caller("invoice-uploads")("GET", f"/{uploaded.payment_request}/invoice/url").json()["url"]
    named = f"X-Mock-Namespace={world.name}"
    assert named in url
    assert shared_mock.client.get(url).status_code == 200

    bent = url.replace(named, f"X-Mock-Namespace={fork.name}")
    assert shared_mock.client.get(bent).status_code == 403
    assert shared_mock.client.get(url.replace(f"&{named}", "")).status_code == 403
    assert (
        shared_mock.client.get(url.replace(f"&{named}", ""), headers={"x-mock-namespace": world.name}).status_code
        == 403
    )
    assert shared_mock.client.get(f"{url}&X-Mock-Namespace={fork.name}").status_code == 400
    assert shared_mock.client.get(url, headers={"x-mock-namespace": fork.name}).status_code == 400


def test_a_presigned_url_of_the_default_namespace_cannot_be_bent_to_another_one(shared_mock: Mock) -> None:
    default, fork = World(shared_mock, "default"), World(shared_mock)
    uploaded = attached(default)
    default.control("POST", "/namespaces", {"name": fork.name, "forkOf": "default"})
    url = default.caller("invoice-uploads")("GET", f"/{uploaded.payment_request}/invoice/url").json()["url"]
    assert shared_mock.client.get(url).content == uploaded.content

    for response in (
        shared_mock.client.get(url, headers={"x-mock-namespace": fork.name}),
        shared_mock.client.get(f"{url}&X-Mock-Namespace={fork.name}"),
    ):
        assert response.status_code == 403
        assert "<Code>SignatureDoesNotMatch</Code>" in response.text


def test_clocks_are_apart(shared_mock: Mock) -> None:
    one, other = made(shared_mock, clock={"at": AT}), made(shared_mock, clock={"at": AT})
    one.control("PUT", "/clock", {"advance": "P1D"})
    assert one.control("GET", "/clock").json()["now"] == "2026-11-03T09:30:00Z"
    assert other.control("GET", "/clock").json()["now"] == AT


def test_faults_journal_and_coverage_are_apart(shared_mock: Mock) -> None:
    one, other = made(shared_mock), made(shared_mock)
    create(one)
    one.fault(status=503)
    assert of_harbor(one).call("GET", "/invoices").status_code == 503
    assert of_harbor(other).call("GET", "/invoices").status_code == 200
    assert len(one.control("GET", "/journal").json()["exchanges"]) == 2
    assert len(other.control("GET", "/journal").json()["exchanges"]) == 1
    assert one.control("GET", "/coverage").json() != other.control("GET", "/coverage").json()


def test_a_fork_is_a_copy_with_a_life_of_its_own(shared_mock: Mock) -> None:
    world = made(shared_mock, idSeed="abc", clock={"at": AT})
    create(world)
    fork = World(shared_mock)
    response = world.control("POST", "/namespaces", {"name": fork.name, "forkOf": world.name})
    assert (response.status_code, response.json()["clock"]["now"]) == (201, AT)
    before = everything(world)
    assert everything(fork) == before

    assert create(fork) == create(World(shared_mock, world.name))
    create(fork)
    assert everything(fork) != everything(world)


def test_objects_of_namespaces_are_apart(shared_mock: Mock) -> None:
    one, other = made(shared_mock, idSeed="abc"), made(shared_mock, idSeed="abc")
    first, second = upload(one, b"%PDF-1.7 one"), upload(other, b"%PDF-1.7 two")
    assert first.id == second.id
    for world, uploaded in ((one, first), (other, second)):
        attach = world.caller("invoice-uploads")
        sha256 = hashlib.sha256(uploaded.content).hexdigest()
        assert attach("POST", f"/invoice-uploads/{uploaded.id}/confirm", {"sha256": sha256}).status_code == 200
        url = attach("GET", f"/invoice-uploads/{uploaded.id}/preview-url").json()["url"]
        assert shared_mock.client.get(url).content == uploaded.content


def test_merchants_are_those_of_the_seed_in_each_namespace(shared_mock: Mock) -> None:
    world = made(shared_mock)
    assert of_harbor(world).call("GET", "/invoices").json()["total"] > 0
