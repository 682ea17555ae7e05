"""One request to one endpoint: within a time limit, without redirects or proxies, trusting the answer little."""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from mock_server.outbox.targets import DEFAULT_PORTS, Target

READ_BYTES = 64 * 1024
"""Of an answer's body at most; the connection is closed whatever is left of it."""

KEPT_BYTES = 2 * 1024


@dataclass(frozen=True)
class Outcome:
    """What became of a request. `status`: of the answer, where there was one. `answer`: how its body begins."""

    status: int | None = None
    error: str | None = None
    answer: str | None = None


class Sender:
    """Sends deliveries. Safe to use from several threads; keeps no connection."""

    def __init__(self, time_limit: timedelta, user_agent: str) -> None:
        self._time_limit = time_limit
        self._user_agent = user_agent

    def send(self, target: Target, headers: Mapping[str, str], body: bytes) -> Outcome:
        """POST the body, and tell what was answered. Never raises for what the network or the endpoint does."""
        deadline = Deadline(self._time_limit)
        try:
            return self._exchange(target, headers, body, deadline)
        except (OSError, http.client.HTTPException, ValueError) as error:
            return Outcome(error=self._told(error))

    def _exchange(self, target: Target, headers: Mapping[str, str], body: bytes, deadline: Deadline) -> Outcome:
        with _connect(target, deadline) as connected:
            connection = http.client.HTTPConnection(target.host, target.port)
            connection.sock = _TimedSocket(connected, deadline)
            connection.putrequest("POST", target.path, skip_host=True, skip_accept_encoding=True)
            for name, value in {**self._headers(target, body), **headers}.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            with connection.getresponse() as response:
                return self._read(response)

    def _read(self, response: http.client.HTTPResponse) -> Outcome:
        try:
            return Outcome(response.status, answer=_beginning(_body(response)))
        except (OSError, http.client.HTTPException, ValueError) as error:
            return Outcome(response.status, self._told(error))

    def _headers(self, target: Target, body: bytes) -> dict[str, str]:
        host = f"[{target.host}]" if ":" in target.host else target.host
        return {
            "Host": host if target.port == DEFAULT_PORTS[target.scheme] else f"{host}:{target.port}",
            "User-Agent": self._user_agent,
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            "Connection": "close",
        }

    def _told(self, error: Exception) -> str:
        if isinstance(error, TimeoutError):
            return f"no complete answer within {self._time_limit.total_seconds():g} s"
        return next((told for kind, told in _TOLD if isinstance(error, kind)), "the connection failed")


_TOLD: Sequence[tuple[type[Exception], str]] = (
    (ConnectionRefusedError, "the connection was refused"),
    (http.client.RemoteDisconnected, "the connection was closed without an answer"),
    (ConnectionError, "the connection was broken off"),
    (http.client.IncompleteRead, "the answer ended too early"),
    (http.client.HTTPException, "the answer is no HTTP"),
    (ssl.SSLCertVerificationError, "the certificate is not trusted"),
    (ssl.SSLError, "there was no secure connection"),
    (socket.gaierror, "the host is not known"),
    (ValueError, "the answer is no HTTP"),
)
"""What is said of an error; the first kind that fits. The same on every platform, and without addresses or paths."""


class Deadline:
    """The end of the time there is for one attempt as a whole; an endpoint that drips doesn't prolong it."""

    def __init__(self, limit: timedelta) -> None:
        self._end = time.monotonic() + limit.total_seconds()

    def remaining(self) -> float:
        """Seconds that are left. Raises `TimeoutError` when there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


class _TimedSocket:
    """As much of a socket as `http.client` uses, each step within what is left of the time."""

    def __init__(self, connected: socket.socket, deadline: Deadline) -> None:
        self._socket = connected
        self._deadline = deadline

    def sendall(self, data: bytes) -> None:
        self._socket.settimeout(self._deadline.remaining())
        self._socket.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_TimedReader(self._socket, self._deadline))

    def close(self) -> None:
        """Leave it open: `http.client` lets go of it before it has read the answer."""


class _TimedReader(io.RawIOBase):
    def __init__(self, connected: socket.socket, deadline: Deadline) -> None:
        self._socket = connected
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._socket.settimeout(self._deadline.remaining())
        return self._socket.recv_into(buffer)


def _connect(target: Target, deadline: Deadline) -> socket.socket:
    """A connection to the first address that takes one, with the name in the URL as the one that TLS asks for."""
    failure: OSError = socket.gaierror("no address")
    for address in target.addresses or _resolved(target.host, target.port, deadline):
        try:
            connected = socket.create_connection((address, target.port), timeout=deadline.remaining())
        except OSError as error:
            failure = error
            continue
        return _secured(connected, target.host, deadline) if target.scheme == "https" else connected
    raise failure


def _secured(connected: socket.socket, host: str, deadline: Deadline) -> socket.socket:
    try:
        connected.settimeout(deadline.remaining())
        return _trust().wrap_socket(connected, server_hostname=host)
    except BaseException:
        connected.close()
        raise


@cache
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()


def _resolved(host: str, port: int, deadline: Deadline) -> Sequence[str]:
    """The host's addresses. On a thread of its own, because nothing else gives up asking in time."""
    found: list[str] = []

    def ask() -> None:
        try:
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return  # no address: the caller says so
        found.extend(dict.fromkeys(str(answer[4][0]) for answer in answers))

    asking = threading.Thread(target=ask, daemon=True, name="mock-server-resolve")
    asking.start()
    asking.join(deadline.remaining())
    deadline.remaining()
    return list(found)


def _body(response: http.client.HTTPResponse) -> bytes:
    """As much as is read of an answer's body. Raises `IncompleteRead` where less came than was announced."""
    body = response.read(READ_BYTES)
    if response.length and len(body) < READ_BYTES:  # reading a part, `http.client` says nothing of that
        raise http.client.IncompleteRead(b"")
    return body


def _beginning(body: bytes) -> str:
    return body[:KEPT_BYTES].decode("utf-8", "replace")
