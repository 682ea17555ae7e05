"""The journal can be taken away, in forms that other tools read."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_server.core.journal.curl import command
from mock_server.core.journal.entry import Exchanged, Message
from mock_server.core.journal.exports import EXPORTS
from mock_server.core.journal.redaction import Observed
from mock_server.core.journal.view import MOST_DEPTH, whole
from tests.core.journal.builders import FORM, JSON, entry, headers, message

POSTED = entry(
    query="a=1&b=x%20y",
    request=message({"name": 'Ada\'s "rope" $HOME `id` 漢'}, JSON, ("authorization", "Bearer abcdefghij")),
    response=message({"id": "inv-1"}),
)
READ = entry(method="GET", path="/pay-int-api/invoices", operation_id="listInvoices", status=302)


def exported(form: str, *entries: Exchanged) -> str:
    return b"".join(EXPORTS[form].write(entries, "1.2.3")).decode()


@pytest.mark.parametrize("form", EXPORTS)
def test_an_export_is_made_piece_by_piece(form: str) -> None:
    taken: list[int] = []

    def entries() -> Iterator[Exchanged]:
        for number in range(3):
            taken.append(number)
            yield POSTED

    pieces = EXPORTS[form].write(entries(), "1.2.3")
    next(pieces)
    assert len(taken) <= 1
    assert b"".join(pieces)
    assert taken == [0, 1, 2]


@pytest.mark.parametrize("entries", [[], [POSTED], [POSTED, READ]])
def test_an_archive_has_what_har_asks_for(entries: list[Exchanged]) -> None:
    log = json.loads(exported("har", *entries))["log"]

    assert (log["version"], log["creator"]["version"]) == ("1.2", "1.2.3")
    assert len(log["entries"]) == len(entries)
    for each in log["entries"]:
        assert {"startedDateTime", "time", "request", "response", "cache", "timings"} <= set(each)
        assert {"send", "wait", "receive"} <= set(each["timings"])
        assert each["time"] == sum(each["timings"].values())
        assert set(each["request"]) >= REQUEST
        assert set(each["response"]) >= RESPONSE


REQUEST = {"method", "url", "httpVersion", "cookies", "headers", "queryString", "headersSize", "bodySize"}
RESPONSE = {
    "status",
    "statusText",
    "httpVersion",
    "cookies",
    "headers",
    "content",
    "redirectURL",
    "headersSize",
    "bodySize",
}


def har_entry(of: Exchanged) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(exported("har", of))["log"]["entries"][0]
    return found


def test_an_archive_shows_request_and_answer() -> None:
    shown = har_entry(POSTED)

    assert shown["request"]["url"] == "http://mock.test/pay-int-api/invoices?a=1&b=x%20y"
    assert shown["request"]["queryString"] == [{"name": "a", "value": "1"}, {"name": "b", "value": "x y"}]
    assert shown["request"]["postData"] == {"mimeType": JSON, "text": POSTED.request.body.decode()}
    assert shown["response"]["content"] == {"size": 15, "mimeType": JSON, "text": '{"id": "inv-1"}'}
    assert shown["response"]["statusText"] == "OK"
    assert "postData" not in har_entry(READ)["request"]


def test_a_form_is_shown_with_its_members() -> None:
    sent = message(b"grant_type=refresh_token&scope=a+b", FORM)

    assert har_entry(entry(request=sent))["request"]["postData"]["params"] == [
        {"name": "grant_type", "value": "refresh_token"},
        {"name": "scope", "value": "a b"},
    ]


def test_what_is_no_text_is_shown_as_base64() -> None:
    binary = Message((("content-type", "application/pdf"),), b"%PDF\xff", 5, is_cut=False)
    shown = har_entry(POSTED._replace(request=binary, response=binary))

    assert shown["response"]["content"]["encoding"] == "base64"
    assert base64.b64decode(shown["response"]["content"]["text"]) == b"%PDF\xff"
    assert base64.b64decode(shown["request"]["postData"]["text"]) == b"%PDF\xff"


def test_what_was_cut_is_shown_as_such() -> None:
    sent = Observed(headers(("content-type", "text/plain")), [b"abc"], 9)
    shown = har_entry(entry(request=sent, response=sent))

    assert shown["response"]["content"]["comment"] == "3 of 9 bytes were kept"
    assert shown["request"]["postData"]["comment"] == "3 of 9 bytes were kept"
    assert (shown["request"]["bodySize"], shown["response"]["bodySize"]) == (9, 9)


def arguments(line: str, **environment: str) -> list[str]:
    """What a command gets to see when bash runs the line."""
    run = subprocess.run(
        ["bash", "-c", 'curl() { printf "%s\\0" "$@"; }\n' + line],
        env={"PATH": "/usr/bin:/bin", **environment},
        capture_output=True,
        check=True,
    )
    return run.stdout.decode("utf-8", "surrogateescape").split("\0")[:-1]


def test_a_command_sends_the_request_again_with_the_token_of_whoever_runs_it() -> None:
    given_to_curl = arguments(command(POSTED), TOKEN="my own")

    assert given_to_curl == [
        "--silent",
        "--show-error",
        "--globoff",
        "--request",
        "POST",
        "http://mock.test/pay-int-api/invoices?a=1&b=x%20y",
        "--header",
        "content-type: application/json",
        "--header",
        "authorization: Bearer my own",
        "--data-raw",
        POSTED.request.body.decode(),
    ]


def test_each_secret_header_has_a_variable_of_its_own() -> None:
    sent = message(b"", JSON, ("x-api-key", "abc"), ("cookie", "a=b"), ("x-empty", ""), ("host", "x"))

    assert arguments(command(entry(request=sent)), SECRET_X_API_KEY="one", COOKIE="two")[8:] == [
        "--header",
        "x-api-key: one",
        "--header",
        "cookie: two",
        "--header",
        "x-empty;",
    ]


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=30)


@settings(max_examples=30, deadline=None)
@given(texts, texts.filter(lambda text: "\n" not in text and "\r" not in text))
def test_nothing_that_was_sent_is_taken_for_a_command(body: str, path: str) -> None:
    sent = Message((("x-note", '\'; echo "$HOME" `id` #'),), body.encode(), len(body.encode()), is_cut=False)
    script = exported("curl", POSTED._replace(path=f"/{path}", query="", request=sent))

    assert arguments(script)[5:] == [
        f"http://mock.test/{path}",
        "--header",
        'x-note: \'; echo "$HOME" `id` #',
        "--data-raw",
        body,
    ]


@pytest.mark.parametrize("operation", ["a\nrm -rf /", "a\rb"])
def test_a_remark_stays_a_remark(operation: str) -> None:
    lines = exported("curl", POSTED._replace(operation_id=operation)).split("\n")

    assert not [each for each in lines if each.startswith("rm")]


def test_a_script_has_a_command_for_each_exchange() -> None:
    script = exported("curl", POSTED, READ)

    assert script.startswith("#!/usr/bin/env bash\n")
    assert script.count("\ncurl ") == 2


def test_lines_of_json_are_the_whole_exchanges() -> None:
    lines = exported("ndjson", POSTED, READ).splitlines()

    assert [json.loads(line) for line in lines] == [whole(POSTED), whole(READ)]


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b'{"a": [1, 2.5, null, true, "x"]}', {"json": {"a": [1, 2.5, None, True, "x"]}}),
        (b'{"a": 9223372036854775808}', {"text": '{"a": 9223372036854775808}'}),
        (b'{"a": 1e999}', {"text": '{"a": 1e999}'}),
        (b'{"a": NaN}', {"text": '{"a": NaN}'}),
        (b'"\\ud800"', {"text": '"\\ud800"'}),
        (b"[" * (MOST_DEPTH + 1) + b"]" * (MOST_DEPTH + 1), {"text": "[" * (MOST_DEPTH + 1) + "]" * (MOST_DEPTH + 1)}),
        (b'{"a"', {"text": '{"a"'}),
        (b"", {}),
    ],
)
def test_a_body_is_shown_as_json_where_every_reader_takes_it(body: bytes, shown: dict[str, Any]) -> None:
    seen = whole(entry(request=message(body)))["request"]

    assert {name: seen[name] for name in ("json", "text") if name in seen} == shown
