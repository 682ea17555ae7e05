"""Clients, users and browsers of the authorization server; every answer they get is held to its contract."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import jsonschema_rs
from httpx2 import Client, Response

from mock_server.core.namespace import DEFAULT
from mock_server.core.records import Query, UnitOfWork, transact
from mock_server.oauth.records import COLLECTIONS
from openapi import contract_file, read_contract
from openapi.schemas import json_schema
from tests.mock import Mock

CONTRACT = read_contract(contract_file("oauth"))
ORIGIN = "http://mock.test"
TOKEN = "/oauth2/token"
AUTHORIZE = "/oauth2/authorize"
REVOKE = "/oauth2/revoke"
INTROSPECT = "/oauth2/introspect"
METADATA = "/.well-known/oauth-authorization-server"

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CALLBACK = "http://127.0.0.1:3000/callback"
SCOPE = "payment-requests:create"
INVOICES = ("harbor-invoices", "not-a-secret-harbor-invoices")
OTHER_INVOICES = ("lumen-invoices", "not-a-secret-lumen-invoices")
UPLOADS = ("harbor-uploads", "not-a-secret-harbor-uploads")
OTHER_UPLOADS = ("lumen-uploads", "not-a-secret-lumen-uploads")
PUBLIC = ("swagger-ui", "")
PUBLIC_CALLBACK = "http://127.0.0.1:8080/api/v1/ui/oauth2-redirect.html"
USER = ("harbor-demo", "not-a-password-harbor")
OTHER_USER = ("lumen-demo", "not-a-password-lumen")
SECRETS = [pair[1] for pair in (INVOICES, OTHER_INVOICES, UPLOADS, OTHER_UPLOADS, USER, OTHER_USER)]

NASTY = {
    "quotes": "a\"b'c\\d`e",
    "newlines": "a\r\nSet-Cookie: evil=1\r\n\r\n<h1>b</h1>\n",
    "markup": '"><script>alert(1)</script><img src=x onerror=alert(1)>&amp;{{7*7}}',
    "unicode": "Ω漢字🦀\u202e\ufeff\u0000é",
    "controls": "\x00\x01\x07\x1b[31m\x7f",
    "percent": "%00%0d%0a%ff%",
    "long": "x" * 20_000,
    "empty": "",
    "blanks": "   \t ",
}
"""What may stand in a parameter without anything breaking."""


def challenge(verifier: str = VERIFIER) -> str:
    """The S256 challenge of a verifier, computed here and not by the server's library."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def asking(client: tuple[str, str] = UPLOADS, **changes: Any) -> dict[str, Any]:
    """The parameters of a good authorization request, or of one with others; `None` leaves one out."""
    parameters = {
        "response_type": "code",
        "client_id": client[0],
        "redirect_uri": PUBLIC_CALLBACK if client == PUBLIC else CALLBACK,
        "scope": SCOPE,
        "state": "a state",
        "code_challenge": challenge(),
        "code_challenge_method": "S256",
        **changes,
    }
    return {name: value for name, value in parameters.items() if value is not None}


def basic(client_id: str, secret: str) -> dict[str, str]:
    """The header of HTTP Basic, as it is."""
    return {"Authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()}


# --- answers ---


@cache
def _validator(operation_id: str, status: int) -> jsonschema_rs.Draft202012Validator | None:
    contents = {each.media_type: each for each in CONTRACT.operations[operation_id].answers[str(status)].contents}
    if "application/json" not in contents:
        return None
    schemas = CONTRACT.document["components"]["schemas"]
    return jsonschema_rs.Draft202012Validator(
        json_schema(contents["application/json"].schema, schemas), validate_formats=True
    )


def conforming(response: Response, operation_id: str) -> Response:
    """The answer, after it has been held to the contract: status, type, schema, headers, and the rule that is named."""
    answers = CONTRACT.operations[operation_id].answers
    assert str(response.status_code) in answers, (operation_id, response.status_code, response.text[:500])
    answer = answers[str(response.status_code)]
    assert [name for name in answer.headers if name not in response.headers] == []
    content_type = response.headers.get("content-type", "").partition(";")[0]
    assert content_type in ([each.media_type for each in answer.contents] or [""])
    if content_type == "application/json":
        validator = _validator(operation_id, response.status_code)
        assert validator is not None
        assert [error.message for error in validator.iter_errors(response.json())] == []
    if "x-mock-rule" in response.headers:
        rule = CONTRACT.rules[response.headers["x-mock-rule"]]
        assert operation_id in rule.applies_to
        assert response.status_code == rule.status
        assert response.headers["x-mock-stage"] == rule.stage
    assert response.status_code < 500
    return response


def refused(response: Response, rule_id: str) -> Response:
    """The answer, after it has turned out to be the refusal by this rule and to hold nothing else."""
    assert response.headers.get("x-mock-rule") == rule_id, (response.status_code, response.text[:500], rule_id)
    rule = CONTRACT.rules[rule_id]
    told = told_to_client(response) if response.status_code == 302 else {}
    if response.headers.get("content-type") == "application/json":
        told = response.json()
        assert set(told) == {"error", "error_description", "error_uri"}
        assert response.headers["cache-control"] == "no-store"
    if told:
        assert told["error"] == rule.extra["error"]
        assert "code" not in told
        assert "access_token" not in told
    return response


def told_to_client(response: Response) -> dict[str, str]:
    """The members of the query that a redirect brings to the client, each there once."""
    assert response.status_code == 302, (response.status_code, response.text[:500])
    pairs = parse_qsl(urlsplit(response.headers["location"]).query, keep_blank_values=True)
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


def sent_to(response: Response) -> str:
    """The address a redirect leads to, without its query."""
    location: str = response.headers["location"]
    return location.partition("?")[0]


def claims_of(token: str) -> dict[str, Any]:
    """What an access token says, unchecked."""
    payload = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


def at_once(count: int, act: Callable[[], Response]) -> list[Response]:
    """What comes of doing the same on several threads that start together."""
    barrier = threading.Barrier(count)

    def run(_: int) -> Response:
        barrier.wait()
        return act()

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(run, range(count)))


def stored(mock: Mock) -> int:
    """How many codes, refresh tokens and revocations there are."""

    def count(work: UnitOfWork) -> int:
        return sum(work.records(each).find(Query(limit=0)).total for each in COLLECTIONS)

    return transact(mock.server.store, DEFAULT, count, write=False)


# --- clients ---


@dataclass
class Party:
    """A client program: sends forms to the endpoints of one mock."""

    mock: Mock
    http: Client = field(init=False)

    def __post_init__(self) -> None:
        self.http = self.mock.client_at(ORIGIN)

    def post(self, path: str, form: Mapping[str, Any], **more: Any) -> Response:
        """A form, its answer held to the contract."""
        operation_id = {TOKEN: "requestToken", REVOKE: "revokeToken", INTROSPECT: "introspectToken"}[path]
        return conforming(self.http.post(path, data=dict(form), **more), operation_id)

    def token(self, client: tuple[str, str] = INVOICES, **form: Any) -> Response:
        """A request at the token endpoint, with the client's secret in the form; `None` leaves a parameter out."""
        everything = {**credentials(client), "grant_type": "client_credentials", **form}
        return self.post(TOKEN, {name: value for name, value in everything.items() if value is not None})

    def issued(self, client: tuple[str, str] = INVOICES, **form: Any) -> dict[str, Any]:
        """The reply to a request that must succeed."""
        response = self.token(client, **form)
        assert response.status_code == 200, response.text
        assert response.headers["cache-control"] == "no-store"
        reply: dict[str, Any] = response.json()
        return reply

    def exchange(self, code: str, client: tuple[str, str] = UPLOADS, **changes: Any) -> Response:
        """A code for tokens."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": PUBLIC_CALLBACK if client == PUBLIC else CALLBACK,
            "code_verifier": VERIFIER,
            **changes,
        }
        return self.token(client, **form)

    def signed_in(self, client: tuple[str, str] = UPLOADS) -> dict[str, Any]:
        """Tokens for a user of Harbor Street, through the page."""
        response = self.exchange(Browser(self.mock).code(client), client)
        assert response.status_code == 200, response.text
        reply: dict[str, Any] = response.json()
        return reply

    def refresh(self, token: str, client: tuple[str, str] = UPLOADS, **form: Any) -> Response:
        return self.token(client, grant_type="refresh_token", refresh_token=token, **form)

    def revoke(self, token: str, client: tuple[str, str] = UPLOADS, **form: Any) -> Response:
        return self.post(REVOKE, {**credentials(client), "token": token, **form})

    def introspect(self, token: str, client: tuple[str, str] = UPLOADS, **form: Any) -> dict[str, Any]:
        """What the server says of a token."""
        response = self.post(INTROSPECT, {**credentials(client), "token": token, **form})
        assert response.status_code == 200, response.text
        told: dict[str, Any] = response.json()
        return told

    def call_invoices(self, token: str) -> Response:
        return self.http.get("/pay-int-api/invoices", headers={"Authorization": f"Bearer {token}"})

    def call_uploads(self, token: str) -> Response:
        """A call that a good token gets a 404 for: the upload is unknown."""
        path = "/api/v1/invoice-uploads/12345678-1234-4234-8234-1234567890ab/preview-url"
        return self.http.get(path, headers={"Authorization": f"Bearer {token}"})

    def is_accepted(self, token: str) -> bool:
        """Whether the API that the token is for takes it."""
        is_for_invoices = claims_of(token)["aud"] == "invoices"
        response = self.call_invoices(token) if is_for_invoices else self.call_uploads(token)
        assert response.status_code in {200, 404, 401}, response.text
        return response.status_code != 401


def credentials(client: tuple[str, str]) -> dict[str, str]:
    """What a client says of itself in a form."""
    return {"client_id": client[0], **({"client_secret": client[1]} if client[1] else {})}


# --- users ---


class Page(HTMLParser):
    """Reads a page as a browser does: its only form, and the words on it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[dict[str, str | None]] = []
        self.fields: dict[str, str] = {}
        self.buttons: list[str] = []
        self.tags: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        given = dict(attrs)
        if tag == "form":
            self.forms.append(given)
        if tag == "input":
            self.fields[str(given["name"])] = given.get("value") or ""
        if tag == "button":
            self.buttons.append(str(given["value"]))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@dataclass
class Browser:
    """A user's browser: keeps cookies, shows pages, sends their forms."""

    mock: Mock
    http: Client = field(init=False)

    def __post_init__(self) -> None:
        self.http = self.mock.client_at(ORIGIN)

    def open(self, parameters: Mapping[str, Any], **more: Any) -> Response:
        """The address that a client sends its user to."""
        return conforming(self.http.get(AUTHORIZE, params=dict(parameters), **more), "startAuthorization")

    def page(self, parameters: Mapping[str, Any]) -> Page:
        response = self.open(parameters)
        assert response.status_code == 200, response.text
        return Page(response.text)

    def submit(self, page: Page, decision: str, **fields: str) -> Response:
        """The page's form as it is, with some fields filled in, sent by one of its buttons."""
        (form,) = page.forms
        assert form["method"] == "post"
        assert decision in page.buttons
        return self.send(str(form["action"]), {**page.fields, **fields, "decision": decision})

    def send(self, action: str, fields: Mapping[str, Any], **more: Any) -> Response:
        return conforming(self.http.post(action, data=dict(fields), **more), "decideAuthorization")

    def decide(
        self, parameters: Mapping[str, Any], decision: str = "approve", user: tuple[str, str] = USER
    ) -> Response:
        """What comes of a request whose page is answered so."""
        page = self.page(parameters)
        fields = {"username": user[0], "password": user[1]} if "username" in page.fields else {}
        return self.submit(page, decision, **fields)

    def code(self, client: tuple[str, str] = UPLOADS, **changes: Any) -> str:
        """A new code for a user of Harbor Street."""
        return told_to_client(self.decide(asking(client, **changes)))["code"]

    def log_in(self) -> None:
        """So that the server knows the user from now on."""
        assert self.code()


def page_of(response: Response) -> Page:
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    return Page(response.text)


def text_of(response: Response) -> str:
    """All words on a page."""
    return " ".join(" ".join(page_of(response).words).split())


def is_clean(response: Response) -> bool:
    """Whether nothing that was sent became a header or markup: the page has its own elements and no others."""
    assert "evil" not in unquote(
        " ".join(f"{name}: {value}" for name, value in response.headers.items() if name not in {"location"})
    )
    if response.headers.get("content-type", "").startswith("text/html"):
        assert {"script", "img", "h2", "iframe", "svg"}.isdisjoint(page_of(response).tags)
        assert page_of(response).tags.count("h1") == 1
    return True
