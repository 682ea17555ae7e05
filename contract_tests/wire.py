"""Requests as bytes: what no HTTP client would send, a hostile one does."""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

TLS_PORT = 443
PLAIN_PORT = 80


@dataclass(frozen=True)
class RawAnswer:
    """What came back. Header names are lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


def exchange_bytes(url: str, content: bytes, *, method: str, seconds: float, verify: bool | str) -> RawAnswer:
    """Send the bytes to the server of a URL and read one answer. `method`: HEAD has answers without bodies.

    Raises:
        OSError: nobody answered, or not in time.
        http.client.HTTPException: what came is no HTTP.
    """
    with _connected(urlsplit(url), seconds, verify) as connection:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it may answer before it has read everything
            connection.sendall(content)
        answer = http.client.HTTPResponse(connection, method=method)
        answer.begin()
        body = answer.read()
        return RawAnswer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, body)


def request_bytes(method: str, url: str, headers: list[tuple[str, str]], body: bytes = b"") -> bytes:
    """A request as it goes over the wire, nothing added but Host and the wish to end the connection.

    Headers are encoded in Latin-1, and nothing about them is checked.
    """
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    lines = [f"{method} {target} HTTP/1.1", f"Host: {parts.netloc}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def chunked(body: bytes, size: int = 7) -> bytes:
    """The body in chunks of a size, ended properly."""
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def _connected(parts: SplitResult, seconds: float, verify: bool | str) -> socket.socket:
    port = parts.port or (TLS_PORT if parts.scheme == "https" else PLAIN_PORT)
    connection = socket.create_connection((parts.hostname or "", port), timeout=seconds)
    if parts.scheme != "https":
        return connection
    context = ssl.create_default_context(cafile=verify if isinstance(verify, str) else None)
    if verify is False:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(connection, server_hostname=parts.hostname)
