"""Steps as a pytest file of its own: it fails where the fault shows, and passes where it was mended."""

from __future__ import annotations

from collections.abc import Iterator

from contract_tests.exchange import NO_ANSWER
from contract_tests.reproduction.steps import Call, Expected, Given, Steps, one_line, pieces

_CALL = '''

def call(method, url, headers, content=None):
    """The answer to a request that is sent as it is written here."""
    request = requests.Request(method, url, headers=headers).prepare()
    request.url, request.body = url, content
    if content:
        request.headers["content-length"] = str(len(content))
    with requests.Session() as session:
        session.trust_env = False
        session.headers.clear()
        verify = os.environ.get("CA_FILE", True)
        return session.send(request, allow_redirects=False, timeout=30, verify=verify)
'''
_VALUE = '''

def value(answer, pointer, parameter=""):
    """The value at a JSON pointer, or the parameter of the URL that stands there; None where there is none."""
    try:
        found = json.loads(answer.content, parse_float=Decimal, parse_int=Decimal)
        for part in pointer.split("/")[1:]:
            part = part.replace("~1", "/").replace("~0", "~")
            found = found[int(part)] if isinstance(found, list) else found[part]
    except (ValueError, LookupError, TypeError):
        return None
    return parse_qs(urlsplit(found).query)[parameter][0] if parameter else found
'''
_SAME = '''

def same(one, other):
    """Whether two values are alike; a figure may stand as a text."""
    def figure(each):
        try:
            return Decimal(each) if isinstance(each, str) else each
        except ArithmeticError:
            return each

    return one == other or (isinstance(one, Decimal) != isinstance(other, Decimal) and figure(one) == figure(other))


def read(text):
    return json.loads(text, parse_float=Decimal, parse_int=Decimal)
'''
_FORGED = '''

def forged(token, header, claims, signature):
    """A good token with other members; None leaves one out."""
    def changed(part, changes):
        found = {**json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))), **changes}
        text = json.dumps({name: each for name, each in found.items() if each is not None}, separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode() if changes else part

    first, second, third = token.split(".")
    other = third[:-9] + ("A" * 9 if third[-9:] != "A" * 9 else "B" * 9)
    third = {"kept": third, "none": ""}.get(signature, other)
    return ".".join([changed(first, header), changed(second, claims), third])
'''


_COMPARING = frozenset({"value", "same", "changed"})


def as_pytest(steps: Steps, name: str) -> str:
    """The file; it needs requests and pytest."""
    compares = any(each.kind in _COMPARING for each in steps.expected)
    takes = any(call.taken for call in steps.calls)
    lines = [f"# {one_line(each)}" for each in (steps.rule, steps.message)]
    lines += _imports(steps, needs_json=compares or takes)
    lines += [_given(each) for each in steps.given]
    lines += _CALL.splitlines()
    lines += _VALUE.splitlines() if compares or takes else []
    lines += _SAME.splitlines() if compares else []
    lines += _FORGED.splitlines() if steps.forged else []
    lines += ["", "", f"def test_{name}():"]
    lines += [f"    {line}" for line in _body(steps)]
    return "\n".join([*lines, ""])


def _imports(steps: Steps, *, needs_json: bool) -> Iterator[str]:
    yield from ["import base64"] if steps.forged else []
    yield from ["import json"] if needs_json or steps.forged else []
    yield "import os"
    yield from ["from decimal import Decimal", "from urllib.parse import parse_qs, urlsplit"] if needs_json else []
    yield from ["from uuid import uuid4"] if steps.fresh else []
    yield from ["", "import pytest", "import requests", ""]


def _body(steps: Steps) -> Iterator[str]:
    for each in steps.fresh:
        yield f"{each.name} = str(uuid4())"
    for bad in steps.forged:
        yield f"{bad.name} = forged({bad.base}, {dict(bad.header)!r}, {dict(bad.claims)!r}, {bad.signature!r})"
    for number, call in enumerate(steps.calls, 1):
        yield from _call(number, call)
    for expected in steps.expected:
        yield from _expected(expected, steps)
    if not steps.calls:
        yield 'pytest.skip("nothing was sent")'


def _given(given: Given) -> str:
    value = f"{given.name} = os.environ.get({given.name!r}) or "
    if given.default:
        return f"{value}{given.default!r}  # {one_line(given.says)}"
    return f"{value}pytest.fail({f'{given.name} is needed: {one_line(given.says)}'!r}, pytrace=False)"


def _call(number: int, call: Call) -> Iterator[str]:
    yield f"# {number}. {call.says}"
    if call.note:
        yield f"pytest.skip({f'step {number} can not be made again: {one_line(call.note)}'!r})"
        return
    headers = "".join(f"\n        {name!r}: {_text(value)}," for name, value in call.headers)
    content = repr(call.content) if call.content else f"({_text(call.body)}).encode()" if call.body else ""
    more = f",\n        {content}" if content else ""
    asked = f"answer{number} = call({call.method!r}, {_text(call.url)}, {{{headers}\n    }}{more})"
    yield from _answered(asked, number) if call.status == NO_ANSWER else [asked]
    for each in call.taken:
        parameter = f", {each.parameter!r}" if each.parameter else ""
        yield f"{each.name} = value(answer{number}, {each.pointer!r}{parameter})"
        yield f'assert isinstance({each.name}, str), f"step {number} did not answer with it: {{answer{number}.text}}"'


def _answered(asked: str, number: int) -> Iterator[str]:
    """A call that got no answer when the fault was found."""
    yield "try:"
    yield f"    {asked}"
    yield "except requests.ConnectionError as error:"
    yield f'    raise AssertionError(f"step {number} got no answer: {{error}}") from None'


def _expected(each: Expected, steps: Steps) -> Iterator[str]:
    call = steps.calls[each.call]
    answer = f"answer{each.call + 1}"
    if each.kind == "status":
        exact = [value for value in each.values if isinstance(value, int)]
        classes = [int(str(value)[0]) for value in each.values if not isinstance(value, int)]
        tests = ([f"{answer}.status_code in {exact!r}"] if exact else []) + (
            [f"{answer}.status_code // 100 in {classes!r}"] if classes else []
        )
        yield f"assert {' or '.join(tests)}, {answer}.text"
    elif each.kind == "told":
        yield f'assert {answer}.status_code != {call.status}, "answered as when the fault was found"'
    elif each.kind == "documented":
        yield 'conforms = pytest.importorskip("contract_tests.conforms")'
        yield (
            f"assert not list(conforms.problems({call.group!r}, {call.operation!r}, {answer}.status_code, "
            f"{answer}.headers, {answer}.content))"
        )
    elif each.kind == "same":
        pointer, other = repr(each.pointer), f"answer{each.other + 1}"
        yield f"assert same(value({answer}, {pointer}), value({other}, {pointer})), {answer}.text"
    else:
        known = "[" + ", ".join(f"read({_text(str(value))})" for value in each.values) + "]"
        truth = "any" if each.kind == "value" else "not any"
        yield f"assert {truth}(same(value({answer}, {each.pointer!r}), each) for each in {known}), {answer}.text"


def _text(text: str) -> str:
    return " + ".join(each if is_name else repr(each) for each, is_name in pieces(text)) or "''"
