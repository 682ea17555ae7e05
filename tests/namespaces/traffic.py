"""Calls of all kinds in one namespace, and what can be seen of it from outside."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from httpx2 import Response

from tests.mock import BODY, Caller, Invoices, Mock
from tests.worlds import World

CONTENT = b"%PDF-1.7 an invoice"
CLIENT = {
    "grant_type": "client_credentials",
    "client_id": "harbor-invoices",
    "client_secret": "not-a-secret-harbor-invoices",
}
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CALLBACK = "http://127.0.0.1:3000/callback"
AUTHORIZATION: Mapping[str, str] = {
    "response_type": "code",
    "client_id": "harbor-uploads",
    "redirect_uri": CALLBACK,
    "scope": "payment-requests:create",
    "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    "code_challenge_method": "S256",
    "state": "xyz",
}


@dataclass(frozen=True)
class Uploaded:
    """An upload whose bytes have been put. `url`: the presigned one they were put to."""

    id: str
    url: str
    payment_request: str
    content: bytes


def caller(world: World, group: str) -> Caller:
    """Calls with a token that outlives whatever is done to the clock."""
    return world.caller(group, lifetime=timedelta(days=365_000))


def upload(world: World, content: bytes = CONTENT) -> Uploaded:
    """Presign and put."""
    call = caller(world, "invoice-uploads")
    made = world.control("POST", "/payment-requests", {})
    assert made.status_code == 201, made.text
    body = {"filename": "invoice.pdf", "mimeType": "application/pdf", "size": len(content)}
    found = call("POST", "/invoice-uploads/presign", body).json()
    put = world.mock.client.put(found["url"], content=content, headers={"content-type": "application/pdf"})
    assert put.status_code == 200, put.text
    return Uploaded(found["uploadId"], found["url"], made.json()["id"], content)


def attached(world: World, content: bytes = CONTENT) -> Uploaded:
    """An upload that is attached to a payment request."""
    call, uploaded = caller(world, "invoice-uploads"), upload(world, content)
    sha256 = hashlib.sha256(content).hexdigest()
    confirmed = call("POST", f"/invoice-uploads/{uploaded.id}/confirm", {"sha256": sha256})
    assert confirmed.status_code == 200, confirmed.text
    done = call("POST", f"/invoice-uploads/{uploaded.id}/attach/{uploaded.payment_request}")
    assert done.status_code == 200, done.text
    return uploaded


def fetched(world: World, payment_request: str) -> Response:
    """The attached invoice, by the URL the API gives out."""
    found = caller(world, "invoice-uploads")("GET", f"/{payment_request}/invoice/url")
    assert found.status_code == 200, found.text
    return world.mock.client.get(found.json()["url"])


def authorized(world: World, headers: Mapping[str, str]) -> dict[str, Any]:
    """What a user's client gets by authorization code, from a mock that approves by itself."""
    client = world.mock.client
    sent = client.get("/oauth2/authorize", params=AUTHORIZATION, headers=headers, follow_redirects=False)
    code = dict(parse_qsl(urlsplit(sent.headers["location"]).query))["code"]
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "client_id": "harbor-uploads",
        "client_secret": "not-a-secret-harbor-uploads",
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    }
    response = client.post("/oauth2/token", data=form, headers=headers)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def everything(world: World) -> str:
    """All of a namespace, as it is exported."""
    response = world.control("GET", "/export")
    assert response.status_code == 200, response.text
    return response.text


def of_harbor(world: World) -> Invoices:
    """The invoices of a merchant that the seed has, in this namespace."""
    invoices = Invoices(world.mock)
    invoices.call = caller(world, "invoices")
    return invoices


def made(mock: Mock, **asked: Any) -> World:
    """A new namespace, made as asked."""
    world = World(mock)
    response = World(mock, "default").control("POST", "/namespaces", {"name": world.name, **asked})
    assert response.status_code == 201, response.text
    return world


def create(world: World, key: str | None = None, **body: Any) -> str:
    """The id of a new invoice, made under an idempotency key where there is one."""
    headers = {"idempotency-key": key} if key else {}
    response = caller(world, "invoices")("POST", "/invoices", {**BODY, **body}, headers=headers)
    assert response.status_code == 200, response.text
    return str(response.json()["id"])
