"""Tokens of the actors: had once, kept until they are about to expire, and the bad ones that tests need."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
import threading
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from contract_tests.errors import NotReached, TargetUnreachable
from contract_tests.exchange import Exchange
from contract_tests.target import Credentials
from contract_tests.transport import Transport

FORM = "application/x-www-form-urlencoded"
SPARE_SECONDS = 60.0
USUAL_SECONDS = 900.0
_CSRF = re.compile(r'name="csrf" value="([^"]+)"')


class Tokens:
    """Tokens by actor and group; safe to share between threads.

    A refresh token that is replaced when it is used is good for one process only: the run needs `--workers 1` then.
    `headers`: go along with every request for a token, such as the namespace of a mock.
    """

    def __init__(self, transport: Transport, headers: Mapping[str, str] | None = None) -> None:
        self._transport = transport
        self._headers = dict(headers or {})
        self._kept: dict[tuple[str, str], tuple[str, float]] = {}
        self._renewed: dict[Credentials, str] = {}
        self._lock = threading.Lock()

    def has(self, actor: str, group: str) -> bool:
        """Whether the target has credentials for this actor."""
        return group in self._transport.target.credentials.get(actor, {})

    def get(self, group: str, actor: str = "main") -> str:
        """A token that is good for a minute at least.

        Raises:
            NotReached: the target has no credentials for this actor.
            TargetUnreachable: the authorization server gives none.
        """
        with self._lock:
            token, until = self._kept.get((actor, group), ("", 0.0))
            if time.monotonic() > until - SPARE_SECONDS:
                token, lifetime = self._fetched(group, actor)
                self._kept[actor, group] = token, time.monotonic() + lifetime
            return token

    def forget(self) -> None:
        """Every token is fetched anew: the clock of a mock was moved."""
        with self._lock:
            self._kept.clear()

    def _fetched(self, group: str, actor: str) -> tuple[str, float]:
        found = self._transport.target.credentials.get(actor, {}).get(group)
        if found is None:
            raise NotReached(f"the target {self._transport.target.name} has no credentials of {actor} for {group}")
        if found.token:
            return found.token, 10**9
        answer = self._asked(found)
        reply = answer.json
        if answer.status != 200 or not isinstance(reply, dict) or "access_token" not in reply:
            raise TargetUnreachable(
                f"no token for {group} from {self._transport.target.token_url}: status {answer.status}"
            )
        if found.refresh_token and reply.get("refresh_token"):
            self._renewed[found] = str(reply["refresh_token"])
        return str(reply["access_token"]), _seconds(reply.get("expires_in"))

    def _asked(self, found: Credentials) -> Exchange:
        if found.username:
            return self._by_code(found)
        if found.refresh_token:
            latest = self._renewed.get(found, found.refresh_token)
            return self._form({"grant_type": "refresh_token", "refresh_token": latest}, found)
        return self._form({"grant_type": "client_credentials"}, found)

    def _by_code(self, found: Credentials) -> Exchange:
        """The authorization code flow with PKCE, the page filled in as a user would."""
        verifier = secrets.token_urlsafe(48)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": found.client_id,
            "redirect_uri": found.redirect_uri,
            "state": secrets.token_urlsafe(8),
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        authorize = self._transport.target.token_url.replace("/token", "/authorize") + "?" + urlencode(asked)
        page = self._transport.send("GET", authorize, headers=self._headers)
        csrf = _CSRF.search(page.body.decode("utf-8", "replace"))
        if page.status != 200 or not csrf:
            raise TargetUnreachable(f"the authorization page can't be filled in: status {page.status}")
        filled = {"csrf": csrf[1], "decision": "approve", "username": found.username, "password": found.password}
        cookie = page.headers.get("set-cookie", "").partition(";")[0]
        headers = {**self._headers, "content-type": FORM, "cookie": cookie}
        back = self._transport.send("POST", authorize, headers=headers, body=urlencode(filled).encode())
        code = parse_qs(urlsplit(back.headers.get("location", "")).query).get("code", [""])[0]
        given = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier}
        return self._form({**given, "redirect_uri": found.redirect_uri}, found)

    def _form(self, fields: Mapping[str, str], found: Credentials) -> Exchange:
        client = {
            "client_id": found.client_id,
            **({"client_secret": found.client_secret} if found.client_secret else {}),
        }
        body = urlencode({**fields, **client}).encode()
        url = self._transport.target.token_url
        return self._transport.send("POST", url, headers={**self._headers, "content-type": FORM}, body=body)


def parts_of(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a JWT. Raises `NotReached` for a token that is none."""
    try:
        header, claims, _ = token.split(".")
        return _decoded(header), _decoded(claims)
    except (ValueError, TypeError) as error:
        raise NotReached("the target's tokens are no JWTs, so none can be forged") from error


def _seconds(stated: Any) -> float:
    """How long a token is good; what an authorization server leaves out, or gets wrong, is what is usual."""
    is_number = isinstance(stated, int | float) and not isinstance(stated, bool) and stated > 0
    return float(stated) if is_number else USUAL_SECONDS


def _decoded(part: str) -> dict[str, Any]:
    value = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return value
