"""What the text of a YAML file says to some readers and not to others."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from contract_tests.gate.lint.check import Found, Weight, check
from contract_tests.gate.lint.editing import Quote, ReplaceText
from contract_tests.gate.lint.subject import Subject
from contract_tests.gate.lint.yaml_tree import TEXT, Scalar
from contract_tests.gate.specification import Node
from openapi.documents import pointer_parts

_STATUS = re.compile(r"[1-5][0-9][0-9]")
_BLANKS = re.compile(r"[ \t]+(?=\r?$)", re.MULTILINE)
MAY_NEED_QUOTES = re.compile(
    r"(?:^|[-:?,\[{])[ \t]*(?:[&!]\S+[ \t]+)*"
    r"(?:yes|no|on|off|=|<<"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt \t]+[0-9][0-9:. \tZz+-]*)?|[-+]?[0-9][0-9_]*(?::[0-9.]+)+"
    r"|[-+]?(?:0[bx])?[0-9a-f.]*_[0-9a-f._]*(?:e[-+]?[0-9]+)?|[-+]?0b[01]+)[ \t\r]*(?:$|[,\]}:]|[ \t]#)",
    re.IGNORECASE | re.MULTILINE,
)
_MAY_BE_STATUS = re.compile(r"(?:^|[{,])\s*[1-5][0-9][0-9][ \t]*:", re.MULTILINE)
"""Where a text has none of that, its scalars need not be looked at one by one, which takes long."""

_SAME = re.compile(r"[-+]?(0|[1-9][0-9]*)|[-+]?(0|[1-9][0-9]*)?\.[0-9]+([eE][-+]?[0-9]+)?|true|false|null|~|", re.I)
"""What YAML 1.1 and 1.2 read alike, though it is no text."""


@check(
    "text-quoted",
    Weight.STRICT,
    "words that YAML 1.1 takes for something else than YAML 1.2 stand in quotes",
    "write it in quotes",
    fixes="puts it in quotes",
)
def is_quoted(subject: Subject) -> Iterator[Found]:
    """Such as `no` and `on`, which older readers take for false and true, and `2026-01-31` or `12:30`."""
    for each in _scalars(subject, MAY_NEED_QUOTES):
        if each.is_plain and each.tag != TEXT and is_text(each.node.value):
            node = _node(subject, each)
            edit = Quote(each.pointer, each.is_key)
            yield Found(node, f"some readers don't take {each.node.value} for a text", edit, each.line)


@check(
    "status-quoted",
    Weight.STRICT,
    "statuses stand in quotes, for names are texts in JSON",
    "write it in quotes",
    fixes="puts it in quotes",
)
def has_quoted_statuses(subject: Subject) -> Iterator[Found]:
    for each in _scalars(subject, _MAY_BE_STATUS):
        is_status = each.is_key and each.is_plain and _STATUS.fullmatch(each.node.value)
        if is_status and pointer_parts(each.pointer)[-2:-1] == ["responses"]:
            node = _node(subject, each)
            edit = Quote(each.pointer, is_key=True)
            yield Found(node, f"the status {each.node.value} stands without quotes", edit, each.line)


@check(
    "blanks",
    Weight.ADVICE,
    "no line ends with blanks, and the last one with a line break",
    "remove the blanks, or add the line break",
    fixes="mends the end of the line",
)
def has_no_blanks_at_end(subject: Subject) -> Iterator[Found]:
    """In texts of several lines blanks at the end count; those are left alone."""
    tree = subject.tree
    if tree is None or tree.is_json:
        return
    for found in _BLANKS.finditer(tree.text):
        number = bisect_right(tree.line_starts, found.start())
        if number - 1 not in tree.block_lines:
            edit = ReplaceText(found.start(), found.end())
            yield Found(subject.root, "the line ends with blanks", edit, number)
    if not tree.text.endswith("\n"):
        edit = ReplaceText(len(tree.text), len(tree.text), tree.line_break)
        yield Found(subject.root, "the file does not end with a line break", edit, len(tree.line_starts))


def _scalars(subject: Subject, may_be: re.Pattern[str]) -> Sequence[Scalar]:
    """All scalars of a YAML text that may have what is looked for."""
    tree = subject.tree
    return tree.scalars if tree is not None and not tree.is_json and may_be.search(tree.text) else ()


def is_text(value: str) -> bool:
    """Whether YAML 1.2 takes it for a text, of which only the quotes are missing."""
    return not (_SAME.fullmatch(value) or _is_number(value))


def _is_number(value: str) -> bool:
    return (
        re.fullmatch(r"[-+]?[0-9]+(\.[0-9]*)?([eE][-+]?[0-9]+)?|0[xo][0-9a-fA-F]+|[-+]?\.(inf|nan)", value, re.I)
        is not None
    )


def _node(subject: Subject, scalar: Scalar) -> Node:
    return subject.specification.node(scalar.pointer) or subject.root
