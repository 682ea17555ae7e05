"""The Prefer header is read as RFC 7240 writes it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.core.steering.prefer import MalformedPreference, Preferences, preferences

MAX_WAIT = 30
TOKEN = st.text("abcXYZ0123456789!#$%&'*+-.^_`|~", min_size=1, max_size=12)
TEXT = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=12)


def read(*lines: str) -> Preferences:
    return preferences(lines, MAX_WAIT)


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["code=404, example=unknown, wait=1.5"], Preferences(404, "unknown", 1.5)),
        (["code=404", "example=unknown", "wait=1.5"], Preferences(404, "unknown", 1.5)),
        (["code=404,example=unknown,wait=2"], Preferences(404, "unknown", 2)),
        (['code="404", example="un known", wait="0.5"'], Preferences(404, "un known", 0.5)),
        (['example="a, code=500; b"'], Preferences(example="a, code=500; b")),
        (['example="say \\"hello\\" \\\\ back"'], Preferences(example='say "hello" \\ back')),
        (["CODE = 404 , Example\t=\tunknown"], Preferences(404, "unknown")),
        (['code=404; foo=bar; baz="x, code=500"; qux, wait=1'], Preferences(404, None, 1)),
        (["code=404, code=500"], Preferences(404)),
        (["code=404", "code=500"], Preferences(404)),
        (["code=404, code=nonsense"], Preferences(404)),
        (["respond-async, return=minimal, handling=lenient, dynamic"], Preferences()),
        (["respond-async, code=404, =5, ,, ;"], Preferences(404)),
        ([""], Preferences()),
        ([], Preferences()),
        (["wait=0"], Preferences(wait_seconds=0)),
        (["wait=30"], Preferences(wait_seconds=30)),
    ],
)
def test_what_is_asked_for_is_read(lines: list[str], expected: Preferences) -> None:
    assert read(*lines) == expected


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("code", "code=404"),
        ("code=", "code=404"),
        ('code=""', "code=404"),
        ("code=4O4", "code=404"),
        ("code=4040", "code=404"),
        ("code=099", "code=404"),
        ("code=600", "code=404"),
        ("code=-404", "code=404"),
        ("code=٤٠٤", "code=404"),
        ("code=404 500", "code=404"),
        ("code=4.4", "code=404"),
        ("code; x=404", "code=404"),
        ("code=nonsense, code=404", "code=404"),
        ("example", "example=unknown"),
        ('example=""', "example=unknown"),
        ("example=two words", "example=unknown"),
        ("wait", "0 to 30"),
        ("wait=-1", "0 to 30"),
        ("wait=31", "0 to 30"),
        ("wait=30.001", "0 to 30"),
        ("wait=1e1", "0 to 30"),
        ("wait=.5", "0 to 30"),
        ("wait=soon", "0 to 30"),
        ("wait=nan", "0 to 30"),
        ("wait=999999999999999999", "0 to 30"),
        ('example="never closed', "never closed"),
        ('unknown="never closed, code=404', "never closed"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_word_on_what_could(line: str, names: str) -> None:
    with pytest.raises(MalformedPreference, match=names):
        read(line)


def test_unknown_preferences_may_have_any_value() -> None:
    assert read("depth-noroot=%, foo=a b c, wait-a-minute=soon, code=404") == Preferences(404)


def test_an_answer_is_asked_for_by_status_or_example_alone() -> None:
    assert Preferences(404).has_answer
    assert Preferences(example="unknown").has_answer
    assert not Preferences(wait_seconds=1).has_answer
    assert not Preferences().has_answer


def test_what_was_applied_is_told_in_full_and_in_short() -> None:
    asked = Preferences(404, "un known", 1.5)

    assert asked.applied == 'code=404, example="un known", wait=1.5'
    assert asked.steered == "prefer code=404"
    assert Preferences(example="paid").steered == "prefer example=paid"
    assert Preferences(wait_seconds=2).steered == "prefer wait=2"


@given(
    code=st.none() | st.integers(100, 599),
    example=st.none() | TEXT,
    wait=st.none() | st.integers(0, MAX_WAIT * 10).map(lambda tenths: tenths / 10),
)
def test_what_is_told_as_applied_asks_for_the_same_again(
    code: int | None, example: str | None, wait: float | None
) -> None:
    asked = Preferences(code, example, wait)

    assert read(asked.applied) == asked


@given(
    others=st.lists(st.tuples(TOKEN, st.none() | TOKEN | TEXT.map(quoted)), max_size=6),
    parameters=st.lists(st.tuples(TOKEN, TEXT.map(quoted)), max_size=3),
    at=st.integers(0, 6),
    space=st.sampled_from(["", " ", "\t "]),
)
def test_what_is_unknown_changes_nothing_wherever_it_stands(
    others: list[tuple[str, str | None]], parameters: list[tuple[str, str]], at: int, space: str
) -> None:
    unknown = [f"x-{name}" if value is None else f"x-{name}{space}={space}{value}" for name, value in others]
    known = "code=404" + "".join(f"{space};{space}{name}={value}" for name, value in parameters)
    line = f"{space},{space}".join([*unknown[:at], known, *unknown[at:]])

    assert read(line) == Preferences(404)


@given(st.lists(st.text(), max_size=3))
def test_any_header_is_read_or_refused(lines: list[str]) -> None:
    try:
        found = read(*lines)
    except MalformedPreference:
        return

    assert found.wait_seconds is None or 0 <= found.wait_seconds <= MAX_WAIT
    assert found.code is None or 100 <= found.code <= 599
