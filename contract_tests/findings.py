"""A finding: a rule that does not hold, how sure the rule is, and the steps that show it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from contract_tests.answers import KIND
from contract_tests.broken import Broken
from contract_tests.exchange import Exchange
from openapi import Contract, Provenance

_NUMBERS = re.compile(r"/[0-9]+(?=/|$)")


@dataclass(frozen=True)
class Step:
    """A request with its answer, without secrets.

    `body_bytes`, `answer_bytes`: how long the bodies were; what is no text, or too long, is not shown as a whole.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: str
    status: int
    answer_headers: Mapping[str, str]
    answer: str
    operation: str = ""
    body_bytes: int = 0
    answer_bytes: int = 0


@dataclass(frozen=True)
class Finding:
    """`fingerprint`: the same for the same fault in every run. `provenance`: of the rule; of what schemas say, that of
    the operation. `check`: the test that found it.
    """

    fingerprint: str
    rule: str
    says: str
    provenance: str
    source: str
    group: str
    operation: str
    suite: str
    check: str
    message: str
    differences: Sequence[Mapping[str, Any]]
    steps: Sequence[Step]
    curl: str
    pytest: str

    @property
    def is_assumption(self) -> bool:
        """Whether what does not hold is a decision of ours, so that the finding is news and no failure."""
        return self.provenance == Provenance.ASSUMED

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def fingerprint(broken: Broken, suite: str) -> str:
    """What stays the same of a fault from run to run: rule, operation and places; neither ids nor values."""
    places = sorted({_NUMBERS.sub("/*", each.pointer) for each in broken.differences})
    text = "|".join((suite, broken.rule, broken.operation_id, *places))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def standing(broken: Broken, contracts: Mapping[str, Contract]) -> tuple[str, str, str, str]:
    """What the contract says of the broken rule: group, sentence, provenance, source."""
    for contract in contracts.values():
        rule = contract.rules.get(broken.rule)
        if rule is not None:
            return contract.name, rule.says, str(rule.provenance), rule.source
    if broken.rule.startswith(KIND + ":"):
        operation_id = broken.rule.split(":")[1]
        group = next((each.name for each in contracts.values() if operation_id in each.operations), "")
        return group, "the answer is one that the contract documents", str(Provenance.DOCUMENTED), "the contract"
    return "", "", str(Provenance.DOCUMENTED), ""


def operation_of(broken: Broken, steps: Sequence[Exchange]) -> str:
    """The operation a finding is about: the one the check names, else the last that was called."""
    return broken.operation_id or next((each.operation_id for each in reversed(steps) if each.operation_id), "")
