"""Who takes part in this run, and what they need for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.checking import invoice_of_mock
from tests.benchmarks.contenders import contenders
from tests.benchmarks.contenders.contender import BARE, MOCK, Contender
from tests.benchmarks.lab import BenchmarkError, Lab
from tests.benchmarks.processes import Running

NEEDED = (MOCK, BARE)
"""Without them there is nothing to compare; others may be missing, or fail."""


def contender(name: str) -> Contender:
    """The one of this name."""
    return next(each for each in contenders() if each.name == name)


def taking_part(lab: Lab, names: tuple[str, ...] = ()) -> list[Contender]:
    """Those that can take part, of these names where some are given; says of the others why they can't."""
    found = []
    for each in contenders():
        is_meant = (not names or each.name in names) and (not lab.only or each.name in (*lab.only, *NEEDED))
        if is_meant and _is_ready(lab, each):
            found.append(each)
    return found


def _is_ready(lab: Lab, each: Contender) -> bool:
    reason = each.missing()
    if reason:
        lab.note(f"{each.name} is left out: {reason}")
        return False
    lab.versions[each.name] = each.version()
    return True


def answer_file(lab: Lab) -> Path:
    """The invoice that those answer with who have none of their own: what the mock answers."""
    file = lab.folder / "invoice.json"
    if not file.exists():
        mock = contender(MOCK)
        with mock.running(lab, file) as server:
            file.write_text(invoice_of_mock(mock, lab, server.origin), encoding="utf-8")
    return file


@contextmanager
def started(lab: Lab, name: str) -> Iterator[Running]:
    """A contender, running."""
    with contender(name).running(lab, answer_file(lab)) as server:
        yield server


def leave_out(lab: Lab, each: Contender, error: BenchmarkError) -> None:
    """Go on without one that fails. Raises its error again where it is needed."""
    if each.name in NEEDED:
        raise error
    lab.note(f"{each.name} is left out: {error}")
