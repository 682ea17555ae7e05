"""The client of the control API: what it sends, what it takes, and what it makes of everything else."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from mock_server.cli.control_client import CallRefused, ControlClient, Event, NoMock, WrongUse, below
from tests.cli.fake import Fake


def test_a_call_is_sent_below_the_control_api_with_its_query_and_body(fake: Fake) -> None:
    client = ControlClient(fake.url)

    client.post("/faults", {"rule": "é"}, {"limit": 3, "dry": True, "of": ["a", "b"], "left_out": None})

    asked = fake.last
    assert (asked.method, asked.target) == ("POST", "/_mock/faults?limit=3&dry=true&of=a&of=b")
    assert json.loads(asked.body) == {"rule": "é"}
    assert asked.headers["content-type"] == "application/json"


@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
def test_a_call_without_a_body_sends_none(fake: Fake, method: str) -> None:
    getattr(ControlClient(fake.url), method)("/clock")

    assert (fake.last.method, fake.last.body) == (method.upper(), "")
    assert "content-type" not in fake.last.headers


def test_namespace_and_admin_token_are_sent_with_every_call(fake: Fake) -> None:
    ControlClient(fake.url, "shop-7", "s3cret").get("/clock")

    assert fake.last.headers["x-mock-namespace"] == "shop-7"
    assert fake.last.headers["authorization"] == "Bearer s3cret"


def test_neither_namespace_nor_token_is_sent_where_none_is_given(fake: Fake) -> None:
    ControlClient(fake.url).get("/clock")

    assert not {"x-mock-namespace", "authorization"} & fake.last.headers.keys()


def test_an_answer_has_its_status_value_text_and_headers(fake: Fake) -> None:
    fake.answers(201, {"name": "Zoë"})

    answer = ControlClient(fake.url).post("/namespaces")

    assert (answer.status, answer.json, json.loads(answer.text)) == (201, {"name": "Zoë"}, {"name": "Zoë"})
    assert answer.headers["content-type"] == "application/json"


def test_an_answer_that_is_no_json_has_a_text_alone(fake: Fake) -> None:
    fake.content, fake.content_type = b"<svg/>", "image/svg+xml"

    answer = ControlClient(fake.url).get("/lifecycles/invoice")

    assert (answer.json, answer.text) == (None, "<svg/>")


def test_a_problem_is_raised_with_its_detail_status_and_rule(fake: Fake) -> None:
    fake.refuses(404, "There is no namespace 'x'.", "CTL-NAMESPACE-ABSENT")

    with pytest.raises(CallRefused) as caught:
        ControlClient(fake.url).get("/clock")

    error = caught.value
    assert (str(error), error.status, error.rule) == ("There is no namespace 'x'.", 404, "CTL-NAMESPACE-ABSENT")


@pytest.mark.parametrize(
    ("status", "content_type", "content"),
    [(404, "text/html", b"<h1>Not here</h1>"), (302, "text/plain", b""), (500, "application/problem+json", b"[")],
)
def test_another_server_is_told_from_a_mock(fake: Fake, status: int, content_type: str, content: bytes) -> None:
    fake.status, fake.content_type, fake.content = status, content_type, content

    with pytest.raises(NoMock, match=str(status)):
        ControlClient(fake.url).get("/clock")


def test_a_port_where_nobody_listens_says_how_to_start_a_mock() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, but not listening: nobody else can take it meanwhile
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"

        with pytest.raises(NoMock) as caught:
            ControlClient(url).get("/health")

    assert f"no mock answers at {url}" in str(caught.value)
    assert "start one with `mock-server serve`" in str(caught.value)


def _saying(content: bytes) -> tuple[str, Callable[[], None]]:
    """A server that takes one connection, says this and hangs up; and what ends it."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listening.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(content)

    thread = threading.Thread(target=serve)
    thread.start()

    def end() -> None:
        thread.join(10)
        listening.close()

    return f"http://127.0.0.1:{listening.getsockname()[1]}", end


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n", "isn't HTTP"),
        (b"", "closed connection"),
        (b'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"a"', "broke off"),
    ],
)
def test_what_does_not_speak_http_to_the_end_is_no_mock(content: bytes, reason: str) -> None:
    url, end = _saying(content)
    try:
        with pytest.raises(NoMock, match=reason):
            ControlClient(url).get("/health")
    finally:
        end()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost:8080",
        "ftp://localhost",
        "http://",
        "http://a:b@localhost",
        "http://localhost:99999",
        "http://[::1",
        "http://a b",
        "http://a\x7fb",
    ],
)
def test_what_names_no_server_is_wrong_use(url: str) -> None:
    with pytest.raises(WrongUse, match="no URL"):
        ControlClient(url)


@pytest.mark.parametrize("name", ["two\r\nlines: 1", "snow ☃"])
def test_a_name_that_no_header_can_carry_is_wrong_use(fake: Fake, name: str) -> None:
    with pytest.raises(WrongUse, match="can't be sent"):
        ControlClient(fake.url, name).get("/clock")
    assert not fake.asked


def test_what_json_has_no_word_for_is_wrong_use(fake: Fake) -> None:
    with pytest.raises(WrongUse, match="can't be sent"):
        ControlClient(fake.url).post("/faults", {"probability": float("nan")})
    assert not fake.asked


def test_a_host_below_localhost_is_reached_without_asking_for_its_address(fake: Fake) -> None:
    address = fake.url.removeprefix("http://").replace("127.0.0.1", "no-such-name-7.localhost")

    ControlClient(f"http://{address}").get("/clock")

    assert fake.last.headers["host"] == address


def test_a_mock_behind_a_path_is_reached_there(fake: Fake) -> None:
    ControlClient(fake.url + "/mocks/a/").get("/clock")

    assert fake.last.target == "/mocks/a/_mock/clock"


def test_segments_of_a_path_keep_their_characters() -> None:
    assert below("namespaces", "a/b c?#") == "/namespaces/a%2Fb%20c%3F%23"


STREAM = b": hello\n\nevent: exchange\nid: 1\ndata: {\ndata:  x}\n\ndata:two\r\n\r\nevent: nothing\n\ndata: cut off"


def test_events_come_one_by_one_until_the_stream_ends(fake: Fake) -> None:
    fake.content, fake.content_type = STREAM, "text/event-stream; charset=utf-8"

    events = list(ControlClient(fake.url).events("/journal", {"follow": True}))

    assert events == [Event("exchange", "{\n x}", "1"), Event("message", "two")]
    assert fake.last.target == "/_mock/journal?follow=true"
    assert fake.last.headers["accept"] == "text/event-stream"


def test_a_refusal_in_the_place_of_events_is_raised(fake: Fake) -> None:
    fake.refuses(409, "No journal is kept.", "CTL-X")

    with pytest.raises(CallRefused, match=r"No journal is kept\."):
        list(ControlClient(fake.url).events("/journal"))


def test_an_answer_in_the_place_of_events_is_no_mock(fake: Fake) -> None:
    with pytest.raises(NoMock, match="no events"):
        list(ControlClient(fake.url).events("/journal"))


def test_a_mock_that_says_nothing_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        client = ControlClient(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout_seconds=0.01)

        with pytest.raises(NoMock, match=r"nothing came within 0\.01 seconds"):
            client.get("/health")


def test_a_stream_may_say_nothing_for_longer_than_that(streaming: Streaming) -> None:
    events = ControlClient(streaming.url, timeout_seconds=0.2).events("/journal")

    assert next(events).data == "1"
    streaming.pause_seconds = 0.5
    streaming.is_read.set()
    assert next(events).data == "2"


def test_an_event_is_there_before_the_next_one_is_sent(streaming: Streaming) -> None:
    events = ControlClient(streaming.url).events("/journal")
    first = next(events)
    streaming.is_read.set()

    assert [first.data, *(each.data for each in events)] == ["1", "2"]


@dataclass
class Streaming:
    """A stream of two events. The second is sent when the test says that it has read the first, after a pause."""

    url: str
    is_read: threading.Event = field(default_factory=threading.Event)
    pause_seconds: float = 0.0


@pytest.fixture
def streaming() -> Iterator[Streaming]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        stream = Streaming(f"http://127.0.0.1:{listening.getsockname()[1]}")

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65536)
                head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
                connection.sendall(head + b"8\r\ndata: 1\n\r\n1\r\n\n\r\n")
                stream.is_read.wait(20)
                threading.Event().wait(stream.pause_seconds)
                connection.sendall(b"9\r\ndata: 2\n\n\r\n0\r\n\r\n")

        thread = threading.Thread(target=serve)
        thread.start()
        yield stream
        stream.is_read.set()
        thread.join(30)
