"""Small contracts made up by hypothesis, in OpenAPI 3.0 and 3.1, valid and with values for each of their schemas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from tests.contract_tests.gate.corpus.dialects import in_31

Json = Any
Draw = st.DrawFn

NAMES = ("id", "name", "size", "kind", "parts", "next")
COMPONENTS = ("Thing", "Part", "Note")
SCOPES = ("read", "write")
STATES = ("open", "closed", "gone")


def _word(name: str, **words: Json) -> Json:
    return {"type": name, **words}


SCALARS: st.SearchStrategy[Json] = st.one_of(
    st.sampled_from(
        [
            _word("string"),
            _word("string", maxLength=20),
            _word("string", minLength=1, maxLength=8),
            _word("string", enum=["a", "b", "c"]),
            _word("string", format="uuid"),
            _word("string", pattern="^[A-Z]{3}$"),
            _word("string", nullable=True),
            _word("integer"),
            _word("integer", minimum=1, maximum=100),
            _word("integer", format="int32"),
            _word("number", minimum=0, exclusiveMinimum=True),
            _word("boolean"),
        ]
    )
)


@st.composite
def schemas(draw: Draw, depth: int = 2) -> Json:
    """A scalar, a list, an object, or a component; what refers to itself does so where it may be left out."""
    kinds = ["scalar", "scalar", "component"] + (["list", "object"] if depth else [])
    match draw(st.sampled_from(kinds)):
        case "scalar":
            return dict(draw(SCALARS))
        case "component":
            return {"$ref": f"#/components/schemas/{draw(st.sampled_from(COMPONENTS))}"}
        case "list":
            return {"type": "array", "items": draw(schemas(depth=depth - 1)), **draw(st.sampled_from(LENGTHS))}
    return draw(objects(depth=depth - 1))


LENGTHS: tuple[Mapping[str, int], ...] = ({}, {"maxItems": 5}, {"minItems": 0, "maxItems": 9})


@st.composite
def objects(draw: Draw, depth: int = 1) -> Json:
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True))
    members = {name: draw(schemas(depth=depth)) for name in names}
    scalars = [name for name, each in members.items() if each.get("type") not in (None, "array", "object")]
    required = [name for name in scalars if draw(st.booleans())]
    closing = draw(st.sampled_from([{}, {}, {"additionalProperties": False}]))
    marks = draw(st.sampled_from([{}, {}, {}, {"readOnly": True}, {"writeOnly": True}]))
    last = names[-1]
    if marks and last not in required and "$ref" not in members[last]:
        members[last] = {**members[last], **marks}
    return {"type": "object", "properties": members, **({"required": required} if required else {}), **closing}


@st.composite
def parameters(draw: Draw) -> list[Json]:
    places = draw(st.lists(st.sampled_from(["query", "header", "cookie"]), max_size=3, unique=True))
    return [
        {"name": f"X-{place}", "in": place, "required": draw(st.booleans()), "schema": dict(draw(SCALARS))}
        for place in places
    ]


@st.composite
def contents(draw: Draw) -> Json:
    names = draw(st.lists(st.sampled_from(["application/json", "application/hal+json"]), min_size=1, unique=True))
    return {name: {"schema": draw(schemas())} for name in names}


@st.composite
def answers(draw: Draw) -> Json:
    statuses = draw(
        st.lists(st.sampled_from(["200", "201", "204", "400", "404", "default", "4XX"]), max_size=4, unique=True)
    )
    return {status: draw(_answer(status)) for status in sorted({"200", *statuses})}


@st.composite
def _answer(draw: Draw, status: str) -> Json:
    answer: dict[str, Json] = {"description": "An answer."}
    if status != "204" and draw(st.booleans()):
        answer["content"] = draw(contents())
    if draw(st.booleans()):
        answer["headers"] = {"X-Count": {"required": draw(st.booleans()), "schema": {"type": "integer"}}}
    return answer


SECURITY: st.SearchStrategy[Json] = st.sampled_from(
    [[], [{}], [{"oauth": ["read"]}], [{"oauth": []}], [{"key": []}, {"oauth": ["read", "write"]}], [{"key": []}]]
)


@st.composite
def operations(draw: Draw, name: str, method: str) -> Json:
    operation: dict[str, Json] = {"operationId": name, "responses": draw(answers())}
    if draw(st.booleans()):
        operation["parameters"] = draw(parameters())
    if method in {"post", "put"} and draw(st.booleans()):
        operation["requestBody"] = {"required": draw(st.booleans()), "content": draw(contents())}
    if draw(st.booleans()):
        operation["security"] = draw(SECURITY)
    return operation


def _lifecycle(names: list[str]) -> Json:
    """The first operation closes what is open; the others are refused where nothing is left."""
    return {
        "thing": {
            "property": "kind",
            "schema": COMPONENTS[0],
            "initial": "open",
            "states": {state: state for state in STATES},
            "transitions": [{"on": names[0], "from": ["open"], "to": "closed", "rule": "T-CLOSE"}],
            "refusals": [{"on": each, "in": ["gone"], "rule": "T-GONE"} for each in names],
        }
    }


def _rules(names: list[str]) -> Json:
    return [
        {"id": "T-CLOSE", "on": names[:1], "says": "it closes", "status": 409, "provenance": "documented"},
        {"id": "T-SIZE", "on": names, "says": "not too much", "status": 400, "limits": {"maximum": 10}},
        {"id": "T-BODY", "on": "*with-body", "says": "a body fits", "status": 400},
        {"id": "T-PARAMETER", "on": "*with-parameters", "says": "parameters fit", "status": 400},
    ]


@st.composite
def made_documents(draw: Draw) -> Json:
    """A contract with one to four operations, three components, and at times rules of its own."""
    called = draw(st.lists(st.sampled_from(["get", "post", "put", "delete"]), min_size=1, max_size=3, unique=True))
    item: dict[str, Json] = {method: draw(operations(f"{method}Thing", method)) for method in called}
    names = [each["operationId"] for each in item.values()]
    item["parameters"] = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]
    document: dict[str, Json] = {
        "openapi": "3.0.3",
        "info": {"title": "Things", "version": "1.0.0"},
        "servers": [{"url": "https://api.example.com/v1"}],
        "paths": {"/things/{id}": item, "/notes": {"get": draw(operations("listNotes", "get"))}},
        "components": {
            "schemas": {name: draw(objects()) for name in COMPONENTS},
            "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}, "oauth": _oauth()},
        },
    }
    if draw(st.booleans()):
        document |= {"x-lifecycle": _lifecycle(names), "x-rules": _rules(names)}
    return in_31(document) if draw(st.booleans()) else document


def _oauth() -> Json:
    flow = {"tokenUrl": "https://login.example.com/token", "scopes": dict.fromkeys(SCOPES, "A scope.")}
    return {"type": "oauth2", "flows": {"clientCredentials": flow}}
