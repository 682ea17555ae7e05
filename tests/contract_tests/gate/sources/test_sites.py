"""Redirects and references lead over sites as far as they may, and nothing is read without end."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

import pytest
import requests

from contract_tests.errors import WrongUse
from contract_tests.gate.sources import document, read_source, web
from tests.contract_tests.gate.sources.building import only, put
from tests.contract_tests.gate.sources.publishing import (
    DOCUMENT,
    NOT_FOUND,
    YAML,
    asked,
    leads_to,
    origins,
    publish,
    unreachable,
    wrong,
)
from tests.contract_tests.gate.sources.test_references import referred, schema
from tests.contract_tests.scripted import HTML, Reply, Scripted


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed_and_references_are_relative_to_their_end(status: int, site: Scripted) -> None:
    replies = {
        "/latest": leads_to("/v2/shop.yaml", status),
        "/v2/shop.yaml": Reply(200, schema("order.yaml").encode(), YAML),
        "/v2/order.yaml": Reply(200, b"title: Order\n", YAML),
    }
    publish(site, replies)

    found = only(site.origin + "/latest")

    assert (found.name, found.origin) == ("shop", site.origin + "/v2/shop.yaml")
    title = referred(found.root).get("title")
    assert title is not None
    assert title.place.file == site.origin + "/v2/order.yaml"
    assert asked(site) == ["/latest", "/v2/shop.yaml", "/v2/order.yaml"]


@pytest.mark.parametrize(
    ("location", "said"), [("/", "redirects more than 5 times"), ("ftp://x/y", "redirects to what is no website")]
)
def test_redirects_end(location: str, said: str, site: Scripted) -> None:
    publish(site, {"/": leads_to(location)})

    assert said in unreachable(site.origin + "/")


def test_the_document_itself_may_be_elsewhere_now(site: Scripted, other_site: Scripted) -> None:
    publish(site, {"/shop.json": leads_to(other_site.origin + "/new/shop.json")})
    publish(other_site, {"/new/shop.json": Reply(200, DOCUMENT)})

    assert origins(site.origin + "/shop.json") == {"shop": other_site.origin + "/new/shop.json"}


def test_references_to_other_sites_are_refused_unless_allowed(site: Scripted, other_site: Scripted) -> None:
    reference = f"{other_site.origin}/order.yaml#/Order"
    publish(site, {"/shop.yaml": Reply(200, schema(reference).encode(), YAML)})
    publish(
        other_site,
        {
            "/order.yaml": Reply(200, b"Order: {properties: {a: {$ref: 'item.yaml'}}}\n", YAML),
            "/item.yaml": Reply(200, b"title: Item\n", YAML),
        },
    )

    assert wrong(site.origin + "/shop.yaml") == (
        f"{site.origin}/shop.yaml:6: the reference '{reference}' leads to another site, {other_site.origin},"
        " which is read only with --allow-remote-refs"
    )
    assert other_site.asked == []
    title = referred(only(site.origin + "/shop.yaml", allow_remote_refs=True).root).at("properties", "a", "title")
    assert title is not None
    assert title.place.file == other_site.origin + "/item.yaml"


def test_a_redirect_is_no_way_around_that(site: Scripted, other_site: Scripted) -> None:
    replies = {
        "/shop.yaml": Reply(200, schema("order.yaml").encode(), YAML),
        "/order.yaml": leads_to(other_site.origin + "/order.yaml"),
    }
    publish(site, replies)
    publish(other_site, {"/order.yaml": Reply(200, b"title: Order\n", YAML)})

    assert "redirects to another site" in wrong(site.origin + "/shop.yaml")
    assert other_site.asked == []
    assert only(site.origin + "/shop.yaml", allow_remote_refs=True)


def test_files_may_refer_to_sites_where_that_is_allowed(
    site: Scripted, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("specs")
    publish(site, {"/order.yaml": Reply(200, b"title: Order\n", YAML)})
    put(folder, api=schema(site.origin + "/order.yaml"), more=schema("order.yaml"), order="title: Mine\n")

    assert "sites are read only with --allow-remote-refs" in wrong(str(folder / "api.yaml"))
    assert site.asked == []
    assert referred(only(folder / "api.yaml", allow_remote_refs=True).root).get("title")
    assert referred(only(folder / "more.yaml", allow_remote_refs=True).root).get("title")


@pytest.mark.parametrize("reference", ["file:///etc/passwd", "urn:x", "http://[::1"])
def test_what_is_no_site_is_refused_even_then(reference: str, site: Scripted) -> None:
    publish(site, {"/shop.yaml": Reply(200, schema(reference).encode(), YAML)})

    for allowed in (False, True):
        with pytest.raises(WrongUse, match=r"shop\.yaml:6: the reference"):
            read_source(site.origin + "/shop.yaml", allow_remote_refs=allowed)


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (NOT_FOUND, "/order.yaml:1: can't be read: the server answers 404"),
        (HTML, "/order.yaml:1: is an HTML page, not a document"),
        (Reply(200, b"a: [", YAML), "/order.yaml:2: is not YAML"),
    ],
)
def test_a_reference_to_what_is_no_document_is_refused(reply: Reply, said: str, site: Scripted) -> None:
    publish(site, {"/shop.yaml": Reply(200, schema("order.yaml").encode(), YAML), "/order.yaml": reply})

    assert f"/shop.yaml:6: the reference 'order.yaml' leads to what can't be read: {site.origin}{said}" in wrong(
        site.origin + "/shop.yaml"
    )


def test_a_reference_to_a_server_that_fails_is_not_reachable(site: Scripted) -> None:
    publish(site, {"/shop.yaml": Reply(200, schema("o.yaml").encode(), YAML), "/o.yaml": Reply(503, b"")})

    assert unreachable(site.origin + "/shop.yaml") == f"{site.origin}/o.yaml answers 503"


@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_what_is_too_large_is_not_read_to_the_end(
    encoding: str, site: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    from contract_tests.gate.sources import texts

    for module in (web, texts, document):
        monkeypatch.setattr(module, "MAX_BYTES", 1000)
    body = DOCUMENT + b" " * 10_000_000
    body, headers = (gzip.compress(body), {"Content-Encoding": "gzip"}) if encoding else (body, {})
    publish(site, {"/shop.json": Reply(200, body, headers)})

    chunks: list[bytes] = []
    read = requests.Response.iter_content

    def counted(self: requests.Response, size: int) -> Iterator[bytes]:
        for chunk in read(self, size):
            chunks.append(chunk)
            yield chunk

    monkeypatch.setattr(requests.Response, "iter_content", counted)

    assert wrong(site.origin + "/shop.json") == f"{site.origin}/shop.json:1: is larger than 1,000 bytes"
    assert len(chunks) == 1


def test_passwords_and_queries_are_used_but_not_shown(site: Scripted) -> None:
    publish(site, {"/shop.json?token=secret": Reply(200, DOCUMENT)})
    named = site.origin.replace("//", "//me:hidden@")

    source = read_source(named + "/shop.json?token=secret")

    assert source.origin == source.specifications["shop"].origin == site.origin + "/shop.json"
    assert site.asked[0][2]["Authorization"].startswith("Basic ")
    for said in (wrong(named + "/none.json?token=secret"), unreachable("http://me:hidden@127.0.0.1:1/x?token=secret")):
        assert "hidden" not in said
        assert "secret" not in said


def test_the_proxies_of_the_machine_are_not_asked(site: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    publish(site, {"/shop.json": Reply(200, DOCUMENT)})

    assert origins(site.origin + "/shop.json")
