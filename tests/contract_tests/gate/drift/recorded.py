"""Calls as they would be recorded, and archives of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from contract_tests.gate.drift.archives import archive_of
from contract_tests.gate.drift.judging import Deviation, Judge
from contract_tests.gate.drift.recording import Recorded
from contract_tests.gate.drift.routes import Routes
from contract_tests.gate.drift.tally import Seen, Tally
from openapi import Contract, contract_file, read_contract

ORIGIN = "https://staging.example"
GROUPS = ("invoices", "invoice_uploads")
CONTRACTS: Mapping[str, Contract] = {name: read_contract(contract_file(name)) for name in GROUPS}
ROUTES = Routes(CONTRACTS, {name: ORIGIN + each.base_path for name, each in CONTRACTS.items()})
INVOICE = "/pay-int-api/invoices/497f6eca-6276-4993-bfeb-53cbbbba6f08"


def example(operation_id: str, status: str, name: str = "") -> Any:
    """An example of the contract's: a copy."""
    operation = next(each.operations[operation_id] for each in CONTRACTS.values() if operation_id in each.operations)
    examples = operation.answers[status].contents[0].examples
    return json.loads(json.dumps(examples[name] if name else next(iter(examples.values()))))


def entry(
    method: str = "GET",
    path: str = INVOICE,
    status: int = 200,
    answer: Any = None,
    body: Any = None,
    headers: Mapping[str, str] | None = None,
    origin: str = ORIGIN,
) -> dict[str, Any]:
    """An entry of an archive. `answer`, `body`: JSON, or nothing."""
    text = "" if answer is None else json.dumps(answer)
    answered = {"content-type": "application/json", **(headers or {})} if answer is not None else dict(headers or {})
    request: dict[str, Any] = {"method": method, "url": origin + path, "headers": [], "bodySize": 0}
    if body is not None:
        request["postData"] = {"mimeType": "application/json", "text": json.dumps(body)}
    return {
        "request": request,
        "response": {
            "status": status,
            "headers": [{"name": name, "value": value} for name, value in answered.items()],
            "content": {"size": len(text.encode()), "mimeType": answered.get("content-type", ""), "text": text},
        },
    }


def har(*entries: Any) -> bytes:
    return json.dumps({"log": {"version": "1.2", "entries": list(entries)}}).encode()


def write(folder: Path, *entries: Any, name: str = "traffic.har") -> Path:
    file = folder / name
    file.write_bytes(har(*entries))
    return file


def call(*arguments: Any, **members: Any) -> Recorded:
    (found,) = archive_of(har(entry(*arguments, **members)), "traffic.har").exchanges
    return found


def deviations(found: Recorded) -> list[Deviation]:
    route = ROUTES.find(found)
    return list(Judge(route.contract).deviations(route, found)) if route else []


def kinds(found: Recorded) -> dict[str, str]:
    """What is not as documented about a call: kind, and what it is about."""
    return {each.kind.removeprefix("drift-"): each.subject for each in deviations(found)}


def tallied(*entries: Any, routes: Routes = ROUTES) -> Tally:
    tally = Tally(routes)
    tally.take(archive_of(har(*entries), "traffic.har").exchanges)
    return tally


def seen(*entries: Any) -> dict[str, Seen]:
    """By kind and subject."""
    return {f"{each.deviation.kind} {each.deviation.subject}": each for each in tallied(*entries).deviations()}
