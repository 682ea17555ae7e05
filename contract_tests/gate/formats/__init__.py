"""The formats of a gate's report; each is a module of this package.

A format has `FILE`, the name of the file it makes, and `render(report)`. One that also has `on_terminal(report)` looks
better on a terminal.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol, cast

from contract_tests.discovery import module_named, module_names
from contract_tests.gate.report import Report
from contract_tests.whole_files import write_whole


class Format(Protocol):
    """What a module of this package offers."""

    FILE: str

    def render(self, report: Report) -> str: ...


def formats() -> list[str]:
    """The names of all formats."""
    return module_names(__name__)


def format_named(name: str) -> Format:
    """A format by its name. Raises `WrongUse` where there is none."""
    return cast("Format", module_named(__name__, name, "format"))


def write(report: Report, names: list[str], folder: Path) -> list[Path]:
    """Write the report into a folder, a file for each format; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {folder / each.FILE: each for each in map(format_named, names)}
    for file, each in files.items():
        write_whole(file, [each.render(report)])
    return list(files)
