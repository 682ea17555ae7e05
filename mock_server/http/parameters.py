"""Path, query and header parameters, read strictly: what the contract's types don't allow stays a text and fails."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from mock_server.core.errors import Violation
from mock_server.core.head import Head
from mock_server.http.violations import compiled, violations
from openapi.model import Contract, Operation, Parameter
from openapi.schemas import COMPONENT_PREFIX, json_schema

_WHOLE_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,18})")
_BOOLEANS = {"true": True, "false": False}
LOCATIONS = ("path", "query", "header")

Read = tuple[Mapping[str, Any], Sequence[Violation]]
"""Values by name, and all that is wrong with them; nobody changes either."""


def _as_integer(text: str) -> Any:
    return int(text) if _WHOLE_NUMBER.fullmatch(text) else text


def _as_boolean(text: str) -> Any:
    return _BOOLEANS.get(text.lower(), text)


_READERS: dict[str, Callable[[str], Any]] = {"integer": _as_integer, "boolean": _as_boolean}


class ParameterReader:
    """The parameters of one operation in one location, compiled."""

    def __init__(self, contract: Contract, operation: Operation, location: str, rule: str) -> None:
        self.location = location
        self._rule = rule
        mine = [each for each in operation.parameters if each.location == location]
        self._names = {_key(each): each.name for each in mine}
        self._raw_names = frozenset(each.encode() for each in self._names)
        resolved = {_key(each): _resolved(each.schema, contract.schemas) for each in mine}
        self._readers = {key: _READERS.get(schema.get("type", ""), str) for key, schema in resolved.items()}
        self._are_texts = all(each is str for each in self._readers.values())
        self._defaults = {key: schema["default"] for key, schema in resolved.items() if "default" in schema}
        schema = {
            "type": "object",
            "properties": {_key(each): each.schema for each in mine},
            "required": [_key(each) for each in mine if each.is_required],
        }
        self._validator = compiled(json_schema(schema, contract.schemas))
        self._none = self.read(())

    @property
    def is_empty(self) -> bool:
        return not self._names

    def in_path(self, parameters: Mapping[str, str]) -> Read:
        """The values of path parameters: the contract names all that there are, so each is there once."""
        if self._are_texts:
            return parameters, violations(self._validator, parameters, self.location, self._rule)
        return self.read(parameters.items())

    def in_query(self, query: bytes) -> Read:
        """The values in a query string."""
        if not query:
            return self._none
        try:
            pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True, errors="strict")
        except ValueError:
            return {}, [Violation("is not UTF-8.", where=self.location, rule=self._rule)]
        return self.read(pairs)

    def in_head(self, head: Head) -> Read:
        """The values in the header lines of a request."""
        mine = [(name, value) for name, value in head.lines if name in self._raw_names]
        return self.read([(name.decode("latin-1"), value.decode("latin-1")) for name, value in mine])

    def read(self, given: Iterable[tuple[str, str]]) -> Read:
        """The values by name, defaults filled in, and everything that is wrong with them. Others are ignored."""
        values: dict[str, Any] = {}
        found: list[Violation] = []
        for name, text in given:
            if name not in self._names:
                continue
            if name in values:
                found.append(Violation("is given more than once.", f"/{name}", self.location, self._rule))
            values[name] = self._readers[name](text)
        found.extend(violations(self._validator, values, self.location, self._rule))
        return ({**self._defaults, **values} if self._defaults else values), found


def _key(parameter: Parameter) -> str:
    return parameter.name.lower() if parameter.location == "header" else parameter.name


def _resolved(schema: Mapping[str, Any], components: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in schema:
        schema = components[str(schema["$ref"]).removeprefix(COMPONENT_PREFIX)]
    return schema
