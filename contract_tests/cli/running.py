"""Runs pytest with the suites for the command line: nothing of what it prints is for the user."""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contract_tests.errors import WrongUse
from contract_tests.memory import HOME

if TYPE_CHECKING:
    import pytest

REPEATED = ("suite", "operation", "rule")
INTERRUPTED = 130
TERMINATED = 143
OWN_FAULT = 1
_UNUSED = ("cacheprovider", "randomly", "schemathesis", "anyio")
"""Plugins that may be installed and that no suite uses; loading them takes a third of the time to start."""

_EXIT_CODES: Mapping[int, int] = {0: 0, 1: 1, 2: 2, 3: 3, 4: 2, 5: 2}
"""Those of pytest, as they are ours. 3 and 2 are what a run has ended with that never began."""


@dataclass
class Ended:
    """How pytest has ended. `code`: an exit code of ours. `message`: why nothing was run; `told`: what pytest said."""

    code: int
    message: str = ""
    told: str = ""
    stays: Sequence[str] = ()


@dataclass
class _Listener:
    """What pytest tells nobody but its plugins. `began`: when the command was given, by the monotonic clock."""

    began: float | None = None
    message: str = ""
    code: int | None = None
    config: pytest.Config | None = field(default=None, repr=False)

    def pytest_configure(self, config: pytest.Config) -> None:
        from contract_tests.plugin import BEGAN

        self.config = config
        if self.began is not None:
            config.stash[BEGAN] = self.began

    def pytest_runtestloop(self) -> None:
        """All checks are there: from now on there is garbage."""
        gc.enable()

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Ctrl-C, or a run that can't be made."""
        from contract_tests import stopping

        if isinstance(excinfo.value, KeyboardInterrupt) and type(excinfo.value).__name__ == "KeyboardInterrupt":
            self.code = TERMINATED if excinfo.value.args == (stopping.TERMINATED,) else INTERRUPTED
        else:
            self.message = str(getattr(excinfo.value, "msg", excinfo.value))

    def pytest_internalerror(self, excrepr: Any) -> None:
        self.code = OWN_FAULT
        self.message = f"the examiner itself failed: {str(excrepr).strip().splitlines()[-1]}"


def options(**values: Any) -> list[str]:
    """The options of a run as pytest takes them; what is `None`, empty or off is left out."""
    found: list[str] = []
    for name, value in values.items():
        option = f"--contract-{name.replace('_', '-')}"
        if name in REPEATED:
            found += [f"{option}={each}" for each in value]
        elif isinstance(value, bool):
            found += [option] if value else []
        elif value is not None:
            found.append(f"{option}={value}")
    return found


def run_pytest(
    arguments: Sequence[str],
    checks: Sequence[str] = (),
    workers: int = 1,
    plugins: Sequence[object] = (),
    began: float | None = None,
) -> Ended:
    """Run the suites, or some checks of them. `began`: when the time of the run began; else it does now.

    Raises:
        WrongUse: several workers are asked for, and pytest-xdist is not installed.
    """
    import pytest

    from contract_tests.listening import SUITES

    listener = _Listener(began)
    own = ["-p", "contract_tests.plugin", *(f"-pno:{each}" for each in _UNUSED), f"--rootdir={SUITES}", "-q"]
    suites = [each.partition("=")[2] for each in arguments if each.startswith("--contract-suite=")]
    files = [str(file) for each in suites if (file := SUITES / f"test_{each}.py").is_file()]
    where = [str(SUITES / each) for each in checks] or files or [str(SUITES)]
    with _quiet() as printed, _starting(workers):
        code = int(
            pytest.main(
                ["-c", os.devnull, *where, *own, *_distribution(workers), *arguments],
                plugins=[listener, *plugins],
            )
        )
    if listener.code is not None:
        return Ended(listener.code, listener.message, printed[0], _stays(listener.config))
    message = listener.message or ("" if code in {0, 1, 3} else _complaint(printed[0], code))
    return Ended(_EXIT_CODES.get(code, OWN_FAULT), message, printed[0], _stays(listener.config))


def _stays(config: pytest.Config | None) -> Sequence[str]:
    from contract_tests.conducting import NOT_UNDONE

    stays: list[str] = config.stash.get(NOT_UNDONE, []) if config is not None else []
    return tuple(dict.fromkeys(stays))


def _distribution(workers: int) -> list[str]:
    """Several workers take the checks two by two, so that the order holds for all of them together."""
    if workers == 1:
        return []
    try:
        importlib.import_module("xdist")
    except ImportError as error:
        raise WrongUse("several workers need pytest-xdist; install it, or leave out --workers") from error
    return ["-n", str(workers), "--maxschedchunk=2", "--dist=load"]


def _complaint(printed: str, code: int) -> str:
    """What pytest complained about: its last line that says so."""
    if code == 5:
        return "no check is about all of that; see contract-tests list"
    complaints = [each.removeprefix("ERROR: ") for each in printed.splitlines() if each.startswith("ERROR: ")]
    return complaints[-1] if complaints else f"pytest ended with {code}"


@contextlib.contextmanager
def _starting(workers: int) -> Iterator[None]:
    """What is imported and collected stays until the end: looking for garbage in it takes a tenth of the start."""
    was_enabled = gc.isenabled()
    if workers == 1:  # several collect for themselves
        gc.disable()
    try:
        yield
    finally:
        (gc.enable if was_enabled else gc.disable)()


@contextlib.contextmanager
def _quiet() -> Iterator[list[str]]:
    """Keep to ourselves what pytest prints, also that of its workers; options from the environment are not for us."""
    import io

    printed = [""]
    out = io.StringIO()
    added = os.environ.pop("PYTEST_ADDOPTS", None)
    os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(Path(HOME, "hypothesis").resolve()))
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            yield printed
    finally:
        printed[0] = out.getvalue()
        if added is not None:
            os.environ["PYTEST_ADDOPTS"] = added
