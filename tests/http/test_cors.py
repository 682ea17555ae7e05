"""Pages of any origin may call; all others are answered as Starlette answers them."""

from __future__ import annotations

from typing import Any

import pytest

from mock_server.http.cors import with_cors
from tests.http.asgi import Messages, asked

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
        with_cors(answering(head)), method, "/", {name.replace("_", "-"): each for name, each in headers.items()}
    )


@pytest.mark.parametrize("head", HEADS)
def test_an_answer_says_that_it_depends_on_the_origin(head: list[tuple[bytes, bytes]]) -> None:
    answer = ask(head)

    vary = [value for name, value in answer.start["headers"] if name == b"vary"]
    given = [value for name, value in head if name == b"vary"]
    assert vary == [b", ".join([*given, b"Origin"])]
    others = [each for each in answer.start["headers"] if each[0] != b"vary"]
    assert others == [each for each in head if each[0] != b"vary"]
    assert answer.bodies == [b"ab", b"cd"]


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


def test_the_head_of_the_application_is_left_as_it_was() -> None:
    """Whoever has seen it pass by may hold it still."""
    head = [(b"content-type", b"text/plain")]
    start = {"type": "http.response.start", "status": 200, "headers": head}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send(start)
        await send({"type": "http.response.body", "body": b""})

    asked(with_cors(app), "GET", "/")

    assert start == {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]}
