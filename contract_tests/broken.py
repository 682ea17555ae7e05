"""What a check says when the API is not as the contract has it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from contract_tests.exchange import Exchange


@dataclass(frozen=True)
class Difference:
    """One place where something differs. `pointer`: into the answer's body, or a word such as "status"."""

    pointer: str
    expected: Any
    received: Any


class Broken(AssertionError):
    """A rule does not hold, or an answer is not as documented.

    `rule`: its id in `x-rules`; for what schemas say `SCHEMA:<operation>:<what>`. `message`: one sentence.
    `steps`: the exchanges that show it; `None` for all since the example began.
    """

    steps: Sequence[Exchange] | None = None

    def __init__(
        self, rule: str, message: str, differences: Sequence[Difference] = (), *, operation_id: str = ""
    ) -> None:
        super().__init__(f"{rule}: {message}")
        self.rule = rule
        self.message = message
        self.differences = tuple(differences)
        self.operation_id = operation_id


@dataclass(frozen=True)
class Proof:
    """What a test proves when it passes: rule ids; `parts` says which cells or cases of them."""

    rules: tuple[str, ...]
    parts: tuple[str, ...] = field(default=())
