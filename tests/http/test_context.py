"""What is known of a request: its headers, and the address it was sent to."""

from __future__ import annotations

from typing import Any

import pytest

from mock_server.core.head import Head
from mock_server.http.context import Exchange, base_url, header
from tests.mock import Mock


def scope(*headers: tuple[bytes, bytes]) -> dict[str, Any]:
    return {"type": "http", "scheme": "http", "server": ("127.0.0.1", 8080), "headers": list(headers)}


@pytest.mark.parametrize("is_attached", [True, False])
def test_of_a_header_that_is_given_twice_the_first_one_counts(is_attached: bool, shared_mock: Mock) -> None:
    request = scope((b"x-note", b"one"), (b"x-note", b"two"), (b"accept", b"caf\xe9"))
    if is_attached:
        Exchange("id", shared_mock.namespace, Head(tuple(request["headers"]))).attach(request)

    assert [header(request, each) for each in (b"x-note", b"accept", b"x-other")] == ["one", "café", None]


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        (b"mock.test", "http://mock.test"),
        (b"mock.test:81", "http://mock.test:81"),
        (b"[::1]:81", "http://[::1]:81"),
        (b"mock.test:65536", "http://127.0.0.1:8080"),
        (b"mock.test/evil", "http://127.0.0.1:8080"),
        (b"", "http://127.0.0.1:8080"),
    ],
)
def test_the_address_is_the_one_the_client_used_if_it_is_one(host: bytes, expected: str) -> None:
    head = Head(((b"host", host),))

    assert [base_url(head, scope()) for _ in range(2)] == [expected] * 2


@pytest.mark.parametrize(
    ("server", "expected"),
    [
        (("::1", 81), "http://[::1]:81"),
        (("/run/mock.sock", None), "http://localhost"),
        (None, "http://localhost"),
    ],
)
def test_where_the_client_names_no_host_the_address_is_the_servers_own(server: object, expected: str) -> None:
    assert base_url(Head(()), {**scope(), "server": server}) == expected
