"""Refusals as problem details (RFC 9457)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from mock_server.core.group import PipelineRules, RefusedCall

RULES = PipelineRules(
    route="CTL-ROUTE",
    method="CTL-METHOD",
    parameter="CTL-PARAMETER",
    response="CTL-RESPONSE",
    internal="CTL-INTERNAL",
    token_missing="CTL-ADMIN",
    media_type="CTL-MEDIA-TYPE",
    body_size="CTL-BODY-SIZE",
    body_json="CTL-BODY-JSON",
    body_empty="CTL-BODY-EMPTY",
    body_schema="CTL-BODY-SCHEMA",
)
PHRASES = {413: "Content Too Large"}
"""Where Python's phrases are older than RFC 9110."""

PROBLEM_TYPE = "application/problem+json"


def error_body(call: RefusedCall) -> tuple[Any, str]:
    """The problem, and each violation in it."""
    status = call.rule.status
    violations = [
        {"message": each.message, "where": each.where, "pointer": each.pointer} for each in call.refused.violations
    ]
    body = {
        "type": "about:blank",
        "title": PHRASES.get(status) or HTTPStatus(status).phrase,
        "status": status,
        "detail": call.refused.message,
        "rule": call.rule.id,
        **({"violations": violations} if violations else {}),
    }
    return body, PROBLEM_TYPE
