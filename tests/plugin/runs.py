"""Test runs of somebody who uses the plugin, each in a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Run:
    """`outcomes`: how many tests passed, failed and so on. `said`: what tests have said with `say(...)`, sorted."""

    code: int
    output: str
    said: list[str]

    @property
    def outcomes(self) -> Mapping[str, int]:
        summary = self.output.rstrip().rpartition("\n")[2]
        return {what: int(number) for number, what in re.findall(r"(\d+) (passed|failed|errors?|skipped)", summary)}


NOT_ASKED_FOR = ("-p", "no:schemathesis", "-p", "no:anyio")
"""Plugins of others that happen to be installed here, and take a third of the time to start."""

CONFTEST = """
import os
import pathlib
import uuid

import pytest

@pytest.fixture
def say():
    return lambda text: pathlib.Path(os.environ["SAID"], uuid.uuid4().hex).write_text(str(text))
"""


def run(folder: Path, tests: str, *arguments: str, ini: str = "") -> Run:
    """Run these tests as pytest does in a project that has the mock installed, with all warnings errors."""
    said = folder / "said"
    said.mkdir(exist_ok=True)
    (folder / "pytest.ini").write_text(f"[pytest]\nfilterwarnings = error\n{ini}\n")
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "test_shop.py").write_text(tests)
    finished = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *NOT_ASKED_FOR, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=240,
        env={**{name: value for name, value in os.environ.items() if "PYTEST" not in name}, "SAID": str(said)},
    )
    texts = sorted(each.read_text() for each in said.iterdir())
    for each in said.iterdir():
        each.unlink()
    return Run(finished.returncode, finished.stdout + finished.stderr, texts)
