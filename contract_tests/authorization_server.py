"""The authorization server of a target: what it says of itself, its public keys, and how a token is ended."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit
from weakref import WeakKeyDictionary

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from contract_tests.credentials import FORM
from contract_tests.errors import NotReached, TargetUnreachable
from contract_tests.examiner import Examiner
from contract_tests.forgeries import private_key, public_numbers
from contract_tests.transport import Transport
from openapi import fixtures_folder

METADATA = ("/.well-known/oauth-authorization-server", "/.well-known/openid-configuration")
Json = Mapping[str, Any]


_KNOWN: WeakKeyDictionary[Transport, dict[str, Json]] = WeakKeyDictionary()
"""What was read, by its URL: it does not change during a run."""


class AuthorizationServer:
    """Asked once in a run."""

    def __init__(self, examiner: Examiner) -> None:
        self._examiner = examiner
        self._known = _KNOWN.setdefault(examiner.transport, {})

    def metadata(self) -> Json:
        """What it says of itself (RFC 8414); empty where it says nothing."""
        parts = urlsplit(self._examiner.target.token_url)
        found = (self._got(f"{parts.scheme}://{parts.netloc}{path}") for path in METADATA) if parts.netloc else ()
        return next((each for each in found if each), {})

    def keys(self) -> Json | None:
        """Its public keys; `None` where they are not published."""
        where = self.metadata().get("jwks_uri")
        return (self._got(str(where)) or None) if where else None

    def own_key(self) -> RSAPrivateKey:
        """The key it signs with. Only a mock's is known, where it is the one of the fixtures.

        Raises:
            NotReached: it is not known, as it should be.
        """
        self._examiner.require_control("a token that is signed well and issued badly")
        jwk = json.loads((fixtures_folder() / "keys" / "signing_key.json").read_text(encoding="utf-8"))
        published = (self.keys() or {}).get("keys", [])
        if not any(each.get("kty") == "RSA" and public_numbers(each) == public_numbers(jwk) for each in published):
            raise NotReached("the mock signs with a key of its own, so that tokens can't be issued badly")
        return private_key(jwk)

    def revoke(self, token: str, group: str) -> None:
        """End a token of the main actor.

        Raises:
            NotReached: it can't be done, or would end more than this token.
        """
        where = self.metadata().get("revocation_endpoint")
        client = self._examiner.target.credentials["main"][group]
        if not where or client.token or client.refresh_token:
            raise NotReached("tokens can't be revoked here without a loss")
        given = {"token": token, "token_type_hint": "access_token", "client_id": client.client_id}
        secret = {"client_secret": client.client_secret} if client.client_secret else {}
        headers = {**self._examiner.headers, "content-type": FORM}
        body = urlencode({**given, **secret}).encode()
        answer = self._examiner.transport.send("POST", str(where), headers=headers, body=body)
        if answer.status != 200:
            raise NotReached(f"the authorization server revokes no access tokens: status {answer.status}")

    def _got(self, url: str) -> Json:
        if url not in self._known:
            self._known[url] = self._read(url)
        return self._known[url]

    def _read(self, url: str) -> Json:
        try:
            answer = self._examiner.transport.send("GET", url, headers=self._examiner.headers)
        except TargetUnreachable:  # a page for people, or an address for others: it says nothing about the API
            return {}
        return answer.json if answer.status == 200 and isinstance(answer.json, dict) else {}
