"""What Connexion has to know of a contract: where its operations are, and who may call them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import jsonschema_rs

from mock_server.core.errors import SetupError
from mock_server.http.connexion_parts import OpenAPISpecification
from openapi.documents import to_pointer
from openapi.model import Contract
from openapi.schemas import references

_OF_ROUTING = ("operationId", "parameters", "security")


def specification(contract: Contract) -> OpenAPISpecification:
    """The contract as Connexion takes it, cut down to what routing and security look at.

    Connexion would check, copy and resolve the whole of it in Python; that was half of the time a start took.

    Raises:
        SetupError: the contract is no OpenAPI document.
    """
    for error in _openapi().iter_errors(contract.document):
        where = to_pointer(*error.instance_path) or "the whole"
        raise SetupError(f"{contract.file}:1: is no OpenAPI document at {where}: {error.message}")
    return _Checked(_cut_down(contract))


class _Checked(OpenAPISpecification):  # type: ignore[misc]  # Connexion has no types
    """Isn't held against Connexion's schema once more."""

    @classmethod
    def _validate_spec(cls, spec: Mapping[str, Any]) -> None:
        """Nothing is left to find. Were this hook gone one day, Connexion would only take longer."""


@cache
def _openapi() -> jsonschema_rs.Draft4Validator:
    """The schema that Connexion itself holds documents against."""
    return jsonschema_rs.Draft4Validator(OpenAPISpecification.openapi_schema)


def _cut_down(contract: Contract) -> dict[str, Any]:
    document = contract.document
    components = document.get("components", {})
    kept = {name: components[name] for name in ("parameters", "securitySchemes") if name in components}
    paths = {path: _item(item) for path, item in document["paths"].items()}
    return {
        **{name: document[name] for name in ("openapi", "info", "servers", "security") if name in document},
        "paths": paths,
        "components": {**kept, "schemas": _schemas(contract, [paths, kept])},
    }


def _schemas(contract: Contract, mentioning: Any) -> dict[str, Any]:
    """The component schemas that are mentioned, and those that these mention."""
    found: dict[str, Any] = {}
    waiting = [*references(mentioning)]
    while waiting:
        name = waiting.pop()
        if name in contract.schemas and name not in found:
            found[name] = contract.schemas[name]
            waiting.extend(references(found[name]))
    return found


def _item(item: Mapping[str, Any]) -> dict[str, Any]:
    """A path with its methods; each says of its answers only that there are some."""
    return {name: _operation(raw) if isinstance(raw, dict) else raw for name, raw in item.items()}


def _operation(raw: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: raw[name] for name in _OF_ROUTING if name in raw}
    return {**kept, "responses": {"default": {"description": ""}}}
