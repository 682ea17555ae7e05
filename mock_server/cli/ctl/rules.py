"""`mock-server ctl rules`: what the contracts demand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from textwrap import wrap
from typing import Any

import click

from mock_server.cli.control_client import below
from mock_server.cli.ctl import Ctl

WIDTH = 100


@click.command("rules")
@click.argument("rule", required=False)
@click.option("--group", metavar="GROUP", help="Only rules of it, such as invoices.")
@click.option("--operation", metavar="ID", help="Only rules on this operation or event.")
@click.option("--provenance", metavar="STANDING", help="Only documented, seen or assumed ones.")
@click.option("--stage", metavar="STAGE", help="Only those asked at this stage, such as state.")
@click.option("--status", type=int, metavar="STATUS", help="Only those with this status.")
@click.pass_obj
def command(ctl: Ctl, /, rule: str | None, group: str | None, **conditions: Any) -> None:
    """List the rules of the contracts, or show one of them.

    \b
    Examples:
      mock-server ctl rules INV-CANCEL-STATE
      mock-server ctl rules --operation submitInvoice --stage rules
      mock-server ctl rules --group invoice-uploads --provenance documented
    """
    asked = {**conditions, "group": group and group.replace("-", "_")}
    if rule is None:
        found = ctl.client.get("/rules", asked).json
        ctl.show(found, _list(found["rules"]))
        return
    if any(value is not None for value in asked.values()):
        raise click.UsageError("Either one rule is shown, or those are listed that the options select.")
    one = ctl.client.get(below("rules", rule)).json
    ctl.show(one, _whole(one))


def _list(rules: list[Mapping[str, Any]]) -> str:
    widest = max((len(each["rule"]) for each in rules), default=0)
    lines = [line for each in rules for line in _lines(each, widest)]
    return "\n".join([*lines, f"{len(rules)} {'rule' if len(rules) == 1 else 'rules'}"])


def _lines(rule: Mapping[str, Any], widest: int) -> list[str]:
    head = f"{rule['rule']:<{widest}}  {rule['status']}  {rule['provenance']:<10}  "
    return wrap(rule["says"], WIDTH + 20, initial_indent=head, subsequent_indent=" " * len(head)) or [head.rstrip()]


def _whole(rule: Mapping[str, Any]) -> str:
    answers = f"{rule['status']} in the stage {rule['stage']}"
    limits = json.dumps(rule["limits"], ensure_ascii=False)
    return "\n".join(
        [
            f"{rule['rule']} of {rule['group'].replace('_', '-')}",
            *_entry("says", rule["says"]),
            *_entry(
                "refuses" if rule["refuses"] else "shows", f"with {answers}" if rule["refuses"] else f"in {answers}"
            ),
            *_entry("standing", f"{rule['provenance']}; {rule['source']}"),
            *_entry("on", ", ".join(rule["operations"]) or "what is no operation"),
            *(_entry("limits", limits) if rule["limits"] else []),
        ]
    )


def _entry(label: str, text: str) -> list[str]:
    head = f"  {label:<9} "
    return wrap(text, WIDTH, initial_indent=head, subsequent_indent=" " * len(head), break_on_hyphens=False)
