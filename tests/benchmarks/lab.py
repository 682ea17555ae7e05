"""What the parts of a benchmark work with."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import click

from tests.benchmarks.measures import Figures

BIN = Path(sys.executable).parent
MOCK_SERVER = str(BIN / "mock-server")
ROOT = Path(__file__).parents[2]
CACHE = ROOT / "build" / "benchmarks"
"""Where peers are installed, and results are kept."""


class BenchmarkError(Exception):
    """Why there is nothing to measure: one sentence."""


@dataclass
class Lab:
    """One run of the benchmark.

    `seconds`: that each measurement takes. `folder`: for whatever is made on the way. `only`: contenders that take
    part; empty for all. `notes`: what was left out, and why.
    """

    rounds: int
    seconds: float
    connections: int
    folder: Path
    only: tuple[str, ...] = ()
    figures: Figures = field(default_factory=Figures)
    notes: list[str] = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=dict)
    has_failed: bool = False

    def tell(self, text: str) -> None:
        """Say how far it has come."""
        click.echo(text, err=True)

    def note(self, text: str) -> None:
        """Say what can't be measured, there and in the results."""
        if text not in self.notes:
            self.notes.append(text)
            self.tell(text)

    def fail(self, text: str) -> None:
        """Say what could not be measured although it had to be."""
        self.has_failed = True
        self.note(text)

    @cached_property
    def token(self) -> str:
        """A token of the Invoices group."""
        return printed("token", "--group", "invoices", "--expires-in", "86400")

    @cached_property
    def upload_token(self) -> str:
        """A token of the Invoice Uploads group."""
        return printed("token", "--group", "invoice-uploads", "--expires-in", "86400")


def printed(*arguments: str) -> str:
    """What the installed `mock-server` prints."""
    run = subprocess.run([MOCK_SERVER, *arguments], capture_output=True, text=True, check=True, timeout=60)
    return run.stdout.strip()
