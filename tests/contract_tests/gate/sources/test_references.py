"""References lead to where they say, through files and spellings; those that don't are refused with their place."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from contract_tests.gate.sources import library, read_source
from contract_tests.gate.specification import Node
from tests.contract_tests.gate.sources.building import HEAD, HEAD_31, complaint, complaint_about, only, put, spec


def schema(reference: str, *, head: str = HEAD, more: str = "") -> str:
    """A specification whose one answer has the schema a reference leads to, on line 6."""
    return (
        f"{head}paths:\n  /a:\n    get: {{responses: {{'200': {{description: x, content: {{a/b: {{schema:\n"
        f"      {{$ref: {json.dumps(reference)}}}\n    }}}}}}}}}}\n{more}"
    )


def referred(root: Node) -> Node:
    found = root.at("paths", "/a", "get", "responses", "200", "content", "a/b", "schema")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("reference", "pointer"),
    [
        ("#/components/schemas/A", "/components/schemas/A"),
        ("#/components/schemas/with~1slash", "/components/schemas/with~1slash"),
        ("#/components/schemas/with~0tilde", "/components/schemas/with~0tilde"),
        ("#/components/schemas/with%20space", "/components/schemas/with space"),
        ("#/components/schemas/with space", "/components/schemas/with space"),
        ("#/components/schemas/%E2%82%AC", "/components/schemas/€"),
        ("#/components/schemas/with%7E1slash", "/components/schemas/with~1slash"),
        ("#/components/schemas/List/oneOf/1", "/components/schemas/List/oneOf/1"),
        ("#/components/schemas/Alias/properties/x", "/components/schemas/A/properties/x"),
        ("api.yaml#/components/schemas/A", "/components/schemas/A"),
        ("./api.yaml#/components/schemas/A", "/components/schemas/A"),
        ("#/components/schemas/200", "/components/schemas/200"),
    ],
)
def test_a_pointer_leads_to_what_it_names_however_it_is_spelt(reference: str, pointer: str, tmp_path: Path) -> None:
    schemas = (
        "components: {schemas: {A: {properties: {x: {type: string}}}, with/slash: {}, with~tilde: {}, with space: {},"
        " €: {}, List: {oneOf: [{}, {}]}, Alias: {$ref: '#/components/schemas/A'}, 200: {}}}\n"
    )

    assert referred(spec(tmp_path, schema(reference, more=schemas)).root).resolved().pointer == pointer


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("#/components/schemas/B", "leads nowhere: {file} has no 'B' at /components/schemas"),
        ("#/nothing/here", "leads nowhere: {file} has no 'nothing' at its top"),
        ("#/components/schemas/List/oneOf/2", "leads nowhere: {file} has no '2' at /components/schemas/List/oneOf"),
        ("#/components/schemas/List/oneOf/-1", "leads nowhere: {file} has no '-1' at /components/schemas/List/oneOf"),
        ("#/info/title/x", "leads nowhere: {file} has no 'x' at /info/title"),
        ("#Anchor", "leads nowhere: {file} has no anchor 'Anchor' there"),
        ("#/%FF", "leads nowhere: {file} has no '\ufffd' at its top"),
        (
            "https://elsewhere.test/a.yaml#/A",
            "leads to no file of the source; sites are read only with --allow-remote-refs",
        ),
        ("//elsewhere.test/a.yaml", "leads to no file of the source"),
        ("file:///etc/passwd", "leads to no file of the source"),
        ("urn:shop:order", "leads to no file of the source"),
        ("C:\\specs\\a.yaml", "leads to no file of the source"),
        ("../other.yaml#/A", "leads out of the folder that is read; name the folder that holds both as the source"),
        ("%2e%2e/other.yaml", "leads out of the folder that is read"),
        ("sub/../../other.yaml", "leads out of the folder that is read"),
        ("..\\other.yaml", "leads out of the folder that is read"),
        ("/etc/passwd", "leads out of the folder that is read"),
        ("missing.yaml#/A", "leads to what can't be read: {folder}/missing.yaml:1: can't be read: No such file"),
        ("a%00b.yaml", "leads to what can't be read: "),
        ("x" * 300 + ".yaml", "leads to what can't be read: "),
        (".", "leads out of the folder that is read"),
        ("folder", "leads to what can't be read: {folder}/folder:1: is no regular file"),
    ],
)
def test_a_reference_that_leads_nowhere_is_refused_where_it_stands(reference: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    file = tmp_path / "api.yaml"
    file.write_text(schema(reference, more="components: {schemas: {List: {oneOf: [{}, {}]}}}\n"), encoding="utf-8")

    found = complaint(file).replace(str(tmp_path) + "/", "")

    expected = said.format(file="api.yaml", folder="").replace(": /", ": ")
    assert found.startswith(f"api.yaml:6: the reference {reference!r} {expected}")


@pytest.mark.parametrize(
    "schemas",
    [
        "A: {$ref: '#/components/schemas/A'}",
        "A: {$ref: '#/components/schemas/B'}, B: {$ref: '#/components/schemas/A'}",
        "A: {$ref: '#/components/schemas/A/properties/x'}",
        "A: {$ref: '#/components/schemas/B/x'}, B: {$ref: '#/components/schemas/A/y'}",
    ],
)
def test_references_that_lead_to_each_other_alone_are_refused(schemas: str, tmp_path: Path) -> None:
    text = schema("#/components/schemas/A", more=f"components: {{schemas: {{{schemas}}}}}\n")

    assert "leads in a circle" in complaint_about(tmp_path, text)


def test_a_schema_that_contains_itself_is_no_circle(tmp_path: Path) -> None:
    tree = "components: {schemas: {A: {properties: {left: {$ref: '#/components/schemas/A'}}}}}\n"

    left = referred(spec(tmp_path, schema("#/components/schemas/A", more=tree)).root).at("properties", "left")

    assert left is not None
    assert left.resolved().pointer == "/components/schemas/A"


def test_a_long_chain_of_references_is_followed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[Node] = []
    step = library.SourceLibrary.target

    def counted(self: library.SourceLibrary, node: Node) -> Node:
        steps.append(node)
        return step(self, node)

    monkeypatch.setattr(library.SourceLibrary, "target", counted)
    count = 2 * sys.getrecursionlimit()
    chain = ", ".join(f"A{number}: {{$ref: '#/components/schemas/A{number + 1}'}}" for number in range(count))
    more = f"components: {{schemas: {{{chain}, A{count}: {{type: string}}}}}}\n"

    assert referred(spec(tmp_path, schema("#/components/schemas/A0", more=more)).root).resolved().name == f"A{count}"
    assert len(steps) == count + 1


def test_references_through_ever_more_references_are_refused(tmp_path: Path) -> None:
    chain = ", ".join(f"A{number}: {{$ref: '#/components/schemas/A{number + 1}/x'}}" for number in range(2000))
    more = f"components: {{schemas: {{{chain}}}}}\n"

    assert "leads through more than 50 others" in complaint_about(
        tmp_path, schema("#/components/schemas/A0/x", more=more)
    )


def test_files_refer_to_each_other_relative_to_themselves(tmp_path: Path) -> None:
    put(
        tmp_path,
        api=schema("schemas/order.yaml#/Order"),
        schemas__order="Order: {properties: {item: {$ref: 'item.yaml'}, shop: {$ref: '../api.yaml#/info'}}}\n",
        schemas__item="type: object\nproperties:\n  name: {type: string}\n",
    )

    root = only(tmp_path / "api.yaml").root
    item = referred(root).at("properties", "item", "properties", "name")
    shop = referred(root).at("properties", "shop", "title")
    assert item is not None
    assert shop is not None
    assert (item.place.file, item.place.pointer, item.place.line) == (
        *(f"{tmp_path}/schemas/item.yaml", "/properties/name"),
        3,
    )
    assert (shop.place.file, shop.value) == (f"{tmp_path}/api.yaml", "Shop")


def test_what_is_wrong_in_another_file_is_said_with_its_line(tmp_path: Path) -> None:
    put(tmp_path, api=schema("order.yaml"), order="type: object\nproperties:\n  a: [\n")

    said = complaint(tmp_path / "api.yaml")

    assert said.startswith("api.yaml:6: the reference 'order.yaml' leads to what can't be read: order.yaml:4: is not")


def test_what_can_not_be_compared_in_another_file_is_said_there(tmp_path: Path) -> None:
    put(tmp_path, api=schema("order.yaml"), order="type: object\nproperties:\n  a: {minimum: low}\n")

    assert complaint(tmp_path / "api.yaml") == "order.yaml:3: must be a number: /properties/a/minimum"


def test_a_symbolic_link_does_not_lead_out_of_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "specs"
    put(tmp_path, secret="type: string\n", specs__inside="type: string\n", specs__api=schema("link.yaml"))
    (folder / "link.yaml").symlink_to(tmp_path / "secret.yaml")

    assert "it is a symbolic link out of the folder that is read" in complaint(folder / "api.yaml")
    (folder / "link.yaml").unlink()
    (folder / "link.yaml").symlink_to("inside.yaml")
    assert referred(only(folder / "api.yaml").root).get("type") is not None


def test_the_folder_that_is_named_bounds_what_references_reach(tmp_path: Path) -> None:
    put(tmp_path, v1__api=schema("../common/order.yaml"), common__order="type: string\n")

    assert "leads out of the folder" in complaint(tmp_path / "v1" / "api.yaml")
    assert list(read_source(str(tmp_path)).specifications) == ["v1/api"]


def test_a_source_has_only_so_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "MAX_FILES", 2)
    put(tmp_path, api=schema("a.yaml"), a="properties: {x: {$ref: b.yaml}}\n", b="{}\n")

    assert "b.yaml:1: is one too many: a source has at most 2 files" in complaint(tmp_path / "api.yaml")


def test_a_source_has_only_so_many_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = schema("a.yaml")
    monkeypatch.setattr(library, "MAX_SOURCE_BYTES", len(text) + 4)
    put(tmp_path, api=text, a="{}\n")
    assert only(tmp_path / "api.yaml")

    put(tmp_path, a="{}   \n")
    assert "a.yaml:1: is one too many" in complaint(tmp_path / "api.yaml")


def test_vendors_refer_to_a_whole_mapping_of_properties(tmp_path: Path) -> None:
    put(
        tmp_path,
        api=schema("#/components/schemas/A", more="components: {schemas: {A: {properties: {$ref: 'p.yaml#/all'}}}}\n"),
        p="all: {name: {type: string}}\n",
    )

    properties = referred(only(tmp_path / "api.yaml").root).get("properties")
    assert properties is not None
    assert [name for name, _ in properties.items()] == ["name"]


def test_what_stands_beside_a_reference_in_31_is_walked_too(tmp_path: Path) -> None:
    text = schema("#/components/schemas/A", head=HEAD_31, more="components: {schemas: {A: {}}}\n")
    text = text.replace("}\n    }", ", properties: {x: {minimum: low}}}\n    }")

    assert "must be a number" in complaint_about(tmp_path, text)
