"""The authorization server: Authlib in a Flask application, on the mock's store and clock."""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidRequestError, InvalidScopeError
from authlib.oauth2.rfc9207 import IssuerParameter
from flask import Flask, Response, g, jsonify, redirect, render_template, request, session
from joserfc.jwk import RSAKey
from werkzeug.exceptions import HTTPException

from mock_server.core.records import UnitOfWork, transact
from mock_server.oauth.clients import Client, User
from mock_server.oauth.endpoints import Introspection, Revocation
from mock_server.oauth.grants import ClientGrant, CodeGrant, ProofKey, RefreshGrant
from mock_server.oauth.issuing import AuthorizationSettings, Desk, Issuing
from mock_server.oauth.metadata import METADATA_PATH, PATHS, metadata

# Authlib serves plain http on loopback only; a mock is often reached by another name, inside a container for example.
os.environ.setdefault("AUTHLIB_INSECURE_TRANSPORT", "true")

MAX_FORM_BYTES = 64 * 1024
logger = logging.getLogger(__name__)
CONTENT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
FORM_TYPE = "application/x-www-form-urlencoded"
ERRORS_PAGE = "https://datatracker.ietf.org/doc/html/rfc6749#section-5.2"
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_DESCRIPTIONS = {
    "invalid_grant": "The code or token is unknown, used, expired, revoked, or not this client's.",
    "invalid_scope": "The scope is unknown, or more than this client may ask for.",
    "invalid_request": "The request is malformed.",
    "access_denied": "The user said no.",
}


class _Server(AuthorizationServer):  # type: ignore[misc]
    """Authlib's server, with tokens of ours and every error explained."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(query_client=desk.directory.clients.get, save_token=lambda token, request: None)
        self._desk = desk
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
        return Issuing(self._desk, g.work)

    def validate_requested_scope(self, scope: str | None) -> None:
        """Each client's own scopes are checked in `_token` and when authorizing."""

    def handle_error_response(self, request: Any, error: OAuth2Error) -> Response:
        if error.error == "invalid_client":
            return _invalid_client()
        if not error.description:
            error.description = _DESCRIPTIONS.get(error.error, "")
        response: Response = super().handle_error_response(request, error)
        response.headers.update(NO_STORE)
        return response

    def get_error_uri(self, request: Any, error: OAuth2Error) -> str:
        return ERRORS_PAGE

    def _token(
        self, grant_type: str, client: Client, user: Any = None, scope: str | None = None, **others: Any
    ) -> dict[str, Any]:
        allowed = client.get_allowed_scope(scope)
        if allowed is None:
            raise InvalidScopeError()
        issuing = self.issuing()
        family = g.family or secrets.token_hex(16)
        reply = issuing.token(client, user, allowed, family)
        if others.get("include_refresh_token"):
            reply["refresh_token"] = issuing.refresh_token(client, user, allowed, family)
        return reply


def make_app(desk: Desk, settings: AuthorizationSettings) -> Flask:
    """The Flask application below `/oauth2` and the metadata's well-known path."""
    app = Flask("mock_server.oauth", template_folder="templates", static_folder=None)
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_FORM_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_FORM_BYTES,
        SECRET_KEY=_session_key(settings.key),
        SESSION_COOKIE_NAME="mock_login",
        SESSION_COOKIE_PATH="/oauth2",
        SESSION_COOKIE_SAMESITE="Lax",
    )
    server = _Server(desk)
    server.register_extension(_Issuer(settings))
    pages = _Pages(server, desk, settings)

    def token() -> Response:
        return in_one_unit(server.create_token_response)

    def endpoint(name: str) -> Callable[[], Response]:
        return lambda: in_one_unit(lambda: server.create_endpoint_response(name))

    def in_one_unit(answer: Callable[[], Response]) -> Response:
        refused = _not_a_form()
        if refused is not None:
            response: Response = server.handle_error_response(None, refused)
            return response
        return _in_one_unit(settings, answer)

    app.add_url_rule(PATHS["token"], "token", token, methods=["POST"])
    app.add_url_rule(PATHS["revoke"], "revoke", endpoint("revocation"), methods=["POST"])
    app.add_url_rule(PATHS["introspect"], "introspect", endpoint("introspection"), methods=["POST"])
    app.add_url_rule(PATHS["authorize"], "authorize", pages.authorize, methods=["GET", "POST"])
    app.add_url_rule(PATHS["jwks"], "jwks", lambda: jsonify(keys=[settings.key.as_dict(private=False)]))
    app.add_url_rule(METADATA_PATH, "metadata", lambda: jsonify(metadata(_issuer(settings))))
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)
    return app


class _Issuer(IssuerParameter):  # type: ignore[misc]
    """Every authorization response says who it is from (RFC 9207)."""

    def __init__(self, settings: AuthorizationSettings) -> None:
        self._settings = settings

    def get_issuer(self) -> str:
        return _issuer(self._settings)


class _Pages:
    """What a person sees between a client's question and its answer."""

    def __init__(self, server: _Server, desk: Desk, settings: AuthorizationSettings) -> None:
        self._server = server
        self._desk = desk
        self._settings = settings

    def authorize(self) -> Response:
        """Ask the user to log in and to agree, then send them back with a code. Never to an unregistered address."""
        return _in_one_unit(self._settings, self._authorize)

    def _authorize(self) -> Response:
        user = self._user()
        try:
            if request.args.get("response_type") != "code":
                grant = self._refuse_response_type()
            grant = self._server.get_consent_grant(end_user=user)
        except OAuth2Error as error:
            return self._refusal(error)
        if request.method == "POST":
            return self._decided(grant, user)
        if self._settings.auto_approve is not None:
            return self._approved(grant, self._desk.directory.users[self._settings.auto_approve])
        if "none" in request.args.get("prompt", "").split():
            return self._approved(grant, user) if user else self._refusal(_login_required(grant))
        return self._page(grant, user)

    def _refuse_response_type(self) -> Any:
        """Authlib fails on response types with quotes in them; only `code` is offered anyway."""
        client = self._desk.directory.clients.get(request.args.get("client_id", ""))
        uri = request.args.get("redirect_uri") or (client.get_default_redirect_uri() if client else None)
        is_known = client is not None and uri is not None and client.check_redirect_uri(uri)
        raise OAuth2Error(
            "Only the response type 'code' is supported.",
            error="unsupported_response_type",
            status_code=400,
            state=request.args.get("state"),
            redirect_uri=uri if is_known else None,
        )

    def _decided(self, grant: Any, user: User | None) -> Response:
        if not hmac.compare_digest(request.form.get("csrf", ""), session.get("csrf", "-")):
            return self._page(grant, user, "This page was open for too long. Please try again.", 400)
        if request.form.get("decision") == "deny":
            return self._answer(grant, None)
        if user is None:
            given = request.form.get("username", ""), request.form.get("password", "")
            user = self._desk.directory.authenticated(*given)
            if user is None:
                return self._page(grant, None, "There is no user with this name and password.", 401)
            session["username"] = user.username
        return self._approved(grant, user)

    def _approved(self, grant: Any, user: User) -> Response:
        client: Client = grant.client
        if user.merchant_id != client.merchant_id:
            return self._page(grant, None, f"{user.username} works for another merchant than {client.name}.", 403)
        return self._answer(grant, user)

    def _answer(self, grant: Any, user: User | None) -> Response:
        response: Response = self._server.create_authorization_response(grant_user=user, grant=grant)
        response.headers.update(NO_STORE)
        return response

    def _user(self) -> User | None:
        return self._desk.directory.users.get(session.get("username", ""))

    def _page(self, grant: Any, user: User | None, problem: str = "", status: int = 200) -> Response:
        session.setdefault("csrf", secrets.token_urlsafe(16))
        page = render_template(
            "authorize.html",
            client=grant.client,
            scopes=grant.request.scope.split(),
            user=user,
            problem=problem,
            csrf=session["csrf"],
        )
        return _html(page, status)

    def _refusal(self, error: OAuth2Error) -> Response:
        """Back to the client where its address is known to be its own, else a page: never an open redirect."""
        if error.redirect_uri:
            if not error.description:
                error.description = _DESCRIPTIONS.get(error.error, "")
            status, _, headers = error(ERRORS_PAGE)
            location = dict(headers)["Location"]
            separator = "&" if "?" in location else "?"
            return redirect(f"{location}{separator}iss={_quoted(_issuer(self._settings))}", status)  # type: ignore[return-value]
        description = error.description or _DESCRIPTIONS.get(error.error, "")
        return _html(render_template("refused.html", error=error.error, description=description), 400)


def _in_one_unit(settings: AuthorizationSettings, answer: Callable[[], Response]) -> Response:
    """Run a request in one unit of work, again when somebody else was first: a code is good once, also in a race."""

    def action(work: UnitOfWork) -> Response:
        g.work = work
        g.family = None
        return answer()

    return transact(settings.store, settings.namespace, action, write=True)


def _not_a_form() -> OAuth2Error | None:
    if request.mimetype != FORM_TYPE:
        return InvalidRequestError(f"The request must be of type {FORM_TYPE}.")
    repeated = [name for name, values in request.form.lists() if len(values) > 1]
    if repeated:
        return InvalidRequestError("A parameter is given more than once.")
    return None


def _invalid_client() -> Response:
    """One answer to unknown clients and wrong secrets, so that nobody learns which clients there are."""
    response = jsonify(
        error="invalid_client",
        error_description="The client is unknown, or its secret is missing or wrong.",
        error_uri=ERRORS_PAGE,
    )
    response.status_code = 401
    response.headers.update({**NO_STORE, "WWW-Authenticate": 'Basic realm="mock-server"'})
    return response


def _login_required(grant: Any) -> OAuth2Error:
    return OAuth2Error(
        "Nobody is logged in.",
        error="login_required",
        state=grant.request.payload.state,
        redirect_uri=grant.request.payload.redirect_uri or grant.client.get_default_redirect_uri(),
    )


def _issuer(settings: AuthorizationSettings) -> str:
    return settings.public_url or request.host_url.rstrip("/")


def _session_key(key: RSAKey) -> bytes:
    """The same in every process that signs with the same key, and known to nobody without it."""
    private = key.as_dict(private=True)["d"]
    return hashlib.sha256(b"login session" + str(private).encode()).digest()


def _html(page: str, status: int) -> Response:
    headers = {
        **NO_STORE,
        "Content-Security-Policy": CONTENT_POLICY,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(page, status, {**headers, "Content-Type": "text/html; charset=utf-8"})


def _quoted(text: str) -> str:
    return quote(text, safe="")


def _http_error(error: HTTPException) -> tuple[Response, int, dict[str, str]]:
    status = error.code or 500
    code = "server_error" if status >= 500 else "invalid_request"
    headers = {name: value for name, value in error.get_headers() if name == "Allow"}
    body = jsonify(error=code, error_description=error.description or error.name, error_uri=ERRORS_PAGE)
    return body, status, {**headers, **NO_STORE}


def _unexpected(error: Exception) -> tuple[Response, int]:
    if isinstance(error, HTTPException):
        raise error
    logger.error("unexpected error in %s", request.path, exc_info=error)
    return jsonify(error="server_error", error_description="An unexpected error occurred.", error_uri=ERRORS_PAGE), 500
