"""A server in a thread of the test process: its ports, its start and its end."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlsplit

import pytest

from mock_server.cli.control_client import ControlClient
from mock_server.core.control import Making
from mock_server.core.errors import SetupError
from mock_server.live import LiveServer
from mock_server.settings import Settings

QUIET = Settings(access_log=False, seed="none")


@pytest.fixture(scope="module")
def live() -> Iterator[LiveServer]:
    found = LiveServer.start(QUIET)
    yield found
    found.stop()


def connected(url: str) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    return http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)


def refuses(url: str) -> bool:
    parts = urlsplit(url)
    try:
        socket.create_connection((parts.hostname or "", parts.port or 0)).close()
    except ConnectionRefusedError:
        return True
    return False


def serving() -> list[threading.Thread]:
    """The threads that serve."""
    return [each for each in threading.enumerate() if each.name == "mock-server"]


def test_it_listens_when_it_has_been_started(live: LiveServer) -> None:
    assert ControlClient(live.url).get("/health").json["status"] == "ok"


def test_a_port_leads_to_its_namespace_alone(live: LiveServer) -> None:
    live.server.namespaces.create("shop", Making())
    url = live.open_port("shop")
    try:
        ControlClient(url).put("/clock", {"mode": "frozen", "at": "2031-01-01T00:00:00Z"})

        assert ControlClient(live.url, "shop").get("/clock").json["now"] == "2031-01-01T00:00:00Z"
        assert ControlClient(live.url).get("/clock").json["mode"] == "running"
    finally:
        live.close_port(url)
        live.server.namespaces.delete("shop")


def test_a_closed_port_takes_no_connection_and_ends_those_it_has(live: LiveServer) -> None:
    url = live.open_port("default")
    connection = connected(url)
    connection.request("GET", "/_mock/health")
    assert connection.getresponse().read()
    held = connection.sock
    assert held is not None

    live.close_port(url)

    assert held.recv(1) == b""
    assert refuses(url)
    connection.close()


def test_a_stream_ends_with_the_port_it_is_read_at(live: LiveServer) -> None:
    url = live.open_port("default")
    connection = connected(url)
    connection.request("GET", "/_mock/journal/stream", headers={"Accept": "text/event-stream"})
    response = connection.getresponse()
    assert response.status == 200

    live.close_port(url)

    with suppress(http.client.HTTPException, ConnectionError):
        response.read()
    response.close()
    connection.close()


def test_a_stream_does_not_hold_up_the_end_of_the_server() -> None:
    live = LiveServer.start(QUIET)
    connection = connected(live.url)
    connection.request("GET", "/_mock/journal/stream", headers={"Accept": "text/event-stream"})
    response = connection.getresponse()
    assert response.status == 200

    live.stop()

    response.read()  # to its proper end
    response.close()
    connection.close()


def test_closing_a_port_leaves_the_others_alone(live: LiveServer) -> None:
    closed, kept = live.open_port("default"), live.open_port("default")
    connection = connected(kept)
    connection.request("GET", "/_mock/health")
    connection.getresponse().read()

    live.close_port(closed)

    connection.request("GET", "/_mock/health")
    assert connection.getresponse().status == 200
    connection.close()
    live.close_port(kept)


def test_many_threads_may_ask_for_ports(live: LiveServer) -> None:
    urls: list[str] = []

    def ask() -> None:
        url = live.open_port("default")
        urls.append(url)
        assert ControlClient(url).get("/health").status == 200
        live.close_port(url)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)

    assert len(set(urls)) == 8


def test_a_stopped_server_leaves_no_thread_and_no_port() -> None:
    before = serving()
    live = LiveServer.start(QUIET)
    own = live.open_port("default")

    live.stop()

    assert serving() == before
    assert refuses(live.url)
    assert refuses(own)


def test_a_server_that_cannot_start_says_why_and_leaves_nothing_behind() -> None:
    before = serving()

    with pytest.raises(SetupError, match="no-such-seed"):
        LiveServer.start(Settings(access_log=False, seed="no-such-seed"))

    assert serving() == before
