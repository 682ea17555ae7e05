"""The authorization server: Authlib in a Flask application, on the mock's store and clock."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable, Mapping
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2 import OAuth2Error
from flask import Flask, Response, g, jsonify, request
from joserfc.jwk import RSAKey
from werkzeug.exceptions import HTTPException

from mock_server.core.errors import Refused
from mock_server.core.namespace import GONE
from mock_server.core.records import UnitOfWork
from mock_server.oauth.answers import Answers
from mock_server.oauth.client_authentication import authenticated_client
from mock_server.oauth.clients import Client, Directory
from mock_server.oauth.endpoints import Introspection, Revocation
from mock_server.oauth.grants import ClientGrant, CodeGrant, ProofKey, RefreshGrant, required
from mock_server.oauth.issuing import AuthorizationSettings, Issuing
from mock_server.oauth.metadata import METADATA_PATH, PATHS, metadata
from mock_server.oauth.pages import Pages
from mock_server.oauth.rules import FORM_TYPE, refused
from mock_server.oauth.tokens import ALGORITHM

# Authlib serves plain http on loopback only; a mock is often reached by another name, inside a container for example.
os.environ.setdefault("AUTHLIB_INSECURE_TRANSPORT", "true")

logger = logging.getLogger(__name__)

_RULES_OF_ERRORS: Mapping[str, str] = {
    "unsupported_grant_type": "AUTH-GRANT-TYPE",
    "unauthorized_client": "AUTH-CLIENT-GRANT",
    "invalid_scope": "AUTH-SCOPE",
    "invalid_request": "AUTH-PARAMETER",
    "invalid_client": "AUTH-CLIENT",
    "invalid_grant": "AUTH-CODE",
}
"""By which rule Authlib refuses, where it does so by itself."""

_RULES_OF_STATUSES: Mapping[int, str] = {404: "AUTH-ROUTE", 405: "AUTH-METHOD", 413: "AUTH-FORM-SIZE"}
"""By which rule Flask refuses; anything else that is wrong before we are asked is the form."""


class Server(AuthorizationServer):  # type: ignore[misc]
    """Authlib's server, with tokens, client authentication and errors of ours."""

    def __init__(self, directory: Directory, answers: Answers, issuer: Callable[[], str]) -> None:
        super().__init__(query_client=directory.clients.get, save_token=lambda token, request: None)
        self._directory = directory
        self._answers = answers
        self.issuer = issuer
        self.register_token_generator("default", self._token)
        self.register_grant(ClientGrant)
        self.register_grant(CodeGrant, [ProofKey()])
        self.register_grant(RefreshGrant)
        self.register_endpoint(Revocation)
        self.register_endpoint(Introspection)

    def load_config(self, config: Any) -> None:
        """Nothing of Flask's configuration is used."""

    def issuing(self) -> Issuing:
        """This request's dealings with the store."""
        issuing: Issuing = g.issuing
        return issuing

    def authenticate_client(self, request: Any, methods: list[str], endpoint: str = "token") -> Client:
        """Authlib's own way takes two methods at once, and fails on a name that is no text."""
        may_be_public = "none" in methods
        client, method = authenticated_client(
            self._directory, request.headers, request.form, may_be_public=may_be_public
        )
        request.auth_method = method
        return client

    def handle_error_response(self, request: Any, error: OAuth2Error) -> Response:
        return self._answers.json(refused(_RULES_OF_ERRORS[error.error]))

    def _token(
        self, grant_type: str, client: Client, user: Any = None, scope: str | None = None, **others: Any
    ) -> dict[str, Any]:
        allowed = client.get_allowed_scope(scope)
        if allowed is None:
            raise refused("AUTH-SCOPE")
        issuing = self.issuing()
        family = g.family or issuing.new_family()
        reply = issuing.token(client, user, allowed, family)
        if others.get("include_refresh_token"):
            reply["refresh_token"] = issuing.refresh_token(client, user, allowed, family)
        return reply


class _Endpoints:
    """What programs ask for: tokens, their end, what they say, keys and metadata."""

    def __init__(self, server: Server, answers: Answers, settings: AuthorizationSettings) -> None:
        self._server = server
        self._answers = answers
        self._settings = settings

    def token(self) -> Response:
        """A token, or why not."""

        def answer() -> Response:
            required(request.form, "grant_type")
            response: Response = self._server.create_token_response()
            return response

        return self._in_one_unit(answer)

    def revoke(self) -> Response:
        """The end of a token."""
        return self._in_one_unit(lambda: self._server.create_endpoint_response(Revocation.ENDPOINT_NAME))

    def introspect(self) -> Response:
        """What a token says."""
        return self._in_one_unit(lambda: self._server.create_endpoint_response(Introspection.ENDPOINT_NAME))

    def jwks(self) -> Response:
        """The public keys."""
        key = self._settings.key
        return jsonify(keys=[{**key.as_dict(private=False), "kid": key.kid, "use": "sig", "alg": ALGORITHM}])

    def metadata(self) -> Response:
        """What there is, and where."""
        return jsonify(metadata(issuer_of(self._settings)))

    def _in_one_unit(self, answer: Callable[[], Response]) -> Response:
        """Answer a form in one unit of work. A refusal is no exception to it: what it spends or revokes is kept."""

        def answered() -> Response:
            try:
                return answer()
            except Refused as error:
                return self._answers.json(error)

        try:
            _check_form()
        except Refused as error:
            return self._answers.json(error)
        return in_one_unit(self._settings, answered)


def make_app(settings: AuthorizationSettings) -> Flask:
    """The Flask application below `/oauth2` and the metadata's well-known path."""
    app = Flask("mock_server.oauth", template_folder="templates", static_folder=None)
    app.config.update(
        PROPAGATE_EXCEPTIONS=True,
        MAX_CONTENT_LENGTH=settings.figures.max_form_bytes,
        MAX_FORM_MEMORY_SIZE=settings.figures.max_form_bytes,
        SECRET_KEY=_session_key(settings.key),
        SESSION_COOKIE_NAME="mock_login",
        SESSION_COOKIE_PATH="/oauth2",
        SESSION_COOKIE_SAMESITE="Lax",
    )
    app.url_map.merge_slashes = False
    app.json.sort_keys = False  # type: ignore[attr-defined]  # Flask's type knows only what all providers have
    answers = Answers(settings.contract)

    def issuer() -> str:
        return issuer_of(settings)

    server = Server(settings.directory, answers, issuer)
    endpoints = _Endpoints(server, answers, settings)
    pages = Pages(server, settings, answers, issuer, lambda answer: in_one_unit(settings, answer))
    app.add_url_rule(PATHS["token"], "token", endpoints.token, methods=["POST"])
    app.add_url_rule(PATHS["revoke"], "revoke", endpoints.revoke, methods=["POST"])
    app.add_url_rule(PATHS["introspect"], "introspect", endpoints.introspect, methods=["POST"])
    app.add_url_rule(PATHS["authorize"], "authorize", pages.authorize, methods=["GET", "POST"])
    app.add_url_rule(PATHS["jwks"], "jwks", endpoints.jwks)
    app.add_url_rule(METADATA_PATH, "metadata", endpoints.metadata)

    def http_error(error: HTTPException) -> Response:
        headers = {name: value for name, value in error.get_headers() if name == "Allow"}
        rule = _RULES_OF_STATUSES.get(error.code or 500, "AUTH-FORM")
        return answers.json(Refused(rule, "", headers=headers))

    def unexpected(error: Exception) -> Response:
        if isinstance(error, Refused) and error.rule == GONE:
            raise error  # for the mock itself to answer
        logger.error("unexpected error in %s", request.path, exc_info=error)
        return answers.json(refused("AUTH-INTERNAL"))

    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(Exception, unexpected)
    return app


def in_one_unit(settings: AuthorizationSettings, answer: Callable[[], Response]) -> Response:
    """Run a request in one unit of work, again when somebody else was first: a code is good once, also in a race."""

    namespace = settings.namespace_of(request.environ)

    def action(work: UnitOfWork) -> Response:
        g.issuing = namespace.services[settings.contract.name](work)
        g.family = None
        return answer()

    return namespace.transact(action, write=True)


def issuer_of(settings: AuthorizationSettings) -> str:
    """The origin by which clients know this server."""
    return settings.public_url or request.host_url.rstrip("/")


def _check_form() -> None:
    if request.mimetype != FORM_TYPE:
        raise refused("AUTH-FORM")
    if request.args:
        raise refused("AUTH-PARAMETER-PLACE")
    if any(len(values) > 1 for _, values in request.form.lists()):
        raise refused("AUTH-PARAMETER-ONCE")


def _session_key(key: RSAKey) -> bytes:
    """The same in every process that signs with the same key, and known to nobody without it."""
    private = key.as_dict(private=True)["d"]
    return hashlib.sha256(b"login session" + str(private).encode()).digest()
