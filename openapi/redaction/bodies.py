"""Bodies without their secrets: JSON and forms member by member, other texts as far as they can be read."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from openapi.redaction.digits import is_card, last_four, without_cards
from openapi.redaction.names import ESCAPES, HIDDEN, MASKS, Names, folded
from openapi.redaction.texts import clean_pairs, hides_nothing, signs_in, without_secrets

FORM_TYPE = "application/x-www-form-urlencoded"
MOST_NESTING = 3
"""How deep JSON is looked for inside of JSON's own texts."""

_OPENS_JSON = ("{", "[", '"')
_OF_NUMBERS = "0123456789 -+%\\u"


Mask = Callable[[str, str], str]
"""From a mark of the contract and a value to what is shown instead."""


def masked(mark: str, value: str) -> str:
    """What is shown instead of a value, by the contract's mark."""
    return MASKS[mark](value)


@dataclass(frozen=True)
class Reader:
    """Who sent a body, and what is sensitive in it.

    `is_marked`: the operation deals in secrets, so that a body nobody can read member by member isn't kept.
    """

    names: Names
    is_marked: bool
    is_answer: bool
    mask: Mask = masked

    def clean(self, body: bytes, media_type: str, *, is_cut: bool) -> bytes | None:
        """The body without its secrets; `None` where it can't be told what they are, or where it is no text."""
        if not body:
            return body
        text = as_text(body, is_cut=is_cut)
        if text is None:
            return None
        if is_cut:
            text = text.rstrip(_OF_NUMBERS)  # what is left of a number has no check digit to know it by
            body = text.encode()
        signs = signs_in(body, self.names.signs)
        if not self.is_marked and not signs:
            return body
        cleaned = self._cleaned(text, media_type, signs)
        return None if cleaned is None else cleaned.encode("utf-8", "replace")

    def pairs(self, text: str) -> str:
        """A query or a form without its secrets."""
        return clean_pairs(text, self.names, _JsonText(self).text)

    def _cleaned(self, text: str, media_type: str, signs: Sequence[bytes]) -> str | None:
        if media_type == FORM_TYPE:
            return self._form(text)
        try:
            return _JsonText(self, signs).cleaned(text)
        except (ValueError, RecursionError):
            return self._plain(text)

    def _form(self, text: str) -> str | None:
        """A form whose names are names. One with a sensitive name inside of a longer text is something else."""
        names = [pair.partition("=")[0] for pair in text.split("&")]
        is_form = all(re.fullmatch(r"[\w.%+\-\[\]]*", each) for each in names) and "=" in text
        if not is_form and (self.is_marked or self.names.occur_in(folded(text.encode()))):
            return None
        return self.pairs(text)

    def _plain(self, text: str) -> str | None:
        cleaned = without_secrets(text, self.names, is_answer=self.is_answer)
        if self.is_marked or self.names.occur_in(folded(cleaned.encode("utf-8", "replace"))):
            return None
        return cleaned


class _JsonText:
    """One JSON text on its way to be cleaned."""

    def __init__(self, reader: Reader, signs: Sequence[bytes] | None = None, nesting: int = 0) -> None:
        """`signs`: the only ones that the text shows; where it hides some below an escape, all are looked for."""
        self._signs = reader.names.signs if signs is None or any(each in signs for each in ESCAPES) else signs
        self._reader = reader
        self._names = reader.names
        self._nesting = nesting
        self._has_changed = False

    def cleaned(self, text: str) -> str:
        """The text as it came where there is nothing to hide in it, otherwise written anew.

        Raises:
            ValueError: it is no JSON, or hardly: a member stands twice in an object.
            RecursionError: nobody would nest that deeply.
        """
        value = json.loads(
            text,
            object_pairs_hook=_members_once,
            parse_int=self._number(int),
            parse_float=self._number(float),
            parse_constant=_refuse_constant,
        )
        if self._reader.is_marked and self._nesting == 0 and not self._reader.is_answer and not isinstance(value, dict):
            raise ValueError("an operation that takes secrets takes them in an object")
        value = self._value(value)
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")) if self._has_changed else text

    def _number(self, kind: Callable[[str], Any]) -> Callable[[str], Any]:
        def read(digits: str) -> Any:
            value = kind(digits)
            whole = str(abs(int(value))) if abs(value) < 1e20 else ""
            if is_card(whole):
                return self._changed(last_four(whole))
            cleaned = without_cards(digits)
            return value if cleaned == digits else self._changed(cleaned)

        return read

    def _changed(self, value: Any) -> Any:
        self._has_changed = True
        return value

    def _value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            company = self._names_in(value)
            return [self._beside_names(each, company) for each in value]
        if isinstance(value, dict):
            return self._members(value)
        return value

    def _members(self, members: dict[str, Any]) -> dict[str, Any]:
        """An object; one that says a sensitive name in a member is taken for the name and value of something."""
        company = self._names_in(members.values())
        result = {}
        for name, value in members.items():
            mark = self._names.mark(name)
            cleaned = self._hidden(value, mark) if mark else None
            result[self.text(name)] = cleaned if mark else self._beside_names(value, company)
        return result

    def _names_in(self, values: Iterable[Any]) -> list[str]:
        return [each for each in values if isinstance(each, str) and self._names.is_name(each)]

    def _beside_names(self, value: Any, company: Sequence[str]) -> Any:
        """A value in the company of sensitive names, which may be what one of them is the name of.

        Of several that look like names one may be the value: then only those are shown that are names exactly.
        """
        if not company:
            return self._value(value)
        is_name = value in company and (len(company) == 1 or self._names.is_exactly_name(value))
        return value if is_name else self._hidden(value, "hidden")

    def _hidden(self, value: Any, mark: str) -> Any:
        """All that stands under a sensitive name, whatever its shape."""
        if isinstance(value, list):
            return [self._hidden(each, mark) for each in value]
        if isinstance(value, dict):
            return {self.text(name): self._hidden(each, mark) for name, each in value.items()}
        if value is None or isinstance(value, bool) or value == "":
            return value
        if isinstance(value, str) and self._reader.is_answer and hides_nothing(value):
            return self.text(value)
        return self._changed(self._reader.mask(mark, str(value)))

    def text(self, text: str) -> str:
        """A text inside of a value, without its secrets."""
        if not self._signs or not signs_in(text.encode("utf-8", "replace"), self._signs):
            return text
        cleaned = self._inner_json(text) if text.lstrip()[:1] in _OPENS_JSON else text
        cleaned = without_secrets(cleaned, self._names, is_answer=self._reader.is_answer)
        return text if cleaned == text else self._changed(cleaned)

    def _inner_json(self, text: str) -> str:
        """JSON inside of a text; what begins like it and mentions a secret, but can't be read, isn't kept."""
        if self._nesting == MOST_NESTING:
            return HIDDEN
        try:
            return _JsonText(self._reader, nesting=self._nesting + 1).cleaned(text)
        except (ValueError, RecursionError):
            return HIDDEN


def as_text(body: bytes, *, is_cut: bool) -> str | None:
    """`None` for what is no UTF-8 text, the last character of a cut one left out where it was cut in two."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        if not is_cut or error.start < len(body) - 3:
            return None
        text = body[: error.start].decode("utf-8")
    return None if "\x00" in text else text


def _members_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a member stands twice")
    return members


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")
