"""Runs as their folders hold them, made up of events."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from contract_tests.events import CheckEnded, Event, Outcome, RunEnded, RunStarted, Writer
from contract_tests.results import Results, fold

BASES = {"invoices": "http://api.test/pay-int-api", "invoice_uploads": "http://api.test/api/v1"}
STARTED = RunStarted(
    target="staging",
    kind="deployment",
    bases=BASES,
    seed=7,
    tag="contract-tests-1",
    strict=False,
    at="2026-11-22T09:30:00Z",
    again="contract-tests run --target staging --seed 7",
    versions={"invoice-contract-toolkit": "0.1.0"},
    contracts=dict.fromkeys(BASES, "1.0.0"),
)
ENDED = RunEnded(seconds=12.5, requests=99, counts={}, exit_code=0)
RULE = "INV-CANCEL-STATE"


def step(**changes: Any) -> dict[str, Any]:
    """A step of a finding."""
    return {
        "method": "PUT",
        "url": "http://api.test/pay-int-api/invoices/1/cancel",
        "headers": {"authorization": "Bearer ***"},
        "body": "",
        "status": 200,
        "answer_headers": {"content-type": "application/json"},
        "answer": '{"id":"1"}',
        "operation": "cancelInvoice",
        "body_bytes": 0,
        "answer_bytes": 10,
        **changes,
    }


def finding(**changes: Any) -> dict[str, Any]:
    """A finding; the members of `Finding.as_json`, with its standing."""
    return {
        "fingerprint": "0123456789abcdef",
        "rule": RULE,
        "says": "only published invoices are canceled",
        "provenance": "documented",
        "source": "the page",
        "group": "invoices",
        "operation": "cancelInvoice",
        "suite": "lifecycle",
        "check": "test_lifecycle.py::test_cell",
        "message": "cancelInvoice must be refused",
        "differences": [{"pointer": "status", "expected": 400, "received": 200}],
        "steps": [step()],
        "curl": "#!/bin/sh\nexit 1\n",
        "pytest": "def test_it(): ...\n",
        "standing": "failed",
        **changes,
    }


def check(outcome: str = Outcome.PASSED, name: str = "test_cell", suite: str = "lifecycle", **more: Any) -> CheckEnded:
    """A check that has ended."""
    return CheckEnded(suite, f"test_{suite}.py::{name}", outcome, **{"seconds": 0.5, **more})


def failed(each: Mapping[str, Any], name: str = "test_cell") -> CheckEnded:
    """A check with a finding, whose standing says what it made of the check."""
    return check(str(each["standing"]), name, rules=[str(each["rule"])], findings=[each])


def results(events: Iterable[Event], folder: Path, ended: RunEnded | None = ENDED) -> Results:
    """The results of a run with these checks, its stream being in the folder."""
    stream = [STARTED, *events, *([ended] if ended else [])]
    writer = Writer(folder)
    for each in stream:
        writer.write(each)
    writer.close()
    return fold(stream, folder)


def one_of_each() -> list[CheckEnded]:
    """A check of every outcome."""
    waiver = {"fingerprint": "f3", "reason": "known", "owner": "Ada", "until": "2027-01-31"}
    return [
        check(rules=["INV-DELETE-STATE"], operations=["deleteInvoice"], answers={"deleteInvoice 400": 3}),
        failed(finding(), "test_failed"),
        failed(
            finding(fingerprint="f2", rule="INV-UPDATE-STATE", provenance="assumed", standing="refuted"), "test_refuted"
        ),
        failed(finding(fingerprint="f3", rule="INV-SMS-STATE", standing="waived", waiver=waiver), "test_waived"),
        check(Outcome.NOT_REACHED, "test_expired", reason="an invoice in Expired can't be had", rules=["INV-EXPIRES"]),
        check(Outcome.NOT_RUN, "test_late", reason="the time is up", suite="amounts"),
        check(Outcome.ERROR, "test_wrong", reason="ZeroDivisionError: division by zero"),
    ]


def traffic(folder: Path, *steps: Mapping[str, Any], worker: str = "main") -> None:
    """Exchanges as a process writes them down."""
    lines = [{"at": 1795339800.25, "seconds": 0.012, **each} for each in steps]
    text = "".join(json.dumps(each) + "\n" for each in lines)
    (folder / f"traffic-{worker}.ndjson").write_text(text, encoding="utf-8")
