"""Whatever is sent to the control API: what can't be understood is refused as a problem, and changes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from httpx2 import Response
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openapi import contract_file, read_contract
from tests.mock import Mock
from tests.namespaces.traffic import everything, made
from tests.worlds import World

CONTRACT = read_contract(contract_file("control"))
WITH_BODY = sorted(each.id for each in CONTRACT.operations.values() if each.body)
STRICT = sorted(set(WITH_BODY) - {"importNamespace"})
MEBIBYTE = 1024 * 1024


@pytest.fixture(scope="module")
def world(shared_mock: Mock) -> World:
    return made(shared_mock, idSeed="abc", seed="empty", clock={"at": "2026-11-02T09:30:00Z"})


def send(world: World, operation_id: str, content: bytes, media_type: str | None = "application/json") -> Response:
    operation = CONTRACT.operations[operation_id]
    path = operation.path
    for name, value in {"name": "nothing", "id": "0b9cc2b4-2ab5-4fa8-8a4b-4c2b5a0b6f2e"}.items():
        path = path.replace(f"{{{name}}}", value)
    path = path.replace("{messageId}", "0b9cc2b4-2ab5-4fa8-8a4b-4c2b5a0b6f2e").replace("{webhookId}", "7")
    headers = {"host": "localhost", "x-mock-namespace": world.name}
    if media_type is not None:
        headers["content-type"] = media_type
    return world.mock.client.request(operation.method, f"/_mock{path}", content=content, headers=headers)


def refused(response: Response, status: int, rule: str) -> None:
    assert (response.status_code, response.json()["rule"]) == (status, rule), response.text[:500]
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["status"] == status
    assert len(response.text) < 2000


@pytest.fixture
def unchanged(world: World) -> Iterator[None]:
    """Whatever the test does, the namespace is what it was, and so are its snapshots."""
    before = everything(world), _names(world)
    yield
    assert (everything(world), _names(world)) == before


def _names(world: World) -> tuple[Any, Any]:
    plane = world.mock.server.namespaces
    snapshots = plane.snapshots(plane.get(world.name))
    return [each.name for each in snapshots], [each.name for each in plane.list()]


MALFORMED = {
    "cut off": b'{"name": "a',
    "not UTF-8": b'{"name": "\xff"}',
    "UTF-16": '{"name": "a"}'.encode("utf-16"),
    "a member twice": b'{"name": "a", "name": "b"}',
    "NaN": b'{"name": NaN}',
    "half a surrogate pair": b'{"name": "\\ud800"}',
    "nested deeply": b"[" * 100_000 + b"]" * 100_000,
    "nested in members": b'{"invoice":' * 50_000,
    "a long number": b'{"count": ' + b"9" * 100_000 + b"}",
    "two values": b"{} {}",
    "a comment": b"{} // that is all",
}


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("operation", WITH_BODY)
def test_malformed_json_is_refused(world: World, operation: str) -> None:
    for content in MALFORMED.values():
        refused(send(world, operation, content), 400, "CTL-BODY-JSON")


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("operation", WITH_BODY)
def test_other_media_types_are_refused(world: World, operation: str) -> None:
    for media_type in ("text/plain", "application/xml", "application/json; charset=utf-16", "json", ""):
        refused(send(world, operation, b"{}", media_type), 415, "CTL-MEDIA-TYPE")
    refused(send(world, operation, b"{}", None), 415, "CTL-MEDIA-TYPE")


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("operation", WITH_BODY)
def test_values_that_are_no_objects_are_refused(world: World, operation: str) -> None:
    for content in (b"[]", b"null", b"7", b'"text"', b"true", b"[{}]"):
        refused(send(world, operation, content), 400, "CTL-BODY-SCHEMA")


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("operation", WITH_BODY)
def test_members_that_nobody_knows_are_refused(world: World, operation: str) -> None:
    for name in ("colour", "", "__proto__", "x" * 1000, "\u202e", "a\u0000b", "../name"):
        refused(send(world, operation, json.dumps({name: 1}).encode()), 400, "CTL-BODY-SCHEMA")


@pytest.mark.usefixtures("unchanged")
def test_a_body_beyond_the_limit_is_refused(world: World) -> None:
    for operation in ("importNamespace", "createSnapshot"):
        refused(send(world, operation, b" " * (65 * MEBIBYTE)), 413, "CTL-BODY-SIZE")


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    "path", ["/nowhere", "/clock/", "/namespaces//", "/snapshots/a/b/c", "/%00", "/clock%0a", "//clock"]
)
def test_paths_that_are_not_there_are_refused(world: World, path: str) -> None:
    refused(world.control("GET", path), 404, "CTL-ROUTE")


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("method", ["PATCH", "TRACE", "POST"])
def test_other_methods_are_refused_with_those_that_are_possible(world: World, method: str) -> None:
    response = world.control(method, "/clock")
    refused(response, 405, "CTL-METHOD")
    assert response.headers["allow"] == "GET, PUT"


@pytest.mark.parametrize("operation", STRICT)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_body_makes_the_server_fail(world: World, operation: str, data: st.DataObject) -> None:
    """Half of the members are known ones, with values of any kind."""
    schema = CONTRACT.operations[operation].body.contents[0].schema  # type: ignore[union-attr]
    known = sorted(_members(schema))
    values = st.recursive(
        st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        max_leaves=5,
    )
    names = st.sampled_from(known) | st.text(max_size=8) if known else st.text(max_size=8)
    body = data.draw(st.dictionaries(names, values, max_size=4))
    try:
        content = json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
    except (UnicodeEncodeError, ValueError):
        return
    response = send(world, operation, content)
    assert response.status_code < 500, (body, response.text)
    if response.status_code >= 400:
        assert response.headers["content-type"] == "application/problem+json"


def _members(schema: Any) -> set[str]:
    if "$ref" in schema:
        return _members(CONTRACT.schemas[schema["$ref"].rsplit("/", 1)[-1]])
    return set(schema.get("properties", {}))
