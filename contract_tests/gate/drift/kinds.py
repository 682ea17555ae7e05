"""The kinds of drift: how bad each is, what it means, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

ERROR = "error"
WARNING = "warning"
NOTE = "note"


@dataclass(frozen=True)
class Kind:
    """`severity`: an error is served against the contract, a warning beside it, a note is no drift."""

    id: str
    severity: str
    means: str
    hint: str


_DOCUMENT = "document it, or ask who runs the deployment why it is there"
_MEND = "mend the deployment, or change the contract, which breaks its clients"
_TABLE = (
    ("undocumented-path", WARNING, "something is answered at a path that the contract does not have", _DOCUMENT),
    ("undocumented-operation", WARNING, "a method is answered that the contract does not have at its path", _DOCUMENT),
    ("undocumented-status", ERROR, "clients get a status that the operation does not document", _MEND),
    ("undocumented-media-type", ERROR, "clients get a body of a type that is not documented", _MEND),
    ("undocumented-body", ERROR, "clients get a body where none is documented", _MEND),
    ("undocumented-field", WARNING, "answers have a member that the contract does not name", _DOCUMENT),
    ("undocumented-header", WARNING, "answers have a header that the contract does not describe", _DOCUMENT),
    ("forbidden-field", ERROR, "answers have a member that the contract forbids", _MEND),
    ("undocumented-value", ERROR, "an answer has a value that is none of those documented", _MEND),
    ("undocumented-format", ERROR, "an answer has a value that is not written as documented", _MEND),
    ("undocumented-type", ERROR, "an answer has a value of another type than documented", _MEND),
    ("undocumented-null", ERROR, "an answer has null where the contract promises a value", _MEND),
    ("missing-field", ERROR, "an answer lacks a member that the contract promises", _MEND),
    ("missing-body", ERROR, "an answer has no body where the contract promises one", _MEND),
    ("missing-header", ERROR, "an answer lacks a header that the contract promises", _MEND),
    ("out-of-bounds", ERROR, "an answer has a value outside of its documented bounds", _MEND),
    ("undocumented-shape", ERROR, "an answer fits none of the documented alternatives, or too many", _MEND),
    ("unreadable-body", ERROR, "an answer that is documented as JSON is none", _MEND),
    (
        "undocumented-parameter",
        NOTE,
        "clients send a parameter that the contract does not have, and are served",
        "find out whether the deployment heeds it; then document it, or tell the client to leave it out",
    ),
    (
        "undocumented-request-field",
        NOTE,
        "clients send a member that the contract does not name, and are served",
        "find out whether the deployment heeds it; then document it, or tell the client to leave it out",
    ),
    (
        "accepted-request",
        WARNING,
        "the deployment serves a request that the contract does not allow",
        "allow it in the contract, or tell the client: another deployment will refuse it",
    ),
    ("unseen-operation", NOTE, "the recording has no call of a documented operation", "record more, if it matters"),
    ("unseen-status", NOTE, "the recording has none of a documented answer", "record more, if it matters"),
    ("unseen-field", NOTE, "no recorded answer has a documented member", "record more, if it matters"),
)
PREFIX = "drift-"
KINDS: Mapping[str, Kind] = {
    PREFIX + name: Kind(PREFIX + name, severity, means, hint) for name, severity, means, hint in _TABLE
}
"""All kinds by their id."""

KEYWORDS: Mapping[str, str] = {
    "enum": "undocumented-value",
    "const": "undocumented-value",
    "format": "undocumented-format",
    "pattern": "undocumented-format",
    "contentEncoding": "undocumented-format",
    "type": "undocumented-type",
    "required": "missing-field",
    "dependentRequired": "missing-field",
    "minimum": "out-of-bounds",
    "maximum": "out-of-bounds",
    "exclusiveMinimum": "out-of-bounds",
    "exclusiveMaximum": "out-of-bounds",
    "multipleOf": "out-of-bounds",
    "minLength": "out-of-bounds",
    "maxLength": "out-of-bounds",
    "minItems": "out-of-bounds",
    "maxItems": "out-of-bounds",
    "minProperties": "out-of-bounds",
    "maxProperties": "out-of-bounds",
    "uniqueItems": "out-of-bounds",
}
"""Which kind of drift it is when a value breaks a keyword of its schema; any other is a matter of its shape."""

SHAPE = "undocumented-shape"
FIELD_KEYWORDS = frozenset({"additionalProperties", "unevaluatedProperties"})
"""Keywords about members that a schema does not name: those are looked for by name, not by these."""
