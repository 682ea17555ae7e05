"""Whatever is written, in YAML or JSON, is read as it was, and every member has the line it is named on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from contract_tests.gate.sources.document import Lines, TextDocument
from contract_tests.gate.sources.texts import read_text
from openapi.documents import pointer_parts, to_pointer

WORDS = ["null", "~", "yes", "on", "1e3", "0x1F", "0o17", "017", "1_000", "1:30", "2020-01-01", ".inf", "<<"]
NUMBERS = st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False)


def documents(last: str = "\U0010ffff") -> st.SearchStrategy[dict[str, Any]]:
    """Documents with texts of characters up to the last one."""
    texts = st.text(st.characters(max_codepoint=ord(last), exclude_categories=["Cs"]), max_size=12)
    scalars = st.none() | st.booleans() | NUMBERS | texts | st.sampled_from(WORDS)
    values = st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
        max_leaves=20,
    )
    return st.dictionaries(texts, values, min_size=1, max_size=5)


class Dumper(yaml.SafeDumper):
    """Texts in quotes: PyYAML leaves plain what is a text in YAML 1.1 alone, such as 1e3."""


Dumper.add_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"'))


def read(text: str, name: str = "api.yaml") -> TextDocument:
    return read_text(name, text.encode())


def pointers(value: Any, pointer: str = "") -> Iterator[str]:
    """Every pointer into a value, without the whole."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, child in members:
        yield pointer + to_pointer(name)
        yield from pointers(child, pointer + to_pointer(name))


def written(value: Any, indent: int = 0) -> Iterator[tuple[str, str, int]]:
    """Lines of YAML in block style, every text in quotes; each with the pointer of its member, and how many lines
    later that begins: an item of a list does where its value does."""
    members = value.items() if isinstance(value, dict) else enumerate(value)
    for name, child in members:
        start = " " * indent + (json.dumps(name) + ":" if isinstance(value, dict) else "-")
        if isinstance(child, dict | list) and child:
            yield start, to_pointer(name), int(isinstance(value, list))
            for line, pointer, later in written(child, indent + 2):
                yield line, to_pointer(name) + pointer, later
        else:
            yield f"{start} {json.dumps(child)}", to_pointer(name), 0


@given(documents())
@settings(deadline=None)
def test_json_is_read_as_it_was_written(data: Any) -> None:
    assert read(json.dumps(data, indent=1, ensure_ascii=False), "api.json").data == data


@given(documents())
@settings(deadline=None)
def test_yaml_is_read_as_it_was_written(data: Any) -> None:
    assert read(yaml.dump(data, Dumper=Dumper, allow_unicode=True, sort_keys=False)).data == data


@pytest.mark.parametrize(
    ("plain", "value"),
    [
        *(("true", True), ("False", False), ("null", None), ("~", None), ("", None)),
        *(("12", 12), ("-3", -3), ("+4", 4), ("0x1F", 31), ("0o17", 15), ("017", 17)),
        *(("1.5", 1.5), ("1e3", 1000.0), (".5", 0.5), ("-2.", -2.0), ("1E-2", 0.01)),
        *((each, each) for each in ("yes", "on", "No", "tRUE", "2020-01-01", "1:30", "1_000", "0b1", "1.2.3", "e3")),
    ],
)
def test_plain_words_mean_what_they_mean_in_yaml_12(plain: str, value: Any) -> None:
    found = read(f"a: {plain}\n").data["a"]

    assert (found, type(found)) == (value, type(value))


def test_names_are_texts_however_they_are_written() -> None:
    assert read("200: a\ntrue: b\n1.0: c\n~: d\n").data == {"200": "a", "true": "b", "1.0": "c", "~": "d"}


@given(documents(last="\uffff"))  # beyond, JSON's escapes are pairs that YAML does not know
@settings(deadline=None)
def test_the_line_of_a_member_in_yaml_is_that_of_its_name(data: Any) -> None:
    lines = list(written(data))
    document = read("\n".join(line for line, _, _ in lines))

    assert document.data == data
    for number, (_, pointer, later) in enumerate(lines, start=1):
        assert document.line(pointer) == number + later


@given(documents(), st.sampled_from([None, 0, 1, 4]))
@settings(deadline=None)
def test_the_line_of_a_member_in_json_is_that_of_its_name(data: Any, indent: int | None) -> None:
    text = json.dumps(data, indent=indent)
    document = read(text, "api.json")
    lines = text.split("\n")

    for pointer in pointers(data):
        name = pointer_parts(pointer)[-1]
        line = lines[document.line(pointer) - 1]
        assert json.dumps(name) in line or indent is None or name.isdigit()
    order = [document.line(pointer) for pointer in pointers(data)]
    assert order == sorted(order)
    assert indent is None or len(set(order)) == len(order)


@pytest.mark.parametrize(
    ("pointer", "line"),
    [("", 1), ("/a", 2), ("/a/b", 3), ("/a/b/0", 4), ("/a/b/1", 5), ("/a/b/1/c", 6), ("/x~1y", 9), ("/a/b/1/z/z", 5)],
)
def test_lines_of_json_are_counted_member_by_member(pointer: str, line: int) -> None:
    text = '{\n"a": {\n  "b": [\n   1,\n   {\n    "c": "{\\n]"\n   }]\n },\n"x/y"\n:\n2}'

    assert read(text, "api.json").line(pointer) == line


def test_a_name_and_its_colon_may_stand_on_two_lines() -> None:
    document = read('{"a"\n:\n{"b": 1}, "\\u0062\\n": 2}', "api.json")

    assert (document.line("/a"), document.line("/a/b"), document.line("/b\n")) == (1, 3, 3)


@pytest.mark.parametrize("rare", ["\x85", "\u2028", "\u2029"])
def test_a_break_that_no_editor_counts_is_not_counted(rare: str) -> None:
    document = read(f"a: x{rare}  y\nb: 1\nc: 'z{rare} z'\ne: 2\n")

    assert (document.line("/b"), document.line("/e")) == (2, 4)


def test_a_merged_member_stands_where_it_was_written() -> None:
    document = read("base: &base\n  a: 1\n  b: 2\nmore:\n  <<: *base\n  b: 3\n  c: 4\nalso: *base\n")

    assert document.data["more"] == {"a": 1, "b": 3, "c": 4}
    lines = {name: document.line(f"/more/{name}") for name in "abc"}
    assert lines == {"a": 2, "b": 6, "c": 7}
    assert (document.line("/also"), document.line("/also/b")) == (8, 3)


def test_lines_of_json_are_looked_for_only_when_one_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    document = read('{"a": 1}', "api.json")
    asked: list[int] = []
    find = document._find_lines

    def counted() -> Lines:
        asked.append(1)
        return find()

    monkeypatch.setattr(document, "_find_lines", counted)

    assert not asked
    assert (document.line("/a"), document.line("/a")) == (1, 1)
    assert asked == [1]
