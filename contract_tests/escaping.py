"""How a text is written in each format of the reports so that it stays a text, whatever is in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from contract_tests.texts import shown

_MARKUP = frozenset("\\`*_{}[]()<>#+-!|~&\"'@$^=:")
_NUMBERED = re.compile(r"^([0-9]+)\.(?= |$)")
"""What would begin a list at the beginning of a line."""

_MARKS = frozenset("\\`*_[]<>|~&#@")
_COMMAND = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_COMMAND_PROPERTY = {**_COMMAND, ":": "%3A", ",": "%2C"}
_BRACKET = re.compile(r"(\\*)\[")

_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def markdown_text(value: Any, most: int = 300) -> str:
    """Plain words in one line: nothing in them is taken for Markdown or HTML."""
    words = "".join(f"&#{ord(each)};" if each in _MARKUP else each for each in shown(value, most))
    return _NUMBERED.sub(r"\1&#46;", words)


def markdown_code(value: Any, most: int = 300) -> str:
    """The same, as code."""
    return f"<code>{markdown_text(value, most)}</code>"


def markdown_words(value: Any, most: int = 300) -> str:
    """The same for texts that people edit afterwards: as few marks as possible, none of which begins a line."""
    return "".join(f"\\{each}" if each in _MARKS else each for each in shown(value, most))


def markdown_block(content: str, language: str) -> str:
    """Lines of code, whatever is in them."""
    longest = max((len(each) for each in re.findall(r"`+", content)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{content.rstrip()}\n{fence}\n"


def xml_attributes(**values: str) -> str:
    """Attributes with a blank before each."""
    return "".join(f" {name}={quoteattr(_allowed_in_xml(value))}" for name, value in values.items())


def xml_text(text: str) -> str:
    """The inside of an element."""
    return escape(_allowed_in_xml(text))


def annotation(level: str, message: str, **properties: str) -> str:
    """A line that GitHub Actions takes for an annotation: `error`, `warning` or `notice`."""
    written = ",".join(f"{name}={_replaced(value, _COMMAND_PROPERTY)}" for name, value in properties.items())
    return f"::{level} {written}::{_replaced(message, _COMMAND)}\n"


def sarif_text(text: str) -> str:
    """A message of SARIF, in which `[words](place)` would be a link; `\\[` is a bracket there, `\\\\` a backslash."""
    return _BRACKET.sub(lambda found: 2 * found[1] + "\\[", text) if "](" in text else text


def sarif_markdown(text: str) -> str:
    """Plain words in SARIF's Markdown."""
    return "".join(f"\\{each}" if each in "\\`*_{}[]()#+-.!|<>~" else each for each in text)


def relative_uri(path: str) -> str:
    """A path as SARIF takes it."""
    return quote(path.encode("utf-8", "replace"), safe="/-._~@+=,")


def _replaced(text: str, replacements: Mapping[str, str]) -> str:
    return "".join(replacements.get(each, each) for each in text)


def _allowed_in_xml(text: str) -> str:
    """The text without the characters that XML can't have."""
    return _NOT_IN_XML.sub("\ufffd", text)
