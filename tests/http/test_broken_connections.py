"""Faults on real sockets: a server in a process of its own, and clients that see what becomes of their connections."""

from __future__ import annotations

import json
import socket
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection, IncompleteRead, RemoteDisconnected
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.mock import BODY
from tests.process import running, token


@dataclass(frozen=True)
class Client:
    """Calls for one namespace, each on a connection of its own."""

    address: tuple[str, int]
    token: str
    namespace: str

    @property
    def headers(self) -> dict[str, str]:
        return {
            "Host": "localhost",
            "Content-Type": "application/json",
            "Authorization": f"Bearer {self.token}",
            "X-Mock-Namespace": self.namespace,
        }

    def __call__(self, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
        """Status and body; raises what goes wrong with the connection."""
        connection = HTTPConnection(*self.address, timeout=30)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), self.headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def fault(self, **stated: Any) -> None:
        status, answer = self("POST", "/_mock/faults", stated)
        assert status == 201, answer

    def total(self) -> int:
        """How many invoices there are."""
        status, answer = self("GET", "/pay-int-api/invoices")
        assert status == 200, answer
        return int(json.loads(answer)["total"])


@dataclass(frozen=True)
class Place:
    origin: str
    token: str


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("faults")
    with running(folder, ["--no-access-log"]) as (_, origin):
        yield Place(origin, token("invoices"))
        assert (folder / "stderr.txt").read_text() == ""  # before it is stopped, and lets nobody wait any longer


@pytest.fixture
def client(place: Place) -> Client:
    found = urlsplit(place.origin)
    assert found.hostname
    assert found.port
    return Client((found.hostname, found.port), place.token, f"test-{uuid.uuid4().hex[:12]}")


CREATION = {"operations": "createInvoice"}


def create(client: Client) -> tuple[int, bytes]:
    return client("POST", "/pay-int-api/invoices", BODY)


def test_a_reset_reaches_the_client_as_a_reset_and_nothing_has_run(client: Client) -> None:
    before = client.total()
    client.fault(match=CREATION, times=1, reset=True)

    with pytest.raises(ConnectionResetError) as caught:
        create(client)

    assert not isinstance(caught.value, RemoteDisconnected)
    assert client.total() == before
    assert create(client)[0] == 200


def test_a_close_reaches_the_client_as_an_end_without_an_answer_and_nothing_has_run(client: Client) -> None:
    before = client.total()
    client.fault(match=CREATION, times=1, close=True)

    with pytest.raises(RemoteDisconnected):
        create(client)

    assert client.total() == before
    assert create(client)[0] == 200


def test_a_client_that_is_still_sending_sees_a_close_as_a_close(client: Client) -> None:
    """Were its body not taken in first, the rest of it would turn the close into a reset."""
    client.fault(match=CREATION, times=1, close=True)
    head = "".join(f"{name}: {value}\r\n" for name, value in client.headers.items())
    half = b"x" * 200_000

    with socket.create_connection(client.address, timeout=30) as connection:
        connection.sendall(f"POST /pay-int-api/invoices HTTP/1.1\r\n{head}Content-Length: 400000\r\n\r\n".encode())
        connection.sendall(half)
        while not met(client):
            pass
        connection.sendall(half)
        assert connection.recv(1) == b""


def test_a_truncated_answer_reaches_the_client_in_part_and_the_operation_has_run(client: Client) -> None:
    before = client.total()
    client.fault(match=CREATION, times=1, truncate={"keepBytes": 7})

    with pytest.raises(IncompleteRead) as caught:
        create(client)

    assert caught.value.partial == b'{"id":"'
    assert caught.value.expected == len(json.dumps({"id": str(uuid.uuid4())}, separators=(",", ":"))) - 7
    assert client.total() == before + 1


def test_a_garbled_answer_reaches_the_client_whole_and_on_a_connection_that_goes_on(client: Client) -> None:
    client.fault(match=CREATION, times=1, malformedJson=True)
    connection = HTTPConnection(*client.address, timeout=30)

    answers = []
    for _ in range(2):
        connection.request("POST", "/pay-int-api/invoices", json.dumps(BODY), client.headers)
        answers.append(connection.getresponse().read())
    connection.close()

    with pytest.raises(ValueError):
        json.loads(answers[0])
    assert json.loads(answers[1])["id"]


def test_a_slow_answer_arrives_byte_by_byte_while_others_are_served(client: Client) -> None:
    whole = client("GET", "/pay-int-api/invoices")[1]
    client.fault(match={"operations": "listInvoices"}, times=1, slow={"bytesPerSecond": 10})
    head = "".join(f"{name}: {value}\r\n" for name, value in client.headers.items())

    with socket.create_connection(client.address, timeout=30) as connection:
        connection.sendall(f"GET /pay-int-api/invoices HTTP/1.1\r\n{head}\r\n".encode())
        received = b""
        while not body_of(received):
            received += connection.recv(1 << 20)
        assert client("GET", "/pay-int-api/invoices")[1] == whole
        received += connection.recv(1 << 20)

    assert f"content-length: {len(whole)}".encode() in received
    assert whole.startswith(body_of(received))
    assert 2 <= len(body_of(received)) < len(whole)  # all of it would take many minutes


def body_of(received: bytes) -> bytes:
    return received.partition(b"\r\n\r\n")[2]


def test_others_are_served_while_one_is_late(client: Client) -> None:
    """The late call is still waiting when the other one, which was sent after it, is answered."""
    client.fault(match={"operations": "listInvoices"}, times=1, delayMs=60_000)
    late = HTTPConnection(*client.address, timeout=30)
    late.request("GET", "/pay-int-api/invoices", headers=client.headers)
    while not met(client):
        pass

    assert client.total() >= 0

    assert late.sock is not None
    late.sock.setblocking(False)
    with pytest.raises(BlockingIOError):
        late.sock.recv(1)
    late.close()


def met(client: Client) -> bool:
    """Whether the only fault has met a call."""
    return bool(json.loads(client("GET", "/_mock/faults/fault-1")[1])["matched"])


def test_pipelined_requests_are_answered_up_to_the_one_that_is_reset(client: Client) -> None:
    client.total()  # makes the namespace
    client.fault(match={"headers": {"x-last": {"present": True}}}, close=True)
    head = "".join(f"{name}: {value}\r\n" for name, value in client.headers.items())
    requests = [f"GET /pay-int-api/invoices HTTP/1.1\r\n{head}{last}\r\n" for last in ("", "", "X-Last: yes\r\n")]

    with socket.create_connection(client.address, timeout=30) as connection:
        connection.sendall("".join(requests).encode())
        received = b"".join(iter(lambda: connection.recv(1 << 20), b""))

    assert received.count(b"HTTP/1.1 200 ") == 2
