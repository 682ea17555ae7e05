"""`contract-tests show`: what a rule says, how sure it is, and what checks it."""

from __future__ import annotations

from collections.abc import Iterator

import click

from contract_tests.errors import WrongUse
from openapi import Rule, contract_file, read_contract


@click.command("show")
@click.argument("rule")
def command(rule: str) -> None:
    """Show a RULE of the contracts, and the checks that prove it."""
    from contract_tests.target import GROUPS, nearest

    rules = {name: each for group in GROUPS for name, each in read_contract(contract_file(group)).rules.items()}
    found = rules.get(rule.upper())
    if found is None:
        raise WrongUse(f"there is no rule {rule}{nearest(rule, rules)}")
    click.echo("\n".join(_lines(found)))


def _lines(rule: Rule) -> Iterator[str]:
    from contract_tests.catalogue import checks

    yield f"{rule.id} ({rule.provenance})"
    yield f"  {rule.says}"
    if rule.source:
        yield f"  source: {rule.source}"
    yield f"  status {rule.status}, on {', '.join(rule.applies_to) or 'no operation of its own'}"
    if rule.limits:
        yield f"  limits: {', '.join(f'{name} {value}' for name, value in rule.limits.items())}"
    proving = [f"    {each.suite}: {each.name}" for each in checks() if rule.id in each.rules]
    yield from ["  checked by", *proving] if proving else ["  no check proves it"]
