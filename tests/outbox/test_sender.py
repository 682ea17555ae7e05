"""One request to one endpoint, whatever the endpoint does with it."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from mock_server.outbox.sender import KEPT_BYTES, READ_BYTES, Outcome, Sender
from mock_server.outbox.targets import Target, Targets
from tests.outbox.receivers import PATIENCE_SECONDS, free_port, receiving, request_of, talking

SENDER = Sender(timedelta(seconds=PATIENCE_SECONDS), "tests/1")
HASTY = Sender(timedelta(milliseconds=200), "tests/1")
TOO_LATE = "no complete answer within 0.2 s"
BODY = b'{"id":"m"}'


def at(port: int, host: str = "127.0.0.1") -> Target:
    return Targets(["*"]).check(f"http://{host}:{port}/hooks")


def answering(answer: bytes) -> Callable[[socket.socket], None]:
    def talk(connected: socket.socket) -> None:
        request_of(connected)
        connected.sendall(answer)

    return talk


def test_what_is_sent_arrives_as_one_post_with_its_headers_and_body() -> None:
    with receiving() as receiver:
        outcome = SENDER.send(Targets().check(receiver.url), {"Flute-Webhook-ID": "m"}, BODY)

    (request,) = receiver.received
    assert outcome == Outcome(200, None, "thanks")
    assert (request.path, request.body) == ("/hooks?from=mock", BODY)
    assert request.headers == {
        "host": f"127.0.0.1:{receiver.port}",
        "user-agent": "tests/1",
        "content-type": "application/json",
        "content-length": "10",
        "connection": "close",
        "flute-webhook-id": "m",
    }


@pytest.mark.parametrize("status", [200, 204, 299, 400, 404, 410, 500, 503])
def test_the_status_is_told(status: int) -> None:
    with talking(answering(f"HTTP/1.1 {status} Word\r\nContent-Length: 0\r\n\r\n".encode())) as port:
        assert SENDER.send(at(port), {}, BODY) == Outcome(status, None, "")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    with receiving() as elsewhere, receiving((status, b"there"), location=elsewhere.url) as receiver:
        outcome = SENDER.send(Targets().check(receiver.url), {}, BODY)

    assert outcome == Outcome(status, None, "there")
    assert elsewhere.received == []


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving() as proxy, receiving() as receiver:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        assert SENDER.send(Targets().check(receiver.url), {}, BODY).status == 200

    assert proxy.received == []


def test_a_name_below_localhost_is_this_machine_and_stands_in_the_host_header(monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(host: str, *arguments: Any, **more: Any) -> Any:
        assert host in {"127.0.0.1", "::1"}, f"a name server was asked for {host}"
        return real(host, *arguments, **more)

    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", ask)
    with receiving() as receiver:
        outcome = SENDER.send(at(receiver.port, "shop.localhost"), {}, BODY)

    assert outcome.status == 200
    assert receiver.received[0].headers["host"] == f"shop.localhost:{receiver.port}"


def test_localhost_is_tried_with_both_its_addresses() -> None:
    heard: list[bytes] = []

    def talk(connected: socket.socket) -> None:
        heard.append(request_of(connected))
        connected.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    with talking(talk, socket.AF_INET6) as port:
        assert SENDER.send(at(port, "localhost"), {}, BODY).status == 200
        assert SENDER.send(at(port, "[::1]"), {}, BODY).status == 200

    assert [f"Host: {host}:{port}".encode() in each for host, each in zip(("localhost", "[::1]"), heard, strict=True)]
    assert len(heard) == 2


def test_of_a_long_answer_the_beginning_is_read_and_less_is_kept() -> None:
    sent = threading.Event()

    def talk(connected: socket.socket) -> None:
        request_of(connected)
        connected.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n" + b"x" * READ_BYTES)
        connected.settimeout(PATIENCE_SECONDS)
        connected.recv(1)  # ends when the sender has closed the connection without waiting for the rest
        sent.set()

    with talking(talk) as port:
        assert SENDER.send(at(port), {}, BODY) == Outcome(200, None, "x" * KEPT_BYTES)
        assert sent.wait(PATIENCE_SECONDS)


def test_an_answer_that_is_no_text_is_kept_as_text() -> None:
    with receiving((200, b"\xff\xfe\0" + "ä".encode() * KEPT_BYTES)) as receiver:
        outcome = SENDER.send(Targets().check(receiver.url), {}, BODY)

    assert outcome.answer is not None
    assert outcome.answer.startswith("\ufffd\ufffd\0ää")
    assert len(outcome.answer) <= KEPT_BYTES


def test_an_answer_in_chunks_is_read() -> None:
    answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    with talking(answering(answer)) as port:
        assert SENDER.send(at(port), {}, BODY) == Outcome(200, None, "abcde")


def test_a_refused_connection_is_told() -> None:
    assert SENDER.send(at(free_port()), {}, BODY) == Outcome(error="the connection was refused")


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (b"", Outcome(error="the connection was closed without an answer")),
        (b"SSH-2.0-OpenSSH_9.6\r\n", Outcome(error="the answer is no HTTP")),
        (b"\0\xff" * 1000 + b"\r\n", Outcome(error="the answer is no HTTP")),
        (b"HTTP/1.1 2000 OK\r\n\r\n", Outcome(error="the answer is no HTTP")),
        (b"HTTP/1.1 abc OK\r\n\r\n", Outcome(error="the answer is no HTTP")),
        (b"HTTP/1.1 200 " + b"x" * 100_000, Outcome(error="the answer is no HTTP")),
        (b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 200 + b"\r\n", Outcome(error="the answer is no HTTP")),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", Outcome(200, "the answer ended too early")),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc",
            Outcome(200, "the answer ended too early"),
        ),
    ],
    ids=["nothing", "SSH", "bytes", "status", "no status", "long line", "headers", "short", "chunks"],
)
def test_an_answer_that_is_none_is_told(answer: bytes, outcome: Outcome) -> None:
    with talking(answering(answer)) as port:
        assert SENDER.send(at(port), {}, BODY) == outcome


def test_a_connection_that_is_broken_off_is_told() -> None:
    def talk(connected: socket.socket) -> None:
        request_of(connected)
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset, no farewell

    with talking(talk) as port:
        assert SENDER.send(at(port), {}, BODY) == Outcome(error="the connection was broken off")


def hanging(beginning: bytes) -> Callable[[socket.socket], None]:
    def talk(connected: socket.socket) -> None:
        connected.settimeout(PATIENCE_SECONDS)
        request_of(connected)
        connected.sendall(beginning)
        assert connected.recv(1) == b"", "the sender has gone on"

    return talk


@pytest.mark.parametrize(
    ("beginning", "status"),
    [
        (b"", None),
        (b"HTTP/1.1 200 OK\r\nContent-Le", None),
        (b"HTTP/1.1 100 Continue\r\n\r\n", None),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", 200),
        (b"HTTP/1.1 200 OK\r\n\r\nabc", 200),
    ],
)
def test_an_endpoint_that_hangs_is_left_when_the_time_is_over(beginning: bytes, status: int | None) -> None:
    with talking(hanging(beginning)) as port:
        assert HASTY.send(at(port), {}, BODY) == Outcome(status, TOO_LATE)


@pytest.mark.parametrize("drop", [b"x", b"a: b\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"])
def test_an_endpoint_that_drips_gets_no_more_time(drop: bytes) -> None:
    """Each drop comes in time, the answer as a whole doesn't."""
    over = threading.Event()

    def talk(connected: socket.socket) -> None:
        request_of(connected)
        if b"HTTP" not in drop:
            connected.sendall(b"HTTP/1.1 200 OK\r\n")
        while not over.wait(0.01):
            connected.sendall(drop)

    with talking(talk) as port:
        outcome = HASTY.send(at(port), {}, BODY)
        over.set()

    assert outcome == Outcome(error=TOO_LATE)


def test_an_endpoint_that_does_not_read_is_left_when_the_time_is_over() -> None:
    over = threading.Event()
    with talking(lambda _: over.wait(PATIENCE_SECONDS)) as port:
        outcome = HASTY.send(at(port), {}, b"x" * 50_000_000)
        over.set()

    assert outcome == Outcome(error=TOO_LATE)


def test_a_secure_connection_is_asked_for_under_the_name_in_the_url(monkeypatch: pytest.MonkeyPatch) -> None:
    """The endpoint hears the name and, as nobody vouches for it, is sent nothing."""
    heard: list[bytes] = []

    def talk(connected: socket.socket) -> None:
        heard.append(connected.recv(65536))

    with talking(talk) as port:
        outcome = SENDER.send(Targets().check(f"https://shop.localhost:{port}/"), {}, BODY)

    assert outcome.status is None
    assert outcome.error in {"there was no secure connection", "the connection was broken off"}
    assert b"shop.localhost" in heard[0]
    assert BODY not in heard[0]


def test_a_name_that_nobody_knows_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> object:
        raise socket.gaierror("unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    assert SENDER.send(at(80, "hooks.example"), {}, BODY) == Outcome(error="the host is not known")


def test_a_name_server_that_hangs_is_left_when_the_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: over.wait(PATIENCE_SECONDS) and [])

    outcome = HASTY.send(at(80, "hooks.example"), {}, BODY)
    over.set()

    assert outcome == Outcome(error=TOO_LATE)


def test_an_allowed_name_is_asked_for_where_the_name_server_says(monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.getaddrinfo

    def known(host: str, *arguments: Any, **more: Any) -> Any:
        return real("127.0.0.1" if host == "hooks.example" else host, *arguments, **more)

    monkeypatch.setattr(socket, "getaddrinfo", known)
    with receiving() as receiver:
        assert SENDER.send(at(receiver.port, "hooks.example"), {}, BODY).status == 200

    assert receiver.received[0].headers["host"] == f"hooks.example:{receiver.port}"
