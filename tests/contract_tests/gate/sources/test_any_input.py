"""Whatever a file holds: it is read, or refused in one line; never anything else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from contract_tests.errors import WrongUse
from contract_tests.gate.sources import read_source
from contract_tests.gate.sources.grammar import GRAMMAR
from tests.contract_tests.gate.sources.building import document
from tests.contract_tests.gate.sources.test_lines import documents

WORDS = sorted({name for members in GRAMMAR.values() for name in members} | {"$ref", "$id", "$anchor", "$dynamicRef"})
REFERENCES = [
    "#",
    "#/",
    "#/paths",
    "#/components/schemas/A",
    "#a",
    "",
    "api.yaml",
    "%",
    "#/%2",
    "/",
    "//",
    "?",
    "a:b",
    "[",
    "#/~",
]
PIECES = [
    "&a ",
    "*a",
    "<<: ",
    "- ",
    "? ",
    ": ",
    "|\n",
    ">\n",
    "!!x ",
    "{",
    "}",
    "[",
    "]",
    ",",
    "'",
    '"',
    "---\n",
    "...\n",
]
PIECES += [
    "openapi: 3.1.0\n",
    "paths:\n",
    "\n",
    " ",
    "\t",
    "#",
    "%YAML 1.2\n",
    "\\u",
    "\ud7ff",
    "\x00",
    "\x85",
    "\ufeff",
]


def specifications() -> st.SearchStrategy[Any]:
    """Data with the words of OpenAPI in all the wrong places."""
    leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(REFERENCES)
    values = st.recursive(
        leaves,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from([*WORDS, "A", "x-a", "/a"]), inner, max_size=4)
            | st.builds(lambda to: {"$ref": to}, st.sampled_from(REFERENCES))
        ),
        max_leaves=25,
    )
    parts = st.dictionaries(st.sampled_from([*GRAMMAR["document"], "components", "openapi", "a"]), values)
    return st.builds(
        lambda found, version: {**document(version=version), **found}, parts, st.sampled_from(["3.0.3", "3.1.0"])
    )


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("any") / "api.yaml"


def read_or_refuse(file: Path, content: bytes) -> None:
    """Whoever reads it, follows it, and asks for its places, is told in one line at most."""
    file.write_bytes(content)
    told = list(tell(file))
    assert all(line.isprintable() and line.startswith(f"{file}:") for line in told)


def tell(file: Path) -> Iterator[str]:
    try:
        source = read_source(str(file))
        yield from (str(note) for note in source.notes)
        for name, node in source.specifications["api"].root.items():
            yield f"{node.place} {name!r}"
            yield from (str(each.place) for each in node.each())
    except WrongUse as refused:
        yield str(refused)


@given(content=st.binary(max_size=200))
@settings(deadline=None)
def test_any_bytes(content: bytes, file: Path) -> None:
    read_or_refuse(file, content)


@given(pieces=st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=40))
@settings(deadline=None, max_examples=200)
def test_any_pieces_of_yaml(pieces: list[str], file: Path) -> None:
    read_or_refuse(file, "".join(pieces).encode("utf-8", "surrogatepass"))


@given(data=documents(), cut=st.integers(0, 400), put=st.text(max_size=3))
@settings(deadline=None)
def test_any_broken_json(data: Any, cut: int, put: str, file: Path) -> None:
    text = json.dumps({"openapi": "3.1.0", **data})
    broken = text[:cut] + put + text[cut + 1 :]
    read_or_refuse(file.with_suffix(".json"), broken.encode("utf-8", "surrogatepass"))


@given(data=specifications(), as_json=st.booleans())
@settings(deadline=None, max_examples=200)
def test_any_data_in_the_shape_of_a_specification(data: Any, as_json: bool, file: Path) -> None:
    text = json.dumps(data) if as_json else yaml.safe_dump(data, sort_keys=False)
    read_or_refuse(file, text.encode("utf-8", "surrogatepass"))
