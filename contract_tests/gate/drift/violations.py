"""Where a value breaks its schema: at which member, against which keyword, and how sure the contract is of that one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import jsonschema_rs

from contract_tests.gate.drift.fields import ANY
from contract_tests.gate.drift.kinds import FIELD_KEYWORDS, KEYWORDS, SHAPE
from openapi import Contract
from openapi.documents import to_pointer
from openapi.model import Provenance
from openapi.schemas import json_schema

_ALTERNATIVES = frozenset({"anyOf", "oneOf"})
_COMBINED = frozenset({"allOf", "anyOf", "oneOf", "not"})
_DEFINITIONS = "$defs"
_SURE = (Provenance.DOCUMENTED, Provenance.SEEN, Provenance.ASSUMED)


@dataclass(frozen=True)
class Violation:
    """`where`: the member, as a pointer with `*` for items; `at`: this one; `name`: its own. `told`: what is the case,
    without the value. `pointer`: of the keyword in the contract.
    """

    kind: str
    keyword: str
    where: str
    at: str
    told: str
    value: Any
    name: str
    pointer: str
    provenance: str


@dataclass
class Validators:
    """Compiles each schema of a contract once."""

    contract: Contract
    _compiled: dict[str, jsonschema_rs.Draft202012Validator] = field(default_factory=dict)

    def violations(self, pointer: str, schema: Mapping[str, Any], value: Any) -> Iterator[Violation]:
        """All violations of a value; of one of another type nothing else. `pointer`: where the schema stands."""
        errors = [leaf for error in self._validator(pointer, schema).iter_errors(value) for leaf in _leaves(error)]
        mistyped = {tuple(each.instance_path) for each in errors if each.kind.name == "type"}
        for each in errors:
            is_told = each.kind.name != "type" and tuple(each.instance_path) in mistyped
            if not is_told and each.kind.name not in FIELD_KEYWORDS:
                yield self._violation(each, pointer, schema)

    def _validator(self, pointer: str, schema: Mapping[str, Any]) -> jsonschema_rs.Draft202012Validator:
        if pointer not in self._compiled:
            whole = json_schema(schema, self.contract.schemas)
            self._compiled[pointer] = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
        return self._compiled[pointer]

    def _violation(self, error: jsonschema_rs.ValidationError, pointer: str, schema: Mapping[str, Any]) -> Violation:
        path, value = list(error.instance_path), error.instance
        keyword = error.kind.name
        if keyword == "required":
            path, value = [*path, str(getattr(error.kind, "property", ""))], None
        where = to_pointer(*(ANY if isinstance(each, int) else each for each in path)) or "/"
        kind = "undocumented-null" if keyword in {"type", "enum"} and value is None else KEYWORDS.get(keyword, SHAPE)
        place, provenance = self._standing(error.schema_path, pointer, schema)
        names = [each for each in path if isinstance(each, str)]
        told = _told(where, keyword, error)
        return Violation(
            kind, keyword, where, to_pointer(*path), told, value, names[-1] if names else "", place, provenance
        )

    def _standing(self, path: Sequence[Any], pointer: str, schema: Mapping[str, Any]) -> tuple[str, str]:
        """Where a keyword stands in the contract, and its provenance."""
        value: Any = schema
        parts = [str(each) for each in path]
        if parts[:1] == [_DEFINITIONS]:
            pointer, value = to_pointer("components", "schemas", parts[1]), self.contract.schemas.get(parts[1])
            parts = parts[2:]
        found = Provenance.DOCUMENTED
        while True:
            if parts[:1] == ["anyOf"] and _is_wrapped(value):
                parts = parts[2:]  # an alternative that stands for `nullable`
            found = _said(value, parts[0] if parts else "", found)
            if not parts or not _has(value, parts[0]):
                return pointer, str(found)
            value = value[int(parts[0]) if isinstance(value, list) else parts[0]]
            pointer += to_pointer(parts.pop(0))


def weaker(one: str, other: str) -> str:
    """The provenance of what rests on two statements."""
    return str(max(one or _SURE[0], other or _SURE[0], key=lambda each: _SURE.index(Provenance(each))))


def _leaves(error: jsonschema_rs.ValidationError) -> Iterator[jsonschema_rs.ValidationError]:
    """The errors behind an alternative, where only one alternative is open: the others are for null."""
    context = getattr(error.kind, "context", None) if error.kind.name in _ALTERNATIVES else None
    meant = [each for each in context or () if not _is_about_null(each)]
    if len(meant) != 1:
        yield error
        return
    for each in meant[0]:
        yield from _leaves(each)


def _is_about_null(errors: Sequence[jsonschema_rs.ValidationError]) -> bool:
    return [each.kind.as_dict() for each in errors if each.kind.name == "type"] == [{"types": ["null"]}]


def _told(where: str, keyword: str, error: jsonschema_rs.ValidationError) -> str:
    says = _SAYS.get(keyword, "is not as its schema has it ({keyword})")
    limit = {**error.kind.as_dict()}
    return f"{where} {says.format(keyword=keyword, limit=_listed(limit))}"


_SAYS: Mapping[str, str] = {
    "required": "is missing",
    "enum": "is none of the documented values {limit}",
    "type": "is not of the documented type {limit}",
    "format": "is not in the documented format {limit}",
    "pattern": "does not fit the documented pattern",
    "anyOf": "fits none of the documented alternatives",
    "oneOf": "does not fit exactly one of the documented alternatives",
    **{
        name: "is out of the documented bounds (" + name + " {limit})"
        for name, kind in KEYWORDS.items()
        if kind == "out-of-bounds"
    },
}


def _listed(facts: Mapping[str, Any]) -> str:
    values = [each for value in facts.values() for each in (value if isinstance(value, list) else [value])]
    return ", ".join(map(str, values[:20])) + (", ..." if len(values) > 20 else "")


def _said(value: Any, keyword: str, found: Provenance) -> Provenance:
    """The provenance of a keyword here: stated for it, for all of the schema, or further out."""
    stated = value.get("x-provenance") if isinstance(value, dict) else None
    if isinstance(stated, dict):
        stated = stated.get(keyword)
    return Provenance(stated) if stated in set(Provenance) else found


def _is_wrapped(value: Any) -> bool:
    return isinstance(value, dict) and bool(value.get("nullable")) and bool(_COMBINED & value.keys())


def _has(value: Any, part: str) -> bool:
    if isinstance(value, list):
        return part.isdigit() and int(part) < len(value)
    return isinstance(value, dict) and part in value
