"""The Prefer header (RFC 7240): what a client asks of one answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mock_server.core.errors import MockServerError

_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|[^",;]+|[",;]')
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_STATUS = re.compile(r"[1-5][0-9]{2}")
_SECONDS = re.compile(r"[0-9]{1,9}(\.[0-9]{1,3})?")


class MalformedPreference(MockServerError):
    """A preference that is known here has a value that can't be meant; the message says which one would do."""


@dataclass(frozen=True)
class Preferences:
    """What was asked for; `None` for what was not. `example`: the name of an example in the contract."""

    code: int | None = None
    example: str | None = None
    wait_seconds: float | None = None

    @property
    def has_answer(self) -> bool:
        """Whether an answer of the contract is wanted instead of the operation's own."""
        return self.code is not None or self.example is not None

    @property
    def applied(self) -> str:
        """All of it, as in the header Preference-Applied."""
        return ", ".join(self._stated())

    @property
    def steered(self) -> str:
        """What decides on the answer, in short."""
        return f"prefer {next(self._stated(), 'nothing')}"

    def _stated(self) -> Iterator[str]:
        if self.code is not None:
            yield f"code={self.code}"
        if self.example is not None:
            yield f"example={_word(self.example)}"
        if self.wait_seconds is not None:
            yield f"wait={self.wait_seconds:g}"


def preferences(lines: Sequence[str], max_wait_seconds: float) -> Preferences:
    """What the lines of the header ask for. The first of two equal preferences wins; unknown ones are ignored.

    Raises:
        MalformedPreference: a known preference has no value or an impossible one, or a quote is never closed.
    """
    stated: dict[str, str] = {}
    for line in lines:
        for name, value in _pairs(line):
            stated.setdefault(name, value)
    return Preferences(
        code=_code(stated["code"]) if "code" in stated else None,
        example=_example(stated["example"]) if "example" in stated else None,
        wait_seconds=_wait(stated["wait"], max_wait_seconds) if "wait" in stated else None,
    )


def _pairs(line: str) -> Iterator[tuple[str, str]]:
    """Names in lower case and values as they stand there, quotes included; parameters are dropped."""
    for element in _split(line):
        name, _, value = element.partition("=")
        yield name.strip().lower(), value.strip()


def _split(line: str) -> Iterator[str]:
    """What stands between the commas, each without what follows its first semicolon."""
    element, is_parameter = "", False
    for piece in _PIECE.findall(line):
        if piece == '"':
            raise MalformedPreference("The Prefer header has a quote that is never closed.")
        if piece == ",":
            yield element
            element, is_parameter = "", False
        elif piece == ";":
            is_parameter = True
        elif not is_parameter:
            element += piece
    yield element


def _code(value: str) -> int:
    text = _unquoted(value)
    if not _STATUS.fullmatch(text):
        raise MalformedPreference("Prefer: code takes a status of three digits, such as code=404.")
    return int(text)


def _example(value: str) -> str:
    text = _unquoted(value)
    if not text:
        raise MalformedPreference("Prefer: example takes the name of an example, such as example=unknown.")
    return text


def _wait(value: str, max_seconds: float) -> float:
    text = _unquoted(value)
    if not _SECONDS.fullmatch(text) or float(text) > max_seconds:
        raise MalformedPreference(f"Prefer: wait takes seconds from 0 to {max_seconds:g}, such as wait=1.5.")
    return float(text)


def _unquoted(value: str) -> str:
    """The text of a token or a quoted string; "" for anything else, which stands for no value."""
    if _TOKEN.fullmatch(value):
        return value
    found = _QUOTED.fullmatch(value)
    return re.sub(r"\\(.)", r"\1", found[1]) if found else ""


def _word(text: str) -> str:
    if _TOKEN.fullmatch(text):
        return text
    escaped = re.sub(r'(["\\])', r"\\\1", text)
    return f'"{escaped}"'
