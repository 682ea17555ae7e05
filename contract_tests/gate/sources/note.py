"""What is worth to know about a source and keeps nobody from comparing it."""

from __future__ import annotations

from dataclasses import dataclass

from contract_tests.gate.change import Place
from contract_tests.gate.sources.document import in_one_line


@dataclass(frozen=True)
class Note:
    """`message`: one sentence for whoever maintains the source; what is not printable in it is escaped."""

    place: Place
    message: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "message", in_one_line(self.message))

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"
