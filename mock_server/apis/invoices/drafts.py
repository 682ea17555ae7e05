"""Bodies of createInvoice that come from elsewhere than from a request: seeds and the control API."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import jsonschema_rs

from openapi.documents import to_pointer
from openapi.model import Contract
from openapi.schemas import json_schema


def complaint(contract: Contract, body: Any) -> tuple[str, str] | None:
    """Where such a body breaks the contract (a JSON pointer), and how; `None` where it doesn't."""
    for error in _validator(contract).iter_errors(body):
        return to_pointer(*error.instance_path), error.message
    return None


@lru_cache(maxsize=8)
def _validator(contract: Contract) -> jsonschema_rs.Draft202012Validator:
    create = contract.operations["createInvoice"]
    assert create.body is not None, "an invoice is created from a body"
    schema = json_schema(create.body.contents[0].schema, contract.schemas)
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True, mask="(value)")
