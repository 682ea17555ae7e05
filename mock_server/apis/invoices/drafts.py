"""Bodies of createInvoice that come from elsewhere than from a request: seeds and the control API."""

from __future__ import annotations

from typing import Any

import jsonschema_rs

from openapi.documents import to_pointer
from openapi.model import Contract


def complaint(contract: Contract, body: Any) -> tuple[str, str] | None:
    """Where such a body breaks the contract (a JSON pointer), and how; `None` where it doesn't."""
    create = contract.operations["createInvoice"]
    assert create.body is not None, "an invoice is created from a body"
    validator = contract.schemas.made(create.body.contents[0].schema, _validator)
    for error in validator.iter_errors(body):
        return to_pointer(*error.instance_path), error.message
    return None


def _validator(schema: dict[str, Any]) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True, mask="(value)")
