"""Where a contract contradicts itself. Each check is a generator of errors with file, line and reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import jsonschema_rs

from openapi.documents import Document, DocumentError, to_pointer
from openapi.model import ABSENT, Content, Contract, Lifecycle, Operation, Refusal, Transition
from openapi.schemas import targets


def problems(contract: Contract, document: Document) -> Iterator[DocumentError]:
    """All contradictions of a contract, one check after the other."""
    for check in CHECKS.values():
        yield from check(contract, document)


def _rules_are_documented(contract: Contract, document: Document) -> Iterator[DocumentError]:
    """The status a rule refuses with is among the documented responses of the operations it is on."""
    for rule in contract.rules.values():
        for name in rule.applies_to:
            operation = contract.operations.get(name)
            if operation and str(rule.status) not in operation.answers:
                reason = f"the rule {rule.id} answers {rule.status}, which {name} does not document"
                yield document.error(rule.pointer, reason)


def _lifecycles_are_whole(contract: Contract, document: Document) -> Iterator[DocumentError]:
    for lifecycle in contract.lifecycles.values():
        pointer = to_pointer("x-lifecycle", lifecycle.name)
        for check in (_unknown_states, _unknown_actions, _unknown_rules, _unreachable_states, _cells_not_said_once):
            for place, reason in check(contract, lifecycle):
                yield document.error(place if place.startswith(pointer) else f"{pointer}/{place}", reason)


Found = Iterator[tuple[str, str]]
"""Place (a pointer, or a member of the lifecycle) and reason."""


def _entries(lifecycle: Lifecycle) -> list[Transition | Refusal]:
    return [*lifecycle.transitions, *lifecycle.refusals]


def _unknown_states(contract: Contract, lifecycle: Lifecycle) -> Found:
    known = {*lifecycle.states, ABSENT}
    for state in lifecycle.initial:
        if state not in lifecycle.states:
            yield "initial", f"the initial state {state} of the lifecycle {lifecycle.name} is not among its states"
    for each in lifecycle.transitions:
        for state in (each.source, *each.targets):
            if state not in known:
                yield each.pointer, f"{each.action} names the state {state}, which {lifecycle.name} doesn't have"
    for refusal in lifecycle.refusals:
        if refusal.state not in lifecycle.states:
            reason = f"{refusal.action} is refused in {refusal.state}, which {lifecycle.name} doesn't have"
            yield refusal.pointer, reason


def _unknown_actions(contract: Contract, lifecycle: Lifecycle) -> Found:
    for each in _entries(lifecycle):
        if not each.is_event and each.action not in contract.operations:
            yield each.pointer, f"the lifecycle {lifecycle.name} names {each.action}, which is no operation"


def _unknown_rules(contract: Contract, lifecycle: Lifecycle) -> Found:
    if lifecycle.absent_rule not in contract.rules:
        yield "absent", f"an unknown id is refused by the rule {lifecycle.absent_rule}, which is not in x-rules"
    for each in _entries(lifecycle):
        if each.rule is not None and each.rule not in contract.rules:
            yield each.pointer, f"{each.action} names the rule {each.rule}, which is not in x-rules"


def _unreachable_states(contract: Contract, lifecycle: Lifecycle) -> Found:
    reached: set[str] = set()
    waiting = [*lifecycle.initial, ABSENT]
    while waiting:
        state = waiting.pop()
        if state not in reached:
            reached.add(state)
            waiting.extend(target for each in lifecycle.transitions if each.source == state for target in each.targets)
    for state in lifecycle.states:
        if state not in reached:
            yield (
                "states",
                f"the state {state} of {lifecycle.name} can't be reached from {', '.join(lifecycle.initial)}",
            )


def _cells_not_said_once(contract: Contract, lifecycle: Lifecycle) -> Found:
    said: dict[tuple[str, str], list[str]] = {}
    for transition in lifecycle.transitions:
        said.setdefault((transition.action, transition.source), []).append(transition.pointer)
    for refusal in lifecycle.refusals:
        said.setdefault((refusal.action, refusal.state), []).append(refusal.pointer)
    for action in dict.fromkeys([*lifecycle.actions(), *(each.action for each in lifecycle.refusals)]):
        for state in lifecycle.states:
            places = said.get((action, state), [])
            if len(places) != 1:
                times = f"{len(places)} times" if places else "nowhere"
                yield places[-1] if places else "transitions", f"what {action} does in {state} is said {times}"


def _references_lead_somewhere(contract: Contract, document: Document) -> Iterator[DocumentError]:
    def walk(value: Any, pointer: str) -> Iterator[DocumentError]:
        if isinstance(value, dict):
            target = value.get("$ref")
            if isinstance(target, str):
                if not target.startswith("#/"):
                    yield document.error(pointer, f"the reference {target!r} leads out of the file")
                elif not _exists(contract, target):
                    yield document.error(pointer, f"the reference {target!r} leads nowhere")
            for key, child in value.items():
                yield from walk(child, f"{pointer}{to_pointer(key)}")
        elif isinstance(value, list):
            for index, child in enumerate(value):
                yield from walk(child, f"{pointer}/{index}")

    if not all(target.startswith("#/") and _exists(contract, target) for target in set(targets(contract.document))):
        yield from walk(contract.document, "")


def _exists(contract: Contract, target: str) -> bool:
    value: Any = contract.document
    for part in target.removeprefix("#/").split("/"):
        name = part.replace("~1", "/").replace("~0", "~")
        if not isinstance(value, dict) or name not in value:
            return False
        value = value[name]
    return True


def _examples_conform(contract: Contract, document: Document) -> Iterator[DocumentError]:
    for operation in contract.operations.values():
        for pointer, content in _contents(operation):
            if content.examples and not content.media_type.endswith("json"):
                continue
            validator = None
            for name, example in content.examples.items():
                validator = validator or contract.schemas.made(content.schema, _validator)
                for error in validator.iter_errors(example):
                    where = to_pointer(*error.instance_path) or "the whole"
                    reason = f"the example {name!r} of {operation.id} fails its schema at {where}: {error.message}"
                    yield document.error(pointer, reason)


def _validator(schema: dict[str, Any]) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


def _contents(operation: Operation) -> Iterator[tuple[str, Content]]:
    if operation.body:
        for content in operation.body.contents:
            yield f"{operation.pointer}/requestBody{to_pointer('content', content.media_type)}", content
    for answer in operation.answers.values():
        for content in answer.contents:
            yield f"{operation.pointer}{to_pointer('responses', answer.status, 'content', content.media_type)}", content


CHECKS: Mapping[str, Callable[[Contract, Document], Iterator[DocumentError]]] = {
    "rules": _rules_are_documented,
    "lifecycles": _lifecycles_are_whole,
    "references": _references_lead_somewhere,
    "examples": _examples_conform,
}
"""What is checked, by its subject."""
