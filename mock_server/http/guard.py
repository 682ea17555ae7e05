"""Who may use the mock's own API and pages: whoever has the admin token; without one, callers on this machine."""

from __future__ import annotations

import hmac
import ipaddress
import re
from urllib.parse import urlsplit

from mock_server.core.errors import Refused
from mock_server.http.context import Scope, header

RULE = "CTL-ADMIN"
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(:[0-9]{1,5})?")
_CHALLENGE = {"www-authenticate": 'Bearer realm="mock control"'}


class Guard:
    """Lets callers in, or refuses them.

    Without an admin token the server listens on loopback only. Even so a page of somebody else's, open in a browser on
    this machine, could reach it; so the host that was asked for and the page's origin must be this machine, too.
    """

    def __init__(self, admin_token: str | None) -> None:
        self._admin_token = admin_token

    def check(self, scope: Scope) -> None:
        """Return where the caller may use the mock's own API. Raises `Refused`: CTL-ADMIN."""
        if self._admin_token is not None:
            self._check_token(scope, self._admin_token)
            return
        hosts, origins = _all(scope, b"host"), _all(scope, b"origin")
        if not all(_HOST.fullmatch(host) and is_this_machine(f"http://{host}") for host in hosts):
            raise _refused("it was asked for under a name that is not this machine's")
        if not all(is_this_machine(origin) for origin in origins):
            raise _refused("it was asked for by a page of another origin")

    def _check_token(self, scope: Scope, admin_token: str) -> None:
        scheme, _, token = (header(scope, b"authorization") or "").strip().partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(token.strip().encode(), admin_token.encode()):
            message = "This mock's own API takes the admin token it was started with: 'Authorization: Bearer ...'."
            raise Refused(RULE, message, headers=_CHALLENGE)


def is_this_machine(origin: str) -> bool:
    """Whether an origin names this machine: a loopback address, `localhost`, or a name below it."""
    try:
        host = urlsplit(origin).hostname or ""
        return host == "localhost" or host.endswith(".localhost") or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _all(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]


def _refused(reason: str) -> Refused:
    message = (
        f"The mock's own API is open to callers on this machine alone, and {reason}; start it with an admin token."
    )
    return Refused(RULE, message, headers=_CHALLENGE)
