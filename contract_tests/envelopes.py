"""The envelope of errors: its schema, and what its members must say, whatever was asked."""

from __future__ import annotations

import http
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import jsonschema_rs

from contract_tests.broken import Broken, Difference
from contract_tests.exchange import Exchange
from openapi import Contract
from openapi.documents import to_pointer
from openapi.schemas import COMPONENT_PREFIX, json_schema

ENVELOPE = "ErrorResponse"
JSON = "application/json"
CORRELATION = "x-arise-trace-correlationid"
CODES = {400: "V0000", 403: "F0000", 404: "N0000", 409: "C0000", 500: "I0000"}
"""The `errorCode` of a status, as the contract's description has it."""

FRAMEWORK_CODES = {
    "UPL-BODY-SCHEMA": "FST_ERR_VALIDATION",
    "UPL-PARAMETER": "FST_ERR_VALIDATION",
    "UPL-BODY-EMPTY": "FST_ERR_CTP_EMPTY_JSON_BODY",
    "UPL-MEDIA-TYPE": "FST_ERR_CTP_INVALID_MEDIA_TYPE",
    "UPL-BODY-SIZE": "FST_ERR_CTP_BODY_TOO_LARGE",
}
"""The `code` of a refusal that is the framework's own, as the contract's examples have it."""

PHRASES = {413: {"Payload Too Large", "Request Entity Too Large", "Content Too Large"}}
"""Reason phrases that versions of HTTP have changed."""


def prefix(contract: Contract) -> str:
    """How the ids of a contract's rules begin."""
    return next(iter(contract.rules)).partition("-")[0]


def named(contract: Contract, name: str) -> str:
    """The id of the contract's rule of this name, such as INTERNAL."""
    return f"{prefix(contract)}-{name}"


def envelope_problems(contract: Contract, operation_id: str, exchange: Exchange) -> Iterator[Broken]:
    """What is wrong about an error answer, be its status documented for the operation or not."""
    differences = list(_differences(contract, exchange))
    if differences:
        message = f"the error {exchange.status} is not in the group's envelope, or says something else"
        yield Broken(named(contract, "RESPONSE"), message, differences, operation_id=operation_id)


def _differences(contract: Contract, exchange: Exchange) -> Iterator[Difference]:
    if exchange.media_type != JSON:
        yield Difference("content-type", JSON, exchange.media_type)
        return
    shown = exchange.json
    wrong = list(_validator(contract).iter_errors(shown))
    if wrong:
        yield from (Difference(to_pointer(*each.instance_path), each.message, None) for each in wrong)
        return
    if shown["statusCode"] != exchange.status:
        yield Difference("/statusCode", exchange.status, shown["statusCode"])
    yield from (_phrase if "error" in shown else _code)(exchange, shown)


def _code(exchange: Exchange, shown: dict[str, Any]) -> Iterator[Difference]:
    code = CODES.get(exchange.status)
    if code and shown.get("errorCode") != code:
        yield Difference("/errorCode", code, shown.get("errorCode"))
    correlation = exchange.headers.get(CORRELATION)
    if correlation and shown["correlationId"].lower() != correlation.lower():
        yield Difference("/correlationId", f"as in {CORRELATION}", shown["correlationId"])


def _phrase(exchange: Exchange, shown: dict[str, Any]) -> Iterator[Difference]:
    phrases = PHRASES.get(exchange.status) or {http.HTTPStatus(exchange.status).phrase}
    if shown["error"] not in phrases:
        yield Difference("/error", " or ".join(sorted(phrases)), shown["error"])


@lru_cache(maxsize=4)
def _validator(contract: Contract) -> jsonschema_rs.Draft202012Validator:
    schema = json_schema({"$ref": COMPONENT_PREFIX + ENVELOPE}, contract.schemas)
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
