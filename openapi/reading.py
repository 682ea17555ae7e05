"""A contract file as a `Contract`: read, resolved, and refused where it contradicts itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from openapi import kept
from openapi.checking import problems
from openapi.documents import Document, pointer_parts, read_file, read_text, to_pointer
from openapi.model import (
    Answer,
    Content,
    Contract,
    Lifecycle,
    Operation,
    Parameter,
    Provenance,
    Refusal,
    RequestBody,
    Rule,
    Transition,
)

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
STAGES = (
    "routing",
    "authentication",
    "parameters",
    "body",
    "idempotency",
    "rules",
    "state",
    "bucket",
    "response",
)
EVERYTHING = "*"
SELECTIONS: Mapping[str, Callable[[Operation], bool]] = {
    EVERYTHING: lambda operation: True,
    "*with-body": lambda operation: operation.body is not None,
    "*with-parameters": lambda operation: bool(operation.parameters),
    "*with-security": lambda operation: bool(operation.security),
}
"""What a rule may be on instead of a list of names."""

SAME = "same"
MOST_READ = 8
_READ: dict[tuple[Path, str], Contract] = {}
"""Contracts that this process has read, by file and digest."""

_RULE_FIELDS = {"id", "says", "status", "stage", "on", "provenance", "source", "refuses", "limits"}


def read_contract(file: Path) -> Contract:
    """Read one contract file and check that it doesn't contradict itself.

    A contract that was found sound is not looked through again, as long as neither the file nor this package changes.

    Raises:
        DocumentError: with file, line and reason; the first of all problems, in the order of the file's parts.
    """
    text = read_file(file)
    digest = kept.digest(text.encode())
    if (file, digest) not in _READ:
        while len(_READ) >= MOST_READ:
            del _READ[next(iter(_READ))]
        _READ[file, digest] = _sound(file, text, digest)
    return _READ[file, digest]


def _sound(file: Path, text: str, digest: str) -> Contract:
    data = kept.find(file, digest)
    if data is not None:
        return build_contract(Document(file, text, data))
    document = Document(file, text, read_text(file, text))
    contract = build_contract(document)
    for problem in problems(contract, document):
        raise problem
    kept.keep(file, digest, document.data)
    return contract


def build_contract(document: Document) -> Contract:
    """The contract of a document, not yet checked for contradictions.

    Raises:
        DocumentError: something is missing or of the wrong kind, so that no contract can be made of it.
    """
    builder = _Builder(document)
    return builder.contract()


class _Builder:
    """Walks a document; every step knows the JSON pointer it stands on, so that errors can name the line."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.root: Mapping[str, Any] = self._mapping(document.data, "")

    def contract(self) -> Contract:
        info = self._mapping(self._member(self.root, "", "info"), "/info")
        operations: dict[str, Operation] = {}
        for operation in self._operations():
            if operation.id in operations:
                raise self.document.error(operation.pointer, f"the operationId {operation.id!r} is used twice")
            operations[operation.id] = operation
        lifecycles = self._mapping(self.root.get("x-lifecycle", {}), "/x-lifecycle")
        events = {
            str(each["event"])
            for lifecycle in lifecycles.values()
            for each in (lifecycle.get("transitions", []) if isinstance(lifecycle, Mapping) else [])
            if isinstance(each, Mapping) and "event" in each
        }
        return Contract(
            name=self.document.file.stem,
            file=self.document.file,
            document=self.root,
            base_path=self._base_path(),
            title=str(self._member(info, "/info", "title")),
            version=str(self._member(info, "/info", "version")),
            operations=operations,
            rules=self._rules(operations, events),
            lifecycles={name: self._lifecycle(name, raw) for name, raw in lifecycles.items()},
        )

    def _base_path(self) -> str:
        servers = self.root.get("servers") or [{"url": "/"}]
        return urlsplit(str(servers[0].get("url", "/"))).path.rstrip("/")

    # Operations

    def _operations(self) -> Iterator[Operation]:
        paths = self._mapping(self._member(self.root, "", "paths"), "/paths")
        for path, raw_item in paths.items():
            item = self._mapping(raw_item, to_pointer("paths", path))
            for method in METHODS:
                if method in item:
                    yield self._operation(path, method, item)

    def _operation(self, path: str, method: str, item: Mapping[str, Any]) -> Operation:
        pointer = to_pointer("paths", path, method)
        raw = self._mapping(item[method], pointer)
        standing = raw.get("x-provenance", {})
        stated = standing.get("responses", {}) if isinstance(standing, Mapping) else {}
        answers = self._mapping(self._member(raw, pointer, "responses"), f"{pointer}/responses")
        parameters = [*item.get("parameters", []), *raw.get("parameters", [])]
        body = raw.get("requestBody")
        return Operation(
            id=str(self._member(raw, pointer, "operationId")),
            method=method.upper(),
            path=path,
            summary=str(raw.get("summary", "")),
            parameters=tuple(self._parameter(each, f"{pointer}/parameters") for each in parameters),
            body=None if body is None else self._body(self._resolved(body, f"{pointer}/requestBody"), pointer),
            answers={
                str(status): self._answer(str(status), each, f"{pointer}/responses/{status}", stated)
                for status, each in answers.items()
            },
            security=tuple(raw.get("security", self.root.get("security", []))),
            pointer=pointer,
        )

    def _parameter(self, raw: Any, pointer: str) -> Parameter:
        found = self._resolved(raw, pointer)
        return Parameter(
            name=str(self._member(found, pointer, "name")),
            location=str(self._member(found, pointer, "in")),
            is_required=bool(found.get("required", False)),
            schema=self._mapping(self._member(found, pointer, "schema"), pointer),
            provenance=self._provenance(found.get("x-provenance"), pointer),
            examples=tuple(self._examples(found, pointer).values()),
        )

    def _body(self, raw: Mapping[str, Any], pointer: str) -> RequestBody:
        return RequestBody(
            is_required=bool(raw.get("required", False)), contents=self._contents(raw, f"{pointer}/requestBody")
        )

    def _answer(self, status: str, raw: Any, pointer: str, stated: Mapping[str, Any]) -> Answer:
        found = self._resolved(raw, pointer)
        return Answer(
            status=status,
            description=str(found.get("description", "")),
            contents=self._contents(found, pointer),
            headers=tuple(found.get("headers", {})),
            provenance=self._provenance(stated.get(status, found.get("x-provenance")), pointer),
        )

    def _contents(self, raw: Mapping[str, Any], pointer: str) -> tuple[Content, ...]:
        contents = self._mapping(raw.get("content", {}), f"{pointer}/content")
        return tuple(
            Content(media_type, self._mapping(each.get("schema", {}), pointer), self._examples(each, pointer))
            for media_type, each in contents.items()
        )

    def _examples(self, raw: Mapping[str, Any], pointer: str) -> dict[str, Any]:
        found = {"example": raw["example"]} if "example" in raw else {}
        for name, each in raw.get("examples", {}).items():
            found[name] = self._resolved(each, pointer).get("value")
        return found

    # Rules and lifecycles

    def _rules(self, operations: Mapping[str, Operation], events: set[str]) -> dict[str, Rule]:
        raw_rules = self.root.get("x-rules", [])
        if not isinstance(raw_rules, list):
            raise self.document.error("/x-rules", "x-rules is not a list")
        rules: dict[str, Rule] = {}
        for index, raw in enumerate(raw_rules):
            pointer = to_pointer("x-rules", index)
            rule = self._rule(self._mapping(raw, pointer), pointer, operations, events)
            if rule.id in rules:
                raise self.document.error(pointer, f"the rule {rule.id} stands here twice")
            rules[rule.id] = rule
        return rules

    def _rule(
        self, raw: Mapping[str, Any], pointer: str, operations: Mapping[str, Operation], events: set[str]
    ) -> Rule:
        rule_id = str(self._member(raw, pointer, "id"))
        status = raw.get("status")
        if not isinstance(status, int) or not 100 <= status <= 599:
            raise self.document.error(pointer, f"the rule {rule_id} has no status, so nobody knows how it refuses")
        stage = raw.get("stage")
        if stage not in STAGES:
            raise self.document.error(
                pointer, f"the rule {rule_id} has the stage {stage!r}; possible: {', '.join(STAGES)}"
            )
        applies_to = _selected(raw.get("on", EVERYTHING), operations)
        for name in applies_to:
            if name not in operations and name not in events:
                raise self.document.error(pointer, f"the rule {rule_id} is on {name!r}, which is no operation or event")
        return Rule(
            id=rule_id,
            says=str(self._member(raw, pointer, "says")),
            status=status,
            stage=str(stage),
            applies_to=applies_to,
            provenance=self._provenance(raw.get("provenance"), pointer),
            source=str(raw.get("source", "")),
            refuses=bool(raw.get("refuses", True)),
            limits=self._mapping(raw.get("limits", {}), pointer),
            extra={key: value for key, value in raw.items() if key not in _RULE_FIELDS},
            pointer=pointer,
        )

    def _lifecycle(self, name: str, raw_lifecycle: Any) -> Lifecycle:
        pointer = to_pointer("x-lifecycle", name)
        raw = self._mapping(raw_lifecycle, pointer)
        initial = self._member(raw, pointer, "initial")
        transitions = raw.get("transitions", [])
        refusals = raw.get("refusals", [])
        return Lifecycle(
            name=name,
            states=self._mapping(self._member(raw, pointer, "states"), f"{pointer}/states"),
            initial=tuple(initial if isinstance(initial, list) else [initial]),
            property=raw.get("property"),
            absent_rule=str(self._member(raw, pointer, "absent")),
            transitions=tuple(
                transition
                for index, each in enumerate(transitions)
                for transition in self._transitions(each, f"{pointer}/transitions/{index}")
            ),
            refusals=tuple(
                refusal
                for index, each in enumerate(refusals)
                for refusal in self._refusals(each, f"{pointer}/refusals/{index}")
            ),
        )

    def _transitions(self, raw_entry: Any, pointer: str) -> Iterator[Transition]:
        raw = self._mapping(raw_entry, pointer)
        action, is_event = self._action(raw, pointer)
        target = self._member(raw, pointer, "to")
        for source in self._names(raw, pointer, "from"):
            targets = target if isinstance(target, list) else [target]
            yield Transition(
                action=action,
                source=source,
                targets=tuple(source if each == SAME else str(each) for each in targets),
                is_event=is_event,
                rule=raw.get("rule"),
                provenance=self._provenance(raw.get("provenance"), pointer),
                pointer=pointer,
            )

    def _refusals(self, raw_entry: Any, pointer: str) -> Iterator[Refusal]:
        raw = self._mapping(raw_entry, pointer)
        action, is_event = self._action(raw, pointer)
        for state in self._names(raw, pointer, "in"):
            yield Refusal(
                action=action,
                state=state,
                is_event=is_event,
                rule=str(self._member(raw, pointer, "rule")),
                provenance=self._provenance(raw.get("provenance"), pointer),
                pointer=pointer,
            )

    def _action(self, raw: Mapping[str, Any], pointer: str) -> tuple[str, bool]:
        if ("on" in raw) == ("event" in raw):
            raise self.document.error(pointer, "a transition or refusal names either an operation (on) or an event")
        return str(raw.get("on", raw.get("event"))), "event" in raw

    def _names(self, raw: Mapping[str, Any], pointer: str, member: str) -> list[str]:
        names = self._member(raw, pointer, member)
        return [str(name) for name in (names if isinstance(names, list) else [names])]

    # Small steps

    def _resolved(self, raw: Any, pointer: str) -> Mapping[str, Any]:
        value = self._mapping(raw, pointer)
        seen: list[str] = []
        while "$ref" in value:
            target = str(value["$ref"])
            if not target.startswith("#/"):
                raise self.document.error(pointer, f"the reference {target!r} leads out of the file")
            if target in seen:
                raise self.document.error(pointer, f"the reference {target!r} leads to itself")
            seen.append(target)
            value = self._mapping(self._at(target.removeprefix("#"), pointer), pointer)
        return value

    def _at(self, target: str, pointer: str) -> Any:
        value: Any = self.root
        for part in pointer_parts(target):
            if not isinstance(value, Mapping) or part not in value:
                raise self.document.error(pointer, f"the reference '#{target}' leads nowhere")
            value = value[part]
        return value

    def _member(self, raw: Mapping[str, Any], pointer: str, name: str) -> Any:
        if name not in raw:
            raise self.document.error(pointer, f"{name!r} is missing")
        return raw[name]

    def _mapping(self, value: Any, pointer: str) -> Mapping[str, Any]:
        if not isinstance(value, Mapping):
            raise self.document.error(pointer, f"expected a mapping, found {type(value).__name__}")
        return value

    def _provenance(self, raw: Any, pointer: str) -> Provenance:
        if raw is None or isinstance(raw, Mapping):
            return Provenance.DOCUMENTED
        try:
            return Provenance(str(raw))
        except ValueError:
            possible = ", ".join(Provenance)
            raise self.document.error(pointer, f"the provenance {raw!r} is unknown; possible: {possible}") from None


def _selected(on: Any, operations: Mapping[str, Operation]) -> tuple[str, ...]:
    """The names a rule is on: given one by one, or by a selection."""
    if isinstance(on, list):
        return tuple(on)
    if on in SELECTIONS:
        return tuple(name for name, operation in operations.items() if SELECTIONS[on](operation))
    return (on,)
