"""Namespaces that nobody has used for long lapse; the default one never does."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from mock_server.apis.invoices.records import INVOICES
from mock_server.core.namespace import HEADER
from mock_server.namespaces import registry
from tests.core.journal.builders import entry
from tests.mock import Mock
from tests.namespaces.traffic import caller, create, made
from tests.worlds import World

MINUTE = 60.0


@dataclass
class Monotonic:
    """The seconds that have passed; a test moves them."""

    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds


class Watcher:
    """Who watches the journal of a namespace: the pieces that came, and when to leave."""

    def __init__(self, mock: Mock, name: str) -> None:
        self.came: asyncio.Queue[bytes] = asyncio.Queue()
        self.leaves = asyncio.Event()
        self._mock = mock
        self._scope = {
            "type": "http",
            "method": "GET",
            "path": "/_mock/journal/stream",
            "raw_path": b"/_mock/journal/stream",
            "query_string": b"",
            "scheme": "http",
            "headers": [(b"host", b"localhost"), (HEADER.lower().encode(), name.encode())],
            "client": ("127.0.0.1", 50_000),
            "server": ("127.0.0.1", 80),
        }

    async def watch(self) -> None:
        await self._mock.server.app(self._scope, self._receive, self._send)

    async def _receive(self) -> dict[str, Any]:
        await self.leaves.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        if message.get("body"):
            self.came.put_nowait(message["body"])


@pytest.fixture
def passed() -> Monotonic:
    return Monotonic()


@pytest.fixture
def mock(passed: Monotonic, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mock]:
    """A mock with room for three namespaces, that lets them lapse after ten minutes."""
    original = registry.Namespaces.__init__

    def with_monotonic(self: registry.Namespaces, *arguments: object) -> None:
        original(self, *arguments, monotonic=passed)  # type: ignore[arg-type, misc]

    monkeypatch.setattr(registry.Namespaces, "__init__", with_monotonic)
    with Mock.running(max_namespaces=3, namespace_idle_minutes=10) as mock:
        yield mock


def names(mock: Mock) -> list[str]:
    return [each.name for each in mock.server.namespaces.list()]


def test_a_namespace_lapses_with_its_snapshots_when_it_was_unused_for_longer(mock: Mock, passed: Monotonic) -> None:
    world = World(mock, "shop")
    create(world)
    world.control("POST", "/snapshots", {"name": "mine"})
    passed.seconds += 10 * MINUTE
    mock.server.namespaces.tick()
    assert names(mock) == ["default", "shop"]

    passed.seconds += 0.001
    mock.server.namespaces.tick()

    assert names(mock) == ["default"]
    assert world.control("GET", "/snapshots").json() == {"snapshots": []}


def test_the_default_namespace_never_lapses(mock: Mock, passed: Monotonic) -> None:
    invoice_id = create(World(mock, "default"))
    passed.seconds += 10**6 * MINUTE
    mock.server.namespaces.tick()
    assert caller(World(mock, "default"), "invoices")("GET", f"/invoices/{invoice_id}").status_code == 200


def test_any_use_keeps_a_namespace(mock: Mock, passed: Monotonic) -> None:
    world = World(mock, "shop")
    create(world)
    for _ in range(5):
        passed.seconds += 9 * MINUTE
        assert caller(world, "invoices")("GET", "/invoices").status_code == 200
        mock.server.namespaces.tick()
    assert names(mock) == ["default", "shop"]


def test_whoever_watches_a_namespace_uses_it_until_leaving(mock: Mock, passed: Monotonic) -> None:
    async def watch() -> list[list[str]]:
        namespace = mock.server.namespaces.get("shop")
        client = Watcher(mock, "shop")
        watching = asyncio.ensure_future(client.watch())
        await client.came.get()
        seen = []
        for _ in range(3):
            passed.seconds += 9 * MINUTE
            namespace.journal.note(entry())  # what is told to a watcher, as a heartbeat is; nobody calls
            await client.came.get()
            mock.server.namespaces.tick()
            seen.append(names(mock))
        client.leaves.set()
        await watching
        passed.seconds += 11 * MINUTE
        mock.server.namespaces.tick()
        return [*seen, names(mock)]

    assert asyncio.run(watch()) == [*[["default", "shop"]] * 3, ["default"]]


def test_watching_a_namespace_that_is_gone_is_no_use_of_one_that_has_its_name(mock: Mock, passed: Monotonic) -> None:
    namespaces = mock.server.namespaces
    gone = namespaces.get("shop")
    namespaces.delete("shop")
    namespaces.note_use(gone)
    namespaces.get("shop")
    passed.seconds += 11 * MINUTE
    namespaces.note_use(gone)
    namespaces.tick()
    assert names(mock) == ["default"]


def test_looking_at_a_namespace_from_another_one_is_no_use_of_it(mock: Mock, passed: Monotonic) -> None:
    World(mock, "shop").control("GET", "/clock")
    default = World(mock, "default")
    passed.seconds += 7 * MINUTE
    assert default.control("GET", "/namespaces/shop").json()["idleSeconds"] == 7 * MINUTE
    listed = default.control("GET", "/namespaces").json()["namespaces"]
    assert {each["name"]: each["idleSeconds"] for each in listed} == {"default": 0, "shop": 7 * MINUTE}
    passed.seconds += 4 * MINUTE
    mock.server.namespaces.tick()
    assert names(mock) == ["default"]


def test_those_that_may_lapse_make_room_for_new_ones(mock: Mock, passed: Monotonic) -> None:
    made(mock)
    World(mock, "shop").control("GET", "/clock")
    assert World(mock, "new").control("GET", "/clock").status_code == 409
    passed.seconds += 11 * MINUTE
    assert World(mock, "new").control("GET", "/clock").status_code == 200
    assert names(mock) == ["default", "new"]


def test_what_fails_in_one_namespace_keeps_no_other_from_going_on(mock: Mock, passed: Monotonic) -> None:
    for name in ("broken", "shop"):
        World(mock, name).control("PUT", "/clock", {"mode": "running"})
    placed = World(mock, "shop").control("POST", "/invoices", {"status": "ProcessingPayment"}).json()["id"]
    broken = mock.server.namespaces.live("broken")
    assert broken is not None

    def fail(_: object) -> None:
        raise RuntimeError("this one is broken")

    broken.agenda.start([fail])
    mock.clock.advance(timedelta(days=10))
    with pytest.raises(RuntimeError, match="broken"):
        mock.server.namespaces.tick()
    shop = mock.server.namespaces.live("shop")
    assert shop is not None
    assert placed not in _processing(mock)
    passed.seconds += 11 * MINUTE
    with pytest.raises(RuntimeError, match="broken"):
        mock.server.namespaces.tick()
    assert names(mock) == ["default"]


def _processing(mock: Mock) -> list[str]:
    """The ids of the invoices whose payment is under way, as they are stored."""
    stored = mock.server.store.everywhere(INVOICES)
    return [each.id for _, each in stored if each.status.label == "ProcessingPayment"]
