"""A contract is read whole, or refused with file, line and reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from openapi import DocumentError, Provenance, Refusal, Transition, contract_file, contract_names, read_contract
from openapi.documents import MAX_DEPTH

SMALL = """\
openapi: 3.0.3
info: {title: Small, version: 1.0.0}
servers: [{url: /small}]
paths:
  /things:
    post:
      operationId: makeThing
      requestBody:
        content:
          application/json:
            schema: {$ref: '#/components/schemas/Thing'}
            example: {size: 1}
      responses: {'200': {description: made}, '400': {description: refused}}
  /things/{id}:
    delete:
      operationId: dropThing
      x-provenance: {responses: {'400': seen}}
      responses: {'200': {description: gone}, '400': {description: refused}, '404': {description: unknown}}
components:
  schemas:
    Thing: {type: object, properties: {size: {type: integer, format: int32, nullable: true}}}
x-lifecycle:
  thing:
    initial: New
    states: {New: 1, Old: 2}
    absent: THING-NOT-FOUND
    transitions:
      - {on: makeThing, from: [absent], to: New}
      - {on: dropThing, from: [New], to: absent, rule: THING-DROP, provenance: assumed}
      - {event: age, from: [New], to: Old, rule: THING-AGE}
    refusals:
      - {on: dropThing, in: [Old], rule: THING-DROP, provenance: documented}
      - {event: age, in: [Old], rule: THING-AGE}
x-rules:
  - {id: THING-NOT-FOUND, on: dropThing, stage: state, says: there is such a thing, status: 404}
  - {id: THING-DROP, on: [dropThing], stage: state, says: only new things are dropped, status: 400, limits: {most: 3}}
  - {id: THING-AGE, on: age, stage: state, says: new things grow old, status: 400, provenance: seen}
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "small.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_contract_gives_its_operations_rules_and_lifecycles(tmp_path: Path) -> None:
    contract = read_contract(written(tmp_path, SMALL))

    assert (contract.name, contract.base_path, contract.title) == ("small", "/small", "Small")
    assert list(contract.operations) == ["makeThing", "dropThing"]
    assert contract.operations["dropThing"].answers["400"].provenance is Provenance.SEEN
    assert contract.limit("THING-DROP", "most") == 3
    assert [rule.id for rule in contract.rules_for("dropThing")] == ["THING-NOT-FOUND", "THING-DROP"]
    lifecycle = contract.lifecycles["thing"]
    assert isinstance(lifecycle.cell("dropThing", "New"), Transition)
    assert isinstance(lifecycle.cell("dropThing", "Old"), Refusal)
    assert lifecycle.allowed("New") == ["dropThing", "age"]
    assert lifecycle.allowed("Old") == []
    assert contract.methods_at("/things/7") == {"DELETE": "dropThing"}


@pytest.mark.parametrize("name", contract_names())
def test_the_shipped_contracts_do_not_contradict_themselves(name: str) -> None:
    assert read_contract(contract_file(name)).operations


CONTRADICTIONS = {
    "unknown operation in a transition": (
        "- {on: dropThing, from: [New]",
        "- {on: dropThink, from: [New]",
        29,
        "dropThink, which is no operation",
    ),
    "unreachable state": ("states: {New: 1, Old: 2}", "states: {New: 1, Old: 2, Lost: 3}", 25, "state Lost"),
    "unknown state": ("to: Old, rule", "to: Odd, rule", 30, "the state Odd"),
    "cell said nowhere": ("in: [Old], rule: THING-DROP", "in: [], rule: THING-DROP", 28, "said nowhere"),
    "cell said twice": ("in: [Old], rule: THING-DROP", "in: [New, Old], rule: THING-DROP", 32, "said 2 times"),
    "rule without status": ("there is such a thing, status: 404", "there is such a thing", 35, "no status"),
    "rule with a status nobody documents": (
        "things are dropped, status: 400",
        "things are dropped, status: 418",
        36,
        "418",
    ),
    "rule on an unknown operation": ("on: [dropThing], stage", "on: [dropThink], stage", 36, "no operation or event"),
    "rule without stage": ("says: new things grow old", "says: new, stage: nowhere", 37, "key 'stage' twice"),
    "unknown rule in a transition": ("rule: THING-DROP, provenance: assumed", "rule: THING-DRIP", 29, "THING-DRIP"),
    "unknown absent rule": ("absent: THING-NOT-FOUND", "absent: THING-LOST", 26, "THING-LOST"),
    "rule twice": ("id: THING-AGE", "id: THING-DROP", 37, "twice"),
    "unknown provenance": ("provenance: seen}", "provenance: heard}", 37, "'heard' is unknown"),
    "example fails its schema": ("example: {size: 1}", "example: {size: big}", 11, "fails its schema at /size"),
    "reference leads nowhere": ("schemas/Thing'", "schemas/Think'", 11, "leads nowhere"),
    "reference leads out": ("'#/components/schemas/Thing'", "'other.yaml#/Thing'", 11, "leads out of the file"),
    "operation id twice": ("operationId: dropThing", "operationId: makeThing", 16, "used twice"),
    "operation without id": ("operationId: dropThing", "x-nothing: 1", 16, "'operationId' is missing"),
    "not a mapping": ("states: {New: 1, Old: 2}", "states: [New, Old]", 25, "expected a mapping"),
    "neither operation nor event": ("{event: age, in", "{in", 33, "either an operation"),
}


@pytest.mark.parametrize("case", CONTRADICTIONS)
def test_a_contradiction_is_refused_with_file_line_and_reason(case: str, tmp_path: Path) -> None:
    before, after, line, reason = CONTRADICTIONS[case]
    assert SMALL.count(before) == 1
    file = written(tmp_path, SMALL.replace(before, after))

    with pytest.raises(DocumentError) as caught:
        read_contract(file)

    assert reason in str(caught.value)
    assert str(caught.value).startswith(f"{file}:{line}: ")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: [1, 2", "is not YAML"),
        ("", "is empty"),
        ("a: 1\nb: 2\na: 3\n", ":3: has the key 'a' twice"),
        ("a: " + "[" * (MAX_DEPTH + 2) + "]" * (MAX_DEPTH + 2), "is nested deeper"),
        ("a: &x [*x]", "alias that leads to itself"),
        ("- 1", "expected a mapping"),
        ("a: !!python/object/apply:os.system [true]", "is not YAML"),
    ],
)
def test_what_is_no_contract_is_refused_in_one_line(text: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(DocumentError) as caught:
        read_contract(written(tmp_path, text))

    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="cannot be read"):
        read_contract(tmp_path / "none.yaml")


def test_words_and_dates_stay_texts(tmp_path: Path) -> None:
    text = SMALL.replace("title: Small", "title: Small, x-on: on, x-off: off, x-day: 2026-01-31, x-yes: true")

    info = read_contract(written(tmp_path, text)).document["info"]

    assert (info["x-on"], info["x-off"], info["x-day"], info["x-yes"]) == ("on", "off", "2026-01-31", True)
