"""The stream itself, for programs: the events that could be read, and nothing half-written."""

from __future__ import annotations

from collections.abc import Iterator

from contract_tests.events import read, to_line
from contract_tests.results import Results

FILE = "report.ndjson"


def render(results: Results) -> Iterator[str]:
    for event in read(results.folder):
        yield to_line(event).decode("utf-8")
