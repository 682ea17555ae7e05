"""A difference that was found at one operation, before it is known how many operations it concerns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from contract_tests.gate.change import Severity, Witness
from contract_tests.gate.kinds import Kind, kind
from contract_tests.gate.pairing import OperationPair
from contract_tests.gate.specification import Node

Proof = Callable[[], Witness | None]
"""Makes a witness, and checks it against both contracts; `None` where there is none."""


@dataclass(frozen=True)
class Found:
    """`kind`: an id of `kinds`. `subject`: what has changed, as seen from the operation (`body.customer.email`).

    `old`, `new`: where it stood and stands, which tells causes apart: two differences of a kind at the same places have
    one cause. `operation`: the one it was found at; `None` where it is about none. `severity`: where it isn't the usual
    one of the kind. `facts`: what the kind's sentence names besides the subject. `doubt`: why it could not be decided
    whether it breaks anybody; empty where it was. `proof`: makes the witness.
    `is_shared`: what has one target is one cause; of forty operations that now refer to a component, each has changed.
    """

    kind: str
    subject: str
    old: Node | None
    new: Node | None
    operation: OperationPair | None = None
    severity: Severity | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    provenance: str = ""
    doubt: str = ""
    is_shared: bool = False
    proof: Proof | None = None

    @property
    def definition(self) -> Kind:
        return kind(self.kind)

    @property
    def judged(self) -> Severity:
        """How bad it is."""
        return self.severity or self.definition.severity

    @property
    def cause(self) -> tuple[Any, ...]:
        """The same for differences that are one change of the text."""
        old, new = self.old, self.new
        if self.is_shared:
            old, new = (each.resolved() if each is not None else None for each in (old, new))
        return self.kind, self.judged, old, new, self.detail

    @property
    def detail(self) -> str:
        """What makes two changes of what stands at the same places: a value, a media type, a scope."""
        return ", ".join(str(self.facts[name]) for name in ("name", "value", "status") if name in self.facts)
