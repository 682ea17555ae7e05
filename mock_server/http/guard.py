"""Who may use the mock's own API and pages: whoever has the admin token; without one, callers on this machine."""

from __future__ import annotations

import hmac
import ipaddress
from urllib.parse import urlsplit

from mock_server.core.errors import Refused
from mock_server.http.context import Scope, header

RULE = "CTL-ADMIN"
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
        host, origin = header(scope, b"host"), header(scope, b"origin")
        if host is not None and not is_this_machine(f"http://{host}"):
            raise _refused("it was asked for under a name that is not this machine's")
        if origin is not None and not is_this_machine(origin):
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


def _refused(reason: str) -> Refused:
    message = (
        f"The mock's own API is open to callers on this machine alone, and {reason}; start it with an admin token."
    )
    return Refused(RULE, message, headers=_CHALLENGE)
