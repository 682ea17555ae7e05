"""Says whether a message fits a document, knowing nothing of the gate; for documents of OpenAPI 3.0."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema_rs

from openapi.documents import pointer_parts
from openapi.schemas import json_schema

Json = Any
CREDENTIALS = {"Authorization", "X-Key", "X-Other"}


def fits(document: Json, operation: str, message: Mapping[str, Any]) -> bool:
    """Whether a contract allows a request (one with a method) or response of an operation such as `GET /things`."""
    judge = _complaints_of_request if "method" in message else _complaints_of_response
    return next(judge(document, operation, message), None) is None


def _complaints_of_request(document: Json, name: str, message: Mapping[str, Any]) -> Iterator[str]:
    operation, item = _operation(document, name)
    sent = {
        "query": message.get("query", {}),
        "header": message.get("headers", {}),
        "cookie": message.get("cookies", {}),
    }
    lower = {key.lower(): value for key, value in sent["header"].items()}
    for each in [*item.get("parameters", []), *operation.get("parameters", [])]:
        parameter = _resolved(document, each)
        if parameter["in"] == "path":
            yield from _complaints_of_segment(document, name, parameter, message["path"])
            continue
        values, key = (
            (lower, parameter["name"].lower())
            if parameter["in"] == "header"
            else (sent[parameter["in"]], parameter["name"])
        )
        if key not in values:
            yield from ["missing"] if parameter.get("required") else []
        elif not _is_valid(document, parameter.get("schema", {}), values[key]):
            yield f"{key} does not fit"
    body = _resolved(document, operation.get("requestBody", {}))
    if body.get("required") and "body" not in message:
        yield "no body"
    yield from _complaints_of_body(document, body.get("content", {}), message, lower.get("content-type", ""))
    security = operation.get("security", document.get("security")) or [{}]
    has_credentials = CREDENTIALS & set(sent["header"])
    if not has_credentials and {} not in security:
        yield "no credentials"


def _complaints_of_segment(document: Json, name: str, parameter: Json, path: str) -> Iterator[str]:
    """A text that spells a number is one."""
    pattern = re.sub(r"\\{[^}]*\\}", "([^/]+)", re.escape(name.split(" ", 1)[1]))
    names = re.findall(r"\{([^}]*)\}", name)
    found = re.search(f"{pattern}$", path)
    text = found[1 + names.index(parameter["name"])] if found and parameter["name"] in names else ""
    values = [text, int(text)] if text.isdigit() else [text]
    if not any(_is_valid(document, parameter.get("schema", {}), value) for value in values):
        yield "the path does not fit"


def _complaints_of_response(document: Json, name: str, message: Mapping[str, Any]) -> Iterator[str]:
    operation, _ = _operation(document, name)
    answers = {str(status).upper(): each for status, each in operation["responses"].items()}
    status = str(message["status"])
    stated = next((answers[each] for each in (status, f"{status[0]}XX", "DEFAULT") if each in answers), None)
    if stated is None:
        yield "no such status"
        return
    answer = _resolved(document, stated)
    headers = {key.lower(): value for key, value in message.get("headers", {}).items()}
    for header, each in answer.get("headers", {}).items():
        described = _resolved(document, each)
        if header.lower() not in headers:
            yield from ["missing"] if described.get("required") else []
        elif not _is_valid(document, described.get("schema", {}), headers[header.lower()]):
            yield f"{header} does not fit"
    if answer.get("content") and "body" not in message:
        yield "no body"
    yield from _complaints_of_body(document, answer.get("content", {}), message, headers.get("content-type", ""))


def _complaints_of_body(document: Json, content: Json, message: Mapping[str, Any], media_type: str) -> Iterator[str]:
    if "body" not in message:
        return
    stated = next((each for name, each in content.items() if name.lower() == media_type.lower()), None)
    if stated is None:
        yield "no such media type"
    elif not _is_valid(document, stated.get("schema", {}), message["body"]):
        yield "the body does not fit"


def _operation(document: Json, name: str) -> tuple[Json, Json]:
    method, path = name.split(" ", 1)
    shape = re.sub(r"\{[^}]*\}", "{}", path)
    item = next(each for known, each in document["paths"].items() if re.sub(r"\{[^}]*\}", "{}", known) == shape)
    return item[method.lower()], item


def _resolved(document: Json, value: Json) -> Json:
    while "$ref" in value:
        target = document
        for part in pointer_parts(value["$ref"].removeprefix("#")):
            target = target[part]
        value = target
    return value


def _is_valid(document: Json, schema: Json, value: Json) -> bool:
    whole = json_schema(schema, document.get("components", {}).get("schemas", {}))
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True).is_valid(value)
