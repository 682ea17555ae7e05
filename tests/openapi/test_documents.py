"""YAML files become data in one walk, and every value keeps its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from openapi.documents import Document, DocumentError, read_document


def read(folder: Path, text: str) -> Document:
    file = folder / "document.yaml"
    file.write_text(text, encoding="utf-8")
    return read_document(file)


def test_values_have_the_types_of_json(tmp_path: Path) -> None:
    text = "a: [1, -2.5, 1e3, true, null, ~, 'true', on, 0x1F, '']\nb: {c: {}}\n"

    assert read(tmp_path, text).data == {
        "a": [1, -2.5, "1e3", True, None, None, "true", "on", 31, ""],
        "b": {"c": {}},
    }


def test_a_mapping_takes_over_what_is_merged_into_it(tmp_path: Path) -> None:
    data = read(tmp_path, "base: &base {a: 1, b: 2}\nmore: {<<: *base, b: 3}\n").data

    assert data["more"] == {"a": 1, "b": 3}


def test_numbers_as_keys_stay_numbers(tmp_path: Path) -> None:
    assert read(tmp_path, "200: fine\n404: gone\n").data == {200: "fine", 404: "gone"}


def test_what_several_aliases_lead_to_is_made_once(tmp_path: Path) -> None:
    doubling = "".join(f"a{number}: &a{number} [*a{number - 1}, *a{number - 1}]\n" for number in range(1, 60))

    data = read(tmp_path, f"a0: &a0 [end]\n{doubling}").data

    assert data["a59"][0] is data["a59"][1] is data["a58"]


def test_a_value_has_the_line_it_stands_on_or_that_of_its_nearest_ancestor(tmp_path: Path) -> None:
    document = read(tmp_path, "a:\n  b:\n    - 1\n    - c: 2\n'x/y': 3\n")

    lines = {pointer: document.line(pointer) for pointer in ("", "/a/b/1/c", "/a/b/9", "/a/z/z", "/x~1y")}
    assert lines == {"": 1, "/a/b/1/c": 4, "/a/b/9": 3, "/a/z/z": 2, "/x~1y": 5}


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("a:\n- b: 1\n  c: 2\n  b: 3\n", 4, "has the key 'b' twice in one mapping"),
        ("1: a\n'1': b\n", 2, "has the key '1' twice in one mapping"),
        ("a: &x {b: 1}\nc:\n  <<: *x\n  <<: *x\n", 4, "has the key '<<' twice in one mapping"),
        ("a: 1\nb: &x\n  c: [*x]\n", 2, "has an alias that leads to itself"),
        ("a:\n? [b]\n: 1\n", 2, "is not YAML: found unhashable key"),
        ("a:\n? !!str [b]\n: 1\n", 2, "is not YAML: expected a scalar node, but found sequence"),
        ("a: 1\nb: !strange 2\n", 2, "is not YAML: could not determine a constructor for the tag '!strange'"),
        ("a: 1\nb: !!map [2]\n", 2, "is not YAML: expected a mapping node, but found sequence"),
    ],
)
def test_what_is_ambiguous_or_no_data_is_refused_with_its_line(
    text: str, line: int, reason: str, tmp_path: Path
) -> None:
    with pytest.raises(DocumentError) as caught:
        read(tmp_path, text)

    assert (caught.value.line, caught.value.reason) == (line, reason)
