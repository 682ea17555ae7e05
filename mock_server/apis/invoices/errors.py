"""Refusals in the vendor's envelope."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any

from mock_server.core.errors import Violation
from mock_server.core.exchange import JSON_TYPE
from mock_server.core.group import PipelineRules, RefusedCall

RULES = PipelineRules(
    route="INV-ROUTE",
    method="INV-METHOD",
    parameter="INV-PARAMETER",
    response="INV-RESPONSE",
    internal="INV-INTERNAL",
    token_missing="INV-AUTH-MISSING",
    token_invalid="INV-AUTH-INVALID",
    token_expired="INV-AUTH-EXPIRED",
    token_grant="INV-AUTH-PERMISSION",
    media_type="INV-MEDIA-TYPE",
    body_size="INV-BODY-SIZE",
    body_json="INV-BODY-JSON",
    body_empty="INV-BODY-JSON",
    body_schema="INV-BODY-SCHEMA",
    idempotency_conflict="INV-IDEMPOTENCY-CONFLICT",
)

_VALIDATION = ("FluentValidation.ValidationException", "V0000")
_KINDS: dict[int, tuple[str, str | None]] = {
    400: _VALIDATION,
    401: ("UnauthorizedException", None),
    403: ("ForbiddenException", "F0000"),
    404: ("NotFoundException", "N0000"),
    405: ("MethodNotAllowedException", None),
    409: ("ConflictException", "C0000"),
    413: ("PayloadTooLargeException", None),
    415: ("UnsupportedMediaTypeException", None),
    500: ("InternalServerErrorException", "I0000"),
}
"""Status -> exception type and error code. Codes: seen; the exception types beside the first two: assumed."""


def error_body(call: RefusedCall) -> tuple[Any, str]:
    """The envelope, and its media type. All violations are in it, each once under its field and once in `details`."""
    refused, status = call.refused, call.rule.status
    exception_type, code = _KINDS[status]
    return {
        "errors": _by_field(list(refused.violations)),
        "details": _details(list(refused.violations), refused.message, status),
        "statusCode": status,
        "source": "mock-server",
        "exceptionType": exception_type,
        "correlationId": call.request_id,
        "entityId": refused.entity_id,
        "errorCode": code,
    }, JSON_TYPE


def _by_field(violations: list[Violation]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in violations:
        found.setdefault(_field(each), []).append(_sentence(each))
    return found


def _details(violations: list[Violation], message: str, status: int) -> str:
    if not violations:
        return message
    if status != HTTPStatus.BAD_REQUEST:
        return " ".join(_sentence(each) for each in violations)
    lines = "".join(f"\n -- {_field(each)}: {_sentence(each)} Severity: Error" for each in violations)
    return f"Validation failed: {lines}"


def _sentence(violation: Violation) -> str:
    """The vendor's wording: 'Unit Price' must be at most 100."""
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", violation.name[:1].upper() + violation.name[1:])
    return f"'{name}' {violation.message}"


def _field(violation: Violation) -> str:
    """The member in PascalCase, with its place in lists: `LineItems[2].UnitPrice`."""
    name = ""
    for part in violation.pointer.split("/")[1:]:
        plain = part.replace("~1", "/").replace("~0", "~")
        name += f"[{plain}]" if plain.isdigit() else ("." if name else "") + plain[:1].upper() + plain[1:]
    return name or violation.where.capitalize()
