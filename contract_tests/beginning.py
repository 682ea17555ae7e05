"""How a run begins and ends: which target, started if need be; the same settings in every worker."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from contract_tests.cleaning import resume
from contract_tests.conducting import NOT_UNDONE, STAYS
from contract_tests.errors import ExaminerError, NotReached, TargetUnreachable, WrongUse
from contract_tests.events import CheckEnded, forget
from contract_tests.examiner import new_tag
from contract_tests.ledger import SUFFIX, Ledger, left_over
from contract_tests.memory import HOME, LEDGERS, failed_checks, ignored_folder, remember
from contract_tests.plugin import BEGAN, SETTINGS
from contract_tests.reaching import require_there, started_mock, target_at
from contract_tests.run import Run, Settings
from contract_tests.stopping import ended_by_signals
from contract_tests.target import ADMIN_VARIABLE, TARGETS_FILE, Target, read_targets
from contract_tests.waivers import read_waivers

EXITS: pytest.StashKey[ExitStack] = pytest.StashKey()
LONGEST_END_SECONDS = 5.0
SHARE_OF_THE_END = 0.05
"""This part of the time, but no more than that, is kept to stop all processes and to write the reports."""

_WORKER_INPUT = "contract_settings"
_OPTIONS = ("contract_target", "contract_url")


@contextmanager
def begun(config: pytest.Config) -> Iterator[Run]:
    """This process's part of the run, cleaned up after in the end.

    A target that can't be reached ends pytest with exit code 3; in a worker, it ends the checks one by one.
    """
    worker = _worker_name(config)
    settings = run_settings(config)
    ledger = Ledger(_ledger_file(settings, worker), settings.target.name, settings.tag)
    if worker:
        run = Run.begin(settings, ledger, worker)
    else:
        with _exits():
            run = Run.begin(settings, ledger)
    try:
        with ended_by_signals(config):
            yield run
    finally:
        _end(run, config)


def run_settings(config: pytest.Config) -> Settings:
    """The settings of the run, in whichever process this is."""
    return _worker_settings(config) or _settings(config)


def shared_settings(config: pytest.Config) -> Settings | None:
    """The settings for the workers; `None` where no target was named and no suite is run."""
    is_asked = any(config.getoption(name) for name in _OPTIONS) or any("contract_tests" in each for each in config.args)
    return _settings(config) if is_asked else None


def remembered(config: pytest.Config) -> tuple[frozenset[str], bool]:
    """The checks that failed before on the target, and whether they are to come before all others."""
    if config.option.collectonly:
        return frozenset(), False
    settings = run_settings(config)
    return frozenset(settings.failed), settings.failed_first


@contextmanager
def _exits() -> Iterator[None]:
    """What ends a run before it has begun is an exit code of pytest."""
    try:
        yield
    except ExaminerError as error:
        pytest.exit(str(error), returncode=3 if isinstance(error, TargetUnreachable) else 2)


def ended(config: pytest.Config, settings: Settings, checks: Sequence[CheckEnded]) -> None:
    """In the controller, when all workers are gone: clean up after them, and give back what the run has started."""
    try:
        if settings.home:
            if Path(settings.home).is_dir():
                ignored_folder(Path(settings.home))
            remember(Path(settings.home), settings.target.name, checks)
        if not settings.target.is_mock:
            config.stash[NOT_UNDONE] += _cleaned_up(settings)
    finally:
        exits = config.stash.get(EXITS, None)
        if exits is not None:
            exits.close()


def _cleaned_up(settings: Settings) -> Iterator[str]:
    """Clean up what the processes of this run have left; says what stays."""
    for left in left_over(Path(settings.home) / LEDGERS):
        if left.tag != settings.tag:
            continue
        try:
            yield from map(str, resume(settings.target, left))
        except ExaminerError as error:
            yield f"not all is cleaned up: {error}; `contract-tests cleanup` goes on"


def _end(run: Run, config: pytest.Config) -> None:
    """End this process's part; what can't be cleaned up now is left to the controller."""
    with suppress(TargetUnreachable, NotReached):  # a mock that is gone has nothing left; else the ledger knows
        run.end()
    output = getattr(config, "workeroutput", None)
    if output is not None:
        output[STAYS] = run.stays
    else:
        config.stash[NOT_UNDONE] += run.stays


def _ledger_file(settings: Settings, worker: str) -> Path | None:
    if settings.target.is_mock or not settings.home:
        return None
    return Path(settings.home) / LEDGERS / f"{settings.tag}-{worker or 'main'}{SUFFIX}"


def _settings(config: pytest.Config) -> Settings:
    """Made once: the target is found, or a mock started. Where that can't be, pytest ends."""
    if SETTINGS not in config.stash:
        with _exits():
            config.stash[SETTINGS] = _made_settings(config)
    return config.stash[SETTINGS]


def _made_settings(config: pytest.Config) -> Settings:
    waivers = config.getoption("contract_waivers")
    known = tuple(read_waivers(Path(waivers))) if waivers else ()
    target = _target(config)
    strict = config.getoption("contract_strict")
    seed = config.getoption("contract_seed")
    events = config.getoption("contract_events")
    seconds = config.getoption("contract_seconds")
    home = Path(HOME).resolve()
    if events:
        forget(Path(events))  # before any worker begins to write
    return Settings(
        target=target,
        tag=new_tag(),
        seed=random.SystemRandom().randrange(10**9) if seed is None else seed,
        strict=target.is_mock if strict is None else strict,
        seconds=seconds,
        waivers=known,
        events=str(Path(events).resolve()) if events else "",
        ends=config.stash[BEGAN] + seconds - min(LONGEST_END_SECONDS, seconds * SHARE_OF_THE_END),
        workers=_workers(config),
        home=str(home),
        failed_first=config.getoption("contract_failed_first"),
        failed=tuple(failed_checks(home, target.name)),
    )


def _target(config: pytest.Config) -> Target:
    """The target of the options; without any of them a mock, started for the run."""
    name, url = (config.getoption(option) for option in _OPTIONS)
    if name and url:
        raise WrongUse("either --target or --url, not both")
    if url:
        authority = config.getoption("contract_ca_file")
        if authority and not Path(authority).is_file():
            raise WrongUse(f"{authority} is no file: the authority of the URL's certificate")
        verify = False if config.getoption("contract_insecure") else authority or True
        return target_at(url, os.environ.get(ADMIN_VARIABLE, ""), verify)
    if name:
        target = read_targets(Path(config.getoption("contract_config") or TARGETS_FILE), {name})[name]
        require_there(target)
        return target
    exits = config.stash.setdefault(EXITS, ExitStack())
    return exits.enter_context(started_mock())


def _workers(config: pytest.Config) -> int:
    """How many processes share the run (pytest-xdist)."""
    return max(1, len(getattr(config.option, "tx", None) or []))


def _worker_settings(config: pytest.Config) -> Settings | None:
    given = getattr(config, "workerinput", {}).get(_WORKER_INPUT)
    return Settings.from_text(given) if given else None


def _worker_name(config: pytest.Config) -> str:
    return str(getattr(config, "workerinput", {}).get("workerid", ""))
