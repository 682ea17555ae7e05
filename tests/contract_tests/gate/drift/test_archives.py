"""Archives are read as browsers, proxies and other tools write them, and bad ones are refused in one line."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract_tests.errors import WrongUse
from contract_tests.gate.drift import archives
from contract_tests.gate.drift.archives import archive_of, read_archive
from contract_tests.gate.drift.recording import UNREAD, Recorded
from tests.contract_tests.gate.drift.recorded import entry, har, write

NO_URL = "the entry has no method or no URL"
ANSWER = {"id": "497f6eca-6276-4993-bfeb-53cbbbba6f08"}


def one(**response: Any) -> Recorded:
    """The exchange of an entry whose answer is like this."""
    made = entry(answer=ANSWER)
    made["response"] = {**made["response"], **response}
    (found,) = archive_of(har(made), "a.har").exchanges
    return found


def content(**members: Any) -> Recorded:
    return one(content=members)


def test_what_is_usual_is_read_as_it_is() -> None:
    found = archive_of(har(entry("post", answer=ANSWER, body={"a": 1})), "a.har").exchanges[0]

    assert (found.method, found.status, found.origin) == ("POST", 200, "a.har, entry 1")
    assert (found.sent.json, found.answer.json) == ({"a": 1}, ANSWER)
    assert found.answer.media_type == "application/json"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_an_archive_is_read_in_any_encoding_of_json(encoding: str, tmp_path: Path) -> None:
    file = tmp_path / "a.har"
    file.write_bytes(har(entry(answer={"name": "Núñez 山"})).decode().encode(encoding))

    assert read_archive(file).exchanges[0].answer.json == {"name": "Núñez 山"}


def test_a_body_in_base64_is_decoded() -> None:
    text = base64.b64encode(json.dumps(ANSWER).encode()).decode()

    assert content(size=40, mimeType="application/json", text=text, encoding="base64").answer.json == ANSWER


def test_a_body_in_broken_base64_is_not_known() -> None:
    assert content(size=40, mimeType="application/json", text="a", encoding="base64").answer.content is None


@pytest.mark.parametrize(
    ("members", "known"),
    [
        ({"size": 0}, b""),
        ({"size": -1}, b""),
        ({}, b""),
        ({"size": 0, "text": ""}, b""),
        ({"size": 40}, None),
        ({"size": 40, "text": ""}, None),
        ({"size": 40, "_file": "a1b2.json"}, None),
        ({"_file": "a1b2.json"}, None),
        ({"size": "40", "text": "x"}, b"x"),
        ({"size": 40, "text": 5}, None),
    ],
)
def test_a_body_that_was_not_kept_is_told_from_one_that_is_empty(members: dict[str, Any], known: bytes | None) -> None:
    assert content(**members).answer.content == known


def test_a_body_without_any_content_is_empty() -> None:
    assert one(content=None).answer.content == b""
    assert one(content=None, bodySize=12).answer.content is None


@pytest.mark.parametrize(
    ("members", "is_whole"),
    [
        ({"size": 2, "text": "{}"}, True),
        ({"size": 1, "text": "{}"}, True),
        ({"size": 900, "text": "{}"}, False),
        ({"size": 2, "text": "{}", "comment": "2 of 900 bytes were kept"}, False),
        ({"size": 2, "text": "{}", "comment": ""}, True),
    ],
)
def test_a_body_that_was_cut_is_not_taken_for_whole(members: dict[str, Any], is_whole: bool) -> None:
    assert content(**members).answer.is_whole is is_whole


def test_half_characters_as_browsers_escape_them_are_read() -> None:
    content_of_file = har(entry(answer=ANSWER)).replace(b'"text": "', b'"text": "\\ud800', 1)

    assert archive_of(content_of_file, "a.har").exchanges[0].answer.json is UNREAD


def test_headers_are_found_by_any_spelling_and_those_of_http2_are_none() -> None:
    headers = [
        {"name": ":status", "value": "200"},
        {"name": "Content-Type", "value": "application/problem+json; charset=utf-8"},
        {"name": "content-type", "value": "text/plain"},
        {"name": 5, "value": "x"},
        "x",
        {"name": "x-empty"},
    ]
    found = one(headers=headers)

    assert found.answer_headers == {"content-type": "application/problem+json; charset=utf-8"}
    assert found.answer.media_type == "application/problem+json"
    assert found.answer.is_json


@pytest.mark.parametrize(
    ("stated", "kind"), [("application/json; charset=UTF-8", "application/json"), ("x-unknown", ""), (None, "")]
)
def test_without_headers_the_type_is_what_the_body_says(stated: Any, kind: str) -> None:
    assert one(headers=[], content={"mimeType": stated, "text": "{}"}).answer.media_type == kind


def test_a_form_is_read_from_its_fields() -> None:
    made = entry("POST")
    made["request"]["postData"] = {
        "mimeType": "application/x-www-form-urlencoded",
        "params": [{"name": "a b", "value": "ü"}, {"name": "c"}],
    }

    assert archive_of(har(made), "a").exchanges[0].sent.content == b"a+b=%C3%BC&c="


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ({}, "the entry has no request"),
        ("x", "the entry has no request"),
        (None, "the entry has no request"),
        ({"request": {"method": "GET", "url": "https://a.example/"}}, "the entry has no response"),
        ({**entry(), "request": {"method": "GET"}}, NO_URL),
        ({**entry(), "request": {"method": 5, "url": "https://a.example/"}}, NO_URL),
        ({**entry(), "request": {"method": "GET", "url": "blob:https://a.example/1"}}, NO_URL),
        ({**entry(), "request": {"method": "GET", "url": "https://[::1/"}}, NO_URL),
        ({**entry(), "request": {"method": "GET", "url": "https://a.example:99999/"}}, NO_URL),
        ({**entry(), "response": {"status": 0}}, "the call got no answer"),
        ({**entry(), "response": {"status": "200"}}, "the call got no answer"),
        ({**entry(), "response": {}}, "the call got no answer"),
        ({**entry(), "response": {"status": True}}, "the call got no answer"),
    ],
)  # fmt: skip
def test_an_entry_that_says_nothing_is_counted_and_keeps_nobody_from_reading_the_others(
    broken: Any, reason: str
) -> None:
    found = archive_of(har(entry(answer=ANSWER), broken, entry(answer=ANSWER)), "a.har")

    assert [each.origin for each in found.exchanges] == ["a.har, entry 1", "a.har, entry 3"]
    assert found.unread == {reason: 1}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"", r"is no HTTP Archive \(HAR\): Expecting value in line 1"),
        (b"\xff\xfe\xfd", r"is no HTTP Archive \(HAR\)"),
        (b"<har/>", r"is no HTTP Archive \(HAR\)"),
        (b"[]", "has no list log.entries"),
        (b'{"log": []}', "has no list log.entries"),
        (b'{"log": {"entries": {}}}', "has no list log.entries"),
        (b'{"log":\n{"entries": [', "in line 2"),
        (b"[" * 100_000, "nested too deep"),
        (b'{"log": ' + b"9" * 10_000 + b"}", r"is no HTTP Archive \(HAR\)"),
    ],
)  # fmt: skip
def test_what_is_no_archive_is_refused_in_one_line_with_its_name(text: bytes, says: str, tmp_path: Path) -> None:
    file = tmp_path / "bad.har"
    file.write_bytes(text)

    with pytest.raises(WrongUse, match=rf"^{file} [^\n]*{says}[^\n]*$"):
        read_archive(file)


def test_an_archive_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path, entry(answer=ANSWER))
    monkeypatch.setattr(archives, "MOST_BYTES", file.stat().st_size)
    assert len(read_archive(file).exchanges) == 1

    monkeypatch.setattr(archives, "MOST_BYTES", file.stat().st_size - 1)
    with pytest.raises(WrongUse, match="archives may have"):
        read_archive(file)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match=r"nowhere\.har can't be read: No such file or directory"):
        read_archive(tmp_path / "nowhere.har")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 700) | st.text(max_size=4) | st.just("base64"),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["name", "value", "text"]), inner),
    max_leaves=4,
)
PLACES = [
    ("request", each) for each in ("method", "url", "headers", "postData", "bodySize")
] + [("response", each) for each in ("status", "headers", "content", "bodySize")]  # fmt: skip


@settings(max_examples=300, derandomize=True, deadline=None, database=None)
@given(st.lists(st.tuples(st.sampled_from(PLACES), VALUES), max_size=3))
def test_whatever_an_entry_has_it_is_read_or_counted(changes: list[tuple[tuple[str, str], Any]]) -> None:
    made = entry("POST", answer=ANSWER, body={"a": 1})
    for (side, name), value in changes:
        made[side][name] = value
    found = archive_of(har(made), "a.har")

    assert len(found.exchanges) + sum(found.unread.values()) == 1
    for each in found.exchanges:
        assert each.path.startswith("/")
        assert isinstance(list(each.query), list)
        assert each.answer.json is not None or each.answer.content == b"null"
