"""A file that can't be read as a document is refused in one line, with the line of the file where that can be said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from contract_tests.errors import WrongUse
from contract_tests.gate.sources import document
from contract_tests.gate.sources.document import MAX_DEPTH, TextDocument
from contract_tests.gate.sources.texts import read_text


def refused(content: bytes | str, name: str = "api.yaml") -> str:
    with pytest.raises(WrongUse) as caught:
        read_text(name, content.encode() if isinstance(content, str) else content)
    said = str(caught.value)
    assert "\n" not in said
    return said


def read(text: str, name: str = "api.yaml") -> TextDocument:
    return read_text(name, text.encode())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "api.yaml:1: is empty"),
        (b" \n\t\n", "api.yaml:1: is empty"),
        (b"# only a comment\n", "api.yaml:1: is empty"),
        (b"a: 1\nb: caf\xe9\n", "api.yaml:2: is not UTF-8 text"),
        ("\ufeff{}".encode("utf-16-le"), "api.yaml:1: is UTF-16, not UTF-8 text"),
        ("\ufeff{}".encode("utf-16-be"), "api.yaml:1: is UTF-16, not UTF-8 text"),
        ("\ufeff{}".encode("utf-32-le"), "api.yaml:1: is UTF-32, not UTF-8 text"),
        ('{"a": 1}'.encode("utf-16-le"), "api.yaml:1: is UTF-16 or UTF-32, not UTF-8 text"),
        (b"\x1f\x8b\x08rest", "api.yaml:1: is gzip, not UTF-8 text"),
        (b"version https://git-lfs.github.com/spec/v1\n", "api.yaml:1: is a pointer of Git LFS, not UTF-8 text"),
    ],
)
def test_bytes_that_are_no_text_are_refused_by_what_they_are(content: bytes, said: str) -> None:
    assert refused(content) == said


@pytest.mark.parametrize("text", ["42", "null", "true", '"text"', "[]"])
@pytest.mark.parametrize("name", ["api.json", "api.yaml"])
def test_a_text_without_members_is_read_as_what_it_is(text: str, name: str) -> None:
    assert read(text, name).data == json.loads(text)


def test_a_byte_order_mark_of_utf_8_is_no_part_of_the_text() -> None:
    assert read("\ufeffa: 1\n").data == {"a": 1}
    assert read('\ufeff{"a": 1}', "api.json").data == {"a": 1}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [1\nb: 2\n", "api.yaml:2: is not YAML: did not find expected ',' or ']'"),
        ("a: 1\n\tb: 2\n", "api.yaml:2: is not YAML: found a tab character that violates indentation"),
        ("a: 1\nb: x\x07\n", "api.yaml:2: is not YAML: control characters are not allowed"),
        ("a:\n- b: 1\n  c: 2\n  b: 3\n", "api.yaml:4: has the key 'b' twice in one mapping"),
        ("1: a\n'1': b\n", "api.yaml:2: has the key '1' twice in one mapping"),
        ("a: &x {b: 1}\nc:\n  <<: *x\n  <<: *x\n", "api.yaml:4: has the key '<<' twice in one mapping"),
        ("a: 1\nb: &x\n  c: [*x]\n", "api.yaml:3: has the alias *x that leads to itself"),
        ("a: &x\n  <<: *x\n", "api.yaml:2: has the alias *x that leads to itself"),
        ("a: *x\n", "api.yaml:1: has the alias *x, but nothing before it has that anchor"),
        ("a:\n? [b]\n: 1\n", "api.yaml:2: has a key that is no text"),
        ("a: &x [1]\n*x : 2\n", "api.yaml:2: has a key that is no text"),
        ("a: 1\nb:\n  <<: 3\n", "api.yaml:3: merges something that is no mapping"),
        ("a: 1\nb: !strange 2\n", "api.yaml:2: has the tag !strange, which is no value of JSON here"),
        ("a: !!python/object/apply:os.system [ls]\n", "api.yaml:1: has the tag !!python/object/apply:os.system, which"),
        ("a: !!binary aGk=\n", "api.yaml:1: has the tag !!binary, which is no value of JSON here"),
        ("a: !!int 1.5\n", "api.yaml:1: has the tag !!int, which is no value of JSON here"),
        ("a: !!set {b: }\n", "api.yaml:1: has the tag !!set, which is no value of JSON here"),
        ("a: !!map [2]\n", "api.yaml:1: has the tag !!map, which is no value of JSON here"),
        ("a: 1\nb: .nan\n", "api.yaml:2: has .nan, which is no value of JSON"),
        ("a: 1\nb: -.inf\n", "api.yaml:2: has -.inf, which is no value of JSON"),
        ("a: 1\nb: 1e999\n", "api.yaml:2: has the number 1e999, which is too large"),
        ("a: 1\n---\nb: 1\n", "api.yaml:2: has a second document; only one is read"),
        ("a: \u2028 x\nb: [\n", "api.yaml:3: is not YAML"),
    ],
)
def test_yaml_that_is_ambiguous_or_no_json_is_refused_with_its_line(text: str, said: str) -> None:
    assert refused(text).startswith(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": 1,\n "b": 2,}', "api.json:2: is not JSON: "),
        ('{"a": 1}\n{"b": 2}', "api.json:2: is not JSON: Extra data"),
        ("openapi: 3.0.3\n", "api.json:1: is not JSON: Expecting value"),
        ('{"a": {"b": 1,\n "c": {"b": 2},\n "b": 3}}', "api.json:3: has the key 'b' twice in one object"),
        ('{"a": 1,\n "\\u0061": 2}', "api.json:2: has the key 'a' twice in one object"),
        ('{"a": {"b": 1},\n "b": 2,\n "a": 3}', "api.json:3: has the key 'a' twice in one object"),
        ('[{"a": 1},\n {"a": 1}, {"a": 1,\n "a": 2}]', "api.json:3: has the key 'a' twice in one object"),
        ('{"a": NaN}', "api.json:1: has NaN, which is no value of JSON"),
        ('{"a": -Infinity}', "api.json:1: has -Infinity, which is no value of JSON"),
        ('{"a": 1e999}', "api.json:1: has the number 1e999, which is too large"),
        ('{"a": "\\ud800"}', "api.json:1: has an escape \\ud... that is no character"),
        ('{"a": "x\ny"}', "api.json:1: is not JSON: Invalid control character at"),
    ],
)
def test_json_that_others_would_read_otherwise_is_refused_with_its_line(text: str, said: str) -> None:
    assert refused(text, "api.json").startswith(said)


def test_integers_without_end_are_refused() -> None:
    digits = "9" * 4300

    assert read(f"a: {digits}\n").data == read(f'{{"a": {digits}}}', "a.json").data == {"a": int(digits)}
    assert refused(f"a: 1\nb: {digits}9\n") == "api.yaml:2: has an integer of more than 4,300 digits"
    assert refused(f'{{"a": {digits}9}}', "a.json") == "a.json:1: has an integer of more than 4,300 digits"


def test_pairs_of_surrogates_are_one_character() -> None:
    assert read('{"a": "\\ud83d\\ude00"}', "api.json").data == {"a": "\U0001f600"}


def test_json_is_recognised_without_its_ending_and_flow_style_is_yaml() -> None:
    assert read('{"a": "\\ud83d\\ude00"}', "https://shop.test/v3/api-docs").data == {"a": "\U0001f600"}
    assert read("{a: 1, b: [2,],}").data == {"a": 1, "b": [2]}
    assert refused('{"a": 1, "a": 2}') == "api.yaml:1: has the key 'a' twice in one object"
    assert refused("{a: 1, a: 2}") == "api.yaml:1: has the key 'a' twice in one mapping"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("[\n" * MAX_DEPTH + "]" * MAX_DEPTH, "api.yaml"),
        ("[\n" * MAX_DEPTH + "]" * MAX_DEPTH, "api.json"),
        ("".join(" " * depth + "a:\n" for depth in range(MAX_DEPTH)), "api.yaml"),
        ("a: " + "[" * (MAX_DEPTH - 1) + "1" + "]" * (MAX_DEPTH - 1), "api.yaml"),
        ("[" * MAX_DEPTH + "1" + "]" * MAX_DEPTH, "api.json"),
    ],
)
def test_as_deep_as_may_be_is_read(text: str, name: str) -> None:
    assert read(text, name).data


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("a: " + "[" * MAX_DEPTH + "1" + "]" * MAX_DEPTH, "api.yaml"),
        ("[" * (MAX_DEPTH + 1) + "1" + "]" * (MAX_DEPTH + 1), "api.json"),
    ],
)
def test_one_level_more_is_refused(text: str, name: str) -> None:
    assert refused(text, name) == f"{name}:1: is nested deeper than 100 levels"


@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 900, 100_000])
@pytest.mark.parametrize("name", ["api.yaml", "api.json"])
def test_deeper_nesting_is_refused_where_it_begins(depth: int, name: str) -> None:
    said = refused("[\n" * (depth + 1) + "]" * (depth + 1), name)

    assert said == f"{name}:{MAX_DEPTH + 1}: is nested deeper than 100 levels"


def test_yaml_is_refused_where_it_gets_too_deep() -> None:
    deep = "".join(" " * depth + "a:\n" for depth in range(MAX_DEPTH + 1))

    assert refused(deep) == f"api.yaml:{MAX_DEPTH + 1}: is nested deeper than 100 levels"
    assert refused("a: " + "\n [" * (MAX_DEPTH + 1)) == f"api.yaml:{MAX_DEPTH + 2}: is nested deeper than 100 levels"


def test_aliases_do_not_lead_deeper_either() -> None:
    half = "[" * (MAX_DEPTH // 2 - 1)
    ends = "]" * (MAX_DEPTH // 2 - 1)

    assert read(f"a: &a {half}1{ends}\nb: &b {half}*a{ends}\nc: {{d: *b}}\n").data
    assert refused(f"a: &a {half}1{ends}\nb: &b {half}*a{ends}\nc:\n- - - *b\n") == (
        "api.yaml:4: is nested deeper than 100 levels"
    )


def test_deep_mappings_are_refused_too() -> None:
    assert "nested deeper" in refused("".join(" " * depth + "a:\n" for depth in range(MAX_DEPTH + 2)))
    assert "nested deeper" in refused("a: " + "{b: " * 5000 + "}" * 5000)
    assert "nested deeper" in refused('{"a":' * 5000 + "1" + "}" * 5000, "api.json")


def test_a_bomb_of_aliases_is_refused_before_it_is_followed() -> None:
    doubling = "".join(f"a{number}: &a{number} [*a{number - 1}, *a{number - 1}]\n" for number in range(1, 60))

    assert refused(f"a0: &a0 [end]\n{doubling}") == (
        "api.yaml:20: has more than 2,000,000 values, with those that aliases stand for"
    )


def test_a_bomb_of_merges_is_refused_too() -> None:
    many = ", ".join(f"k{number}: 1" for number in range(1000))
    merges = "".join(f"- {{<<: *a, x: {number}}}\n" for number in range(3000))

    assert "has more than 2,000,000 values, with those that aliases stand for" in refused(
        f"a: &a {{{many}}}\nb:\n{merges}"
    )


def test_harmless_anchors_and_merges_are_what_they_stand_for() -> None:
    text = (
        "words: &words [a, b]\nkey: &key name\nerror: &error {code: 1}\nmore: &more {code: 2, hint: x}\n"
        "a: *words\n*key : *words\nb: {<<: [*error, *more], own: 1}\nc: {<<: *error, code: 3}\nd: {'<<': 1}\n"
    )

    data = read(text).data
    assert data["a"] == data["name"] == ["a", "b"]
    assert data["b"] == {"code": 1, "hint": "x", "own": 1}
    assert data["c"] == {"code": 3}
    assert data["d"] == {"<<": 1}


def test_an_anchor_that_is_set_again_counts_from_there() -> None:
    assert read("a: &x 1\nb: *x\nc: &x 2\nd: *x\n").data == {"a": 1, "b": 1, "c": 2, "d": 2}


def test_tags_of_json_are_understood() -> None:
    text = "a: !!str 200\nb: !!int '3'\nc: !!float 1\nd: !!map {}\ne: !!seq []\ng: !!bool true\nh: !!null ~\n"

    assert read(f"%YAML 1.2\n---\n{text}").data == {
        "a": "200",
        "b": 3,
        "c": 1.0,
        "d": {},
        "e": [],
        "g": True,
        "h": None,
    }


def test_too_many_values_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from contract_tests.gate.sources import json_text, yaml_text

    for module in (json_text, yaml_text):
        monkeypatch.setattr(module, "MAX_VALUES", 10)
    ten, eleven = list(range(9)), list(range(10))

    assert read(json.dumps(ten)).data == read(json.dumps(ten), "a.json").data == ten
    assert refused("\n".join(f"- {each}" for each in eleven)) == (
        "api.yaml:10: has more than 10 values, with those that aliases stand for"
    )
    assert refused(json.dumps(eleven), "a.json") == "a.json:1: has more than 10 values"


def test_a_file_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from contract_tests.gate.sources import texts

    monkeypatch.setattr(texts, "MAX_BYTES", 8)

    assert read("a: '34'\n").data == {"a": "34"}
    assert refused("a: '345'\n") == "api.yaml:1: is larger than 8 bytes"
    assert document.MAX_BYTES == 50_000_000
