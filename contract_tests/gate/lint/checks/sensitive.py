"""What nobody may see is marked, so that journals and reports hide it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from contract_tests.gate.lint.check import Found, Weight, check
from contract_tests.gate.lint.roles import end_of
from contract_tests.gate.lint.subject import Subject
from contract_tests.gate.specification import Node
from openapi.redaction.names import EVERYWHERE, MARK, MASKS, folded

_HIDDEN_ANYWAY = {name.encode() for name in EVERYWHERE}
_SECRET_NAME = re.compile(
    r"secret|passw|api-?key|(account|routing|card)-?number|security-?code|iban$|ssn$", re.IGNORECASE
)


@check(
    "sensitive-known",
    Weight.TOOLKIT,
    f"{MARK} says how a value is shown: {', '.join(MASKS)}",
    f"write one of {', '.join(MASKS)}",
)
def mark_is_known(subject: Subject) -> Iterator[Found]:
    for role in ("schema", "parameter", "header"):
        for node in subject.of(role):
            mark = node.own(MARK)
            if mark is not None and str(mark.value) not in MASKS:
                yield Found(mark, f"{MARK} is {mark.value!r}; possible: {', '.join(MASKS)}")


@check(
    "sensitive-marked",
    Weight.TOOLKIT,
    f"a text that is called like a secret, or has the format password, is marked with {MARK}",
    f"add {MARK}: hidden, or last4 for numbers that people know by their end",
)
def secret_is_marked(subject: Subject) -> Iterator[Found]:
    """Names that are a secret in any API are hidden without a mark."""
    for name, node in _members(subject):
        end = end_of(node)
        if end is None or not isinstance(end.value, dict) or folded(name.encode()) in _HIDDEN_ANYWAY:
            continue
        is_secret = _SECRET_NAME.search(name) or end.value.get("format") == "password"
        if is_secret and MARK not in end.value and MARK not in node.value and _is_text(end):
            yield Found(node, f"{name} is a secret, and is not marked")


def _members(subject: Subject) -> Iterator[tuple[str, Node]]:
    """Properties and parameters by name."""
    for schema in subject.of("schema"):
        properties = schema.own("properties")
        yield from properties.items() if properties is not None else ()
    yield from ((str(node.value.get("name")), node) for node in subject.of("parameter"))


def _is_text(node: Node) -> bool:
    return node.value.get("type", "string") == "string" and not node.value.get("enum")
