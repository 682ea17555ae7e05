"""What a page of another origin may do: everything a URL lets it."""

from __future__ import annotations

import pytest

from tests.object_storage.builders import BUCKET, ORIGIN, Call, Reply, Room

WANTED = {
    "origin": "https://shop.example",
    "access-control-request-method": "PUT",
    "access-control-request-headers": "content-type,x-amz-checksum-sha256",
}


def preflight(room: Room, headers: dict[str, str]) -> Reply:
    return room.send(Call("OPTIONS", f"{ORIGIN}/_s3/{BUCKET}/a?X-Amz-Signature=whatever", headers))


def test_a_preflight_needs_no_signature_and_allows_what_is_asked_for(room: Room) -> None:
    reply = preflight(room, WANTED)
    assert reply.status == 200
    assert reply.headers["access-control-allow-origin"] == "*"
    assert "PUT" in reply.headers["access-control-allow-methods"].split(", ")
    assert reply.headers["access-control-allow-headers"] == WANTED["access-control-request-headers"]
    assert "ETag" in reply.headers["access-control-expose-headers"].split(", ")


def test_options_alone_says_which_methods_there_are(room: Room) -> None:
    assert preflight(room, {}).headers["allow"] == "GET, HEAD, OPTIONS, PUT"


@pytest.mark.parametrize("status", [200, 403, 404])
def test_a_page_may_read_every_answer(room: Room, status: int) -> None:
    room.put("a", b"bytes")
    reply = {
        200: lambda: room.get("a"),
        403: lambda: room.send(Call("GET", room.get_url("a") + "0")),
        404: lambda: room.get("b"),
    }[status]()
    assert reply.status == status
    assert reply.headers["access-control-allow-origin"] == "*"
    assert "X-Mock-Rule" in reply.headers["access-control-expose-headers"]
