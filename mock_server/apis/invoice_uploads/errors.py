"""Refusals as the vendor's framework writes them."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from mock_server.core.errors import Violation
from mock_server.core.exchange import JSON_TYPE
from mock_server.core.group import PipelineRules, RefusedCall

RULES = PipelineRules(
    route="UPL-ROUTE",
    method="UPL-METHOD",
    parameter="UPL-PARAMETER",
    response="UPL-RESPONSE",
    internal="UPL-INTERNAL",
    token_missing="UPL-AUTH-MISSING",
    token_invalid="UPL-AUTH-INVALID",
    token_expired="UPL-AUTH-EXPIRED",
    token_grant="UPL-AUTH-SCOPE",
    media_type="UPL-MEDIA-TYPE",
    body_size="UPL-BODY-SIZE",
    body_json="UPL-BODY-JSON",
    body_empty="UPL-BODY-EMPTY",
    body_schema="UPL-BODY-SCHEMA",
)

_CODES = {
    "UPL-PARAMETER": "FST_ERR_VALIDATION",
    "UPL-BODY-SCHEMA": "FST_ERR_VALIDATION",
    "UPL-BODY-EMPTY": "FST_ERR_CTP_EMPTY_JSON_BODY",
    "UPL-BODY-SIZE": "FST_ERR_CTP_BODY_TOO_LARGE",
    "UPL-MEDIA-TYPE": "FST_ERR_CTP_INVALID_MEDIA_TYPE",
}
PHRASES = {413: "Payload Too Large"}
"""Where the reason phrases of the vendor's framework, which are Node's, differ from Python's."""

_PLACES = {"body": "body", "path": "params", "query": "querystring", "header": "headers"}


def error_body(call: RefusedCall) -> tuple[Any, str]:
    """The framework's error; all violations stand in the message, separated by commas."""
    status = call.rule.status
    code = _CODES.get(call.rule.id)
    body = {
        "statusCode": status,
        **({"code": code} if code else {}),
        "error": PHRASES.get(status) or HTTPStatus(status).phrase,
        "message": _message(call),
    }
    return body, JSON_TYPE


def _message(call: RefusedCall) -> str:
    if call.rule.id not in {"UPL-PARAMETER", "UPL-BODY-SCHEMA"}:
        return call.refused.message
    return ", ".join(_told(each) for each in call.refused.violations)


def _told(violation: Violation) -> str:
    return f"{_PLACES[violation.where]}{violation.pointer} {violation.message.rstrip('.')}"
