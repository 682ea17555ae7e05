"""How property-based checks are run: as many examples as the time allows, the same ones for the same seed."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.database import DirectoryBasedExampleDatabase, ExampleDatabase
from hypothesis.errors import FlakyStrategyDefinition
from hypothesis.internal.conjecture import engine
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from contract_tests.timing import OutOfTime, Timed

Check = TypeVar("Check", bound=Callable[..., object])

FEWEST = 3
SUPPRESSED = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]
PHASES = (Phase.explicit, Phase.generate, Phase.shrink)
BASE = "contract_examples"
LONGEST_SHRINKING_SECONDS = 5.0
"""Steps that fail are made fewer for so long: hypothesis takes five minutes, which no run has."""

engine.MAX_SHRINKING_SECONDS = LONGEST_SHRINKING_SECONDS  # type: ignore[assignment]  # it compares it with a clock
_BODY = "contract_body"


def examples(count: int) -> Callable[[Check], Check]:
    """Run so many examples in a run of 60 seconds, and fewer or more in others; the plugin sees to that."""

    def decorated(check: Check) -> Check:
        setattr(check, BASE, count)
        return _settings(count)(check)

    return decorated


def prepare(
    check: Any, run_seed: int, scale: float, kept: Path | None = None, *, begins_with_kept: bool = False
) -> None:
    """Make a check run the examples of a seed, as many as a run of its length has time for.

    `kept`: the folder where examples that fail are kept. `begins_with_kept`: those of earlier runs come first; without
    it, they change nothing about what is run.
    """
    seed(run_seed)(check)  # first: it takes the database away
    count = getattr(check, BASE, None)
    if count is not None:
        database = DirectoryBasedExampleDatabase(kept) if kept is not None else None
        scaled = max(FEWEST, round(count * scale))
        check._hypothesis_internal_use_settings = _settings(scaled, database, begins_with_kept=begins_with_kept)


def walk(machine: Callable[[], RuleBasedStateMachine], run_seed: int, scale: float, count: int, steps: int) -> None:
    """Let a state machine walk so many times in a run of 60 seconds, and fewer or more in others."""

    def begun() -> RuleBasedStateMachine:
        return machine()

    seed(run_seed)(begun)
    scaled = _settings(max(FEWEST, round(count * scale)))
    chosen = settings(scaled, stateful_step_count=steps, report_multiple_bugs=False)
    run_state_machine_as_test(begun, settings=chosen)  # type: ignore[arg-type]  # any factory will do


def is_out_of_time(error: BaseException) -> bool:
    """Whether a check has ended because its time was up; an example that ends before it has drawn looks flaky."""
    return isinstance(error, OutOfTime) or (
        isinstance(error, FlakyStrategyDefinition) and isinstance(error.__context__, OutOfTime)
    )


def watched(check: Any, timed: Callable[[Callable[..., Any]], Timed]) -> Timed:
    """Have the examples of a check watched from now on; a check is prepared for each of its parameters anew."""
    handle = check.hypothesis
    body = getattr(handle.inner_test, _BODY, handle.inner_test)
    watch = timed(body)

    @functools.wraps(body)
    def run(*args: Any, **kwargs: Any) -> Any:
        return watch(*args, **kwargs)

    setattr(run, _BODY, body)
    handle.inner_test = run
    return watch


def _settings(count: int, database: ExampleDatabase | None = None, *, begins_with_kept: bool = False) -> settings:
    return settings(
        max_examples=count,
        deadline=None,
        database=database,
        print_blob=False,
        verbosity=Verbosity.quiet,  # findings say all there is to say; the time for shrinking is ours, not five minutes
        suppress_health_check=SUPPRESSED,
        phases=[*PHASES[:1], *([Phase.reuse] if begins_with_kept else []), *PHASES[1:]],
    )
