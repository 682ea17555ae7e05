"""The traffic of a run as an HTTP Archive (HAR 1.2), which browsers and HTTP tools open. Secrets were never kept."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from contract_tests.events import TRAFFIC
from contract_tests.results import Results

FILE = "traffic.har"
HTTP_VERSION = "HTTP/1.1"
UNKNOWN_SIZE = -1
_FORM = "application/x-www-form-urlencoded"
_STATUSES = {each.value: each.phrase for each in HTTPStatus}


def render(results: Results) -> Iterator[str]:
    version = results.started.versions.get("invoice-contract-toolkit", "?")
    head: dict[str, Any] = {"version": "1.2", "creator": {"name": "contract-tests", "version": version}}
    left_out = 0
    separator = ""
    yield f'{{"log":{json.dumps(head)[:-1]},"entries":['
    for each in traffic(results.folder):
        if "left_out" in each:
            left_out += int(each["left_out"])
            continue
        yield separator + json.dumps(_entry(each), ensure_ascii=False)
        separator = ",\n"
    comment = f"{left_out} more exchanges were not kept" if left_out else "every exchange of the run"
    yield f'],"comment":{json.dumps(comment)}}}}}\n'


def traffic(folder: Path) -> Iterator[Mapping[str, Any]]:
    """The exchanges that the processes of a run have written down, one process after the other."""
    for file in sorted(folder.glob(TRAFFIC.format("*"))):
        with file.open("rb") as lines:
            for line in lines:
                try:
                    each = json.loads(line)
                except ValueError:
                    continue  # a line that was cut off
                if isinstance(each, dict):
                    yield each


def _entry(each: Mapping[str, Any]) -> dict[str, Any]:
    milliseconds = round(float(each["seconds"]) * 1000, 3)
    at = datetime.fromtimestamp(float(each["at"]), UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {
        "startedDateTime": at,
        "time": milliseconds,
        "request": _request(each),
        "response": _response(each),
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
        "_operation": each.get("operation", ""),
    }


def _request(each: Mapping[str, Any]) -> dict[str, Any]:
    found = {
        "method": each["method"],
        "url": each["url"],
        "httpVersion": HTTP_VERSION,
        "cookies": [],
        "headers": _pairs(each["headers"].items()),
        "queryString": _pairs(parse_qsl(_query(each["url"]), keep_blank_values=True)),
        "headersSize": UNKNOWN_SIZE,
        "bodySize": each["body_bytes"],
    }
    return {**found, "postData": _post_data(each)} if each["body_bytes"] else found


def _post_data(each: Mapping[str, Any]) -> dict[str, Any]:
    media_type = each["headers"].get("content-type", "")
    data: dict[str, Any] = {"mimeType": media_type, "text": each["body"], **_kept(each["body"], each["body_bytes"])}
    if media_type.partition(";")[0].strip().lower() == _FORM:
        data["params"] = _pairs(parse_qsl(each["body"], keep_blank_values=True))
    return data


def _response(each: Mapping[str, Any]) -> dict[str, Any]:
    headers = each["answer_headers"]
    return {
        "status": each["status"],
        "statusText": _STATUSES.get(each["status"], ""),
        "httpVersion": HTTP_VERSION,
        "cookies": [],
        "headers": _pairs(headers.items()),
        "content": {
            "size": each["answer_bytes"],
            "mimeType": headers.get("content-type", "x-unknown"),
            "text": each["answer"],
            **_kept(each["answer"], each["answer_bytes"]),
        },
        "redirectURL": headers.get("location", ""),
        "headersSize": UNKNOWN_SIZE,
        "bodySize": each["answer_bytes"],
    }


def _kept(text: str, size: int) -> dict[str, str]:
    """What is to be said of a body that is not shown, or not as it was."""
    if text or not size:
        return {}
    return {"comment": f"{size} bytes that are no text, or are not to be shown"}


def _pairs(pairs: Any) -> list[dict[str, str]]:
    return [{"name": str(name), "value": str(value)} for name, value in pairs]


def _query(url: str) -> str:
    try:
        return urlsplit(url).query
    except ValueError:
        return ""
