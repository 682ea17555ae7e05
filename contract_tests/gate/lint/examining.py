"""The report of `contract-tests lint`: what was found, and what was mended before."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from contract_tests.gate.lint.check import Profile
from contract_tests.gate.lint.fixing import fix
from contract_tests.gate.lint.linting import lint
from contract_tests.gate.lint.problem import items_of_problems
from contract_tests.gate.report import Report, judged, unused_waivers
from contract_tests.gate.sources import read_source
from contract_tests.waivers import Waiver


def examine(
    paths: Sequence[str],
    fail_on: Collection[str],
    today: date,
    waivers: Sequence[Waiver] = (),
    *,
    profile: Profile | None = None,
    is_fixing: bool = False,
    allow_remote_refs: bool = False,
) -> Report:
    """What is wrong with the specifications at some paths.

    Raises:
        WrongUse: a path has none, or one that can't be read.
        TargetUnreachable: it is a URL, and nobody answers there.
    """
    fixed = [each for path in paths for each in fix(path, profile)] if is_fixing else []
    sources = [read_source(path, allow_remote_refs=allow_remote_refs, as_it_is=True) for path in paths]
    items = [item for source in sources for item in items_of_problems(lint(source, profile))]
    return Report(
        command="lint",
        title=f"Faults of {', '.join(paths)}",
        items=judged(items, fail_on, today, waivers),
        notes=[*(f"Fixed: {each}" for each in fixed), *unused_waivers(waivers, items)],
    )
