"""Whether a message is fine under a contract, decided with jsonschema-rs and nothing of the gate's own code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from tests.contract_tests.gate.corpus.references import pointed_to
from tests.contract_tests.gate.corpus.sets import validator
from tests.contract_tests.gate.corpus.standing import METHODS

Json = Any
Document = Mapping[str, Json]


def problems(document: Document, operation: str, direction: str, message: Mapping[str, Json]) -> list[str]:
    """What a contract says against a message; nothing where it is fine.

    `operation`: which one, as `GET /rooms`; a message that is a request may say it by its own method and path.
    `direction`: which members count. Of callbacks and webhooks, requests are what comes.
    """
    found = _operation(document, operation, message)
    if found is None:
        return ["there is no such operation"]
    item, own = found
    if "status" in message:
        return list(_against_response(document, own, message, direction))
    return list(_against_request(document, item, own, message, direction))


def _operation(document: Document, operation: str, message: Mapping[str, Json]) -> tuple[Json, Json] | None:
    """By the message's own method and path if it has them, else by those of the operation. Literal paths come first."""
    operation, _, callback = operation.partition(", callback ")
    method, _, template = operation.partition(" ")
    method, path = str(message.get("method", method)).lower(), str(message.get("path", template))
    for is_literal in (True, False):
        for candidate, item in _items(document):
            if ("{" not in candidate) is is_literal and method in item and _fits(candidate, path):
                own = item[method]
                return (
                    _called_back(own, callback)
                    if callback and "method" not in message
                    else ({**item, "path": candidate}, own)
                )
    return None


def _called_back(operation: Json, name: str) -> tuple[Json, Json]:
    path, item = next(iter(operation["callbacks"][name].items()))
    return {**item, "path": path}, next(each for method, each in item.items() if method in METHODS)


def _items(document: Document) -> Iterator[tuple[str, Json]]:
    """All paths below every server's own, then what the server calls by itself."""
    for path, item in document["paths"].items():
        for base in _base_paths(document):
            yield base + path, item
        for operation in (each for each in item.values() if isinstance(each, dict)):
            for callback in operation.get("callbacks", {}).values():
                yield from callback.items()
    yield from document.get("webhooks", {}).items()


def _base_paths(document: Document) -> set[str]:
    urls = [server["url"] for server in document.get("servers", ())]
    return {"", *(re.sub(r"^[a-z]+://[^/]*", "", url).rstrip("/") for url in urls)}


def _fits(template: str, path: str) -> bool:
    return template == path or _pattern(template).fullmatch(path) is not None


def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"(\{[^}]+\})", template)
    return re.compile("".join("([^/]+)" if part.startswith("{") else re.escape(part) for part in parts))


def _against_request(
    document: Document, item: Json, operation: Json, message: Mapping[str, Json], direction: str
) -> Iterator[str]:
    for parameter in _parameters(document, item, operation):
        yield from _against_parameter(document, item["path"], parameter, message)
    body = _followed(document, operation.get("requestBody", {}))
    if "body" in message:
        headers = {name.lower(): each for name, each in message.get("headers", {}).items()}
        yield from _against_content(
            document, body.get("content"), message["body"], headers.get("content-type"), direction
        )
    elif body.get("required"):
        yield "the body is missing"


def _parameters(document: Document, item: Json, operation: Json) -> list[Json]:
    merged = {}
    for each in [*item.get("parameters", ()), *operation.get("parameters", ())]:
        parameter = _followed(document, each)
        name = parameter["name"].lower() if parameter["in"] == "header" else parameter["name"]
        merged[parameter["in"], name] = parameter
    return list(merged.values())


def _against_parameter(
    document: Document, template: str, parameter: Json, message: Mapping[str, Json]
) -> Iterator[str]:
    sent = _sent(template, parameter, message)
    if sent is None:
        if parameter.get("required"):
            yield f"{parameter['name']} is missing"
    elif "schema" in parameter and not _is_taken(document, parameter["schema"], sent):
        yield f"{parameter['name']} is {sent!r}"


def _sent(template: str, parameter: Json, message: Mapping[str, Json]) -> Any:
    if parameter["in"] == "path":
        names = re.findall(r"\{([^}]+)\}", template)
        values = _pattern(template).fullmatch(str(message["path"]))
        assert values is not None
        return unquote(dict(zip(names, values.groups(), strict=True))[parameter["name"]])
    if parameter["in"] == "header":
        headers = {name.lower(): each for name, each in message.get("headers", {}).items()}
        return headers.get(parameter["name"].lower())
    return message.get("query" if parameter["in"] == "query" else "cookies", {}).get(parameter["name"])


def _is_taken(document: Document, schema: Json, sent: Any) -> bool:
    """Whether any reading of the text is allowed: as it is, as a number, a truth value, null, or a list of one."""
    judge = validator(document, schema, "request")
    readings = [sent] if not isinstance(sent, str) else [sent, *_read(sent), [sent], sent.split(",")]
    return any(judge.is_valid(each) for each in readings)


def _read(text: str) -> list[Any]:
    words = {"true": True, "false": False, "null": None}
    if text in words:
        return [words[text]]
    if re.fullmatch(r"-?\d+", text):
        return [int(text)]
    return [float(text)] if re.fullmatch(r"-?\d+(\.\d+)?([eE][-+]?\d+)?", text) else []


def _against_response(
    document: Document, operation: Json, message: Mapping[str, Json], direction: str
) -> Iterator[str]:
    response = _response(document, operation, str(message["status"]))
    if response is None:
        yield f"{message['status']} is not documented"
        return
    sent = {name.lower(): each for name, each in message.get("headers", {}).items()}
    for name, each in response.get("headers", {}).items():
        header = _followed(document, each)
        if name.lower() not in sent:
            if header.get("required"):
                yield f"{name} is missing"
        elif "schema" in header and not _is_taken(document, header["schema"], sent[name.lower()]):
            yield f"{name} is {sent[name.lower()]!r}"
    if "body" in message:
        yield from _against_content(
            document, response.get("content"), message["body"], sent.get("content-type"), direction
        )
    elif response.get("content"):
        yield "the body is missing"


def _response(document: Document, operation: Json, status: str) -> Json:
    responses = operation["responses"]
    found = next((responses[key] for key in (status, f"{status[0]}XX", "default") if key in responses), None)
    return None if found is None else _followed(document, found)


def _against_content(
    document: Document, content: Json, body: Json, media_type: str | None, direction: str
) -> Iterator[str]:
    if not content:
        yield "there is no body"
        return
    found = _content(content, media_type)
    if found is None:
        yield f"{media_type} is not documented"
    elif "schema" in found:
        yield from (each.message for each in validator(document, found["schema"], direction).iter_errors(body))


def _content(content: Mapping[str, Json], media_type: str | None) -> Json:
    if media_type is None:
        return next(iter(content.values()))
    bare = media_type.partition(";")[0].strip().lower()
    names = {name.lower(): each for name, each in content.items()}
    return next((names[key] for key in (bare, f"{bare.partition('/')[0]}/*", "*/*") if key in names), None)


def _followed(document: Document, value: Json) -> Json:
    while "$ref" in value:
        value = pointed_to(document, value["$ref"])
    return value
