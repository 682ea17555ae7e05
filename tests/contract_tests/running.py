"""The command line as users have it: a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COMMAND = [sys.executable, "-m", "contract_tests.cli"]
TIMEOUT_SECONDS = 100


@dataclass(frozen=True)
class Ran:
    """How a command has ended. `folder`: where it was run."""

    code: int
    out: str
    err: str
    folder: Path

    def events(self) -> Iterator[dict[str, Any]]:
        for line in (self.folder / "contract-tests-report" / "events.ndjson").read_text().splitlines():
            yield json.loads(line)

    def checks(self, *outcomes: str) -> list[dict[str, Any]]:
        """The checks of the run that ended like that."""
        return [each for each in self.events() if each["event"] == "CheckEnded" and each["outcome"] in outcomes]

    def rules(self) -> set[str]:
        """Of the findings."""
        return {found["rule"] for each in self.events() for found in each.get("findings", ())}


def environment(more: Mapping[str, str]) -> dict[str, str]:
    mine = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "CONTRACT_TESTS"))}
    return {**mine, "NO_COLOR": "1", **more}


def contract_tests(folder: Path, *arguments: str, env: Mapping[str, str] | None = None) -> Ran:
    """Run a command in a folder to its end."""
    done = subprocess.run(
        [*COMMAND, *arguments],
        cwd=folder,
        env=environment(env or {}),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
    )
    return Ran(done.returncode, done.stdout, done.stderr, folder)
