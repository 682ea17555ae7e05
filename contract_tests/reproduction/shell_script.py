"""Steps as a shell script: exit code 0 where all is as expected, 1 where the fault shows, 2 where it can't be told."""

from __future__ import annotations

import base64
import json
import shlex
from collections.abc import Iterator, Sequence

from contract_tests.exchange import NO_ANSWER
from contract_tests.reproduction.steps import Call, Expected, Forged, Given, Steps, one_line, pieces

_NOT_IN_EXPANSIONS = frozenset("\"'$`\\{}")
LONGEST_ARGUMENT = 60_000
_HEAD = r"""
DIR=$(mktemp -d) || exit 2
trap 'rm -rf "$DIR"' EXIT
RESULT=0
PYTHON=${PYTHON:-python3}
step() { # number, then what curl is told
  N=$1; shift
  curl -sS --path-as-is --globoff -o "$DIR/$N.body" -D "$DIR/$N.head" -w '%{http_code}' "$@" >"$DIR/$N.status" || silent
  touch "$DIR/$N.body"
  echo "step $N: $(cat "$DIR/$N.status")"
}
silent() { # no answer came, which is the fault where none came then
  [ "$N" = "${UNANSWERED:-}" ] || exit 2
  echo "FAULT: step $N got no answer"; exit 1
}
fault() { echo "FAULT: $1"; RESULT=1; }
"""
_JSON = r"""
json() { "$PYTHON" -c '
import json, sys
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit
def read(text):
    return json.loads(text, parse_float=Decimal, parse_int=Decimal)
def at(number, pointer):
    try:
        value = read(open(sys.argv[1] + "/" + number + ".body", encoding="utf-8").read())
        for part in pointer.split("/")[1:]:
            part = part.replace("~1", "/").replace("~0", "~")
            value = value[int(part)] if isinstance(value, list) else value[part]
        return value
    except (ValueError, LookupError, TypeError):
        return None
def figure(value):
    try:
        return Decimal(value) if isinstance(value, str) else value
    except ArithmeticError:
        return value
def same(one, other):
    return one == other or (isinstance(one, Decimal) != isinstance(other, Decimal) and figure(one) == figure(other))
what, number, pointer, *rest = sys.argv[2:]
value = at(number, pointer)
if what == "take":
    value = parse_qs(urlsplit(value).query)[rest[0]][0] if rest[0] else value
    sys.exit(2) if value is None else print(value, end="")
elif what == "same":
    sys.exit(0 if same(value, at(rest[0], pointer)) else 1)
else:
    sys.exit(0 if any(same(value, read(each)) for each in rest) == (what == "is") else 1)
' "$DIR" "$@"; }
take() { json take "$@" || { echo "step $1 did not answer with $2" >&2; exit 2; }; }
"""
_FORGE = r"""
forged() { "$PYTHON" -c '
import base64, json, sys
token, header, claims, signature = sys.argv[1:]
def changed(part, changes):
    value = {**json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))), **json.loads(changes)}
    text = json.dumps({name: each for name, each in value.items() if each is not None}, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()
parts = token.split(".")
other = parts[2][:-9] + ("A" * 9 if parts[2][-9:] != "A" * 9 else "B" * 9)
made = [changed(part, changes) if changes != "{}" else part for part, changes in zip(parts, (header, claims))]
made.append({"kept": parts[2], "none": ""}.get(signature, other))
print(".".join(made), end="")
' "$@"; }
"""


def as_shell(steps: Steps) -> str:
    """The script; it needs a shell, curl and Python."""
    lines = ["#!/bin/sh", *(f"# {one_line(each)}" for each in (steps.rule, steps.message)), ""]
    lines += [_given(each) for each in steps.given]
    lines += _HEAD.splitlines()
    lines += [f"UNANSWERED={number}" for number, call in enumerate(steps.calls, 1) if call.status == NO_ANSWER]
    needs_json = any(call.taken for call in steps.calls) or any(each.pointer for each in steps.expected)
    lines += _JSON.splitlines() if needs_json else []
    lines += _FORGE.splitlines() if steps.forged else []
    lines += [_forged(each) for each in steps.forged]
    lines += [f"{each.name}=$(\"$PYTHON\" -c 'import uuid; print(uuid.uuid4())')" for each in steps.fresh]
    for number, call in enumerate(steps.calls, 1):
        lines += ["", *_call(number, call)]
    lines += ["", "# What is expected:", *(line for each in steps.expected for line in _expected(each, steps.calls))]
    return "\n".join([*lines, '[ "$RESULT" = 0 ] && echo "as expected"', 'exit "$RESULT"', ""])


def _given(given: Given) -> str:
    says = "".join(each for each in one_line(given.says) if each not in _NOT_IN_EXPANSIONS)
    if not given.default:
        return f': "${{{given.name}:?{says}}}"'
    return f'[ -n "${{{given.name}:-}}" ] || {given.name}={shlex.quote(given.default)} # {says}'


def _forged(each: Forged) -> str:
    changes = (shlex.quote(json.dumps(dict(part))) for part in (each.header, each.claims))
    return f'{each.name}=$(forged "${each.base}" {" ".join(changes)} {each.signature})'


def _call(number: int, call: Call) -> Iterator[str]:
    yield f"# {number}. {call.says}"
    if call.note:
        yield f"# {one_line(call.note)}"
        yield f'echo "step {number} can not be made again: {one_line(call.note)}" >&2; exit 2'
        return
    content = call.content
    if len(call.body) > LONGEST_ARGUMENT:
        content = call.body.encode()  # a longer one is no argument
    if content:
        yield f'printf %s {shlex.quote(base64.b64encode(content).decode())} | base64 -d >"$DIR/{number}.sent"'
    yield " \\\n  ".join(
        [f"step {number} {_method(call)} {_text(call.url)}", *_headers(call), *_body(number, call, content)]
    )
    for each in call.taken:
        yield f"{each.name}=$(take {number} {shlex.quote(each.pointer)} {shlex.quote(each.parameter)}) || exit 2"


def _method(call: Call) -> str:
    return "--head" if call.method == "HEAD" else f"-X {shlex.quote(call.method)}"


def _headers(call: Call) -> Iterator[str]:
    names = {name for name, _ in call.headers}
    for name, value in call.headers:
        yield f"-H {_text(f'{name}: {value}' if value else f'{name};')}"
    if (call.body or call.content) and "content-type" not in names:
        yield "-H content-type:"  # curl would say it is a form


def _body(number: int, call: Call, content: bytes) -> Iterator[str]:
    if content:
        yield f'--data-binary @"$DIR/{number}.sent"'
    elif call.body:
        yield f"--data-raw {_text(call.body)}"


def _expected(each: Expected, calls: Sequence[Call]) -> Iterator[str]:
    number = each.call + 1
    call = calls[each.call]
    if each.kind in {"status", "told"}:
        yield f'case "$(cat "$DIR/{number}.status")" in'
        if each.kind == "told":
            yield f'{call.status}) fault "step {number} was answered {call.status}, as when the fault was found" ;;'
        else:
            patterns = "|".join(str(value).replace("xx", "??") for value in each.values)
            wanted = " or ".join(map(str, each.values))
            yield f'{patterns}) ;; *) fault "step {number} should be answered {wanted}" ;;'
        yield "esac"
    elif each.kind == "documented":
        yield (
            f'"$PYTHON" -m contract_tests.conforms {shlex.quote(call.group)} {shlex.quote(call.operation)} '
            f'"$DIR/{number}.head" "$DIR/{number}.body"; case $? in 0) ;; '
            f'1) fault "step {number} is not answered as the contract has it" ;; *) exit 2 ;; esac'
        )
    else:
        yield from _compared(each, number)


def _compared(each: Expected, number: int) -> Iterator[str]:
    pointer, said = shlex.quote(each.pointer), one_line(each.pointer)
    if each.kind == "same":
        told = f"{said} of step {number} differs from step {each.other + 1}"
        yield f"json same {number} {pointer} {each.other + 1} || fault {shlex.quote(told)}"
        return
    how, told = {
        "value": ("is", f"{said} of step {number} is not what is expected"),
        "changed": ("is-not", f"{said} of step {number} is as when the fault was found"),
    }[each.kind]
    values = " ".join(_text(str(value)) for value in each.values)
    yield f"json {how} {number} {pointer} {values} || fault {shlex.quote(told)}"


def _text(text: str) -> str:
    return "".join(f'"${{{each}}}"' if is_name else shlex.quote(each) for each, is_name in pieces(text)) or "''"
