"""Rewriters: what all operations share is said at each of them."""

from __future__ import annotations

import copy

from tests.contract_tests.gate.corpus.standing import (
    METHODS,
    Document,
    operations,
)


def with_path_parameters_at_operations(document: Document) -> Document:
    """What a path's operations share is said at each of them."""
    result = copy.deepcopy(dict(document))
    for item in result["paths"].values():
        shared = item.pop("parameters", [])
        for method, operation in item.items():
            if method in METHODS:
                own = operation.get("parameters", [])
                names = {(each.get("name"), each.get("in")) for each in own}
                inherited = [
                    each for each in shared if (each.get("name"), each.get("in")) not in names or "$ref" in each
                ]
                operation["parameters"] = [*own, *copy.deepcopy(inherited)]
    return result


def with_security_at_operations(document: Document) -> Document:
    """What holds for all operations is said at each of them."""
    result = copy.deepcopy(dict(document))
    shared = result.pop("security", None)
    for _, operation in operations(result):
        if shared is not None:
            operation.setdefault("security", copy.deepcopy(shared))
    return result


def with_servers_at_operations(document: Document) -> Document:
    """Where all operations are is said at each of them."""
    result = copy.deepcopy(dict(document))
    shared = result.pop("servers", None)
    for item in result["paths"].values():
        for method, operation in item.items():
            if method in METHODS and shared is not None and "servers" not in item:
                operation.setdefault("servers", copy.deepcopy(shared))
    return result
