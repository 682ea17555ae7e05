"""Whatever was sent and answered: it can be observed, redacted and written down as steps."""

from __future__ import annotations

import ast
import io
import json
import subprocess

from hypothesis import given, settings
from hypothesis import strategies as st

from contract_tests.broken import Broken, Difference
from contract_tests.exchange import Exchange, Sent
from contract_tests.reproduction import as_pytest, as_shell, reproduced
from tests.contract_tests.reports.exchanges import BASES, CONTRACTS, HOST, observer

PIECES = st.sampled_from(
    [
        *("http://[1", "https://x.test/?a=1234567890&a[=2", "//", "..", "%", "%zz", "\x00", "\ud800", "\ue000V1\ue001"),
        *(
            "'",
            '"',
            "`",
            "$(id)",
            "${V1}",
            "\\",
            "\n",
            "\r",
            "{",
            "[",
            "abcdefgh1234",
            "4111111111111111",
            "é",
            "\u2028",
        ),
    ]
)
TEXTS = st.lists(st.one_of(PIECES, st.text(max_size=6)), max_size=4).map("".join)
VALUES = st.recursive(
    st.one_of(TEXTS, st.none(), st.integers(), st.floats(), st.booleans()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=6,
)
BODIES = st.one_of(
    st.binary(max_size=30),
    TEXTS.map(lambda text: text.encode("utf-8", "replace")),
    VALUES.map(lambda value: json.dumps(value).encode()),
)
OPERATIONS = st.sampled_from(["", "getInvoice", "submitInvoice", "presignUpload", "publishInvoice", "nobody knows it"])
HEADERS = st.dictionaries(
    st.sampled_from(["authorization", "content-type", "idempotency-key", "x-mock-namespace", "cookie", "x-any"]), TEXTS
)


@st.composite
def exchanges(draw: st.DrawFn) -> Exchange:
    base = draw(st.sampled_from([HOST, *BASES.values(), ""]))
    sent = Sent(draw(st.sampled_from(["GET", "POST", "x y"])), base + draw(TEXTS), draw(HEADERS), draw(BODIES))
    return Exchange(sent, draw(st.integers(100, 599)), draw(HEADERS), draw(BODIES), draw(OPERATIONS))


DIFFERENCES = st.builds(
    Difference,
    st.one_of(st.sampled_from(["status", "state", "", "/id", "/a/0", "body"]), TEXTS.map("/".__add__)),
    VALUES,
    VALUES,
)


def scripts(
    steps: list[Exchange], differences: list[Difference], rule: str = "INV-ROUTE", message: str = "m"
) -> tuple[str, str]:
    watching = observer()
    for each in steps:
        watching.listen(each)
        shown = watching.redactor.step(each)
        json.dumps(vars(shown)).encode()
    broken = Broken(rule, message, differences, operation_id="getInvoice")
    made = reproduced(broken, steps, CONTRACTS, watching._target, watching)
    return as_shell(made), as_pytest(made, "finding")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(exchanges(), max_size=4),
    st.lists(DIFFERENCES, max_size=3),
    st.sampled_from(["INV-ROUTE", "SCHEMA:getInvoice:200", "SCHEMA:getInvoice:accepted", "no rule"]),
    TEXTS,
)
def test_steps_can_be_written_down(
    steps: list[Exchange], differences: list[Difference], rule: str, message: str
) -> None:
    shell, python = scripts(steps, differences, rule, message)
    ast.parse(python)
    shell.encode()


def test_a_place_that_no_script_can_name_is_none_to_look_at() -> None:
    """Half a surrogate pair in the name of a member: JSON can say it, and UTF-8 can't."""
    answer = json.dumps({"\ud800": "taken-1234567"}).encode()
    first = Exchange(Sent("GET", HOST, {}, b""), 200, {}, answer, "getInvoice")
    second = Exchange(Sent("GET", f"{HOST}/taken-1234567", {}, b""), 200, {}, answer, "getInvoice")

    for script in scripts([first, second], [Difference("/\ud800", "expected", "taken-1234567")]):
        assert "taken-1234567" in script
        script.encode()


@settings(max_examples=4, deadline=None)
@given(st.lists(st.lists(exchanges(), max_size=3), min_size=8, max_size=8))
def test_a_shell_can_read_what_was_written_down(runs: list[list[Exchange]]) -> None:
    text = io.StringIO()
    for number, steps in enumerate(runs):
        text.write(f"f{number}() {{\n{scripts(steps, [Difference('/id', 'a', 'b')])[0].replace(chr(0), '')}\n}}\n")
    read = subprocess.run(["sh", "-n"], input=text.getvalue().encode(), capture_output=True, timeout=30)
    assert (read.returncode, read.stderr) == (0, b"")
