"""Where a contract contradicts itself. Each check is a generator of errors with file, line and reason."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema_rs

from openapi.documents import Document, DocumentError, to_pointer
from openapi.model import ABSENT, Content, Contract, Lifecycle, Operation
from openapi.schemas import json_schema


def problems(contract: Contract, document: Document) -> Iterator[DocumentError]:
    """All contradictions of a contract, one check after the other."""
    for check in (_rules_are_documented, _lifecycles_are_whole, _references_lead_somewhere, _examples_conform):
        yield from check(contract, document)


def _rules_are_documented(contract: Contract, document: Document) -> Iterator[DocumentError]:
    """The status a rule refuses with is among the documented responses of the operations it is on."""
    for index, rule in enumerate(contract.rules.values()):
        if rule.stage == "routing":
            continue  # an unknown path or method belongs to no operation
        for name in rule.applies_to:
            operation = contract.operations.get(name)
            if operation and str(rule.status) not in operation.answers:
                reason = f"the rule {rule.id} answers {rule.status}, which {name} does not document"
                yield document.error(to_pointer("x-rules", index), reason)


def _lifecycles_are_whole(contract: Contract, document: Document) -> Iterator[DocumentError]:
    for lifecycle in contract.lifecycles.values():
        pointer = to_pointer("x-lifecycle", lifecycle.name)
        for reason in (
            *_unknown_names(contract, lifecycle),
            *_unreachable_states(lifecycle),
            *_cells_not_said_once(lifecycle),
        ):
            yield document.error(_place(document, pointer, reason), reason)


def _place(document: Document, pointer: str, reason: str) -> str:
    """The entry the reason is about: the first transition or refusal naming the same action, else the lifecycle."""
    lifecycle: Any = document.data["x-lifecycle"][pointer.rsplit("/", 1)[1]]
    for part in ("transitions", "refusals"):
        for index, each in enumerate(lifecycle.get(part, [])):
            action = str(each.get("on", each.get("event")))
            if f"'{action}'" in reason:
                return f"{pointer}/{part}/{index}"
    return f"{pointer}/states" if "state" in reason else pointer


def _unknown_names(contract: Contract, lifecycle: Lifecycle) -> Iterator[str]:
    known = {*lifecycle.states, ABSENT}
    if lifecycle.absent_rule not in contract.rules:
        yield f"the lifecycle {lifecycle.name} is refused by the rule {lifecycle.absent_rule}, which is not in x-rules"
    for state in lifecycle.initial:
        if state not in lifecycle.states:
            yield f"the initial state {state} of the lifecycle {lifecycle.name} is not among its states"
    for each in (*lifecycle.transitions, *lifecycle.refusals):
        if not each.is_event and each.action not in contract.operations:
            yield f"the lifecycle {lifecycle.name} names '{each.action}', which is no operation"
        if each.rule is not None and each.rule not in contract.rules:
            yield f"'{each.action}' names the rule {each.rule}, which is not in x-rules"
    for transition in lifecycle.transitions:
        for state in (transition.source, *transition.targets):
            if state not in known:
                yield f"'{transition.action}' names the state {state}, which the lifecycle {lifecycle.name} doesn't have"
    for refusal in lifecycle.refusals:
        if refusal.state not in lifecycle.states:
            yield f"'{refusal.action}' is refused in {refusal.state}, which the lifecycle {lifecycle.name} doesn't have"


def _unreachable_states(lifecycle: Lifecycle) -> Iterator[str]:
    reached: set[str] = set()
    waiting = [*lifecycle.initial, ABSENT]
    while waiting:
        state = waiting.pop()
        if state not in reached:
            reached.add(state)
            waiting.extend(target for each in lifecycle.transitions if each.source == state for target in each.targets)
    for state in lifecycle.states:
        if state not in reached:
            yield f"the state {state} of the lifecycle {lifecycle.name} can't be reached from {', '.join(lifecycle.initial)}"


def _cells_not_said_once(lifecycle: Lifecycle) -> Iterator[str]:
    said: dict[tuple[str, str], int] = {}
    for transition in lifecycle.transitions:
        said[transition.action, transition.source] = said.get((transition.action, transition.source), 0) + 1
    for refusal in lifecycle.refusals:
        said[refusal.action, refusal.state] = said.get((refusal.action, refusal.state), 0) + 1
    for action in dict.fromkeys([*lifecycle.actions(), *(each.action for each in lifecycle.refusals)]):
        for state in lifecycle.states:
            count = said.get((action, state), 0)
            if count != 1:
                yield f"what '{action}' does in {state} is said {'nowhere' if not count else f'{count} times'}"


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
    components = contract.document.get("components", {}).get("schemas", {})
    for operation in contract.operations.values():
        for pointer, content in _contents(operation):
            if content.examples and not content.media_type.endswith("json"):
                continue
            validator = None
            for name, example in content.examples.items():
                validator = validator or jsonschema_rs.Draft202012Validator(
                    json_schema(content.schema, components), validate_formats=True
                )
                for error in validator.iter_errors(example):
                    where = to_pointer(*error.instance_path) or "the whole"
                    reason = f"the example {name!r} of {operation.id} fails its schema at {where}: {error.message}"
                    yield document.error(pointer, reason)


def _contents(operation: Operation) -> Iterator[tuple[str, Content]]:
    if operation.body:
        for content in operation.body.contents:
            yield f"{operation.pointer}/requestBody{to_pointer('content', content.media_type)}", content
    for answer in operation.answers.values():
        for content in answer.contents:
            yield f"{operation.pointer}{to_pointer('responses', answer.status, 'content', content.media_type)}", content
