"""Which URLs deliveries may go to: this machine, and hosts that were allowed when the server was started.

A mock that sends requests wherever it is told is a tool for whoever reaches it to look around in its network. So a
host is never judged by what it resolves to but by how it is written, and only one way to write it is accepted.
"""

from __future__ import annotations

import ipaddress
import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import unquote, urlsplit

from mock_server.core.errors import MockServerError, SetupError

MAX_URL_LENGTH = 2048
ANY_HOST = "*"
LOCALHOST = "localhost"
LOCAL_ADDRESSES = ("127.0.0.1", "::1")
CONTROL_PLANE = "/_mock"
DEFAULT_PORTS = {"http": 80, "https": 443}
_VISIBLE = re.compile(r"[!-~]+")
_OUTLAWED = re.compile(r"[\\\"<>^`{|}]")
_AUTHORITY = re.compile(r"(?P<host>\[[^\[\]]*\]|[^\[\]:]*)(?::(?P<port>[0-9]{1,5}))?")
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")

Address = TypeVar("Address", ipaddress.IPv4Address, ipaddress.IPv6Address)


@dataclass
class TargetRefused(MockServerError):
    """Nothing is sent to this URL; `reason` says why, as the rest of a sentence that begins with it."""

    reason: str

    def __str__(self) -> str:
        return f"the URL {self.reason}"


@dataclass(frozen=True)
class Target:
    """Where to send a request to.

    `host`: as it stands in the URL, without brackets. `addresses`: to connect to; empty where DNS is to be asked.
    `path`: with the query.
    """

    scheme: str
    host: str
    port: int
    path: str
    addresses: tuple[str, ...]


class Targets:
    """Tells allowed URLs from others. `allowed_hosts`: exact names or addresses beyond this machine, `*` for all."""

    def __init__(self, allowed_hosts: Iterable[str] = ()) -> None:
        """Raises `SetupError` for what is no host."""
        self._allowed = frozenset(_allowed(each) for each in allowed_hosts)

    def check(self, url: str) -> Target:
        """Where deliveries to this URL go. Raises `TargetRefused`."""
        scheme, authority, path = _parts(url)
        found = _AUTHORITY.fullmatch(authority)
        if not found:
            raise TargetRefused("has no host with a port of digits alone")
        port = int(found["port"]) if found["port"] else DEFAULT_PORTS[scheme]
        if not 0 < port <= 65535:
            raise TargetRefused("has a port that does not exist")
        if _is_control_plane(path):
            raise TargetRefused(f"is one of the mock's own control plane ({CONTROL_PLANE})")
        host, addresses = self._host(found["host"])
        return Target(scheme, host, port, path, addresses)

    def _host(self, written: str) -> tuple[str, tuple[str, ...]]:
        """The host and the addresses to connect to, where it may be asked at all."""
        host = written.lower()
        address = _address(host)
        if address is not None:
            name = str(address)
            if not (address.is_loopback or self._allows(name)):
                raise TargetRefused(f"leads to {name}, which is not on this machine and was not allowed at the start")
            return name, (name,)
        if not _NAME.fullmatch(host) or len(host) > 253:
            raise TargetRefused("has no host that is written the usual way")
        if host == LOCALHOST or host.endswith("." + LOCALHOST):
            return host, LOCAL_ADDRESSES
        if not self._allows(host):
            raise TargetRefused(f"leads to {host}, which is not on this machine and was not allowed at the start")
        return host, ()

    def _allows(self, host: str) -> bool:
        return host in self._allowed or ANY_HOST in self._allowed


def _parts(url: str) -> tuple[str, str, str]:
    """Scheme, authority, and path with query. What two readers could read in two ways is refused."""
    if len(url) > MAX_URL_LENGTH:
        raise TargetRefused(f"is longer than {MAX_URL_LENGTH} characters")
    if not _VISIBLE.fullmatch(url) or _OUTLAWED.search(url):
        raise TargetRefused("holds characters that have to be percent-encoded")
    if "#" in url:
        raise TargetRefused("has a fragment, which is never sent")
    scheme, separator, rest = url.partition("://")
    if not separator or scheme.lower() not in DEFAULT_PORTS:
        raise TargetRefused("begins neither with http:// nor with https://")
    try:
        split = urlsplit(f"//{rest}")
    except ValueError as error:
        raise TargetRefused("has no readable host") from error
    if "@" in split.netloc:
        raise TargetRefused("carries a user name or a password")
    query = "?" + split.query if "?" in rest else ""
    return scheme.lower(), split.netloc, (split.path or "/") + query


def _allowed(written: str) -> str:
    host = written.lower()
    try:
        address = _address(f"[{host}]" if ":" in host and "[" not in host else host)
    except TargetRefused as error:
        raise SetupError(f"{written!r} is no host that can be allowed: it {error.reason}") from error
    if address is not None:
        return str(address)
    if host != ANY_HOST and not _NAME.fullmatch(host):
        raise SetupError(f"{written!r} is no host that can be allowed: give a name or an address alone, or {ANY_HOST}")
    return host


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address this is; `None` for a name. Raises `TargetRefused` for an address in an unusual spelling."""
    if host.startswith("[") and host.endswith("]"):
        return _canonical(host[1:-1], ipaddress.IPv6Address)
    last = host.removesuffix(".").rpartition(".")[2]
    if _NUMBER.fullmatch(last):  # what browsers and libc take for an address, whatever stands before
        return _canonical(host, ipaddress.IPv4Address)
    return None


def _canonical(text: str, kind: type[Address]) -> Address:
    try:
        address = kind(text)
    except ValueError as error:
        raise TargetRefused("has a host that is neither a name nor an address in its usual spelling") from error
    if str(address) != text or getattr(address, "ipv4_mapped", None) or getattr(address, "scope_id", None):
        raise TargetRefused("has an address in an unusual spelling")
    return address


def _is_control_plane(path_and_query: str) -> bool:
    """Whether some server could take the path for the control plane: percent-encoded, doubled slashes, dots."""
    path = unquote(unquote(path_and_query.partition("?")[0])).replace("\\", "/")
    walked = posixpath.normpath("/" + path.lstrip("/"))
    return walked == CONTROL_PLANE or walked.startswith(CONTROL_PLANE + "/")
