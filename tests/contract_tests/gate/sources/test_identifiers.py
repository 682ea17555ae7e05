"""Schemas of 3.1 may have names of their own; references find them by these, too."""

from __future__ import annotations

from pathlib import Path

import pytest

from contract_tests.gate.sources import read_source
from tests.contract_tests.gate.sources.building import HEAD_31, complaint_about, only, put, spec
from tests.contract_tests.gate.sources.test_references import referred, schema


def pointer(tmp_path: Path, reference: str, schemas: str) -> str:
    text = schema(reference, head=HEAD_31, more=f"components:\n  schemas:\n    {schemas}\n")
    return referred(spec(tmp_path, text).root).resolved().pointer.removeprefix("/components/schemas")


def test_an_anchor_is_found_wherever_it_stands(tmp_path: Path) -> None:
    schemas = "A: {properties: {x: {allOf: [{$anchor: here, type: string}]}}}"

    assert pointer(tmp_path, "#here", schemas) == "/A/properties/x/allOf/0"


def test_a_dynamic_anchor_is_an_anchor(tmp_path: Path) -> None:
    assert pointer(tmp_path, "#node", "A: {$dynamicAnchor: node}") == "/A"


@pytest.mark.parametrize("data", ["example", "default", "const", "x-more"])
def test_what_only_looks_like_an_anchor_in_data_is_none(data: str, tmp_path: Path) -> None:
    assert pointer(tmp_path, "#here", f"A: {{{data}: {{$anchor: here}}}}\n    B: {{$anchor: here}}") == "/B"


def test_properties_may_have_the_names_of_data(tmp_path: Path) -> None:
    assert pointer(tmp_path, "#here", "A: {properties: {default: {$anchor: here}}}") == "/A/properties/default"


@pytest.mark.parametrize(
    "reference", ["https://shop.test/order", "https://shop.test/order#", "https://shop.test/order#/$defs/x/.."]
)
def test_a_schema_is_found_by_its_id_without_asking_a_site(reference: str, tmp_path: Path) -> None:
    schemas = "A: {$id: 'https://shop.test/order', $defs: {x: {..: {$ref: '#'}}}}"

    assert pointer(tmp_path, reference, schemas) == "/A"


def test_references_in_a_schema_with_an_id_are_relative_to_it(tmp_path: Path) -> None:
    schemas = (
        "A: {$id: 'https://shop.test/a', properties: {x: {$ref: '#/$defs/x'}, b: {$ref: b}, y: {$ref: '#here'}},"
        " $defs: {x: {type: string}, y: {$anchor: here}}}\n"
        "    B: {$id: 'https://shop.test/b', $anchor: here}"
    )
    text = schema("#/components/schemas/A", head=HEAD_31, more=f"components:\n  schemas:\n    {schemas}\n")
    properties = referred(spec(tmp_path, text).root).get("properties")

    assert properties is not None
    led = {name: node.resolved().pointer.removeprefix("/components/schemas") for name, node in properties.items()}
    assert led == {"x": "/A/$defs/x", "b": "/B", "y": "/A/$defs/y"}


def test_the_same_reference_leads_elsewhere_in_each_schema_with_an_id(tmp_path: Path) -> None:
    schemas = "\n    ".join(
        f"{name}: {{$id: 'https://shop.test/{name}', items: {{$ref: '#/$defs/x'}}, $defs: {{x: {{title: {name}}}}}}}"
        for name in "AB"
    )
    text = schema("#/components/schemas/A", head=HEAD_31, more=f"components:\n  schemas:\n    {schemas}\n")

    found = spec(tmp_path, text)
    titles = [found.node(f"/components/schemas/{name}/items/title") for name in "AB"]
    assert [title.value for title in titles if title is not None] == ["A", "B"]


def test_a_property_may_be_called_properties(tmp_path: Path) -> None:
    assert pointer(tmp_path, "#here", "A: {properties: {properties: {$anchor: here}}}") == "/A/properties/properties"


def test_a_file_whose_id_is_on_a_site_still_refers_to_its_neighbours(tmp_path: Path) -> None:
    put(
        tmp_path,
        api=schema("pet.yaml", head=HEAD_31),
        pet="$id: https://shop.test/pet.yaml\nproperties: {owner: {$ref: owner.yaml}}\n",
        owner="$id: https://shop.test/owner.yaml\ntype: object\n",
    )

    owner = referred(only(tmp_path / "api.yaml").root).at("properties", "owner", "type")
    assert owner is not None
    assert owner.place.file == f"{tmp_path}/owner.yaml"


def test_an_anchor_of_another_schema_with_an_id_is_not_here(tmp_path: Path) -> None:
    schemas = "A: {$id: 'https://shop.test/a', $anchor: here}"

    text = schema("#here", head=HEAD_31, more=f"components: {{schemas: {{{schemas}}}}}\n")
    assert "leads nowhere: api.yaml has no anchor 'here' there" in complaint_about(tmp_path, text)
    assert pointer(tmp_path, "https://shop.test/a#here", schemas) == "/A"


def test_a_dynamic_reference_is_read_as_a_plain_one_and_that_is_said(tmp_path: Path) -> None:
    more = "components: {schemas: {A: {$dynamicAnchor: node, items: {$dynamicRef: '#node'}}}}\n"
    file = tmp_path / "api.yaml"
    file.write_text(schema("#/components/schemas/A", head=HEAD_31, more=more), encoding="utf-8")

    items = referred(only(file).root).get("items")
    assert items is not None
    assert items.resolved().pointer == "/components/schemas/A"
    assert [str(note).partition("api.yaml")[2] for note in read_source(str(file)).notes] == [
        ":8: says `$dynamicRef`, which is read as `$ref`: another schema's `$dynamicAnchor` does not replace it"
    ]
