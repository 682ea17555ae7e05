"""Questions to the control API that have no body."""

from __future__ import annotations

from typing import Any

from httpx2 import Response

from mock_server.core.namespace import HEADER
from tests.mock import Mock
from tests.worlds import World


def ask(of: Mock | World, path: str, *, accept: str = "*/*", **query: Any) -> Response:
    """An answer of the control API, for the namespace of the world; the path is the one below its base path."""
    mock, namespace = (of.mock, {HEADER: of.name}) if isinstance(of, World) else (of, {})
    headers = {"host": "localhost", "accept": accept, **namespace}
    return mock.client.get(f"/_mock{path}", headers=headers, params=query or None)


def told(of: Mock | World, path: str, **query: Any) -> Any:
    """The JSON value of an answer that is fine."""
    response = ask(of, path, **query)
    assert response.status_code == 200, response.text
    return response.json()
