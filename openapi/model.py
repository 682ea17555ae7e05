"""The contract as plain values: operations, rules and lifecycles. Standard library only, no input or output.

`openapi.reading` makes these values from a file; the mock enforces them, the suites check them, the gate compares them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from openapi.schemas import Components

ABSENT = "absent"
"""The state of a record that does not exist: where it comes from, and where it goes when deleted."""


class Provenance(StrEnum):
    """How sure a statement of the contract is.

    DOCUMENTED: stated by the vendor. SEEN: observed in the vendor's other public material.
    ASSUMED: decided here, because nothing is stated; a deployment that differs refutes an assumption.
    """

    DOCUMENTED = "documented"
    SEEN = "seen"
    ASSUMED = "assumed"


@dataclass(frozen=True)
class Rule:
    """One sentence that holds, and how the API refuses a call that would break it.

    `applies_to`: operation ids and lifecycle events. `status`: of the refusal, or, where the rule refuses nothing
    (`refuses` is false), the success status it shows in. `limits`: the figures and lists the rule decides by.
    `extra`: further members of the rule in the file, such as the S3 error `code`. `pointer`: its place there.
    """

    id: str
    says: str
    status: int
    stage: str
    applies_to: tuple[str, ...]
    provenance: Provenance
    source: str = ""
    refuses: bool = True
    limits: Mapping[str, Any] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    pointer: str = field(default="", compare=False)


@dataclass(frozen=True)
class Transition:
    """An action that is allowed in a state.

    `targets`: where it may lead; several where the outcome depends (a declined card), the source itself where the
    record stays. `is_event`: no operation; the clock or the control API makes it happen.
    """

    action: str
    source: str
    targets: tuple[str, ...]
    is_event: bool
    rule: str | None
    provenance: Provenance
    pointer: str = field(default="", compare=False)


@dataclass(frozen=True)
class Refusal:
    """An action that is refused in a state, and by which rule."""

    action: str
    state: str
    is_event: bool
    rule: str
    provenance: Provenance
    pointer: str = field(default="", compare=False)


@dataclass(frozen=True)
class Lifecycle:
    """The states of one kind of record, and what every action does in every one of them.

    The table is complete: each action stands in each state either as a transition or as a refusal.
    `states`: name -> value on the wire (`None` where the wire doesn't show it). `absent_rule` refuses unknown ids.
    """

    name: str
    states: Mapping[str, Any]
    initial: tuple[str, ...]
    property: str | None
    absent_rule: str
    transitions: tuple[Transition, ...]
    refusals: tuple[Refusal, ...]

    def __post_init__(self) -> None:
        cells: dict[tuple[str, str], Transition | Refusal] = {}
        cells.update({(each.action, each.source): each for each in self.transitions})
        cells.update({(each.action, each.state): each for each in self.refusals})
        object.__setattr__(self, "_cells", cells)

    def cell(self, action: str, state: str) -> Transition | Refusal:
        """What `action` does in `state`. Raises `KeyError` for an action or state the table doesn't know."""
        cells: dict[tuple[str, str], Transition | Refusal] = getattr(self, "_cells")  # noqa: B009
        return cells[action, state]

    def allowed(self, state: str) -> list[str]:
        """The actions that are possible in a state, in the order of the file."""
        return [each.action for each in self.transitions if each.source == state]

    def actions(self) -> list[str]:
        """All actions on existing records, operations and events, in the order of the file."""
        return list(dict.fromkeys(each.action for each in self.transitions if each.source != ABSENT))

    def cells(self) -> Iterator[Transition | Refusal]:
        """Every cell of the table, states in rows."""
        for state in self.states:
            for action in self.actions():
                yield self.cell(action, state)


@dataclass(frozen=True)
class Parameter:
    """A parameter of an operation; `schema` has all references resolved to `#/components/schemas/...` only."""

    name: str
    location: str
    is_required: bool
    schema: Mapping[str, Any]
    provenance: Provenance = Provenance.DOCUMENTED
    examples: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Content:
    """One media type of a body, with its schema and named examples."""

    media_type: str
    schema: Mapping[str, Any]
    examples: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class RequestBody:
    """What an operation takes in its body."""

    is_required: bool
    contents: tuple[Content, ...]


@dataclass(frozen=True)
class Answer:
    """A documented response. Without `contents` the body is empty."""

    status: str
    description: str
    contents: tuple[Content, ...]
    headers: tuple[str, ...] = ()
    provenance: Provenance = Provenance.DOCUMENTED


@dataclass(frozen=True)
class Operation:
    """One operation of the API. `path` is the template below the base path, `pointer` its place in the file."""

    id: str
    method: str
    path: str
    summary: str
    parameters: tuple[Parameter, ...]
    body: RequestBody | None
    answers: Mapping[str, Answer]
    security: tuple[Mapping[str, Sequence[str]], ...]
    pointer: str

    @property
    def is_safe(self) -> bool:
        """Whether the method promises to change nothing (RFC 9110)."""
        return self.method in {"GET", "HEAD", "OPTIONS", "TRACE"}

    @property
    def is_templated(self) -> bool:
        return "{" in self.path


@dataclass(frozen=True)
class Contract:
    """One API group: its document and what is derived from it.

    `name`: the file's stem. `document`: the whole file as read, for whoever needs what has no name here.
    """

    name: str
    file: Path
    document: Mapping[str, Any]
    base_path: str
    title: str
    version: str
    operations: Mapping[str, Operation]
    rules: Mapping[str, Rule]
    lifecycles: Mapping[str, Lifecycle]

    @cached_property
    def schemas(self) -> Components:
        """The component schemas by name, which all others refer to."""
        return Components(self.document.get("components", {}).get("schemas", {}))

    def __hash__(self) -> int:
        return hash(self.file)

    def limit(self, rule_id: str, name: str) -> Any:
        """A figure or list a rule decides by. Raises `KeyError` where the contract has none of that name."""
        return self.rules[rule_id].limits[name]

    def rules_for(self, operation_id: str) -> list[Rule]:
        """All rules that bear on an operation, in the order of the file."""
        return [rule for rule in self.rules.values() if operation_id in rule.applies_to]

    def methods_at(self, path: str) -> dict[str, str]:
        """Which methods the contract has at a concrete path (below the base path): method -> operation id.

        A path that stands in the contract literally wins over a template that fits it, as OpenAPI demands.
        """
        literal = {op.method: op.id for op in self.operations.values() if op.path == path}
        if literal:
            return literal
        return {op.method: op.id for op in self.operations.values() if template_pattern(op.path).fullmatch(path)}


@lru_cache(maxsize=1024)
def template_pattern(template: str) -> re.Pattern[str]:
    """The concrete paths a template fits: each `{name}` stands for one non-empty segment without a slash."""
    parts = re.split(r"(\{[^}]+\})", template)
    return re.compile("".join("[^/]+" if part.startswith("{") else re.escape(part) for part in parts))
