"""Invoices that come from elsewhere than from a request: held to the contract all the same."""

from __future__ import annotations

from typing import Any

import jsonschema_rs

from openapi.documents import to_pointer
from openapi.model import Contract


def complaint(contract: Contract, value: Any, operation_id: str = "createInvoice") -> tuple[str, str] | None:
    """Where the value breaks the contract (a JSON pointer), and how; `None` where it doesn't.

    `value`: a body of `createInvoice`, or an answer of `getInvoice`.
    """
    operation = contract.operations[operation_id]
    contents = operation.body.contents if operation.body else operation.answers["200"].contents
    validator = contract.schemas.made(contents[0].schema, _validator)
    for error in validator.iter_errors(value):
        return to_pointer(*error.instance_path), error.message
    return None


def _validator(schema: dict[str, Any]) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True, mask="(value)")
