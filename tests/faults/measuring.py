"""How long it takes to find a fault, with the examiner as users start it and with schemathesis as it comes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from contract_tests.events import CheckEnded, RunEnded, read
from openapi import contract_file, contract_names, read_contract
from tests.contract_tests.running import COMMAND, environment
from tests.faults.fault import Fault
from tests.faults.serving import Served, faulty_mock
from tests.mock import BASE_PATHS
from tests.process import OPENAPI, token

POLL_SECONDS = 0.05
SPARE_SECONDS = 30.0
"""So much longer a program may take to come to its end before it is ended."""

OF_GROUP = {"invoices": "invoices", "invoice_uploads": "invoice-uploads"}


@dataclass(frozen=True)
class Search:
    """What one program has made of a server.

    `seconds`: from its start until it had told. `cpu_seconds`: what it and the server have used of their processors
    meanwhile, which is about as much on an idle machine, and says more on a busy one. `rule`: what was found first,
    where it says so. `note`: how it ended otherwise.
    """

    is_found: bool
    seconds: float
    cpu_seconds: float = 0.0
    rule: str = ""
    check: str = ""
    note: str = ""


@dataclass(frozen=True)
class Measured:
    """One row of the table. `plain`: what schemathesis has made of it; `None` where it was not asked."""

    name: str
    kind: str
    operation: str
    suite: str
    ours: Search
    plain: Search | None

    @property
    def found_by(self) -> str:
        is_plain = self.plain is not None and self.plain.is_found
        names = {(True, True): "both", (True, False): "us", (False, True): "schemathesis", (False, False): "neither"}
        return names[self.ours.is_found, is_plain]

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "found_by": self.found_by}


@dataclass(frozen=True)
class Conditions:
    """How both programs are run: for so many seconds at most, with this seed."""

    seconds: float
    seed: int
    is_compared: bool = True


def measured(fault: Fault, how: Conditions) -> Measured:
    """Start the mock with the fault, and let both look for it, one after the other, until they find something."""
    with faulty_mock(fault.name) as served, tempfile.TemporaryDirectory() as folder:
        ours = examined(served, Path(folder), how)
        plain = fuzzed(served, group_of(fault.operation), Path(folder), how) if how.is_compared else None
    return Measured(fault.name, str(fault.kind), fault.operation, fault.suite, ours, plain)


def examined(served: Served, folder: Path, how: Conditions, *more: str) -> Search:
    """The default run, which ends at its first finding."""
    arguments = [
        "run",
        "--url",
        served.origin,
        "--seed",
        str(how.seed),
        "--max-seconds",
        str(how.seconds),
        "--exitfirst",
    ]
    ran = _run([*COMMAND, *arguments, *more], served, folder, how)
    events = list(read(folder / "contract-tests-report")) if (folder / "contract-tests-report").is_dir() else []
    checks = [each for each in events if isinstance(each, CheckEnded)]
    for check in checks:
        for finding in check.findings:
            return Search(True, ran.seconds, ran.cpu_seconds, str(finding["rule"]), check.check)
    end = next((each for each in events if isinstance(each, RunEnded)), None)
    counts = ", ".join(f"{count} {name}" for name, count in end.counts.items()) if end else ran.out[-200:]
    return Search(False, ran.seconds, ran.cpu_seconds, note=f"exit code {ran.code}: {counts}")


def fuzzed(served: Served, group: str, folder: Path, how: Conditions) -> Search:
    """Stock schemathesis with all its phases, which ends at its first failure."""
    command = [
        str(Path(sys.executable).parent / "schemathesis"),
        *("--config-file", str(OPENAPI / "schemathesis.toml")),
        *("run", str(OPENAPI / f"{group}.yaml"), "--url", served.origin + BASE_PATHS[OF_GROUP[group]]),
        *("--seed", str(how.seed), "--max-failures", "1"),
        *("--header", f"Authorization: Bearer {bearer(OF_GROUP[group])}"),
    ]
    ran = _run(command, served, folder, how, spare=0.0)
    note = "" if ran.code in {0, 1} else f"exit code {ran.code}"
    return Search(ran.code == 1, ran.seconds, ran.cpu_seconds, note=note)


@dataclass(frozen=True)
class Ran:
    """`code`: -9 for a program that was ended, for its time was up."""

    code: int
    seconds: float
    cpu_seconds: float
    out: str


def _run(command: Sequence[str], served: Served, folder: Path, how: Conditions, spare: float = SPARE_SECONDS) -> Ran:
    began, used, out = time.monotonic(), served.cpu_seconds, folder / "out.txt"
    with out.open("w") as written:
        process = subprocess.Popen(
            command, cwd=folder, env=environment({}), stdout=written, stderr=subprocess.STDOUT, start_new_session=True
        )
        code, own = _ended(process, began + how.seconds + spare)
    return Ran(code, time.monotonic() - began, own + served.cpu_seconds - used, out.read_text(errors="replace"))


def _ended(process: subprocess.Popen[bytes], until: float) -> tuple[int, float]:
    """The exit code, and what the program has used of its processors; it is ended where its time is up."""
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return process.returncode, usage.ru_utime + usage.ru_stime
        if time.monotonic() > until:
            os.killpg(process.pid, signal.SIGKILL)
        time.sleep(POLL_SECONDS)


@lru_cache(maxsize=4)
def bearer(group: str) -> str:
    """A token for a group; all mocks have the same key."""
    return token(group)


@lru_cache(maxsize=1)
def _groups() -> Mapping[str, str]:
    contracts = [read_contract(contract_file(name)) for name in contract_names() if name in OF_GROUP]
    return {operation: contract.name for contract in contracts for operation in contract.operations}


def group_of(operation: str) -> str:
    """The contract that an operation stands in."""
    return _groups()[operation]
