"""What keeps a specification from being compared is refused; what is merely wrong is noted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from contract_tests.gate.sources import read_source
from contract_tests.gate.sources.grammar import GRAMMAR
from contract_tests.gate.sources.validity import MOST
from contract_tests.gate.sources.walk import _LEAVES
from openapi import contract_file, contract_names
from tests.contract_tests.gate.sources.building import EMPTY, HEAD, HEAD_31, complaint_about, document, spec


def notes(folder: Path, text: str) -> list[str]:
    file = folder / "api.yaml"
    file.write_text(text, encoding="utf-8")
    return [str(each).replace(f"{folder}/", "") for each in read_source(str(file)).notes]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[1]\n", "api.yaml:1: is no OpenAPI document: it has no member `openapi`"),
        ("text\n", "api.yaml:1: is no OpenAPI document: it has no member `openapi`"),
        ("info: {}\n", "api.yaml:1: is no OpenAPI document: it has no member `openapi`"),
        ("info: {}\nswagger: '2.0'\n", "api.yaml:2: is Swagger 2.0, which is not compared; convert it to OpenAPI 3"),
        ("info: {}\nopenapi: 3.2.0\n", "api.yaml:2: is OpenAPI 3.2.0; 3.0 and 3.1 can be compared"),
        ("openapi: 4\n", "api.yaml:1: is OpenAPI 4; 3.0 and 3.1 can be compared"),
        ("openapi: 3.10.0\n", "api.yaml:1: is OpenAPI 3.10.0; 3.0 and 3.1 can be compared"),
        ("openapi: {a: b}\n", "api.yaml:1: is OpenAPI {'a': 'b'}; 3.0 and 3.1 can be compared"),
        ("openapi:\n", "api.yaml:1: is OpenAPI None; 3.0 and 3.1 can be compared"),
    ],
)
def test_only_openapi_30_and_31_can_be_compared(text: str, said: str, tmp_path: Path) -> None:
    assert complaint_about(tmp_path, text) == said


@pytest.mark.parametrize("version", ["3.0", "3.0.0", "3.0.4", "3.0.1-rc1"])
def test_every_30_is_30(version: str, tmp_path: Path) -> None:
    assert spec(tmp_path, f"openapi: {version}\npaths: {{}}\n").dialect == "3.0"


@pytest.mark.parametrize("version", ["3.1", "3.1.0", "3.1.2"])
def test_every_31_is_31(version: str, tmp_path: Path) -> None:
    assert spec(tmp_path, f"openapi: '{version}'\npaths: {{}}\n").dialect == "3.1"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("paths: []\n", "3: must be a mapping: /paths"),
        ("paths:\n  /a: text\n", "4: must be a mapping: /paths/~1a"),
        ("paths:\n  /a:\n    get:\n", "5: must be a mapping: /paths/~1a/get"),
        ("paths: {/a: {parameters: {a: b}}}\n", "3: must be a list: /paths/~1a/parameters"),
        ("paths: {/a: {get: {operationId: 1}}}\n", "3: must be a text: /paths/~1a/get/operationId"),
        ("paths: {/a: {get: {responses: [a]}}}\n", "3: must be a mapping: /paths/~1a/get/responses"),
        ("paths: {/a: {get: {deprecated: 'no'}}}\n", "3: must be true or false: /paths/~1a/get/deprecated"),
        ("security: [{a: b}]\npaths: {}\n", "3: must be a list: /security/0/a"),
        ("servers: [a]\npaths: {}\n", "3: must be a mapping: /servers/0"),
    ],
)
def test_what_has_the_wrong_type_is_refused_where_it_stands(text: str, said: str, tmp_path: Path) -> None:
    assert complaint_about(tmp_path, HEAD + text) == f"api.yaml:{said}"


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ("1", "must be a mapping: "),
        ("null", "must be a mapping: "),
        ("{properties: []}", "must be a mapping: /properties"),
        ("{properties: null}", "must be a mapping: /properties"),
        ("{properties: {a: text}}", "must be a mapping: /properties/a"),
        ("{items: [{}]}", "must be a mapping: /items"),
        ("{allOf: {a: {}}}", "must be a list: /allOf"),
        ("{required: true}", "must be a list of texts: /required"),
        ("{required: [1]}", "must be a list of texts: /required"),
        ("{type: 1}", "must be a text or a list of texts: /type"),
        ("{enum: a}", "must be a list: /enum"),
        ("{minimum: '1'}", "must be a number: /minimum"),
        ("{minLength: true}", "must be a number: /minLength"),
        ("{exclusiveMinimum: a}", "must be a number, true or false: /exclusiveMinimum"),
        ("{pattern: 1}", "must be a text: /pattern"),
        ("{not: {anyOf: [{dependentRequired: {a: b}}]}}", "must be a list of texts: /not/anyOf/0/dependentRequired/a"),
        ("{discriminator: {mapping: [a]}}", "must be a mapping: /discriminator/mapping"),
    ],
)
@pytest.mark.parametrize("head", [HEAD, HEAD_31])
def test_a_schema_must_be_one(head: str, schema: str, said: str, tmp_path: Path) -> None:
    text = f"{head}paths: {{/a: {{get: {{responses: {{'200': {{content: {{b: {{schema: {schema}}}}}}}}}}}}}}}\n"

    where = "/paths/~1a/get/responses/200/content/b/schema"
    what, _, below = said.partition(": ")
    assert complaint_about(tmp_path, text) == f"api.yaml:3: {what}: {where}{below}"


@pytest.mark.parametrize(
    "text",
    [
        "paths: null\n",
        "paths: {/a: {get: {responses: null, parameters: null, servers: null, tags: [], security: []}}}\n",
        "paths: {x-more: 1, /a: {x-more: 1, get: {x-more: 1, responses: {x-more: 1}}}}\n",
        "paths: {}\ncomponents: null\n",
        "paths: {}\ncomponents: {schemas: {A: {example: {$ref: 1}, default: {$ref: no.yaml}, enum: [{$ref: 2}]}}}\n",
        "paths: {/a: {get: {responses: {'200': {content: {b: {example: {$ref: nowhere.yaml}}}}}}}}\n",
        "paths: {/a: {get: {parameters: [{name: p, in: query, schema: {default: null, enum: [null]}}]}}}\n",
    ],
)
def test_what_nobody_compares_or_is_as_good_as_nothing_may_be_anything(text: str, tmp_path: Path) -> None:
    assert spec(tmp_path, HEAD + text)


def test_schemas_that_are_true_or_false_are_schemas(tmp_path: Path) -> None:
    assert spec(tmp_path, HEAD_31 + "paths: {}\ncomponents: {schemas: {A: true, B: {not: false, items: true}}}\n")


def test_what_is_wrong_where_nobody_refers_to_is_noted(tmp_path: Path) -> None:
    text = HEAD + "paths: {}\ncomponents:\n  schemas:\n    A: {$ref: '#/nowhere'}\n    B: {minimum: low}\n"

    found = notes(tmp_path, text)

    assert "api.yaml:6: the reference '#/nowhere' leads nowhere: api.yaml has no 'nowhere' at its top" in found
    assert "api.yaml:7: must be a number: /components/schemas/B/minimum" in found


def test_the_same_is_refused_where_it_is_used(tmp_path: Path) -> None:
    text = (
        "paths: {/a: {get: {requestBody: {content: {b: {schema: {$ref: '#/components/schemas/A'}}}}}}}\n"
        "components: {schemas: {A: {items: {$ref: '#/components/schemas/B'}}, B: {$ref: '#/nowhere'}}}\n"
    )

    assert complaint_about(tmp_path, HEAD + text).startswith("api.yaml:4: the reference '#/nowhere' leads nowhere")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("paths: {}\nmore: 1\n", "api.yaml:1: breaks OpenAPI 3.0 at its top: Additional properties are not allowed"),
        (
            "paths: {}\ncomponents: {responses: {A: {content: {}}}}\n",
            'api.yaml:4: breaks OpenAPI 3.0 at /components/responses/A: "description" is a required property',
        ),
        ("paths:\n  a: {}\n", "api.yaml:3: breaks OpenAPI 3.0 at /paths: Additional properties are not allowed ('a' "),
        (
            "paths:\n  /a:\n    get:\n      responses:\n        '200': {content: {}}\n",
            'api.yaml:7: breaks OpenAPI 3.0 at /paths/~1a/get/responses/200: "description" is a required property',
        ),
        (
            "paths:\n  /a:\n    get:\n      responses: {'200': {description: a, content: {b: {schema: {type: c}}}}}\n",
            "api.yaml:6: breaks OpenAPI 3.0 at /paths/~1a/get/responses/200/content/b/schema/type: the value is not",
        ),
    ],
)
def test_what_breaks_the_standard_is_noted_with_the_most_telling_reason(text: str, said: str, tmp_path: Path) -> None:
    (note,) = notes(tmp_path, HEAD + text)

    assert note.startswith(said)


def test_notes_do_not_repeat_a_document(tmp_path: Path) -> None:
    (note,) = notes(tmp_path, "openapi: 3.0.3\ninfo: {title: Shop, version: 1}\npaths: {}\n")

    assert note == 'api.yaml:2: breaks OpenAPI 3.0 at /info/version: the value is not of type "string"'


def test_there_are_not_more_notes_than_one_reads(tmp_path: Path) -> None:
    paths: dict[str, Any] = {f"/{number}": {"get": {"more": 1, "responses": {}}} for number in range(MOST + 5)}

    assert len(notes(tmp_path, json.dumps(document(paths)))) == MOST


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("jsonSchemaDialect: https://json-schema.org/draft-07/schema\npaths: {}\n", "`jsonSchemaDialect`"),
        (
            "paths: {/a: {parameters: [{name: a, in: query, schema: {$schema: 'http://json-schema.org/schema#'}}]}}\n",
            "`$schema`",
        ),
    ],
)
def test_what_is_not_understood_is_said(text: str, word: str, tmp_path: Path) -> None:
    (note,) = notes(tmp_path, HEAD_31 + text)

    assert note.startswith(f"api.yaml:3: says {word}, which is not understood")


def test_the_dialect_that_is_understood_may_be_named(tmp_path: Path) -> None:
    text = "jsonSchemaDialect: https://spec.openapis.org/oas/3.1/dialect/base\npaths: {}\n"

    assert notes(tmp_path, HEAD_31 + text) == []


def test_our_own_contracts_have_nothing_to_note() -> None:
    for name in contract_names():
        source = read_source(str(contract_file(name)))
        assert source.notes == ()
        assert list(source.specifications) == [name]


def test_every_shape_of_the_grammar_is_one() -> None:
    for kind, members in GRAMMAR.items():
        for name, shape in members.items():
            inner = shape.strip("{}[]")
            assert inner in GRAMMAR or inner in _LEAVES, (kind, name)


def test_an_empty_specification_is_one(tmp_path: Path) -> None:
    assert notes(tmp_path, EMPTY) == []
