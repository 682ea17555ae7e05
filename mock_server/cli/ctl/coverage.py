"""`mock-server ctl coverage`: what has been exercised, and what has not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import click

from mock_server.cli.ctl import Ctl

Entry = Mapping[str, Any]


@click.command("coverage")
@click.option("--missing", is_flag=True, help="Name what has not been exercised.")
@click.option("--clear", is_flag=True, help="Begin to count anew.")
@click.pass_obj
def command(ctl: Ctl, missing: bool, clear: bool) -> None:
    """Tell what the callers of the namespace have exercised.

    \b
    Examples:
      mock-server ctl coverage
      mock-server ctl --namespace checkout-test coverage --missing
      mock-server ctl coverage --clear
    """
    if clear and missing:
        raise click.UsageError("After --clear everything is missing.")
    if clear:
        ctl.client.delete("/coverage")
        ctl.show({}, "nothing counts as exercised any more")
        return
    found = ctl.client.get("/coverage").json
    ctl.show(found, "\n".join([*_totals(found), *(_all_missing(found) if missing else [])]))


def _totals(coverage: Entry) -> Iterator[str]:
    parts = list(coverage["totals"])
    yield f"{'':<16}" + "".join(f"{part:>22}" for part in parts)
    for each in coverage["groups"]:
        yield _row(each["group"].replace("_", "-"), each["totals"], parts)
    yield _row("all", coverage["totals"], parts)


def _row(name: str, totals: Entry, parts: list[str]) -> str:
    return f"{name:<16}" + "".join(f"{_share(totals[part]):>22}" for part in parts)


def _share(share: Entry) -> str:
    return f"{share['exercised']}/{share['all']} {share['percent']:5.1f} %" if share["all"] else "-"


def _all_missing(coverage: Entry) -> Iterator[str]:
    for group in coverage["groups"]:
        for part, entries in _MISSING.items():
            names = [name for name in entries(group) if name]
            if names:
                yield f"\n{group['group'].replace('_', '-')}: {part} not exercised"
                yield from (f"  {name}" for name in names)


def _operations(group: Entry) -> Iterator[str]:
    return (
        f"{each['operation']}  {each['method']} {each['path']}" for each in group["operations"] if not each["calls"]
    )


def _statuses(group: Entry) -> Iterator[str]:
    """Of operations that were called at all; the others are missing as a whole."""
    for each in group["operations"]:
        missed = [str(one["status"]) for one in each["statuses"] if one["isDocumented"] and not one["calls"]]
        if each["calls"] and missed:
            yield f"{each['operation']}  {', '.join(missed)}"


def _rules(group: Entry) -> Iterator[str]:
    return (f"{each['rule']}  {each['says']}" for each in group["rules"] if each["refuses"] and not each["calls"])


def _transitions(group: Entry) -> Iterator[str]:
    for lifecycle in group["lifecycles"]:
        for each in lifecycle["transitions"]:
            if not each["calls"]:
                yield f"{each['action']}  {lifecycle['lifecycle']} {each['state']} -> {each['target']}"


def _refusals(group: Entry) -> Iterator[str]:
    for lifecycle in group["lifecycles"]:
        for each in lifecycle["refusals"]:
            if not each["calls"]:
                yield f"{each['action']}  {lifecycle['lifecycle']} {each['state']}  {each['rule']}"


_MISSING: dict[str, Callable[[Entry], Iterator[str]]] = {
    "operations": _operations,
    "statuses": _statuses,
    "rules": _rules,
    "transitions": _transitions,
    "refusals": _refusals,
}
"""What can be missing, and how it reads."""
