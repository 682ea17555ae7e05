"""`mock-server ctl faults`: let things go wrong, and see what has."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import click

from mock_server.cli.control_client import below
from mock_server.cli.ctl import Ctl

_EFFECTS: dict[str, Callable[[Any], str]] = {
    "status": lambda value: f"status {value}",
    "reset": lambda value: "reset",
    "close": lambda value: "close",
    "truncate": lambda value: f"truncate to {value['keepBytes']} bytes" if value else "truncate to half",
    "slow": lambda value: f"slow, {value['bytesPerSecond']} bytes/s",
    "malformedJson": lambda value: "malformed JSON",
    "stale": lambda value: "stale reads",
    "delayMs": lambda value: f"{value} ms late",
}
"""How each effect reads in a list."""


def _pairs(ctx: click.Context, param: click.Parameter, values: Sequence[str]) -> dict[str, str]:
    """What is given as `NAME=VALUE`."""
    for value in values:
        if not value.partition("=")[0] or "=" not in value:
            raise click.BadParameter(f"{value!r} is not NAME=VALUE", ctx, param)
    return {name: value for name, _, value in (each.partition("=") for each in values)}


def _json_pairs(ctx: click.Context, param: click.Parameter, values: Sequence[str]) -> dict[str, Any]:
    """What is given as `POINTER=JSON`; the empty pointer stands for the whole."""
    found = (value.partition("=") for value in values)
    return {pointer: _json(ctx, param, content) for pointer, _, content in found}


def _one_json(ctx: click.Context, param: click.Parameter, content: str | None) -> tuple[Any] | None:
    """The value alone in a tuple, since null is one, too."""
    return None if content is None else (_json(ctx, param, content),)


def _json(ctx: click.Context, param: click.Parameter, content: str) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise click.BadParameter(f"{content!r} is not JSON; a text needs quotes", ctx, param) from error


@click.group("faults")
def command() -> None:
    """Let things go wrong, and see what has."""


@command.command("add")
@click.option("--operation", "operations", multiple=True, metavar="ID", help="Only calls of it; repeatable.")
@click.option("--method", metavar="METHOD", help="Only calls with this method.")
@click.option("--path", metavar="PATTERN", help="Only calls of these paths; * is any characters, ? is one.")
@click.option("--header", "headers", multiple=True, callback=_pairs, metavar="NAME=VALUE", help="Only calls with it.")
@click.option("--with-header", "present", multiple=True, metavar="NAME", help="Only calls that have it.")
@click.option("--without-header", "absent", multiple=True, metavar="NAME", help="Only calls that lack it.")
@click.option(
    "--body",
    multiple=True,
    callback=_json_pairs,
    metavar="POINTER=JSON",
    help="Only calls with this value in their JSON body, such as /totalAmount=59.97.",
)
@click.option("--times", type=int, metavar="N", help="The next N matching calls; else until it is cleared.")
@click.option("--skip", type=int, metavar="N", help="Let the first N matching calls pass.")
@click.option("--probability", type=float, metavar="P", help="From 0 to 1; else every call.")
@click.option("--seed", type=int, metavar="N", help="The same seed, the same calls.")
@click.option("--delay-ms", type=int, metavar="MS", help="Wait before anything else; may stand alone.")
@click.option("--status", type=int, metavar="STATUS", help="Answer with this instead of the operation.")
@click.option(
    "--answer-json", callback=_one_json, metavar="JSON", help="Body of that answer; else the contract's example."
)
@click.option("--answer-text", metavar="TEXT", help="Body of that answer as plain text.")
@click.option(
    "--answer-header", "answer_headers", multiple=True, callback=_pairs, metavar="NAME=VALUE", help="Header of it."
)
@click.option("--reset", is_flag=True, help="Reset the connection.")
@click.option("--close", is_flag=True, help="Close the connection without an answer.")
@click.option("--truncate", metavar="BYTES|half", help="Keep so much of the answer's body, then close.")
@click.option("--slow", type=int, metavar="BYTES", help="Send so many bytes of the answer's body a second.")
@click.option("--malformed-json", is_flag=True, help="Garble the answer's JSON.")
@click.option("--stale", is_flag=True, help="Let reads see the state as it is now.")
@click.pass_obj
def add(ctl: Ctl, /, **given: Any) -> None:
    """Let something go wrong: one effect, or a delay alone.

    \b
    Examples:
      mock-server ctl faults add --operation getInvoice --status 503 --times 2
      mock-server ctl faults add --probability 0.1 --seed 7 --reset
      mock-server ctl faults add --method PUT --path '/_s3/*' --skip 1 --times 1 --close
      mock-server ctl faults add --operation submitInvoice --body /totalAmount=59.97 --delay-ms 5000
      mock-server ctl faults add --operation listInvoices --truncate half
      mock-server ctl faults add --without-header x-retry --status 429 --answer-header retry-after=1
    """
    fault = ctl.client.post("/faults", dict(_stated(given))).json
    ctl.show(fault, _line(fault))


@command.command("list")
@click.pass_obj
def list_(ctl: Ctl) -> None:
    """List the faults, and what has become of them.

    \b
    Example:
      mock-server ctl --namespace checkout-test faults list
    """
    found = ctl.client.get("/faults").json
    ctl.show(found, "\n".join(map(_line, found["faults"])) or "no faults")


@command.command("clear")
@click.argument("fault_ids", nargs=-1, metavar="[FAULT]...")
@click.pass_obj
def clear(ctl: Ctl, fault_ids: Sequence[str]) -> None:
    """Forget these faults; without any named, all of them.

    \b
    Examples:
      mock-server ctl faults clear
      mock-server ctl faults clear fault-1 fault-3
    """
    for path in [below("faults", each) for each in fault_ids] or ["/faults"]:
        ctl.client.delete(path)
    ctl.show({"cleared": list(fault_ids) or "all"}, f"cleared: {', '.join(fault_ids) or 'all faults'}")


def _stated(given: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The options as the control API wants them; what was not given is left out."""
    match = dict(_match(given))
    if match:
        yield "match", match
    for name, option in _PLAIN.items():
        if given[option] is not None:
            yield name, given[option]
    for name, option in _FLAGS.items():
        if given[option]:
            yield name, True
    if given["answer_json"] is not None:
        yield "body", given["answer_json"][0]
    if given["answer_headers"]:
        yield "headers", given["answer_headers"]
    if given["truncate"] is not None:
        yield "truncate", {} if given["truncate"] == "half" else {"keepBytes": _bytes(given["truncate"])}
    if given["slow"] is not None:
        yield "slow", {"bytesPerSecond": given["slow"]}


_PLAIN = {
    "times": "times",
    "skip": "skip",
    "probability": "probability",
    "seed": "seed",
    "delayMs": "delay_ms",
    "status": "status",
    "text": "answer_text",
}
_FLAGS = {"reset": "reset", "close": "close", "malformedJson": "malformed_json", "stale": "stale"}
"""Member of a fault -> the option that states it."""


def _match(given: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    headers = {
        **given["headers"],
        **{name: {"present": True} for name in given["present"]},
        **{name: {"present": False} for name in given["absent"]},
    }
    stated = {
        "operations": list(given["operations"]),
        "method": given["method"] and given["method"].upper(),
        "path": given["path"],
        "headers": headers,
        "body": given["body"],
    }
    return ((name, value) for name, value in stated.items() if value)


def _bytes(text: str) -> int:
    if not text.isdecimal():
        raise click.BadParameter(f"{text!r} is no number of bytes, and not half", param_hint="'--truncate'")
    return int(text)


def _line(fault: Mapping[str, Any]) -> str:
    """A fault in one line."""
    effects = ", ".join(said(fault[name]) for name, said in _EFFECTS.items() if name in fault)
    about = json.dumps(fault["match"], ensure_ascii=False) if fault.get("match") else "every call"
    left = f"{fault['remaining']} left" if "remaining" in fault else "until cleared"
    return f"{fault['id']}  {effects}  on {about}; matched {fault['matched']}, applied {fault['applied']}, {left}"
