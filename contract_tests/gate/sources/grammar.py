"""What stands where in an OpenAPI document, and of which type it must be to be compared.

Laxer than the standard: what nobody compares is not looked at, and an empty list or mapping may be written as null.
"""

from __future__ import annotations

from collections.abc import Mapping

ANY_MEMBER = "*"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

_SCHEMAS = dict.fromkeys(
    [
        *("not", "if", "then", "else", "items", "contains", "propertyNames", "additionalProperties"),
        *("contentSchema", "unevaluatedItems", "unevaluatedProperties", "additionalItems"),
    ],
    "schema",
)
_LISTS_OF_SCHEMAS = dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), "[schema]")
_NAMED_SCHEMAS = dict.fromkeys(
    ("properties", "patternProperties", "dependentSchemas", "$defs", "definitions"), "{schema}"
)
_BOUNDS = dict.fromkeys(
    [
        *("minimum", "maximum", "multipleOf", "minLength", "maxLength", "minItems", "maxItems"),
        *("minProperties", "maxProperties", "minContains", "maxContains"),
    ],
    "number",
)
_EXCLUSIVE = dict.fromkeys(("exclusiveMinimum", "exclusiveMaximum"), "number or flag")
_FLAGS = dict.fromkeys(("nullable", "readOnly", "writeOnly", "uniqueItems", "deprecated"), "flag")

GRAMMAR: Mapping[str, Mapping[str, str]] = {
    "document": {
        "info": "info",
        "servers": "[server]",
        "paths": "paths",
        "webhooks": "{path}",
        "security": "[requirement]",
    },
    "info": {},
    "server": {"url": "text", "variables": "{variable}"},
    "variable": {"enum": "list"},
    "paths": {ANY_MEMBER: "path"},
    "path": {
        **dict.fromkeys(METHODS, "operation"),
        "parameters": "[parameter]",
        "servers": "[server]",
    },
    "operation": {
        "operationId": "text",
        "parameters": "[parameter]",
        "requestBody": "body",
        "responses": "responses",
        "callbacks": "{callback}",
        "deprecated": "flag",
        "security": "[requirement]",
        "servers": "[server]",
        "tags": "list",
    },
    "requirement": {ANY_MEMBER: "list"},
    "callback": {ANY_MEMBER: "path"},
    "parameter": {
        "name": "text",
        "in": "text",
        "required": "flag",
        "deprecated": "flag",
        "allowEmptyValue": "flag",
        "explode": "flag",
        "style": "text",
        "schema": "schema",
        "content": "{media type}",
        "examples": "{example}",
    },
    "header": {
        "required": "flag",
        "deprecated": "flag",
        "schema": "schema",
        "content": "{media type}",
        "examples": "{example}",
    },
    "body": {"required": "flag", "content": "{media type}"},
    "media type": {"schema": "schema", "encoding": "{encoding}", "examples": "{example}"},
    "encoding": {"contentType": "text", "headers": "{header}", "style": "text", "explode": "flag"},
    "example": {},
    "responses": {ANY_MEMBER: "response"},
    "response": {"headers": "{header}", "content": "{media type}", "links": "{link}"},
    "link": {"operationId": "text", "operationRef": "text", "parameters": "mapping"},
    "security scheme": {"type": "text", "scheme": "text", "in": "text", "name": "text", "flows": "{flow}"},
    "flow": {"scopes": "mapping"},
    "schema": {
        **_SCHEMAS,
        **_LISTS_OF_SCHEMAS,
        **_NAMED_SCHEMAS,
        **_BOUNDS,
        **_EXCLUSIVE,
        **_FLAGS,
        "type": "text or texts",
        "enum": "list",
        "required": "texts",
        "pattern": "text",
        "format": "text",
        "discriminator": "discriminator",
        "dependentRequired": "{texts}",
    },
    "discriminator": {"propertyName": "text", "mapping": "{text}"},
    "components": {
        "schemas": "{schema}",
        "responses": "{response}",
        "parameters": "{parameter}",
        "examples": "{example}",
        "requestBodies": "{body}",
        "headers": "{header}",
        "securitySchemes": "{security scheme}",
        "links": "{link}",
        "callbacks": "{callback}",
        "pathItems": "{path}",
    },
}
"""By the kind of an object: what its members are. `{...}` is a mapping of names to such, `[...]` a list of such.

`document` has no components: what nobody refers to need not be right, and is walked on its own.
"""

REFERABLE = frozenset(GRAMMAR) - {"document", "info", "paths", "components", "requirement", "responses"}
"""The kinds instead of which a reference may stand; more than the standard says, as vendors do."""


def member_shape(kind: str, name: str) -> str | None:
    """What the member of an object of this kind is; `None` for what nobody compares, such as extensions."""
    members = GRAMMAR[kind]
    if name in members:
        return members[name]
    return None if name.startswith("x-") else members.get(ANY_MEMBER)
