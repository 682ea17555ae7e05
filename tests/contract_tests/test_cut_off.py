"""A request that is cut off arrives as far as it was sent; the server may answer it, or end the connection."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from contract_tests.cut_off import NO_ANSWER, send_cut_off
from contract_tests.errors import NotReached
from contract_tests.target import Target
from contract_tests.transport import Recorder, Transport

SECONDS = 5.0
HEADERS = {"content-type": "text/plain", "content-length": "10"}
Answer = Callable[[bytes], bytes]


@contextmanager
def server(answer: Answer) -> Iterator[str]:
    """A server for one connection, which reads to the end and then answers. Gives its origin."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(SECONDS)

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.settimeout(SECONDS)
                read = b""
                while piece := connection.recv(4096):
                    read += piece
                connection.sendall(answer(read))

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        thread.join(SECONDS)


def new_transport(origin: str) -> Transport:
    return Transport(Target("mock", {}, mock_origin=origin), Recorder())


def test_the_server_gets_what_was_sent_and_no_more() -> None:
    seen = []

    def answer(content: bytes) -> bytes:
        seen.append(content)
        return b"HTTP/1.1 400 Bad Request\r\nContent-Length: 5\r\nX-One: 1\r\n\r\nshort"

    with server(answer) as origin:
        transport = new_transport(origin)
        exchange = send_cut_off(transport, "PUT", f"{origin}/key?a=1", HEADERS, b"12345")
    assert (exchange.status, exchange.body, exchange.headers["x-one"]) == (400, b"short", "1")
    head, _, body = seen[0].partition(b"\r\n\r\n")
    assert head.startswith(b"PUT /key?a=1 HTTP/1.1\r\nHost: 127.0.0.1:")
    assert b"content-length: 10" in head
    assert body == b"12345"
    assert transport.recorder.steps == [exchange]


def test_a_server_may_end_the_connection_without_a_word() -> None:
    with server(lambda content: b"") as origin:
        exchange = send_cut_off(new_transport(origin), "PUT", f"{origin}/key", HEADERS, b"12345")
    assert exchange.status == NO_ANSWER


def test_encrypted_connections_have_no_half_to_end() -> None:
    with pytest.raises(NotReached, match="encrypted"):
        send_cut_off(new_transport("https://bucket.invalid"), "PUT", "https://bucket.invalid/key", HEADERS, b"1")


def test_nothing_is_cut_off_where_nothing_may_be_written() -> None:
    transport = Transport(Target("staging", {}), Recorder())
    with pytest.raises(NotReached, match="writes"):
        send_cut_off(transport, "PUT", "http://127.0.0.1:9/key", HEADERS, b"1")
