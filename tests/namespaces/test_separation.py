"""However many namespaces are used at once, none sees anything of another one, on any store."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from mock_server.core.namespace import HEADER
from tests.effort import examples
from tests.mock import BODY, Mock
from tests.namespaces.traffic import CONTENT, attached, caller, create, fetched, made, upload
from tests.postgres import postgres_database, postgres_server, postgres_url  # noqa: F401
from tests.worlds import World

THREADS = 16
PATIENCE_SECONDS = 120
IN_MEMORY, IN_FILES, IN_POSTGRESQL = examples(60), examples(30), examples(12)


@pytest.fixture
def mock(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Mock]:
    """A mock on the store that the test is for."""
    states = {"memory": "sqlite://", "file": f"sqlite:///{tmp_path / 'state.db'}"}
    state = states[request.param] if request.param in states else request.getfixturevalue("postgres_url")
    with Mock.running(state=state, objects=tmp_path / "objects", seed="empty") as mock:
        yield mock


def at_once(tasks: Sequence[Any], threads: int = THREADS) -> list[Any]:
    """What the tasks return, run by so many threads."""
    with ThreadPoolExecutor(threads) as pool:
        return [each.result(PATIENCE_SECONDS) for each in [pool.submit(task) for task in tasks]]


def live_in(mock: Mock, number: int) -> list[str]:
    """Do a bit of everything in a namespace; returns what is wrong with what can be seen there afterwards."""
    world = World(mock, f"world-{number}")
    headers = {"host": "localhost", HEADER: world.name}
    note = f"only in {number}"
    body = {**BODY, "lineItems": [{"name": note, "quantity": 1, "unitPrice": number + 1}]}
    first = create(world, "the-same-key-everywhere", **body)
    again = create(world, "the-same-key-everywhere", **body)
    call = caller(world, "invoices")
    published = call("POST", "/invoices/publish", body).json()
    world.control("PUT", "/clock", {"mode": "frozen", "at": f"2027-01-01T00:{number % 60:02}:00Z"})
    found = call("GET", "/invoices").json()
    clock = mock.client.get("/_mock/clock", headers=headers).json()["now"]
    amounts = {each["totalAmount"] for each in found["items"]}
    journal = mock.client.get("/_mock/journal?limit=100", headers=headers).json()["exchanges"]
    wrong = {
        "the key was used elsewhere": first != again,
        "others' invoices are listed": found["total"] != 2,
        "others' amounts are listed": amounts != {number + 1},
        "its own is not found": call("GET", f"/invoices/{published['id']}").status_code != 200,
        "the clock is another's": clock != f"2027-01-01T00:{number % 60:02}:00Z",
        "others' calls are journalled": len(journal) != 4,
    }
    return [f"{world.name}: {what}" for what, is_so in wrong.items() if is_so]


@pytest.mark.parametrize(
    ("mock", "count"),
    [("memory", IN_MEMORY), ("file", IN_FILES), ("postgresql", IN_POSTGRESQL)],
    indirect=["mock"],
)
def test_namespaces_never_see_each_other(mock: Mock, count: int) -> None:
    complaints = at_once([lambda number=number: live_in(mock, number) for number in range(count)])
    assert [each for found in complaints for each in found] == []
    names = [each.name for each in mock.server.namespaces.list()]
    assert sorted(names) == sorted(["default", *(f"world-{number}" for number in range(count))])


@pytest.mark.parametrize("mock", ["memory", "file", "postgresql"], indirect=True)
def test_the_first_use_by_many_at_once_makes_a_namespace_once(mock: Mock) -> None:
    """With ids by a seed in the default namespace's place: whoever came too late would begin them again."""
    world = World(mock, "fresh")
    begin = threading.Barrier(THREADS)

    def use() -> str:
        begin.wait(PATIENCE_SECONDS)
        return create(world)

    ids = at_once([use] * THREADS)

    assert len(set(ids)) == THREADS
    assert caller(world, "invoices")("GET", "/invoices").json()["total"] == THREADS
    assert [each.name for each in mock.server.namespaces.list()] == ["default", "fresh"]


@pytest.mark.parametrize("mock", ["memory", "file", "postgresql"], indirect=True)
def test_objects_and_payment_requests_are_apart(mock: Mock) -> None:
    def attach(number: int) -> tuple[World, str, bytes]:
        world, content = World(mock, f"files-{number}"), CONTENT + bytes([65 + number])
        return world, attached(world, content).payment_request, content

    for world, payment_request, content in at_once([lambda number=number: attach(number) for number in range(12)], 6):
        assert fetched(world, payment_request).content == content
        other = World(mock, "files-0" if world.name != "files-0" else "files-1")
        assert caller(other, "invoice-uploads")("GET", f"/{payment_request}/invoice/url").status_code == 404


@pytest.mark.parametrize("mock", ["memory", "postgresql"], indirect=True)
def test_a_snapshot_is_of_its_own_namespace_whatever_goes_on_beside(mock: Mock) -> None:
    world, other = made(mock, seed="empty", idSeed="a"), made(mock, seed="empty", idSeed="b")
    upload(world)
    is_over = threading.Event()

    def disturb() -> int:
        count = 0
        while not is_over.is_set():
            create(other)
            count += 1
        return count

    def save_and_restore() -> None:
        for _ in range(5):
            create(world)
            assert world.control("POST", "/snapshots", {"name": "one", "replace": True}).status_code == 201
            assert world.control("POST", "/snapshots/one/restore").status_code == 200
        is_over.set()

    count, _ = at_once([disturb, save_and_restore], 2)

    assert caller(other, "invoices")("GET", "/invoices").json()["total"] == count
    assert caller(world, "invoices")("GET", "/invoices").json()["total"] == 5
