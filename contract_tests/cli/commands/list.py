"""`contract-tests list`: which checks there are, and which rules they prove."""

from __future__ import annotations

import json
from typing import Any

import click


@click.command("list")
@click.option("--suite", multiple=True, metavar="NAME", help="Only this suite; repeatable.")
@click.option("--rule", multiple=True, metavar="ID", help="Only checks of this rule; repeatable.")
@click.option("--operation", multiple=True, metavar="ID", help="Only checks of this operation; repeatable.")
@click.option("--json", "is_json", is_flag=True, help="As JSON.")
def command(suite: tuple[str, ...], rule: tuple[str, ...], operation: tuple[str, ...], *, is_json: bool) -> None:
    """List the checks with the rules they prove."""
    from contract_tests.catalogue import Check, checks
    from contract_tests.selection import known_names

    asked = {"suite": suite, "rule": rule, "operation": operation}
    known_names(asked)

    def is_meant(check: Check) -> bool:
        return (
            (not suite or check.suite in suite)
            and (not rule or not set(rule).isdisjoint(check.rules))
            and (not operation or not set(operation).isdisjoint(check.operations))
        )

    found = [check for check in checks() if is_meant(check)]
    click.echo(_as_json(found) if is_json else _as_text(found))


def _as_json(found: list[Any]) -> str:
    members = ("suite", "id", "rules", "operations")
    return json.dumps([{name: getattr(check, name) for name in members} for check in found], indent=1)


def _as_text(found: list[Any]) -> str:
    lines = [f"{check.suite:<14} {check.name:<70} {', '.join(check.rules)}".rstrip() for check in found]
    rules = {rule for check in found for rule in check.rules}
    return "\n".join([*lines, f"{len(found)} checks of {len(rules)} rules"])
