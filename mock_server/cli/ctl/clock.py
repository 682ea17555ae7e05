"""`mock-server ctl clock`: the time of the namespace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from mock_server.cli.ctl import Ctl


@click.group("clock", invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Show the clock; freeze, run, set or advance it.

    \b
    Examples:
      mock-server ctl clock
      mock-server ctl clock freeze
      mock-server ctl clock advance P3DT1H
      mock-server ctl clock set 2026-12-24T18:00:00Z
    """
    if ctx.invoked_subcommand is None:
        ctl: Ctl = ctx.obj
        _show(ctl, ctl.client.get("/clock").json)


@command.command("freeze")
@click.pass_obj
def freeze(ctl: Ctl) -> None:
    """Let it stand still."""
    _put(ctl, {"mode": "frozen"})


@command.command("run")
@click.pass_obj
def run(ctl: Ctl) -> None:
    """Let it run on from where it stands."""
    _put(ctl, {"mode": "running"})


@command.command("advance")
@click.argument("duration")
@click.pass_obj
def advance(ctl: Ctl, duration: str) -> None:
    """Move it forward by a DURATION such as PT90M or P3DT1H; what falls due on the way happens."""
    _put(ctl, {"advance": duration})


@command.command("set")
@click.argument("instant")
@click.option("--allow-backwards", is_flag=True, help="Also into the past; nothing that has happened is undone.")
@click.pass_obj
def set_to(ctl: Ctl, instant: str, allow_backwards: bool) -> None:
    """Set it to an INSTANT such as 2026-12-24T18:00:00Z."""
    _put(ctl, {"at": instant, "allowBackwards": allow_backwards})


def clock_line(clock: Mapping[str, Any]) -> str:
    """How a clock stands."""
    due = f", next due {clock['nextDue']}" if clock["nextDue"] else ""
    return f"{clock['mode']} at {clock['now']}{due}"


def _put(ctl: Ctl, asked: Mapping[str, Any]) -> None:
    _show(ctl, ctl.client.put("/clock", asked).json)


def _show(ctl: Ctl, clock: Mapping[str, Any]) -> None:
    ctl.show(clock, clock_line(clock))
