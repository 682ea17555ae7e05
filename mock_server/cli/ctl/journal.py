"""`mock-server ctl journal`: what the mock was asked, and whether that was what you expect."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TextIO

import click

from mock_server.cli.control_client import below
from mock_server.cli.ctl import Ctl

Entry = Mapping[str, Any]
Command = Callable[..., Any]
FINDINGS = 1
FILTERS = {
    "operation": ("ID", "Only calls of this operation."),
    "status": ("STATUS", "Only answers with this status, or of this class: 4xx."),
    "rule": ("ID", "Only calls that this rule refused."),
    "method": ("METHOD", "Only calls with this method."),
    "path": ("PATTERN", "Only calls of this path: * any characters, ? one, [ab] one of these."),
    "header": ("NAME[=VALUE]", "Only exchanges with this header."),
    "body": ("POINTER[=JSON]", "Only exchanges with this value in a JSON body, such as /totalAmount=240."),
    "merchant": ("ID", "Only calls in the name of this merchant."),
    "since": ("INSTANT", "Only calls from then on, by the namespace's clock."),
    "until": ("INSTANT", "Only calls up to then, by the namespace's clock."),
    "steered": ("true|false|TEXT", "Only calls that were steered, or were not, or by this."),
    "text": ("TEXT", "Only exchanges with this text anywhere."),
    "after": ("EXCHANGE", "Only calls after this one."),
    "before": ("EXCHANGE", "Only calls before this one."),
}
"""Option and query parameter -> what to give and what for."""


def _filters(command: Command) -> Command:
    for name, (metavar, help_text) in reversed(FILTERS.items()):
        command = click.option(f"--{name}", metavar=metavar, help=help_text)(command)
    return command


@click.group("journal", invoke_without_command=True)
@_filters
@click.option("--limit", type=click.IntRange(0, 1000), metavar="N", help="So many at most; 100 where nothing is said.")
@click.option("--follow", is_flag=True, help="Go on with those that come, until Ctrl-C.")
@click.option("--export", "form", type=click.Choice(["har", "curl", "ndjson"]), help="Write them as a file instead.")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Of the export.")
@click.pass_context
def command(
    ctx: click.Context, /, limit: int | None, follow: bool, form: str | None, output: Path | None, **filters: str | None
) -> None:
    """List what the mock was asked, newest last.

    \b
    Examples:
      mock-server ctl journal --status 4xx --limit 20
      mock-server ctl --namespace checkout-test journal --follow --operation submitInvoice
      mock-server ctl journal --export har -o calls.har
      mock-server ctl journal --export curl --rule INV-CANCEL-STATE
    """
    if ctx.invoked_subcommand is not None:
        return
    _refuse_contradictions(limit, follow, form, output, filters)
    ctl: Ctl = ctx.obj
    if form is not None:
        _export(ctl, form, output, filters)
        return
    page = ctl.client.get("/journal", {**filters, "limit": limit}).json
    if not follow:
        ctl.show(page, "\n".join(map(line, page["exchanges"])) or "nothing was asked")
        return
    for each in page["exchanges"]:
        _print(ctl, each)
    _follow(ctl, page["exchanges"], filters)


@command.command("show")
@click.argument("exchange")
@click.pass_obj
def show(ctl: Ctl, exchange: str) -> None:
    """Show one exchange with headers and bodies, by the id that its answer had in X-Request-Id."""
    found = ctl.client.get(below("journal", exchange)).json
    ctl.show(found, f"{line(found)}\n\n{_message(found['request'])}\n\n{_message(found['response'])}")


@command.command("clear")
@click.pass_obj
def clear(ctl: Ctl) -> None:
    """Forget what the mock was asked."""
    ctl.client.delete("/journal")
    ctl.show({}, "the journal is empty")


@command.command("verify")
@click.argument("file", type=click.File(encoding="utf-8"))
@click.pass_context
def verify(ctx: click.Context, file: TextIO) -> int:
    """Check that the mock was asked what FILE says; - is standard input. Exits with 1 where it was not.

    \b
    Examples:
      echo '{"match": {"operation": "submitInvoice"}, "times": {"exactly": 1}}' | mock-server ctl journal verify -
      mock-server ctl --namespace checkout-test journal verify expected.json
    """
    try:
        expected = json.load(file)
    except (ValueError, RecursionError) as error:
        raise click.BadParameter(f"is not JSON: {error}", param_hint="'FILE'") from error
    ctl: Ctl = ctx.obj
    verdict = ctl.client.post("/journal/verify", expected).json
    ctl.show(verdict, "\n".join([verdict["message"], *map(_miss, verdict["misses"])]))
    if not verdict["verified"]:
        ctx.exit(FINDINGS)
    return 0


def line(exchange: Entry) -> str:
    """An exchange in one line."""
    address = exchange["path"] + ("?" if exchange["query"] else "") + exchange["query"]
    more = [*exchange["rules"], *([f"({exchange['steered']})"] if exchange["steered"] else [])]
    named = f"{exchange['operation'] or '-':<24}"
    parts = [exchange["at"], exchange["id"], str(exchange["status"]), f"{exchange['method']:<6}", named, address, *more]
    return "  ".join(parts)


def _refuse_contradictions(
    limit: int | None, follow: bool, form: str | None, output: Path | None, filters: Mapping[str, str | None]
) -> None:
    if form is not None and (follow or limit is not None):
        raise click.UsageError("An export has all that fits, and is not followed.")
    if form is None and output is not None:
        raise click.UsageError("A file is written with --export har, curl or ndjson.")
    if follow and filters["before"] is not None:
        raise click.UsageError("What comes can't be before anything.")


def _export(ctl: Ctl, form: str, output: Path | None, filters: Mapping[str, str | None]) -> None:
    text = ctl.client.get("/journal/export", {**filters, "format": form}).text
    if output is None:
        click.echo(text, nl=not text.endswith("\n"))
        return
    try:
        output.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise click.BadParameter(f"{output} can't be written: {error.strerror}", param_hint="'--output'") from error
    click.echo(f"written: {output}", err=True)


def _follow(ctl: Ctl, listed: list[Entry], filters: Mapping[str, str | None]) -> None:
    after = listed[-1]["id"] if listed else filters["after"]
    for event in ctl.client.events("/journal/stream", {**filters, "after": after}):
        told = json.loads(event.data)
        if event.name == "lost":
            click.echo(f"mock-server: {told['lost']} exchanges came too fast and are not shown", err=True)
        else:
            _print(ctl, told)


def _print(ctl: Ctl, exchange: Entry) -> None:
    """One line at once, as JSON where that is wanted."""
    click.echo(json.dumps(exchange, ensure_ascii=False) if ctl.as_json else line(exchange))


def _message(message: Entry) -> str:
    headers = "\n".join(f"{each['name']}: {each['value']}" for each in message["headers"])
    if "json" in message:
        return f"{headers}\n\n{json.dumps(message['json'], indent=2, ensure_ascii=False)}"
    if "text" in message:
        return f"{headers}\n\n{message['text']}"
    return f"{headers}\n\n({message['sizeBytes']} bytes)" if message["sizeBytes"] else headers


def _miss(miss: Entry) -> str:
    said = [
        f"    {each['pointer']}: {_shown(each, 'expected')} was expected, there is {_shown(each, 'actual')}"
        for each in miss["differences"]
    ]
    return "\n".join([f"  {line(miss['exchange'])}", *said])


def _shown(difference: Entry, side: str) -> str:
    return json.dumps(difference[side], ensure_ascii=False) if side in difference else "nothing"
