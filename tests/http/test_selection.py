"""Which namespace a request is for, wherever it says so; and that two of them are never mixed up."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from httpx2 import Response

from mock_server.core.errors import Refused
from mock_server.core.head import Head
from mock_server.http.selection import selected
from tests.mock import Mock
from tests.worlds import World, new_name

Asked = tuple[Head, bytes]


def asked(query: str = "", **headers: str) -> Asked:
    """The head and the query of a request."""
    listed = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()]
    return Head(tuple(listed)), query.encode("latin-1")


def bearer(claims: Any) -> str:
    """What looks like a token; nobody has signed it."""
    return "Bearer e30." + base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=") + ".c2ln"


@pytest.mark.parametrize(
    "request_",
    [
        asked(),
        asked(host="localhost:8080"),
        asked(host="127.0.0.1:8080"),
        asked(host="[::1]:8080"),
        asked(host="shop.localhost.example"),
        asked(host="notlocalhost"),
        asked("page=1&x-mock-namespace=shop&X-Mock-Namespaces=shop"),
        asked(authorization="Basic c2hvcDpzaG9w"),
        asked(authorization=bearer({"sub": "shop"})),
        asked(authorization=bearer({"mock_namespace": None})),
        asked(authorization=bearer(["mock_namespace"])),
        asked(authorization="Bearer a.b.c"),
        asked(authorization="Bearer a." + "[" * 9000 + ".c"),
        asked(x_mock_namespace="default"),
    ],
)
def test_a_request_that_names_none_is_for_the_default_one(request_: Asked) -> None:
    assert selected(*request_) == "default"


@pytest.mark.parametrize(
    "request_",
    [
        asked(x_mock_namespace="shop"),
        asked(x_mock_namespace=" shop "),
        asked(host="shop.localhost"),
        asked(host="shop.localhost:8080"),
        asked(host="SHOP.LocalHost.:8080"),
        asked("X-Mock-Namespace=shop"),
        asked("page=1&X-Mock-Namespace=shop&asc=true"),
        asked("X%2DMock%2dNamespace=shop"),
        asked("%58-Mock-Namespace=%73hop"),
        asked("X-Mock-%4Eamespace=shop"),
        asked("X-Mock-N%61mespace=shop"),
        asked(authorization=bearer({"mock_namespace": "shop"})),
        asked("X-Mock-Namespace=shop", host="shop.localhost", x_mock_namespace="shop"),
    ],
)
def test_header_host_query_and_token_name_it(request_: Asked) -> None:
    assert selected(*request_) == "shop"


@pytest.mark.parametrize(
    "request_",
    [
        asked("X-Mock-Namespace=shop", x_mock_namespace="other"),
        asked(host="shop.localhost", x_mock_namespace="other"),
        asked("X-Mock-Namespace=shop&X-Mock-Namespace=other"),
        asked("X%2DMock-Namespace=shop&X-Mock-Namespace=other"),
        asked(host="shop.localhost", authorization=bearer({"mock_namespace": "other"})),
        asked(x_mock_namespace="default", authorization=bearer({"mock_namespace": "other"})),
        (Head(((b"x-mock-namespace", b"shop"), (b"x-mock-namespace", b"other"))), b""),
    ],
)
def test_two_that_differ_are_refused(request_: Asked) -> None:
    with pytest.raises(Refused) as refused:
        selected(*request_)
    assert refused.value.rule == "CTL-NAMESPACE-ONE"
    assert "other" in refused.value.message


@pytest.mark.parametrize(
    "request_",
    [
        *(
            asked(x_mock_namespace=name)
            for name in ("", "Shop", "-shop", "shop@snapshot-1", "@~1", "a b", "\xe4", "x" * 64)
        ),
        *(asked(x_mock_namespace=name) for name in ("shop,other", "../shop", "shop\x00")),
        asked(host="a.b.localhost"),
        asked(host=".localhost"),
        asked(host="shop_1.localhost:8080"),
        asked("X-Mock-Namespace="),
        asked("X-Mock-Namespace=%73hop%0A"),
        asked("X-Mock-Namespace=%ff"),
        asked(authorization=bearer({"mock_namespace": "Shop"})),
        asked(authorization=bearer({"mock_namespace": 42})),
        asked(authorization=bearer({"mock_namespace": ["shop"]})),
        asked(authorization=bearer({"mock_namespace": "\ud800"})),
    ],
)
def test_what_no_namespace_can_be_called_is_refused(request_: Asked) -> None:
    with pytest.raises(Refused) as refused:
        selected(*request_)
    assert refused.value.rule == "CTL-NAMESPACE-NAME"
    assert len(refused.value.message) < 250


PATHS = ["/pay-int-api/invoices", "/api/v1/invoice-uploads/presign", "/_s3/invoice-uploads/a", "/oauth2/token"]
PATHS += ["/_mock/clock", "/_mock/health", "/nowhere", "/"]


def names(mock: Mock) -> set[str]:
    return {each.name for each in mock.server.namespaces.list()}


def is_problem(response: Response, rule: str) -> bool:
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["x-request-id"]
    assert response.json()["rule"] == rule == response.headers["x-mock-rule"]
    return response.status_code == 400


@pytest.mark.parametrize("path", PATHS)
def test_whatever_is_asked_for_two_namespaces_are_refused_and_not_made(shared_mock: Mock, path: str) -> None:
    one, other = new_name(), new_name()
    headers = {"x-mock-namespace": one, "host": f"{other}.localhost"}
    assert is_problem(shared_mock.client.post(path, headers=headers), "CTL-NAMESPACE-ONE")
    assert not names(shared_mock) & {one, other}


@pytest.mark.parametrize("path", PATHS)
def test_whatever_is_asked_for_a_bad_name_is_refused(shared_mock: Mock, path: str) -> None:
    before = names(shared_mock)
    response = shared_mock.client.get(path, headers={"x-mock-namespace": "Shop_1"})
    assert is_problem(response, "CTL-NAMESPACE-NAME")
    assert names(shared_mock) == before


@pytest.mark.parametrize("door", ["header", "host", "query", "token"])
def test_each_way_leads_to_the_same_namespace(shared_mock: Mock, door: str) -> None:
    world = World(shared_mock)
    mine = world.invoices()
    invoice_id = mine.create()
    plain = shared_mock.caller("invoices", mine.merchant)
    call = mine.call if door == "token" else plain
    ways: dict[str, dict[str, Any]] = {
        "header": {"headers": {"x-mock-namespace": world.name}},
        "host": {"headers": {"host": f"{world.name}.localhost"}},
        "query": {"params": {"X-Mock-Namespace": world.name}},
        "token": {},
    }
    assert call("GET", f"/invoices/{invoice_id}", **ways[door]).status_code == 200
    assert plain("GET", f"/invoices/{invoice_id}").status_code == 404


def test_a_token_of_the_authorization_server_leads_to_where_it_was_got(shared_mock: Mock) -> None:
    world = World(shared_mock)
    form = {
        "grant_type": "client_credentials",
        "client_id": "harbor-invoices",
        "client_secret": "not-a-secret-harbor-invoices",
    }
    got = shared_mock.client.post("/oauth2/token", data=form, headers={"host": f"{world.name}.localhost"}).json()
    headers = {"authorization": f"Bearer {got['access_token']}"}
    base = f"{shared_mock.client.base_url}/pay-int-api/invoices"

    made = shared_mock.client.post(base, json={}, headers=headers).json()["id"]

    assert world.caller("invoices")("GET", f"/invoices/{made}").status_code == 200
    assert shared_mock.caller("invoices")("GET", f"/invoices/{made}").status_code == 404
    refused = shared_mock.client.get(base, headers={**headers, "x-mock-namespace": "default"})
    assert is_problem(refused, "CTL-NAMESPACE-ONE")


def test_a_token_of_the_default_namespace_leads_nowhere_in_particular(shared_mock: Mock) -> None:
    world = World(shared_mock)
    assert (
        shared_mock.caller("invoices")("GET", "/invoices", headers={"x-mock-namespace": world.name}).status_code == 200
    )
    assert world.name in names(shared_mock)
