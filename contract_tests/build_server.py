"""What GitHub Actions takes from a step: a summary, outputs, and annotations in its log."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path


def is_github() -> bool:
    """Whether it is GitHub Actions that runs us."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def add_to_summary(markdown: str) -> None:
    """Add to the summary of the step, where there is one."""
    _append("GITHUB_STEP_SUMMARY", markdown + "\n")


def set_outputs(outputs: Mapping[str, str]) -> None:
    """Give the step outputs, where it can have some."""
    _append("GITHUB_OUTPUT", "".join(_output(name, value) for name, value in outputs.items()))


def _output(name: str, value: str) -> str:
    """A value of several lines ends at a line that nobody can have foreseen."""
    if not set(value) & set("\r\n"):
        return f"{name}={value}\n"
    end = secrets.token_hex(16)
    return f"{name}<<{end}\n{value}\n{end}\n"


def _append(variable: str, text: str) -> None:
    file = os.environ.get(variable)
    if file:
        with Path(file).open("a", encoding="utf-8", errors="replace", newline="\n") as out:
            out.write(text)
