"""Rewriters: the same contract in another order and with other descriptions."""

from __future__ import annotations

from tests.contract_tests.gate.corpus.standing import (
    Document,
    Json,
)

UNORDERED = frozenset({"parameters", "required", "enum", "anyOf", "oneOf", "allOf", "security", "tags", "transitions"})
WORDS = frozenset({"description", "summary", "title", "externalDocs", "contact", "license"})
DATA = frozenset({"example", "examples", "default", "const", "x-lifecycle", "x-rules"})
NAMED = frozenset({"properties", "schemas", "patternProperties", "mapping", "variables", "scopes", "limits"})
"""Below these stand members by name, and a name says nothing about what stands there."""


def reordered(document: Document) -> Document:
    """All mappings, and all lists whose order means nothing, the other way round."""
    return _reordered(document, "")  # type: ignore[no-any-return]


def _reordered(value: Json, name: str) -> Json:
    if isinstance(value, dict):
        return {key: _reordered(each, key) for key, each in reversed(list(value.items()))}
    if isinstance(value, list):
        items = [_reordered(each, "") for each in value]
        return items[::-1] if name in UNORDERED else items
    return value


def with_other_words(document: Document) -> Document:
    """Without titles and summaries, and with other descriptions."""
    result: Document = _reworded(document)
    return {**result, "info": {**result["info"], "title": "Another title"}}


def _reworded(value: Json, *, is_named: bool = False) -> Json:
    if isinstance(value, list):
        return [_reworded(each) for each in value]
    if not isinstance(value, dict):
        return value
    result = {}
    for name, each in value.items():
        if is_named or name not in WORDS | DATA:
            result[name] = _reworded(each, is_named=not is_named and name in NAMED)
        elif name in DATA:
            result[name] = each
        elif name == "description":
            result[name] = "Other words."
    return result
