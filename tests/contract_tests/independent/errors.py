"""How the independent server refuses."""

from __future__ import annotations

import uuid
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response


class Refused(Exception):
    def __init__(self, status: int, message: str, code: str = "") -> None:
        self.status, self.message, self.code = status, message, code


def invalid(message: str) -> Refused:
    return Refused(400, message, "FST_ERR_VALIDATION")


def error_answer(status: int, message: str, code: str = "", headers: dict[str, str] | None = None) -> Response:
    phrases = {413: "Payload Too Large"}
    body = {"statusCode": status, "error": phrases.get(status, HTTPStatus(status).phrase), "message": message}
    more = {"X-Request-Id": str(uuid.uuid4()), **(headers or {})}
    return JSONResponse({**body, **({"code": code} if code else {})}, status, headers=more)


def refusal(request: Request, refused: Any) -> Response:
    return error_answer(refused.status, refused.message, refused.code)


def http_error(request: Request, error: Any) -> Response:
    path = f"Route {request.method}:{request.url.path} not found"
    return error_answer(error.status_code, path if error.status_code == 404 else error.detail)


def failure(request: Request, error: Exception) -> Response:
    return error_answer(500, "an unexpected error occurred")
