"""Ctrl-C and termination end a run, whatever the code that they meet makes of them."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

import pytest

TERMINATED = "terminated"
_OURS = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}
"""What signals are handled by where nobody else handles or ignores them."""

_ARGUMENTS: dict[int, tuple[str, ...]] = {signal.SIGINT: (), signal.SIGTERM: (TERMINATED,)}
_STOPPED: pytest.StashKey[tuple[str, ...]] = pytest.StashKey()


@contextmanager
def ended_by_signals(config: pytest.Config) -> Iterator[None]:
    """While a run is under way, being terminated is like Ctrl-C: there is something to clean up."""

    def interrupt(number: int, frame: FrameType | None) -> NoReturn:
        config.stash[_STOPPED] = _ARGUMENTS[number]
        raise KeyboardInterrupt(*_ARGUMENTS[number])

    ours = {number: usual for number, usual in _OURS.items() if signal.getsignal(number) == usual}
    if threading.current_thread() is not threading.main_thread():
        ours = {}
    for number in ours:
        signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number, usual in ours.items():
            signal.signal(number, usual)


@contextmanager
def going_on(config: pytest.Config) -> Iterator[None]:
    """A part of the run, which is not begun or gone on with once the run was stopped.

    Not every code lets an interrupt pass: CPython 3.11 makes a `SystemError` of one that meets its compiler.

    Raises:
        KeyboardInterrupt: the run was stopped.
    """
    _require_going_on(config)
    try:
        yield
    finally:
        _require_going_on(config)


def _require_going_on(config: pytest.Config) -> None:
    arguments = config.stash.get(_STOPPED, None)
    if arguments is not None:
        raise KeyboardInterrupt(*arguments)
