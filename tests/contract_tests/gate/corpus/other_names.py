"""Rewriters: the same contract with other names for what does not travel."""

from __future__ import annotations

import copy

from openapi.documents import pointer_parts, to_pointer
from tests.contract_tests.gate.corpus.references import with_references
from tests.contract_tests.gate.corpus.standing import (
    Document,
    Json,
    operations,
    parameter_holders,
    responses,
)


def with_components_renamed(document: Document) -> Document:
    """Every component has another name, but for schemes of security, which requirements name."""
    result: dict[str, Json] = dict(with_references(document, _renamed_reference))
    components = result.get("components", {})
    result["components"] = {
        kind: each
        if kind == "securitySchemes" or kind.startswith("x-")
        else {f"New.{name}": value for name, value in each.items()}
        for kind, each in components.items()
    }
    return _with_lifecycles_on_new_names(result)


def _renamed_reference(reference: str) -> str:
    *way, last = pointer_parts(reference.removeprefix("#"))
    return "#" + to_pointer(*way, f"New.{last}") if len(way) == 2 else reference


def _with_lifecycles_on_new_names(document: dict[str, Json]) -> Document:
    lifecycles = document.get("x-lifecycle", {})
    renamed = {
        name: {**each, "schema": f"New.{each['schema']}"} if "schema" in each else each
        for name, each in lifecycles.items()
    }
    return {**document, "x-lifecycle": renamed} if lifecycles else document


def with_schemes_renamed(document: Document) -> Document:
    """Every scheme of security has another name."""
    result = copy.deepcopy(dict(document))
    schemes = result.get("components", {}).get("securitySchemes", {})
    if schemes:
        result["components"]["securitySchemes"] = {f"new_{name}": each for name, each in schemes.items()}
    for owner in (result, *(operation for _, operation in operations(result))):
        if "security" in owner:
            owner["security"] = [{f"new_{name}": scopes for name, scopes in each.items()} for each in owner["security"]]
    return result


def with_path_parameters_renamed(document: Document) -> Document:
    """The segments of all paths have other names."""
    result = copy.deepcopy(dict(document))
    components = result.get("components", {})
    targets = {operation.get("operationId"): name for name, operation in operations(result)}
    for holder in (*parameter_holders(result), list(components.get("parameters", {}).values())):
        for parameter in holder:
            if parameter.get("in") == "path":
                parameter["name"] = f"{parameter['name']}_0"
    links = [link for response in responses(result) for link in response.get("links", {}).values()]
    for link in (*links, *components.get("links", {}).values()):
        if "parameters" in link:
            target = targets.get(link.get("operationId"), "")
            link["parameters"] = {
                f"{name}_0" if f"{{{name.removeprefix('path.')}}}" in target else name: each
                for name, each in link["parameters"].items()
            }
    result["paths"] = {path.replace("}", "_0}"): item for path, item in result["paths"].items()}
    return result


def with_headers_in_small_letters(document: Document) -> Document:
    """Headers of requests and responses are written in small letters."""
    result = copy.deepcopy(dict(document))
    for holder in (*parameter_holders(result), list(result.get("components", {}).get("parameters", {}).values())):
        for parameter in holder:
            if parameter.get("in") == "header":
                parameter["name"] = parameter["name"].lower()
    for response in responses(result):
        if "headers" in response:
            response["headers"] = {name.lower(): each for name, each in response["headers"].items()}
    return result
