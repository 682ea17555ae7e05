"""How the independent server reads bodies."""

from __future__ import annotations

import json
import math
from typing import Any

from starlette.requests import Request

from tests.contract_tests.independent.errors import Refused, invalid

LARGEST_BODY = 1024 * 1024
LONGEST_NUMBER = 300


def require_text(body: dict[str, Any], name: str, least: int, most: int) -> None:
    value = body.get(name)
    if not isinstance(value, str):
        raise invalid(f"body must have required property '{name}', a string")
    if not least <= len(value) <= most:
        raise invalid(f"body/{name} must have {least} to {most} characters")


async def read_json(request: Request) -> dict[str, Any]:
    kind = request.headers.get("content-type", "").partition(";")[0]
    if kind.strip().lower() != "application/json":
        raise Refused(415, "Unsupported Media Type", "FST_ERR_CTP_INVALID_MEDIA_TYPE")
    content = b""
    async for chunk in request.stream():
        content += chunk
        if len(content) > LARGEST_BODY:
            raise Refused(413, "Request body is too large", "FST_ERR_CTP_BODY_TOO_LARGE")
    if not content:
        message = "Body cannot be empty when content-type is set to 'application/json'"
        raise Refused(400, message, "FST_ERR_CTP_EMPTY_JSON_BODY")
    try:
        value = json.loads(
            content.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=_no_number,
            parse_float=_float,
            parse_int=_int,
        )
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise Refused(400, "the body is not valid JSON") from None
    if not isinstance(value, dict):
        raise invalid("body must be object")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key stands twice")
    return value


def _no_number(text: str) -> float:
    raise ValueError(text)


def _int(text: str) -> int:
    return int(text) if len(text) <= LONGEST_NUMBER else int(_no_number(text))


def _float(text: str) -> float:
    number = float(text) if len(text) <= LONGEST_NUMBER else math.inf
    return number if math.isfinite(number) else _no_number(text)
