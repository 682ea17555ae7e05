"""Rules: each says what holds, how it refuses, how sure that is, and where it comes from."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from contract_tests.gate.lint.check import Found, Weight, check
from contract_tests.gate.lint.subject import Subject
from contract_tests.gate.specification import Node
from openapi.model import Provenance
from openapi.reading import SELECTIONS, STAGES

_ID = re.compile(r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)+")
_DEMANDED = ("id", "says", "status", "stage", "on", "provenance", "source")
_MAY_BE_ABSENT = frozenset({"content", "headers", "required", "requestBody", "security"})
"""That something has none of these can be documented, seen or assumed, too."""

_PROVENANCES = frozenset(Provenance)


@check(
    "rule-id",
    Weight.TOOLKIT,
    "the ids of rules are words in capitals with hyphens, and begin alike in a document",
    "write it like `INV-CANCEL-STATE`, with the prefix of the others",
)
def has_good_id(subject: Subject) -> Iterator[Found]:
    ids = [(each, str(each.value.get("id", ""))) for each in _rules(subject) if each.value.get("id")]
    prefixes = Counter(name.partition("-")[0] for _, name in ids if _ID.fullmatch(name))
    usual = prefixes.most_common(1)[0][0] if prefixes else ""
    for node, name in ids:
        if not _ID.fullmatch(name):
            yield Found(node.own("id") or node, f"the rule id {name} is not written like {usual or 'ABC'}-SOME-WORDS")
        elif name.partition("-")[0] != usual:
            yield Found(node.own("id") or node, f"the rule id {name} does not begin with {usual}, as the others do")


@check("rule-unique", Weight.TOOLKIT, "no two rules have the same id", "rename one of them")
def is_unique(subject: Subject) -> Iterator[Found]:
    first: dict[Any, int] = {}
    for each in _rules(subject):
        name = each.value.get("id")
        if name is not None and first.setdefault(str(name), each.place.line) != each.place.line:
            yield Found(each, f"the rule {name} stands at line {first[str(name)]} already")


@check(
    "rule-complete",
    Weight.TOOLKIT,
    f"every rule has {', '.join(_DEMANDED)}",
    "add what is missing; the source is the page, the sibling API or the decision that the rule comes from",
)
def is_complete(subject: Subject) -> Iterator[Found]:
    for each in _rules(subject):
        missing = [name for name in _DEMANDED if each.value.get(name) in (None, "")]
        if missing:
            yield Found(each, f"the rule {_named(each)} lacks {', '.join(missing)}")


@check("rule-stage", Weight.TOOLKIT, "the stage of every rule is known", f"write one of {', '.join(STAGES)}")
def has_known_stage(subject: Subject) -> Iterator[Found]:
    for each in _rules(subject):
        stage = each.own("stage")
        if stage is not None and stage.value not in STAGES:
            yield Found(stage, f"the rule {_named(each)} has the stage {stage.value!r}, which nobody knows")


@check(
    "rule-used",
    Weight.TOOLKIT,
    "every rule is on something: operations, events, or the cells of a lifecycle",
    "say what it is on, or remove it",
)
def is_used(subject: Subject) -> Iterator[Found]:
    """One that is on nothing by its own words is about calls of no operation, unless it is about a state."""
    mentioned = _mentioned(subject)
    for each in _rules(subject):
        on = each.value.get("on")
        is_dead = on == [] and each.value.get("stage") == "state"
        if str(each.value.get("id")) not in mentioned and (is_dead or _selects_nothing(subject, on)):
            yield Found(each, f"the rule {_named(each)} is on nothing")


@check(
    "rule-says",
    Weight.TOOLKIT,
    "what a rule says is a statement that holds, without a full stop: it stands within sentences",
    "write what is so, such as `the token has not expired`",
)
def says_what_holds(subject: Subject) -> Iterator[Found]:
    for each in _rules(subject):
        says = each.own("says")
        text = str(says.value).strip() if says is not None else ""
        if says is not None and (text.endswith(".") or " " not in text):
            yield Found(says, f"what the rule {_named(each)} says ends with a full stop, or is one word only")


@check(
    "provenance-known",
    Weight.TOOLKIT,
    f"every provenance is one of {', '.join(Provenance)}",
    f"write one of {', '.join(Provenance)}",
)
def is_known(subject: Subject) -> Iterator[Found]:
    for node in _provenances(subject.root):
        if not isinstance(node.value, str) or node.value not in _PROVENANCES:
            yield Found(node, f"the provenance {node.value!r} is not known")


@check(
    "provenance-member",
    Weight.TOOLKIT,
    "a provenance by member names members that stand beside it",
    "name a member that is there, or remove it",
)
def names_members(subject: Subject) -> Iterator[Found]:
    for owner, node in _owned_provenances(subject.root):
        for name, child in node.items() if isinstance(node.value, dict) else ():
            if name not in owner.value and name not in _MAY_BE_ABSENT:
                yield Found(child, f"there is no {name} here to have a provenance")


def _rules(subject: Subject) -> list[Node]:
    return [each for each in subject.rules if isinstance(each.value, dict)]


def _named(rule: Node) -> str:
    return str(rule.value.get("id") or f"number {rule.name}")


def _mentioned(subject: Subject) -> set[str]:
    """The rules that lifecycles name."""
    lifecycles = subject.root.get("x-lifecycle")
    found: set[str] = set()
    for _, each in lifecycles.items() if lifecycles is not None else ():
        found.add(_value(each.get("absent")))
        for name in ("transitions", "refusals"):
            entries = each.get(name)
            found |= {_value(entry.get("rule")) for entry in entries.each()} if entries is not None else set()
    return found


def _value(node: Node | None) -> str:
    return str(node.value) if node is not None else ""


def _selects_nothing(subject: Subject, on: Any) -> bool:
    if on == "*with-body":
        return all(each.body is None for each in subject.operations)
    if on == "*with-parameters":
        return not any(each.parameters for each in subject.operations)
    return isinstance(on, str) and on in SELECTIONS and not subject.operations


def _provenances(root: Node) -> Iterator[Node]:
    for _, node in _owned_provenances(root):
        yield from _leaves(node)


def _owned_provenances(root: Node) -> Iterator[tuple[Node, Node]]:
    """Every provenance with what it belongs to."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node.value, dict):
            for name in ("x-provenance", *(["provenance"] if node.pointer.startswith("/x-") else [])):
                found = node.own(name)
                yield from [(node, found)] if found is not None else []
            children = [node.own(name) for name, value in node.value.items() if isinstance(value, dict | list)]
            waiting += [each for each in reversed(children) if each is not None]
        elif isinstance(node.value, list) and any(isinstance(each, dict | list) for each in node.value):
            waiting += reversed(list(node.each()))


def _leaves(node: Node) -> Iterator[Node]:
    if not isinstance(node.value, dict):
        yield node
        return
    for name in node.value:
        child = node.own(name)
        yield from _leaves(child) if child is not None else ()
