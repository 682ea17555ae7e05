"""A URL is a source: a document's own, or that of a mock or deployment which publishes some."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

import pytest
import requests

from contract_tests.errors import TargetUnreachable
from contract_tests.gate.sources import NothingPublished, read_source, web
from contract_tests.gate.sources.urls import PUBLISHED
from mock_server.live import LiveServer
from mock_server.settings import Settings
from openapi import contract_file
from tests.contract_tests.gate.sources.building import EMPTY, only
from tests.contract_tests.gate.sources.publishing import (
    DOCUMENT,
    NOT_FOUND,
    YAML,
    asked,
    origins,
    publish,
    unreachable,
    wrong,
)
from tests.contract_tests.scripted import DROPPED, HTML, Reply, Scripted


@pytest.fixture(scope="module")
def mock_origin() -> Iterator[str]:
    """Where a mock listens."""
    server = LiveServer.start(Settings(access_log=False))
    yield server.url
    server.stop()


@pytest.mark.parametrize(
    ("path", "name"), [("/shop.json", "shop"), ("/v3/api-docs", "api-docs"), ("/", "openapi"), ("/a/b.c.json", "b.c")]
)
def test_a_document_is_read_from_its_own_url_with_one_request(path: str, name: str, site: Scripted) -> None:
    publish(site, {path: Reply(200, DOCUMENT)})

    assert origins(site.origin + path) == {name: site.origin + path}
    assert asked(site) == [path]


def test_a_document_may_be_yaml_of_whatever_type(site: Scripted) -> None:
    publish(site, {"/docs": Reply(200, EMPTY.encode(), {"Content-Type": "text/plain"})})

    assert only(site.origin + "/docs").info_version == "1.2.0"


@pytest.mark.parametrize("path", PUBLISHED)
def test_a_deployment_publishes_its_document_where_frameworks_do(path: str, site: Scripted) -> None:
    publish(site, {path: Reply(200, DOCUMENT), "/": HTML})

    assert list(origins(site.origin).values()) == [site.origin + path]


def test_a_document_is_looked_for_below_the_url_and_then_at_the_origin(site: Scripted) -> None:
    publish(site, {"/openapi.json": Reply(200, DOCUMENT)})
    assert list(origins(site.origin + "/shop/docs").values()) == [site.origin + "/openapi.json"]

    publish(site, {"/shop/v3/api-docs": Reply(200, DOCUMENT), "/openapi.json": Reply(200, DOCUMENT)})
    assert list(origins(site.origin + "/shop?x=1").values()) == [site.origin + "/shop/v3/api-docs"]


def test_what_answers_everything_with_a_page_or_an_error_publishes_nothing(site: Scripted) -> None:
    for reply, told in ((HTML, "it answers an HTML page"), (NOT_FOUND, "it answers 404"), (Reply(), "something else")):
        publish(site, dict.fromkeys(("/", *PUBLISHED), reply))
        with pytest.raises(NothingPublished) as caught:
            read_source(site.origin)
        assert f"{told}, and there is none at /openapi.json, /openapi.yaml" in str(caught.value)


def test_an_error_at_a_guessed_place_says_nothing(site: Scripted) -> None:
    publish(site, {"/": HTML, "/openapi.json": Reply(500, b""), "/openapi.yaml": Reply(200, EMPTY.encode(), YAML)})

    assert list(origins(site.origin).values()) == [site.origin + "/openapi.yaml"]


def test_a_mock_publishes_all_its_contracts_under_their_names(mock_origin: str) -> None:
    found = origins(mock_origin)

    assert found == {
        name: f"{mock_origin}{base}/openapi.json"
        for name, base in {
            "control": "/_mock",
            "invoice_uploads": "/api/v1",
            "invoices": "/pay-int-api",
            "oauth": "/oauth2",
        }.items()
    }


@pytest.mark.parametrize("path", ["/pay-int-api", "/pay-int-api/", "/pay-int-api/openapi.json"])
def test_a_document_of_ours_is_called_as_its_contract(path: str, mock_origin: str) -> None:
    source = read_source(mock_origin + path)

    assert list(source.specifications) == ["invoices"]
    assert source.notes == ()
    contract = only(contract_file("invoices")).root
    served = source.specifications["invoices"].root  # Connexion puts what is referred to where the reference stood
    assert list(served.value["paths"]) == list(contract.value["paths"])
    assert served.value["x-lifecycle"] == contract.value["x-lifecycle"]


def test_a_deployment_of_ours_behind_a_proxy_is_found(site: Scripted) -> None:
    publish(site, {"/stage/pay-int-api/openapi.json": Reply(200, DOCUMENT)})

    assert list(origins(site.origin + "/stage")) == ["invoices"]


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (NOT_FOUND, "/shop.json is no OpenAPI document: it answers 404"),
        (Reply(401, b""), "/shop.json is no OpenAPI document: it answers 401"),
        (HTML, "/shop.json is no OpenAPI document: it answers an HTML page"),
        (Reply(200, b"<!doctype html>"), "/shop.json is no OpenAPI document: it answers an HTML page"),
        (Reply(200, b'{"a": 1}'), "/shop.json is no OpenAPI document: it answers something else"),
        (Reply(200, b'{"openapi": "3.0.3",}'), "/shop.json:1: is not JSON: "),
        (Reply(200, b'{"swagger": "2.0"}'), "/shop.json:1: is Swagger 2.0, which is not compared"),
    ],
)
def test_what_is_no_document_is_refused(reply: Reply, said: str, site: Scripted) -> None:
    publish(site, {"/shop.json": reply})

    assert wrong(site.origin + "/shop.json").startswith(site.origin + said)


@pytest.mark.parametrize(
    "text", ["http://", "http://:80/x", "https:///x", "http://[::1", "http://a b/x", "http://\0/x"]
)
def test_what_is_no_url_is_refused(text: str) -> None:
    assert "is no URL" in wrong(text)


def test_who_is_down_is_not_reachable(site: Scripted) -> None:
    publish(site, {"/": DROPPED})
    assert unreachable(site.origin + "/") == f"{site.origin}/ found nobody: ConnectionError"

    for status in (500, 502, 429):
        publish(site, {"/": Reply(status, b"")})
        assert unreachable(site.origin + "/") == f"{site.origin}/ answers {status}"


def test_who_says_nothing_is_not_reachable(site: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "SILENT_SECONDS", 0.05)
    publish(site, {"/": Reply(200, DOCUMENT, after=1)})

    assert unreachable(site.origin + "/") == f"{site.origin}/ was not answered within 0.05 seconds"


def test_who_never_ends_is_not_reachable(site: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "MAX_SECONDS", -1.0)
    publish(site, {"/": Reply(200, DOCUMENT)})

    assert "did not answer to the end within" in unreachable(site.origin + "/")


def test_who_has_no_certificate_is_not_trusted(site: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TargetUnreachable):
        read_source(site.origin.replace("http://", "https://") + "/shop.json")

    def refuse(*_: object, **__: object) -> None:
        raise requests.exceptions.SSLError(ssl.SSLError("self-signed"))

    monkeypatch.setattr(requests.Session, "send", refuse)
    assert unreachable("https://shop.test/") == "https://shop.test/ can't be trusted: its certificate is not accepted"
