"""How far an exchange got: each stage of its contract, in the order in which requests pass them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mock_server.core.errors import Refused
from mock_server.core.idempotency import HEADER as IDEMPOTENCY_HEADER
from mock_server.core.journal.entry import Exchanged
from openapi.model import Contract, Operation, Rule

LEFT = 499
"""The status of an exchange whose client left before there was an answer."""


class Outcome(StrEnum):
    """PARTLY: some of the stage's rules may have been asked, and none of them has refused."""

    PASSED = "passed"
    REFUSED = "refused"
    PARTLY = "partly"
    NOT_REACHED = "notReached"
    DOES_NOT_APPLY = "doesNotApply"


@dataclass(frozen=True)
class Passage:
    """An exchange on its way through one contract. `operation`: `None` where it met none, as with the bucket."""

    exchange: Exchanged
    contract: Contract
    operation: Operation | None
    refusing: Sequence[Rule]

    def stages(self) -> list[dict[str, Any]]:
        """Every stage with its outcome, and the rules that could refuse there."""
        return [self._stage(each) for each in self._order()]

    @property
    def is_of_bucket(self) -> bool:
        """Whether it was about stored bytes: the bucket has no operations, and lies beside the group's paths."""
        if any(each.stage == "bucket" for each in self.refusing):
            return True
        is_beside = not self.exchange.path.startswith(self.contract.base_path + "/")
        return self.operation is None and is_beside and not self.refusing

    def _order(self) -> list[str]:
        """Contracts state their rules in the order in which they are asked."""
        return list(dict.fromkeys(rule.stage for rule in self.contract.rules.values()))

    def _stage(self, stage: str) -> dict[str, Any]:
        rules = self._rules(stage)
        return {"stage": stage, "outcome": str(self._outcome(stage, rules)), "rules": [each.id for each in rules]}

    def _rules(self, stage: str) -> list[Rule]:
        return [each for each in self.contract.rules.values() if each.stage == stage and self._is_asked(each)]

    def _is_asked(self, rule: Rule) -> bool:
        if not rule.refuses:
            return False
        if self.is_of_bucket:
            return rule.stage == "bucket"
        if rule.stage == "routing":
            return True
        return self.operation is not None and self._bears_on(rule, self.operation)

    def _bears_on(self, rule: Rule, operation: Operation) -> bool:
        if rule.stage == "idempotency" and not self.exchange.request.header(IDEMPOTENCY_HEADER):
            return False
        return operation.id in rule.applies_to

    def _outcome(self, stage: str, rules: Sequence[Rule]) -> Outcome:
        if stage in {each.stage for each in self.refusing}:
            return Outcome.REFUSED
        if not rules:
            return Outcome.DOES_NOT_APPLY
        if self.refusing:
            return self._beside_refusal(stage, self.refusing[0].stage)
        return self._without_refusal(stage)

    def _without_refusal(self, stage: str) -> Outcome:
        is_cut_short = self.exchange.status == LEFT or bool(self.exchange.steered)
        if is_cut_short and stage != "routing" and not self.exchange.cells:
            return Outcome.PARTLY
        return Outcome.PASSED

    def _beside_refusal(self, stage: str, refused: str) -> Outcome:
        """What became of one stage when another one refused."""
        order = self._order()
        is_before = refused not in order or order.index(stage) < order.index(refused)
        match stage, refused:
            case "rules", "state":
                return Outcome.PARTLY  # what needs the request alone is asked before, what needs the record after
            case "state", "rules":
                return Outcome.PASSED if any(each.is_allowed for each in self.exchange.cells) else Outcome.NOT_REACHED
            case "parameters", "body":
                return Outcome.PASSED if _is_of_schema(self.exchange.refused) else Outcome.PARTLY
            case "body", "parameters":
                return Outcome.PASSED  # both are read before either refuses
            case "authentication", "parameters" if not is_before:
                return Outcome.PARTLY  # the authorization server asks for some parameters before, for others after
            case "response", _:
                return Outcome.PASSED  # a refusal is an answer too, and is held to the contract
        return Outcome.PASSED if is_before else Outcome.NOT_REACHED


def _is_of_schema(refused: Refused | None) -> bool:
    """Whether the body was measured by its schema: only then is it told together with the parameters."""
    return refused is not None and any(each.expected for each in refused.violations)
