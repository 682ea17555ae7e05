"""Requests as a real deployment may have them: its records say whose they are, and nobody is written to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jsonschema_rs

from contract_tests.permits import LONGEST_NAME, can_be_tagged


def harmless(operation_id: str, body: Any, tag: str) -> Any:
    """The body as a real deployment may have it: marked as the run's own, and with addresses that nobody has."""
    make = _HARMLESS.get(operation_id)
    return make(body, tag) if make is not None and isinstance(body, dict) else body


def _of_invoice(body: dict[str, Any], tag: str) -> dict[str, Any]:
    found = _addressed(body)
    if isinstance(found.get("customer"), dict):
        found["customer"] = _addressed(found["customer"])
    if isinstance(found.get("additionalNotes", ""), str | None):
        found["additionalNotes"] = tag
    return found


def _of_upload(body: dict[str, Any], tag: str) -> dict[str, Any]:
    """The name begins with the tag and is as long as before, if it can be."""
    name = body.get("filename")
    if not isinstance(name, str) or not can_be_tagged(name) or tag in name:
        return body
    longer = f"{tag} {name}"
    return {**body, "filename": longer if len(longer) <= LONGEST_NAME else tag + name[len(tag) :]}


def _addressed(body: dict[str, Any], tag: str = "") -> dict[str, Any]:
    """Nobody is written to; what is no address has to be refused, and stays."""
    meant = {name for name, kind in _MEANT.items() if name in body and kind.is_valid(body[name])}
    return {name: _SAFE[name] if name in meant else value for name, value in body.items()}


_HARMLESS: Mapping[str, Callable[[dict[str, Any], str], dict[str, Any]]] = {
    "createInvoice": _of_invoice,
    "updateInvoice": _of_invoice,
    "publishInvoice": _of_invoice,
    "sendInvoiceSms": _addressed,
    "submitInvoiceAch": _addressed,
    "presignUpload": _of_upload,
}
_SAFE = {"email": "nobody@example.com", "mobileNumber": "+1 555 010 0199", "phoneNumber": "+1 555 010 0199"}
"""An address reserved for examples and a number reserved for fiction."""

_TEXT = jsonschema_rs.Draft202012Validator({"type": "string", "minLength": 1})
_MEANT: Mapping[str, jsonschema_rs.Draft202012Validator] = {
    "email": jsonschema_rs.Draft202012Validator({"type": "string", "format": "email"}, validate_formats=True),
    "mobileNumber": _TEXT,
    "phoneNumber": _TEXT,
}
"""What may be an address."""
