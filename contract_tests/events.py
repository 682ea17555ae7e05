"""What happens in a run, as a stream of events: a line of JSON each, written as it happens.

All that is told of a run is made from these lines and the contracts, so that it can be made again at any time.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from pathlib import Path
from typing import Any

EVENTS_FILE = "events.ndjson"
TRAFFIC = "traffic-{}.ndjson"
"""The exchanges of one process."""


class Outcome(StrEnum):
    """What became of a check.

    FAILED: a rule is broken. REFUTED: an assumption is, which fails nothing. WAIVED: somebody answers for what was
    found. NOT_REACHED: the target can't show it. NOT_RUN: the time was up, or the run ended before. ERROR: the check
    itself went wrong, or the target was gone.
    """

    PASSED = "passed"
    FAILED = "failed"
    REFUTED = "refuted"
    WAIVED = "waived"
    NOT_REACHED = "not-reached"
    NOT_RUN = "not-run"
    ERROR = "error"


@dataclass(frozen=True)
class RunStarted:
    """`kind`: mock or deployment. `contracts`: the version of each group's. `selected`: what the run was narrowed to.

    `at`: by the wall clock, UTC. `again`: the command that makes the same run.
    """

    target: str
    kind: str
    bases: Mapping[str, str]
    seed: int
    tag: str
    strict: bool
    at: str
    again: str
    max_seconds: float = 0.0
    versions: Mapping[str, str] = field(default_factory=dict)
    contracts: Mapping[str, str] = field(default_factory=dict)
    selected: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class CheckEnded:
    """`reason`: why it was not reached or not run, or what went wrong. `findings`: as `Finding.as_json`, with their
    `standing`. `answers`: how often each operation answered what, as `{"getInvoice 200": 3}`. `walked`: the steps of
    lifecycles that were taken: lifecycle, action, from, to.
    """

    suite: str
    check: str
    outcome: str
    seconds: float = 0.0
    rules: Sequence[str] = ()
    operations: Sequence[str] = ()
    reason: str = ""
    findings: Sequence[Mapping[str, Any]] = ()
    answers: Mapping[str, int] = field(default_factory=dict)
    walked: Sequence[Sequence[str]] = ()
    requests: int = 0
    worker: str = ""


@dataclass(frozen=True)
class RunEnded:
    """`counts`: checks by outcome. `rules`: what became of each rule of the contracts. `reason`: why it ended early."""

    seconds: float
    requests: int
    counts: Mapping[str, int]
    exit_code: int
    rules: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""


Event = RunStarted | CheckEnded | RunEnded
KINDS: Mapping[str, type[Event]] = {each.__name__: each for each in (RunStarted, CheckEnded, RunEnded)}


def to_line(event: Event) -> bytes:
    """The event as a line of JSON, with its kind as `event`."""
    members = {"event": type(event).__name__, **asdict(event)}
    return json.dumps(members, ensure_ascii=False, default=str).encode("utf-8", "replace") + b"\n"


def from_line(line: bytes) -> Event | None:
    """The event of a line; `None` for one that was cut off, or of a kind that only a later version knows."""
    try:
        raw = json.loads(line)
    except (ValueError, RecursionError):
        return None
    kind = KINDS.get(raw.get("event", "")) if isinstance(raw, dict) else None
    if kind is None:
        return None
    known = {each.name for each in fields(kind)}
    try:
        return kind(**{name: value for name, value in raw.items() if name in known})
    except TypeError:
        return None


def read(folder: Path) -> Iterator[Event]:
    """The events of the run in a folder, as far as they were written.

    Raises:
        OSError: there is no run.
    """
    with (folder / EVENTS_FILE).open("rb") as file:
        for line in file:  # bytes: in a text some characters within a line would end it
            event = from_line(line)
            if event is not None:
                yield event


def forget(folder: Path) -> None:
    """Take away what an earlier run has written into the folder; reports of it stay until they are made anew."""
    for file in [folder / EVENTS_FILE, *folder.glob(TRAFFIC.format("*"))]:
        file.unlink(missing_ok=True)


class Writer:
    """Writes the stream of a run; each line is with the operating system before the next thing happens."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = (folder / EVENTS_FILE).open("wb", buffering=0)

    def write(self, event: Event) -> None:
        """Append an event."""
        self._file.write(to_line(event))

    def close(self) -> None:
        self._file.close()
