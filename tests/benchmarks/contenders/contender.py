"""What the benchmark has to know of a server to compare it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.lab import ROOT, Lab
from tests.benchmarks.payloads import BASE_PATH, INVOICES
from tests.benchmarks.processes import Running, free_port, running

CONTRACT = ROOT / "openapi" / "invoices.yaml"
SOME_ID = "497f6eca-6276-4993-bfeb-53cbbbba6f08"
"""An id that the contract's examples have: servers without records answer for any."""

MOCK, BARE, PRISM, OPENAPI_BACKEND = "mock", "bare Starlette", "Prism", "openapi-backend"
"""Those that targets speak of."""


@dataclass(frozen=True)
class Setting:
    """What a server is started with. `answer`: a file with the invoice that the mock gives, for those that need one."""

    port: int
    answer: Path
    token: str


@dataclass(frozen=True)
class Contender:
    """A server that answers from the contract.

    `place`: in tables. `missing`: installs what is needed; returns why it can't take part, or `None`. `base_path`: what
    its paths begin with. `ready_path`: answers 200 when it is ready; an invoice where it is `None`.
    `checks_tokens`, `checks_bodies`: what it does beside answering; checked before it is measured.
    `has_records`: whether what is posted can be read again; else it answers the same whatever is posted.
    """

    name: str
    place: int
    says: str
    command: Callable[[Setting], Sequence[str]]
    version: Callable[[], str]
    missing: Callable[[], str | None] = lambda: None
    base_path: str = BASE_PATH
    ready_path: str | None = None
    checks_tokens: bool = True
    checks_bodies: bool = True
    has_records: bool = False
    has_state_changes: bool = False
    warm_up_seconds: float = 1.0

    @property
    def an_invoice(self) -> str:
        """The path of an invoice, where any id does."""
        return f"{self.base_path}{INVOICES}/{SOME_ID}"

    @contextmanager
    def running(self, lab: Lab, answer: Path) -> Iterator[Running]:
        """It, started; stopped in the end. Raises `BenchmarkError`."""
        setting = Setting(free_port(), answer, lab.token)
        headers = {"Authorization": f"Bearer {lab.token}"}
        path, name = self.ready_path or self.an_invoice, self.name.replace(" ", "-")
        with running(self.command(setting), setting.port, path, headers, lab.folder, name) as server:
            yield server


def said(*command: str) -> str:
    """The first line of what a program says."""
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return (run.stdout or run.stderr).strip().partition("\n")[0]
