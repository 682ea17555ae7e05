"""How the authorization server answers: refusals as JSON, as pages and as redirects, each naming its rule."""

from __future__ import annotations

import re
from typing import Any

from flask import Response, jsonify, render_template

from mock_server.core.errors import Refused
from mock_server.oauth.redirects import with_answer
from openapi.model import Contract, Rule

ERRORS_PAGE = "https://www.rfc-editor.org/rfc/rfc6749#section-5.2"
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
BACK_TO_CLIENT = 302
# There is no form-action: Chromium holds it against the redirect that follows the form, too.
CONTENT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
_PAGE_HEADERS = {
    **NO_STORE,
    "Content-Security-Policy": CONTENT_POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_NOT_ALLOWED = re.compile(r"[^\x20-\x21\x23-\x5B\x5D-\x7E]")
"""Characters that have no place in an error description (RFC 6749, 5.2)."""


class Answers:
    """The answers to requests that a rule of the contract refuses."""

    def __init__(self, contract: Contract) -> None:
        self._rules = contract.rules

    def json(self, refused: Refused) -> Response:
        """An error of an endpoint (RFC 6749, 5.2)."""
        rule = self._rules[refused.rule]
        response = jsonify(dict(self._members(refused)))
        response.status_code = rule.status
        response.headers.update({**NO_STORE, **_named(rule), **refused.headers})
        if rule.status == 401:
            response.headers["WWW-Authenticate"] = 'Basic realm="mock-server"'
        return response

    def back(self, refused: Refused, redirect_uri: str, state: str, issuer: str) -> Response:
        """An error that goes back to the client (RFC 6749, 4.1.2.1). Only for a URI that is known to be its own."""
        told = [("state", state)] if state else []
        location = with_answer(redirect_uri, [*self._members(refused), *told, ("iss", issuer)])
        headers = {**_named(self._rules[refused.rule]), "Location": location}
        return as_redirect(Response("", BACK_TO_CLIENT, headers))

    def refused_page(self, refused: Refused) -> Response:
        """A page for a person whom nobody can be sent back to."""
        return self.page("refused.html", refused, error=self._rules[refused.rule].extra["error"])

    def page(self, template: str, refused: Refused | None = None, **values: Any) -> Response:
        """A page, with the reason where something is refused."""
        rule = self._rules[refused.rule] if refused else None
        page = render_template(template, problem=self._message(refused) if refused else "", **values)
        headers = {**_PAGE_HEADERS, "Content-Type": "text/html; charset=utf-8", **(_named(rule) if rule else {})}
        return Response(page, rule.status if rule else 200, headers)

    def is_redirect(self, refused: Refused) -> bool:
        """Whether the client is to learn of it."""
        return self._rules[refused.rule].status == BACK_TO_CLIENT

    def _members(self, refused: Refused) -> list[tuple[str, str]]:
        description = _NOT_ALLOWED.sub("'", self._message(refused))
        error = self._rules[refused.rule].extra["error"]
        return [("error", error), ("error_description", description), ("error_uri", ERRORS_PAGE)]

    def _message(self, refused: Refused) -> str:
        message: str = refused.message or self._rules[refused.rule].extra["message"]
        return message


def as_redirect(response: Response) -> Response:
    """The redirect without the type of a body that it doesn't have, and not to be stored."""
    del response.headers["Content-Type"]
    response.headers.update(NO_STORE)
    return response


def _named(rule: Rule) -> dict[str, str]:
    return {"X-Mock-Stage": rule.stage, "X-Mock-Rule": rule.id}
