"""What a person sees between a client's question and its answer."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from authlib.oauth2 import OAuth2Error
from flask import Response, request, session

from mock_server.core.errors import Refused
from mock_server.oauth.answers import Answers, as_redirect
from mock_server.oauth.clients import Client, User
from mock_server.oauth.issuing import AuthorizationSettings
from mock_server.oauth.metadata import PATHS
from mock_server.oauth.rules import FORM_TYPE, refused

_DECISION_FIELDS = frozenset({"decision", "csrf", "username", "password"})
"""What the page's form adds to the parameters of the request."""

_RULES_OF_ERRORS: Mapping[str, str] = {
    "unauthorized_client": "AUTH-ASKING-GRANT",
    "invalid_scope": "AUTH-ASKING-SCOPE",
}
"""By which rule Authlib refuses an authorization request."""


@dataclass(frozen=True)
class _Asked:
    """An authorization request whose client is known, and whose redirect URI is that client's own."""

    client: Client
    redirect_uri: str
    state: str
    prompt: frozenset[str]


class Pages:
    """The authorization endpoint. A user is sent to registered addresses only; who has none gets a page."""

    def __init__(
        self,
        server: Any,
        settings: AuthorizationSettings,
        answers: Answers,
        issuer: Callable[[], str],
        in_one_unit: Callable[[Callable[[], Response]], Response],
    ) -> None:
        self._server = server
        self._directory = settings.directory
        self._answers = answers
        self._auto_approve = settings.auto_approve
        self._issuer = issuer
        self._in_one_unit = in_one_unit

    def authorize(self) -> Response:
        """Ask the user to log in and to agree, then send them back with a code."""
        try:
            asked = self._asked()
        except Refused as error:
            return self._answers.refused_page(error)
        try:
            return self._in_one_unit(lambda: self._answered(asked))
        except Refused as error:
            return self._answers.back(error, asked.redirect_uri, asked.state, self._issuer())

    def _asked(self) -> _Asked:
        if request.method == "POST" and request.mimetype != FORM_TYPE:
            raise refused("AUTH-FORM")
        given = request.values
        if any(len(given.getlist(name)) > 1 for name in given):
            raise refused("AUTH-PARAMETER-ONCE")
        client = self._directory.clients.get(given.get("client_id", ""))
        if client is None:
            raise refused("AUTH-ASKING-CLIENT")
        redirect_uri = given.get("redirect_uri") or client.get_default_redirect_uri()
        if redirect_uri is None or not client.check_redirect_uri(redirect_uri):
            raise refused("AUTH-REDIRECT")
        return _Asked(client, redirect_uri, given.get("state", ""), frozenset(given.get("prompt", "").split()))

    def _answered(self, asked: _Asked) -> Response:
        """A code or a page. Raises `Refused` where the client is to learn that there is none."""
        grant = self._grant(asked)
        try:
            user = self._approver(asked)
        except Refused as error:
            if self._answers.is_redirect(error):
                raise
            return self._consent_page(asked, grant, error)
        if user is None:
            return self._consent_page(asked, grant)
        return as_redirect(self._server.create_authorization_response(grant_user=user, grant=grant))

    def _grant(self, asked: _Asked) -> Any:
        response_type = request.values.get("response_type", "")
        if not response_type:
            raise refused("AUTH-ASKING-PARAMETER")
        if "none" in asked.prompt and len(asked.prompt) > 1:
            raise refused("AUTH-ASKING-PARAMETER", "prompt=none stands alone.")
        if response_type != "code":
            raise refused("AUTH-RESPONSE-TYPE")
        try:
            return self._server.get_consent_grant()
        except OAuth2Error as error:
            raise refused(_RULES_OF_ERRORS.get(error.error, "AUTH-ASKING-PARAMETER")) from error

    def _approver(self, asked: _Asked) -> User | None:
        """Who has approved the request; `None` as long as nobody has been asked."""
        if request.form.get("decision"):
            return self._decided(asked)
        if self._auto_approve is not None:
            return _silently(asked, self._directory.users[self._auto_approve])
        if "none" in asked.prompt:
            user = self._logged_in(asked)
            if user is None:
                raise refused("AUTH-LOGIN-REQUIRED")
            return _silently(asked, user)
        return None

    def _decided(self, asked: _Asked) -> User | None:
        given, expected = request.form.get("csrf", ""), session.get("csrf", "")
        if not expected or not hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode()):
            raise refused("AUTH-CSRF")
        decide = {"approve": self._approved, "deny": _denied, "switch": _switched}.get(request.form["decision"])
        if decide is None:
            raise refused("AUTH-DECISION")
        return decide(asked)

    def _approved(self, asked: _Asked) -> User:
        user = self._logging_in() if request.form.get("username") else self._logged_in(asked)
        if user is None:
            raise refused("AUTH-LOGIN")
        if user.merchant_id != asked.client.merchant_id:
            raise refused("AUTH-MERCHANT", f"{user.username} works for another merchant than {asked.client.name}.")
        return user

    def _logging_in(self) -> User | None:
        user = self._directory.authenticated(request.form["username"], request.form.get("password", ""))
        if user is not None:
            session["username"] = user.username
        return user

    def _logged_in(self, asked: _Asked) -> User | None:
        is_asked_again = "login" in asked.prompt
        return None if is_asked_again else self._directory.users.get(session.get("username", ""))

    def _consent_page(self, asked: _Asked, grant: Any, problem: Refused | None = None) -> Response:
        user = self._logged_in(asked)
        if user is not None and user.merchant_id != asked.client.merchant_id:
            user = None
        session.setdefault("csrf", secrets.token_urlsafe(16))
        parameters = [(name, value) for name, value in request.values.items() if name not in _DECISION_FIELDS]
        return self._answers.page(
            "authorize.html",
            problem,
            client=asked.client,
            scopes=grant.request.scope.split(),
            user=user,
            csrf=session["csrf"],
            action=f"{PATHS['authorize']}?{urlencode(parameters)}",
        )


def _denied(asked: _Asked) -> User | None:
    raise refused("AUTH-DENIED")


def _switched(asked: _Asked) -> User | None:
    session.pop("username", None)
    return None


def _silently(asked: _Asked, user: User) -> User:
    """The user, where there is no page to say that they are the wrong one."""
    if user.merchant_id != asked.client.merchant_id:
        message = f"The user {user.username} works for another merchant than the client {asked.client.id}."
        raise refused("AUTH-DENIED", message)
    return user
