"""Watching the journal of a server in a process of its own."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, closing
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from openapi import contract_file, read_contract
from tests.process import running

MOST_STREAMS: int = read_contract(contract_file("control")).limit("CTL-STREAM-COUNT", "maximum")


class Watched:
    """A server, and connections to it that stay open until the test is over."""

    def __init__(self, process: subprocess.Popen[str], origin: str, folder: Path, exits: ExitStack) -> None:
        self.process = process
        self.errors = folder / "stderr.txt"
        self._address = urlsplit(origin)
        self._exits = exits

    def get(self, path: str, **headers: str) -> HTTPResponse:
        connection = HTTPConnection(self._address.hostname or "", self._address.port, timeout=30)
        self._exits.enter_context(closing(connection))
        connection.request("GET", path, headers={"Host": "localhost", **headers})
        return connection.getresponse()

    def stream(self, query: str = "", **headers: str) -> HTTPResponse:
        response = self.get(f"/_mock/journal/stream{query}", **headers)
        if response.status == 200:
            assert response.readline().startswith(b":")
            assert response.readline() == b"\n"
        return response


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    with running(tmp_path, ["--no-access-log"]) as (process, origin), ExitStack() as exits:
        yield Watched(process, origin, tmp_path, exits)


def event(response: HTTPResponse) -> tuple[str, str]:
    """Id and path of the next event."""
    fields = dict(line.decode().rstrip("\n").split(": ", 1) for line in iter(response.readline, b"\n"))
    return fields["id"], json.loads(fields["data"])["path"]


def test_a_call_is_seen_by_whoever_watches_its_namespace(watched: Watched) -> None:
    here, there = watched.stream(), watched.stream(**{"X-Mock-Namespace": "other"})
    fitting = watched.stream("?path=/two")
    first, second = watched.get("/one"), watched.get("/two")
    third = watched.get("/three", **{"X-Mock-Namespace": "other"})

    ids = [each.headers["x-request-id"] for each in (first, second, third)]
    assert [event(here), event(here)] == [(ids[0], "/one"), (ids[1], "/two")]
    assert event(fitting) == (ids[1], "/two")
    assert event(there) == (ids[2], "/three")
    again = watched.stream(**{"Last-Event-ID": ids[0]})
    assert event(again) == (ids[1], "/two")


def test_many_who_watch_hinder_nobody_and_there_are_never_too_many(watched: Watched) -> None:
    streams = [watched.stream() for _ in range(MOST_STREAMS + 10)]

    assert [each.status for each in streams] == [200] * MOST_STREAMS + [409] * 10
    assert json.loads(streams[-1].read())["rule"] == "CTL-STREAM-COUNT"
    assert watched.get("/_mock/health").status == 200
    sought = watched.get("/sought").headers["x-request-id"]
    assert [event(each) for each in streams[:MOST_STREAMS]] == [(sought, "/sought")] * MOST_STREAMS


def test_streams_end_properly_when_the_server_stops(watched: Watched) -> None:
    streams = [watched.stream() for _ in range(5)]
    watched.process.terminate()

    assert [each.read() for each in streams] == [b""] * 5
    assert watched.process.wait(timeout=10) is not None
    assert "Cancel" not in watched.errors.read_text()
