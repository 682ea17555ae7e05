"""What a word without quotes means: the core schema of YAML 1.2, as far as JSON has a word for it."""

from __future__ import annotations

import re
from typing import Any

from contract_tests.gate.sources.json_numbers import integer, real

_CONSTANTS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?[0-9]+")
_OTHER_BASE = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NO_NUMBER = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_MAY_BE_NO_TEXT = frozenset("~nNtTfF+-.0123456789")
"""How everything begins that is not simply a text (the core schema of YAML 1.2)."""


def plain_value(text: str) -> Any:
    """The value of a plain scalar. Raises `ValueError`, to be shown, for what is a value in YAML alone."""
    if text and text[0] not in _MAY_BE_NO_TEXT:
        return text
    return _CONSTANTS[text] if text in _CONSTANTS else _number(text)


def _number(text: str) -> Any:
    if _INTEGER.fullmatch(text):
        return integer(text)
    if _FLOAT.fullmatch(text):
        return real(text)
    if _OTHER_BASE.fullmatch(text):
        return int(text, 0)
    if _NO_NUMBER.fullmatch(text):
        raise ValueError(f"has {text}, which is no value of JSON")
    return text
