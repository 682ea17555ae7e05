"""Descriptions that are there, and are whole sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http import HTTPStatus

from contract_tests.gate.lint.check import Found, Weight, check
from contract_tests.gate.lint.subject import Subject
from contract_tests.gate.specification import Node

_ROLES = ("tag", "operation", "parameter", "header", "body", "response", "schema", "link", "security scheme")
_ENDS = re.compile(r"[.!?:…|)`>*\"'»”’]$|```$")
_PHRASES = frozenset(each.phrase.lower() for each in HTTPStatus)
_LIST_ITEM = re.compile(r"\s*([-*+]|\d+[.)])\s")


@check(
    "description-ends",
    Weight.ADVICE,
    "a description of several words ends like a sentence",
    "end it with a full stop",
)
def ends_like_sentence(subject: Subject) -> Iterator[Found]:
    for owner, description in _described(subject):
        text = str(description or "").rstrip()
        last = text.rpartition("\n")[2]
        if " " in text and text.lower() not in _PHRASES and not _ENDS.search(text) and not _LIST_ITEM.match(last):
            yield Found(owner.own("description") or owner, f"the description ends with {last.split()[-1]!r}")


@check("description-blank", Weight.ADVICE, "no description is blank", "say something, or remove it")
def says_something(subject: Subject) -> Iterator[Found]:
    for owner, description in _described(subject):
        if not str(description or "").strip():
            yield Found(owner.own("description") or owner, "the description is blank")


@check(
    "parameter-description",
    Weight.TOOLKIT,
    "every parameter, header and tag is described",
    "say what it is for",
)
def is_described(subject: Subject) -> Iterator[Found]:
    for role in ("parameter", "header", "tag"):
        for node in subject.of(role):
            if "description" not in node.value:
                yield Found(node, f"the {role} {node.value.get('name', node.name)} is not described")


def _described(subject: Subject) -> Iterator[tuple[Node, str | None]]:
    """Whatever has a description, and the description."""
    info = subject.root.get("info")
    for owner in (*((info,) if info is not None else ()), *(each for role in _ROLES for each in subject.of(role))):
        found = owner.value.get("description", 0) if isinstance(owner.value, dict) else 0
        if found is None or isinstance(found, str):
            yield owner, found
