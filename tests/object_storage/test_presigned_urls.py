"""The URLs the groups hand out, and the names files are saved under."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_server.object_storage.disposition import inline, safe_name
from mock_server.object_storage.urls import PresignedUrls
from tests.object_storage.builders import BUCKET, CREDENTIALS, LIFETIME, NOW, PDF, REGION, Call, Room

URLS = PresignedUrls(credentials=CREDENTIALS, region=REGION, prefix="/mock/_s3")
KEY = f"{BUCKET}/a b.pdf"


def get_url(base_url: str) -> str:
    return URLS.get_url(base_url, KEY, content_type=PDF, filename="a b.pdf", now=NOW, lifetime=LIFETIME)


def test_a_put_url_signs_host_length_and_type() -> None:
    url = URLS.put_url("https://files.example", KEY, content_type=PDF, size_bytes=3, now=NOW, lifetime=LIFETIME)
    query = parse_qs(urlsplit(url).query)
    assert url.startswith("https://files.example/mock/_s3/uploads/a%20b.pdf?X-Amz-Algorithm=AWS4-HMAC-SHA256&")
    assert query["X-Amz-SignedHeaders"] == ["content-length;content-type;host"]
    assert query["X-Amz-Expires"] == ["900"]
    assert query["X-Amz-Date"] == ["20260304T050607Z"]


def test_a_get_url_says_type_and_name() -> None:
    query = parse_qs(urlsplit(get_url("https://files.example/")).query)
    assert query["response-content-type"] == [PDF]
    assert query["response-content-disposition"] == ["inline; filename=\"a b.pdf\"; filename*=UTF-8''a%20b.pdf"]
    assert query["X-Amz-SignedHeaders"] == ["host"]


@pytest.mark.parametrize("base_url", ["", "files.example", "ftp://x", "https://", "https://x/path", "https://x/?q=1"])
def test_a_base_url_that_is_no_origin_is_refused(base_url: str) -> None:
    with pytest.raises(ValueError, match="a scheme and a host, with nothing behind"):
        get_url(base_url)


@pytest.mark.parametrize(
    ("filename", "header"),
    [
        ("invoice.pdf", "inline; filename=\"invoice.pdf\"; filename*=UTF-8''invoice.pdf"),
        ('a"b\\c.pdf', "inline; filename=\"a_b_c.pdf\"; filename*=UTF-8''a%22b_c.pdf"),
        ("100%.pdf", "inline; filename=\"100_.pdf\"; filename*=UTF-8''100%25.pdf"),
        ("Müller €.pdf", "inline; filename=\"M_ller _.pdf\"; filename*=UTF-8''M%C3%BCller%20%E2%82%AC.pdf"),
        ("😀", "inline; filename=\"_\"; filename*=UTF-8''%F0%9F%98%80"),
        ("../../etc/passwd", "inline; filename=\".._.._etc_passwd\"; filename*=UTF-8''.._.._etc_passwd"),
        ("a\r\nSet-Cookie: x", "inline; filename=\"a__Set-Cookie: x\"; filename*=UTF-8''a__Set-Cookie%3A%20x"),
        ("a;b='c'", "inline; filename=\"a;b='c'\"; filename*=UTF-8''a%3Bb%3D%27c%27"),
        ("\ud800.pdf", "inline; filename=\"_.pdf\"; filename*=UTF-8''_.pdf"),
        ("", "inline; filename=\"file\"; filename*=UTF-8''file"),
        (" ", "inline; filename=\"file\"; filename*=UTF-8''file"),
        ("..", "inline; filename=\"file\"; filename*=UTF-8''file"),
    ],
)
def test_any_name_becomes_a_header(filename: str, header: str) -> None:
    assert inline(filename) == header


@given(st.text())
@settings(deadline=None)
def test_a_name_never_leaves_its_quotes_its_line_or_its_folder(filename: str) -> None:
    plain, extended = re.fullmatch(  # type: ignore[union-attr]
        r"inline; filename=\"([ !#$&-\[\]-~]+)\"; filename\*=UTF-8''([A-Za-z0-9!#$&+.^_`|~%-]+)", inline(filename)
    ).groups()
    assert unquote(extended) == safe_name(filename)
    assert len(plain) == len(safe_name(filename))
    assert not set("/\\\r\n\0") & set(plain + unquote(extended))


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"], exclude_characters="/\\"), min_size=1))
@settings(deadline=None)
def test_a_harmless_name_stays_as_it_is(filename: str) -> None:
    if filename.strip() == filename and filename.strip("."):
        assert safe_name(filename) == filename


@pytest.mark.parametrize("filename", ["invoice.pdf", 'a"b\\c/ü€😀\r\n.pdf', "%41;", "", "x" * 300])
def test_a_fetched_file_has_the_name_of_its_url(room: Room, filename: str) -> None:
    room.put("k", b"bytes", "image/png")
    reply = room.send(Call("GET", room.get_url("k", content_type=PDF, filename=filename)))
    assert (reply.status, reply.headers["content-type"]) == (200, PDF)
    assert reply.headers["content-disposition"] == inline(filename)


def test_a_put_url_takes_exactly_what_was_announced_and_only_until_it_expires(room: Room) -> None:
    put = room.put_call("k", b"bytes", "image/png")
    assert room.send(put).status == 200
    room.clock.advance(LIFETIME + timedelta(seconds=1))
    assert room.send(put).rule == "UPL-URL-EXPIRED"
