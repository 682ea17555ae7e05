"""Requests that end in the middle of their body, as when a client is gone."""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping
from http.client import HTTPException, HTTPResponse
from urllib.parse import urlsplit

from contract_tests.errors import NotReached
from contract_tests.exchange import Exchange, Sent
from contract_tests.transport import Transport
from contract_tests.wire import PLAIN_PORT, request_bytes

NO_ANSWER = 0
"""The status of an exchange in which the server ended the connection without a word."""


def send_cut_off(transport: Transport, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Exchange:
    """Send what there is of a request, and say that no more will come. A server may end the connection instead of
    answering: then the status is `NO_ANSWER`.

    `headers`: with a Content-Length of more bytes than there are.

    Raises:
        NotReached: the connection is encrypted, where there is no ending one half of it; or the target does not allow
            the request.
    """
    parts = urlsplit(url)
    if parts.scheme == "https":
        raise NotReached("a body can't be cut off on an encrypted connection that goes on")
    transport.permits.require(method, url, body)
    transport.pace.wait()
    started = time.monotonic()
    seconds = transport.target.limits.timeout_seconds
    with socket.create_connection((parts.hostname or "", parts.port or PLAIN_PORT), timeout=seconds) as connection:
        connection.sendall(request_bytes(method, url, list(headers.items()), body))
        connection.shutdown(socket.SHUT_WR)
        status, answered, content = _answer(connection)
    sent = Sent(method, url, dict(headers), body)
    exchange = Exchange(sent, status, answered, content, seconds=time.monotonic() - started)
    transport.recorder.note(exchange)
    return exchange


def _answer(connection: socket.socket) -> tuple[int, dict[str, str], bytes]:
    answer = HTTPResponse(connection)
    try:
        answer.begin()
        content = answer.read()
    except (HTTPException, OSError):
        return NO_ANSWER, {}, b""
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, content
