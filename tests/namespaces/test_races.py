"""Namespaces are deleted, reset, restored and forked while requests are running: no half state, and nobody fails."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.mock import BODY, Mock
from tests.namespaces.traffic import CLIENT, caller, create, everything, made
from tests.postgres import postgres_database, postgres_server, postgres_url  # noqa: F401
from tests.worlds import World

PATIENCE_SECONDS = 120
Act = Callable[[World, int], Any]


@pytest.fixture(params=["file", "postgresql"], scope="module")
def mock(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mock]:
    folder = tmp_path_factory.mktemp("races")
    in_file = f"sqlite:///{folder / 'state.db'}"
    state = in_file if request.param == "file" else request.getfixturevalue("postgres_database")
    with Mock.running(state=state, objects=folder / "objects", seed="empty") as mock:
        yield mock


def requests(world: World) -> Iterator[tuple[str, Callable[[], int]]]:
    """Calls of all rooms, each by name; they return the status."""
    invoices, uploads = caller(world, "invoices"), caller(world, "invoice-uploads")
    client, headers = world.mock.client, {"x-mock-namespace": world.name}
    presign = {"filename": "a.pdf", "mimeType": "application/pdf", "size": 3}
    sent = {"content-type": "application/pdf"}

    def put() -> int:
        presigned = uploads("POST", "/invoice-uploads/presign", presign)
        if presigned.status_code != 200:
            return presigned.status_code
        return client.put(presigned.json()["url"], content=b"abc", headers=sent).status_code

    yield "create", lambda: invoices("POST", "/invoices", BODY).status_code
    yield "list", lambda: invoices("GET", "/invoices").status_code
    yield "put", put
    yield "token", lambda: client.post("/oauth2/token", data=CLIENT, headers=headers).status_code
    yield "place", lambda: world.control("POST", "/invoices", {"status": "Paid"}).status_code
    yield "clock", lambda: world.control("PUT", "/clock", {"advance": "PT1M"}).status_code
    yield "read", lambda: world.control("GET", "/clock").status_code


def beside(world: World, rounds: int, act: Act) -> Counter[tuple[str, int]]:
    """What calls of each kind answered while something was done to the namespace so many times."""
    is_over = threading.Event()

    def call(name: str, request: Callable[[], int]) -> list[tuple[str, int]]:
        found = []
        while not is_over.is_set():
            found.append((name, request()))
        return found

    def acting() -> list[tuple[str, int]]:
        try:
            return [("act", act(world, number).status_code) for number in range(rounds)]
        finally:
            is_over.set()

    with ThreadPoolExecutor(8) as threads:
        tasks = [threads.submit(call, *each) for each in requests(world)]
        tasks.append(threads.submit(acting))
        return Counter(each for task in tasks for each in task.result(PATIENCE_SECONDS))


def delete(world: World, _: int) -> Any:
    return World(world.mock, "default").control("DELETE", f"/namespaces/{world.name}")


def reset(world: World, _: int) -> Any:
    return world.control("POST", "/reset")


def restore(world: World, _: int) -> Any:
    return world.control("POST", "/snapshots/base/restore")


def fork(world: World, number: int) -> Any:
    return world.control("POST", "/namespaces", {"forkOf": world.name, "name": f"{world.name}-{number}"})


def save(world: World, _: int) -> Any:
    return world.control("POST", "/snapshots", {"name": "other", "replace": True})


def take_in(world: World, _: int) -> Any:
    return world.control("POST", "/import", world.control("GET", "/export").json())


@pytest.mark.parametrize("act", [reset, restore, fork, save, take_in])
def test_requests_are_served_whatever_is_done_to_their_namespace(mock: Mock, act: Act) -> None:
    world = made(mock, idSeed="abc", clock={"at": "2026-11-02T09:30:00Z"})
    assert world.control("POST", "/snapshots", {"name": "base"}).status_code == 201

    found = beside(world, 3, act)

    # Bytes may come too late: the upload they are for has been put away meanwhile.
    fine = {status for name, status in found if name != "put"}
    assert fine <= {200, 201}, found
    assert {status for name, status in found if name == "put"} <= {200, 403}, found
    assert is_whole(world)


def test_requests_for_a_namespace_that_is_being_deleted_leave_nothing_half_done(mock: Mock) -> None:
    """Each is served in the one that was, in the one that is made anew, or told that it was too late."""
    world = made(mock, idSeed="abc")
    found = beside(world, 4, delete)
    allowed = {200, 201, 409}
    assert {status for name, status in found if name not in {"act", "put"}} <= allowed, found
    assert {status for name, status in found if name == "put"} <= allowed | {403}, found
    assert {status for name, status in found if name == "act"} <= {204, 404}, found
    assert is_whole(world)


def is_whole(world: World) -> bool:
    """What is there can be exported, imported and gone on with."""
    text = everything(world)
    other = World(world.mock)
    taken = other.control("POST", "/import", world.control("GET", "/export").json())
    assert taken.status_code == 200, taken.text
    assert everything(other) == text
    assert create(world) == create(other) or '"seed": null' in text
    return True


def test_two_forks_of_each_other_and_deletions_never_wait_for_each_other(mock: Mock) -> None:
    """They take locks of several namespaces; in another order each they would wait for ever."""
    one, other = made(mock), made(mock)

    def churn(world: World, number: int) -> set[int]:
        name = f"{world.name}-{number}"
        return {
            response.status_code
            for _ in range(2)
            for response in (
                world.control("POST", "/namespaces", {"forkOf": world.name, "name": name}),
                world.control("POST", "/snapshots"),
                world.control("GET", "/namespaces"),
                world.control("DELETE", f"/namespaces/{name}"),
            )
        }

    with ThreadPoolExecutor(6) as threads:
        tasks = [threads.submit(churn, world, number) for number in range(3) for world in (one, other)]
        statuses = set().union(*(task.result(PATIENCE_SECONDS) for task in tasks))
    assert statuses <= {200, 201, 204}


LATE: dict[str, tuple[str, str, str, dict[str, Any]]] = {
    "an API": ("POST", "/pay-int-api/invoices", "invoices", BODY),
    "the other API": (
        "POST",
        "/api/v1/invoice-uploads/presign",
        "invoice-uploads",
        {"filename": "a.pdf", "mimeType": "application/pdf", "size": 3},
    ),
    "the authorization server": ("POST", "/oauth2/token", "", CLIENT),
    "the clock": ("PUT", "/_mock/clock", "", {"advance": "P1D"}),
    "a snapshot": ("POST", "/_mock/snapshots", "", {}),
    "a reset": ("POST", "/_mock/reset", "", {"seed": "none"}),
    "a fork": ("POST", "/_mock/snapshots/base/fork", "", {}),
    "an invoice": ("POST", "/_mock/invoices", "", {}),
}


@pytest.mark.parametrize("room", LATE)
def test_a_request_whose_namespace_is_deleted_before_its_body_has_come_is_told_so(mock: Mock, room: str) -> None:
    world = made(mock)
    world.control("POST", "/snapshots", {"name": "base"})
    method, path, group, body = LATE[room]

    def content() -> Iterator[bytes]:
        mock.server.namespaces.delete(world.name)
        yield (urlencode(body) if path == "/oauth2/token" else json.dumps(body)).encode()

    media_type = "application/x-www-form-urlencoded" if path == "/oauth2/token" else "application/json"
    headers = {"host": f"{world.name}.localhost", "content-type": media_type}
    if group:
        headers["authorization"] = f"Bearer {mock.token(group)}"
    response = mock.client.request(method, path, content=content(), headers=headers)

    assert (response.status_code, response.json()["rule"]) == (409, "CTL-NAMESPACE-GONE")
    assert response.headers["content-type"] == "application/problem+json"
    assert world.name not in [each.name for each in mock.server.namespaces.list()]
    assert caller(world, "invoices")("GET", "/invoices").json()["total"] == 0


def test_bytes_that_come_too_late_for_their_namespace_are_not_kept(mock: Mock) -> None:
    world = made(mock)
    presign = {"filename": "a.pdf", "mimeType": "application/pdf", "size": 3}
    url = caller(world, "invoice-uploads")("POST", "/invoice-uploads/presign", presign).json()["url"]

    def content() -> Iterator[bytes]:
        mock.server.namespaces.delete(world.name)
        yield b"abc"

    sent = {"content-type": "application/pdf", "content-length": "3"}
    response = mock.client.put(url, content=content(), headers=sent)

    assert (response.status_code, response.json()["rule"]) == (409, "CTL-NAMESPACE-GONE")
    assert world.name not in [each.name for each in mock.server.namespaces.list()]
