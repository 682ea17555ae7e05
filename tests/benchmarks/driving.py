"""Many calls at once, by wrk."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.lab import BenchmarkError

SCRIPT = Path(__file__).with_name("drive.lua")
GRACE_SECONDS = 30
HOW_TO_INSTALL = "wrk is not installed, which sends the requests: apt-get install wrk, or brew install wrk"


@dataclass(frozen=True)
class Asked:
    """One request; `body` is JSON in one line, empty for none."""

    method: str
    path: str
    body: str = ""


@dataclass(frozen=True)
class Load:
    """What is to be sent: the requests in their order, again and again where it `repeats`."""

    requests: Sequence[Asked]
    repeats: bool = True


@dataclass(frozen=True)
class Driven:
    """What a run gave. `is_exhausted`: there were too few requests for the time, so the rate says nothing.

    `ids`: those of the records that were made, where they were asked for, in the order of the answers.
    """

    rate: float
    requests: int
    p50_ms: float
    p99_ms: float
    max_ms: float
    is_exhausted: bool
    ids: Sequence[str] = ()


def wrk() -> str:
    """The program. Raises `BenchmarkError` where it is not installed."""
    found = shutil.which("wrk")
    if found is None:
        raise BenchmarkError(HOW_TO_INSTALL)
    return found


def version() -> str:
    """Which wrk it is."""
    run = subprocess.run([wrk(), "-v"], capture_output=True, text=True, check=False)
    found = re.search(r"wrk (\S+)", run.stdout + run.stderr)
    return found[1] if found else "unknown"


def drive(
    origin: str, token: str, load: Load, *, seconds: float, connections: int, collects_ids: bool = False
) -> Driven:
    """Send the load for so many seconds.

    Raises:
        BenchmarkError: an answer was an error, or didn't come: nobody may be fast by failing.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plan, ids = _plan(folder, token, load), folder / "ids"
        if collects_ids:
            plan["ids"] = json.dumps(str(ids))
        table = ", ".join(f"{key} = {value}" for key, value in plan.items())
        (folder / "plan.lua").write_text(f"return {{{table}}}\n", encoding="utf-8")
        said = _run(origin, folder / "plan.lua", seconds, connections)
        return _driven(said, ids.read_text().split() if collects_ids else ())


def _plan(folder: Path, token: str, load: Load) -> dict[str, str]:
    requests = folder / "requests"
    requests.write_text("".join(_lines(load.requests)), encoding="ascii")
    return {"requests": json.dumps(str(requests)), "token": json.dumps(token), "repeats": str(load.repeats).lower()}


def _lines(requests: Iterable[Asked]) -> Iterable[str]:
    return (f"{each.method}\t{each.path}\t{each.body}\n" for each in requests)


def _run(origin: str, plan: Path, seconds: float, connections: int) -> str:
    duration = max(1, round(seconds))
    arguments = ["--threads", "1", "--connections", str(connections), "--duration", f"{duration}s", "--timeout", "20s"]
    command = [wrk(), *arguments, "--script", str(SCRIPT), origin, "--", str(plan)]
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=duration + GRACE_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise BenchmarkError(f"wrk did not end within {error.timeout:.0f} s") from error
    if run.returncode:
        raise BenchmarkError(f"wrk failed: {run.stderr.strip() or run.stdout.strip()}")
    return run.stdout


def _driven(said: str, ids: Sequence[str]) -> Driven:
    last = next((line for line in reversed(said.splitlines()) if line.startswith("{")), None)
    if last is None:
        raise BenchmarkError(f"wrk has said nothing that can be read: {said.strip()}")
    found = json.loads(last)
    is_exhausted = bool(found["exhausted"])
    if not is_exhausted and (found["refused"] or found["lost"]):
        raise BenchmarkError(
            f"of {found['requests']} answers {found['refused']} were errors, and {found['lost']} didn't come"
        )
    if not found["requests"]:
        raise BenchmarkError(f"there was no answer within {found['seconds']:.0f} s")
    return Driven(
        rate=found["requests"] / found["seconds"],
        requests=found["requests"],
        p50_ms=found["p50_ms"],
        p99_ms=found["p99_ms"],
        max_ms=found["max_ms"],
        is_exhausted=is_exhausted,
        ids=ids,
    )
