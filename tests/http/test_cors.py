"""Pages of any origin may call; all others are answered as Starlette answers them."""

from __future__ import annotations

from typing import Any

import pytest

from mock_server.core.head import Head
from mock_server.http.cors import for_pages, is_from_page, with_vary
from tests.http.asgi import Messages, asked
from tests.mock import Mock

HEADS: list[list[tuple[bytes, bytes]]] = [
    [],
    [(b"content-type", b"text/plain")],
    [(b"vary", b"Accept"), (b"content-type", b"text/plain")],
    [(b"vary", b"Accept"), (b"x-note", b"vary"), (b"vary", b"Cookie")],
]


def answering(head: list[tuple[bytes, bytes]]) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": list(head)})
        await send({"type": "http.response.body", "body": b"ab", "more_body": True})
        await send({"type": "http.response.body", "body": b"cd"})

    return app


def ask(head: list[tuple[bytes, bytes]], method: str = "GET", **headers: str) -> Messages:
    return asked(
        for_pages(answering(head)), method, "/", {name.replace("_", "-"): each for name, each in headers.items()}
    )


@pytest.mark.parametrize("head", HEADS)
def test_an_answer_says_that_it_depends_on_the_origin(head: list[tuple[bytes, bytes]]) -> None:
    before = list(head)

    headers = with_vary(head)

    vary = [value for name, value in headers if name == b"vary"]
    given = [value for name, value in head if name == b"vary"]
    assert vary == [b", ".join([*given, b"Origin"])]
    others = [each for each in headers if each[0] != b"vary"]
    assert others == [each for each in head if each[0] != b"vary"]
    assert head == before, "whoever has seen it pass by may hold it still"


@pytest.mark.parametrize("head", HEADS)
def test_whoever_is_no_page_is_told_what_starlette_would_tell(head: list[tuple[bytes, bytes]]) -> None:
    assert sorted(with_vary(head)) == sorted(ask(head).start["headers"])


@pytest.mark.parametrize(
    "path", ["/pay-int-api/invoices", "/_mock/health", "/oauth2/jwks", "/pay-int-api/openapi.json", "/x"]
)
def test_every_answer_of_the_mock_says_so_once(path: str, shared_mock: Mock) -> None:
    for headers in ({}, {"origin": "https://shop.example"}):
        answer = asked(shared_mock.server.app, "GET", path, headers)
        vary = [value for name, value in answer.start["headers"] if name == b"vary"]
        assert (len(vary), b"".join(vary).count(b"Origin")) == (1, 1)
        assert ("access-control-allow-origin" in answer.headers) == bool(headers)


def test_a_page_says_where_it_is_from() -> None:
    assert is_from_page(Head(((b"host", b"mock.test"), (b"origin", b"null"))))
    assert not is_from_page(Head(((b"host", b"mock.test"), (b"referer", b"https://shop.example/"))))


@pytest.mark.parametrize("head", HEADS)
def test_a_page_may_read_the_answer(head: list[tuple[bytes, bytes]]) -> None:
    answer = ask(head, origin="https://shop.example")

    assert answer.headers["access-control-allow-origin"] == "*"
    assert "X-Mock-Rule" in answer.headers["access-control-expose-headers"]
    assert answer.content == b"abcd"


def test_a_page_may_ask_first() -> None:
    answer = ask([], "OPTIONS", origin="https://shop.example", access_control_request_method="PUT")

    assert answer.start["status"] == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "PUT" in answer.headers["access-control-allow-methods"]
