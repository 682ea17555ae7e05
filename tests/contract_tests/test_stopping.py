"""A signal ends a run, whatever the code that it meets makes of it."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, cast

import pytest

from contract_tests.stopping import TERMINATED, ended_by_signals, going_on

SIGNALS = [(signal.SIGINT, ()), (signal.SIGTERM, (TERMINATED,))]


class Config:
    def __init__(self) -> None:
        self.stash = pytest.Stash()


@pytest.fixture
def config() -> pytest.Config:
    return cast("pytest.Config", Config())


@pytest.fixture(autouse=True)
def heard() -> Iterator[None]:
    """Workers of pytest-xdist leave Ctrl-C to their controller."""
    before = {number: signal.getsignal(number) for number, _ in SIGNALS}
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def swallowing(number: signal.Signals) -> None:
    with suppress(KeyboardInterrupt):
        signal.raise_signal(number)


def failing(number: signal.Signals) -> None:
    try:
        signal.raise_signal(number)
    except KeyboardInterrupt as error:
        raise SystemError("AST constructor recursion depth mismatch") from error


@pytest.mark.parametrize("meets", [signal.raise_signal, swallowing, failing])
@pytest.mark.parametrize(("number", "arguments"), SIGNALS)
def test_a_check_that_meets_a_signal_is_the_last_one(
    meets: Any, number: signal.Signals, arguments: tuple[str, ...], config: pytest.Config
) -> None:
    with ended_by_signals(config):
        with pytest.raises(KeyboardInterrupt) as caught, going_on(config):
            meets(number)
        assert caught.value.args == arguments

        with pytest.raises(KeyboardInterrupt), going_on(config):
            pytest.fail("a check was begun although the run was stopped")


def test_a_run_that_nobody_stops_goes_on(config: pytest.Config) -> None:
    with ended_by_signals(config), going_on(config):
        pass


@pytest.mark.parametrize(("number", "_"), SIGNALS)
def test_who_handles_a_signal_otherwise_goes_on_doing_so(number: signal.Signals, _: Any, config: pytest.Config) -> None:
    signal.signal(number, signal.SIG_IGN)

    with ended_by_signals(config), going_on(config):
        signal.raise_signal(number)

    assert signal.getsignal(number) == signal.SIG_IGN
