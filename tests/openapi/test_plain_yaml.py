"""The quick way through plain YAML gives what the whole of YAML gives, and leaves everything else to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from openapi import contract_file, contract_names, fixtures_folder
from openapi.documents import MAX_DEPTH, DocumentError, _ContractLoader, _read_nodes, read_text
from openapi.plain_yaml import NotPlain, plain_data

FILE = Path("document.yaml")
WORDS = [
    "true",
    "True",
    "on",
    "no",
    "null",
    "~",
    "",
    "12",
    "-0x1F",
    "1e3",
    "1.5",
    ".inf",
    "2026-11-22",
    "<<",
    "a: b",
    "=",
    "é",
]
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.sampled_from(WORDS)
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)
FILES = [*map(contract_file, contract_names()), *sorted(fixtures_folder().rglob("*.yaml"))]


def plain(text: str) -> Any:
    return plain_data(text, _ContractLoader, MAX_DEPTH)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_contracts_and_fixtures_are_plain_and_read_alike_both_ways(file: Path) -> None:
    text = file.read_text(encoding="utf-8")

    assert plain(text) == _read_nodes(file, text)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(VALUES, st.sampled_from([None, True, False]), st.sampled_from([None, '"', "'"]))
def test_whatever_is_written_reads_alike_both_ways(value: Any, flow: bool | None, style: str | None) -> None:
    text = yaml.safe_dump(value, default_flow_style=flow, default_style=style, allow_unicode=True)

    assert _outcome(lambda: read_text(FILE, text)) == _outcome(lambda: _read_nodes(FILE, text))


def _outcome(read: Any) -> Any:
    try:
        return read()
    except DocumentError as error:
        return str(error)


def test_scalars_without_quotes_stand_for_what_json_has() -> None:
    assert plain("[1, -2.5, true, null, on, '1', \"true\", 2026-11-22, text]") == [
        1,
        -2.5,
        True,
        None,
        "on",
        "1",
        "true",
        "2026-11-22",
        "text",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a: 1\n---\nb: 2\n",
        "a: &anchor 1\n",
        "a: &anchor [1]\n",
        "a: &anchor {b: 1}\n",
        "[&x a, *x]",
        "a: !!str 1\n",
        "a: !!set {b}\n",
        "{<<: {a: 1}}",
        "1: one\n",
        "true: yes\n",
        "? [a, b]\n: 1\n",
        "? {a: b}\n: 1\n",
        "{a: 1, a: 2}",
        "a: [1\n",
        "a: 0o\tb: :\n",
        "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1),
    ],
)
def test_what_is_not_plain_is_left_to_the_whole_of_yaml(text: str) -> None:
    with pytest.raises(NotPlain):
        plain(text)


def test_as_deep_as_contracts_may_be_is_plain() -> None:
    assert plain("[" * MAX_DEPTH + "]" * MAX_DEPTH) == read_text(FILE, "[" * MAX_DEPTH + "]" * MAX_DEPTH)
