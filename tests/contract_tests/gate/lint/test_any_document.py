"""Whatever stands in a document, in either version of OpenAPI and in several files: lint says what is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract_tests.errors import WrongUse
from contract_tests.gate.lint.check import Profile
from tests.contract_tests.gate.lint.sound import SOUND, found, problems, write

DATA = yaml.safe_load(SOUND)
NAMES = st.sampled_from(["$ref", "type", "a", "x-a"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 600) | st.sampled_from(["", "a", "#/components/schemas/Order", "{x}"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=2),
    max_leaves=4,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(each for name, child in items for each in places(child, (*path, name)))]


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy


@settings(
    max_examples=150,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.sampled_from([each for each in places(DATA) if each and each[0] != "openapi"]), VALUES, st.booleans())
def test_whatever_stands_somewhere_lint_comes_to_an_end(
    tmp_path: Path, place: tuple[Any, ...], value: Any, is_31: bool
) -> None:
    data = replaced(DATA, place, value) | {"openapi": "3.1.0" if is_31 else "3.0.3"}
    path = write(tmp_path, json.dumps(data), "any.json")

    for profile in Profile:
        for each in problems(path, profile):
            assert each.says
            assert each.place.line >= 1


def test_a_document_of_31_is_read_as_such(tmp_path: Path) -> None:
    text = SOUND.replace("openapi: 3.0.3", "openapi: 3.1.0").replace(
        "name: {type: string}", 'name: {type: [string, "null"], examples: [rope, null, 4]}'
    )
    told = problems(write(tmp_path, text))

    assert [each.check.id for each in told] == ["lint-example-conforms"]
    assert told[0].place.pointer == "/components/schemas/Line/properties/name/examples/2"


def test_what_stands_in_another_file_is_looked_at_and_named_by_it(tmp_path: Path) -> None:
    write(
        tmp_path,
        "Line:\n  type: object\n  required: [name, lenght]\n  properties: {name: {type: string}}\n",
        "parts.yaml",
    )
    text = SOUND.replace('"#/components/schemas/Line"', '"parts.yaml#/Line"')
    told = problems(write(tmp_path, text))

    assert {(each.place.file, each.check.id) for each in told if each.check.id == "lint-required-known"} == {
        (str(tmp_path / "parts.yaml"), "lint-required-known")
    }
    assert [each.place.pointer for each in told if each.check.id == "lint-component-used"] == [
        "/components/schemas/Line"
    ]


def test_a_component_that_only_another_file_refers_to_is_used(tmp_path: Path) -> None:
    write(tmp_path, 'Line:\n  type: array\n  items: {$ref: "orders.yaml#/components/schemas/Line"}\n', "parts.yaml")
    text = SOUND.replace(
        'lines: {type: array, items: {$ref: "#/components/schemas/Line"}}', 'lines: {$ref: "parts.yaml#/Line"}'
    ).replace('schema: {$ref: "#/components/schemas/Line"}', 'schema: {$ref: "parts.yaml#/Line"}')

    assert "lint-component-used" not in found(write(tmp_path, text))


def test_what_lies_behind_a_broken_reference_keeps_nobody_from_finding_the_rest(tmp_path: Path) -> None:
    text = SOUND.replace(
        'paidBy: {$ref: "#/components/schemas/Payment"}', 'paidBy: {$ref: "#/components/schemas/Nobody"}'
    )
    told = found(write(tmp_path, text.replace("      summary: Show a line\n", "")))

    assert {"lint-reference", "lint-operation-summary", "lint-component-used"} <= told.keys()


def test_references_in_a_circle_are_told(tmp_path: Path) -> None:
    text = SOUND.replace(
        "    Error:\n      type: object\n      properties: {message: {type: string}}",
        '    Error: {$ref: "#/components/schemas/Fault"}\n    Fault: {$ref: "#/components/schemas/Error"}',
    )

    assert "circle" in found(write(tmp_path, text))["lint-reference"].says


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        ("openapi: [", "is not YAML"),
        ("openapi: 3.0.3\nopenapi: 3.0.3\n", "twice"),
        ("a: &a [*a]\n", "leads to itself"),
        ("swagger: '2.0'\n", "Swagger"),
        ("title: a\n", "no OpenAPI document"),
    ],
)
def test_what_can_not_be_read_is_one_line_with_the_place(text: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match=rf"^{tmp_path}/orders\.yaml:\d+: [^\n]*{says}[^\n]*$"):
        problems(write(tmp_path, text))
