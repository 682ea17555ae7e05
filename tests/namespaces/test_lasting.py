"""Namespaces outlive the server on a store that lasts: with clock, ids and snapshots, also after a sudden end."""

from __future__ import annotations

import http.server
import json
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from mock_server.core.records import transact
from mock_server.namespaces.names import held_copy_of, snapshot_of
from tests.mock import Mock
from tests.namespaces.traffic import attached, create, everything, fetched, made
from tests.process import running
from tests.worlds import World

AT = "2026-11-02T09:30:00Z"
PATIENCE_SECONDS = 30


@pytest.fixture
def lasting(tmp_path: Path) -> dict[str, Any]:
    """Settings of servers that go on where one before stopped."""
    return {"state": f"sqlite:///{tmp_path / 'state.db'}", "objects": tmp_path / "objects"}


def test_a_namespace_is_there_again_with_all_that_was_in_it(lasting: dict[str, Any]) -> None:
    with Mock.running(**lasting) as mock:
        world = made(mock, idSeed="abc", clock={"at": AT})
        create(world, "key-1")
        uploaded = attached(world)
        world.control("PUT", "/clock", {"advance": "P1D"})
        world.control("POST", "/snapshots", {"name": "before"})
        before = everything(world)
        following = create(world, "key-2")
        after = everything(world)
    with Mock.running(**lasting) as mock:
        world = World(mock, world.name)
        assert [each.name for each in mock.server.namespaces.list()] == ["default", world.name]
        assert everything(world) == after
        assert fetched(world, uploaded.payment_request).content == uploaded.content
        world.control("POST", "/snapshots/before/restore")
        assert everything(world) == before
        assert create(world, "key-2") == following


def test_the_default_namespace_goes_on_too(lasting: dict[str, Any]) -> None:
    with Mock.running(id_seed="abc", **lasting) as mock:
        create(World(mock, "default"))
        World(mock, "default").control("PUT", "/clock", {"mode": "frozen", "at": "2027-01-01T00:00:00Z"})
        before = everything(World(mock, "default"))
    with Mock.running(id_seed="other", **lasting) as mock:
        assert everything(World(mock, "default")) == before


def test_a_running_clock_goes_on_with_the_machine(lasting: dict[str, Any]) -> None:
    with Mock.running(**lasting) as mock:
        made(mock, clock={"at": "2030-01-01T00:00:00Z", "mode": "running"}).control("GET", "/clock")
        name = mock.server.namespaces.list()[-1].name
    with Mock.running(**lasting) as mock:
        assert World(mock, name).control("GET", "/clock").json()["now"] == "2030-01-01T00:00:00Z"


def test_stored_namespaces_count_as_namespaces(lasting: dict[str, Any]) -> None:
    with Mock.running(**lasting) as mock:
        made(mock)
        made(mock)
    with Mock.running(max_namespaces=3, **lasting) as mock:
        assert World(mock).control("GET", "/clock").status_code == 409


def test_what_a_dead_server_left_behind_is_swept(lasting: dict[str, Any], tmp_path: Path) -> None:
    """Copies that live as long as the server at most, and copies of namespaces that are gone."""
    with Mock.running(**lasting) as mock:
        world = made(mock)
        attached(world)
        held = mock.server.namespaces.hold_copy(mock.namespace)
        orphan = snapshot_of("gone", "one")
        for target in (orphan, held_copy_of("gone", "7")):
            transact(mock.server.store, target, lambda work: work.copy_from(world.name), write=True)
        assert _is_stored(mock, held)
        World(mock, "default").control("DELETE", f"/namespaces/{world.name}")
    with Mock.running(**lasting) as mock:
        assert [each for each in (held, orphan, held_copy_of("gone", "7")) if _is_stored(mock, each)] == []
        assert list((tmp_path / "objects").iterdir()) == []


def _is_stored(mock: Mock, name: str) -> bool:
    return any(transact(mock.server.store, name, lambda work: work.contents(), write=False))


@contextmanager
def holding(folder: Path) -> Iterator[tuple[str, threading.Event, threading.Event]]:
    """A receiver of webhooks that doesn't answer until it is let: its address, whether it was asked, and that."""
    was_asked, may_answer = threading.Event(), threading.Event()

    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the name that http.server asks for
            was_asked.set()
            may_answer.wait(PATIENCE_SECONDS)

        def log_message(self, *args: Any) -> None:
            """Not in the tests' output."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", was_asked, may_answer
    finally:
        may_answer.set()
        server.shutdown()
        thread.join()
        server.server_close()


def ask(origin: str, method: str, path: str, body: Any = None) -> Any:
    content = None if body is None else json.dumps(body).encode()
    headers = {"x-mock-namespace": "shop", "content-type": "application/json"}
    request = urllib.request.Request(f"{origin}/_mock{path}", content, headers, method=method)
    with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as response:
        return json.loads(response.read() or b"null")


def test_a_clock_move_that_a_sudden_end_cut_short_is_made_up_for(tmp_path: Path) -> None:
    """A webhook is told of the first payment on the way; its receiver takes so long that the server dies meanwhile."""
    arguments = ["--state", f"sqlite:///{tmp_path / 'state.db'}", "--objects", str(tmp_path / "objects")]
    with holding(tmp_path) as (address, was_asked, may_answer):
        with running(tmp_path, [*arguments, "--webhook-seconds", "30"]) as (process, origin):
            ask(origin, "PUT", "/clock", {"mode": "frozen", "at": AT, "allowBackwards": True})
            first = ask(origin, "POST", "/invoices", {"status": "ProcessingPayment"})["id"]
            ask(origin, "PUT", "/clock", {"advance": "P1D"})
            second = ask(origin, "POST", "/invoices", {"status": "ProcessingPayment"})["id"]
            ask(origin, "POST", "/webhooks", {"url": address, "events": ["invoice.paid"]})
            move = threading.Thread(target=_tolerant, args=(origin, {"advance": "P30D"}))
            move.start()
            assert was_asked.wait(PATIENCE_SECONDS)
            process.kill()
            process.wait(PATIENCE_SECONDS)
            may_answer.set()
            move.join(PATIENCE_SECONDS)
        with running(tmp_path, arguments, log="again.txt") as (_, origin):
            assert ask(origin, "GET", "/clock")["now"] == "2026-12-03T09:30:00Z"
            exported = ask(origin, "GET", "/export")
    invoices = {each["id"]: each for each in exported["records"]["invoices"]}
    settled = [invoices[each]["history"][-1] for each in (first, second)]
    assert [each["at"] for each in settled] == ["2026-11-05T09:30:00Z", "2026-11-06T09:30:00Z"]
    assert [invoices[each]["status"] for each in (first, second)] == [3, 3]


def _tolerant(origin: str, body: Any) -> None:
    """A call whose server dies on it."""
    try:
        ask(origin, "PUT", "/clock", body)
    except OSError:
        return
