"""What schemathesis makes of a contract: its cases, and how its checks are to judge them.

A schema can't say everything: a well-formed request may be refused by a rule. Which statuses such a request may get
is therefore derived from the rules of its operation.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache
from typing import Any

import schemathesis
from hypothesis.strategies import SearchStrategy
from schemathesis import Case, GenerationMode
from schemathesis.generation.drivers import CoverageGenerator
from schemathesis.generation.feedback import NO_FEEDBACK
from schemathesis.generation.hypothesis.examples import generate_one
from schemathesis.generation.overrides import Override

from contract_tests.feeding import PARAMETERS
from openapi import Contract

BASE_URL = "http://target.invalid"
"""Stands for the target's address until a case is sent: what is generated does not depend on where it goes."""

RULE_STAGES = frozenset({"idempotency", "rules", "state"})
REQUEST_STAGES = frozenset({"routing", "parameters", "body"})


MADE = frozenset(name for parameters in PARAMETERS.values() for name in parameters)
"""Names of records that operations make."""


class Phase(StrEnum):
    """How cases are found: those the contract gives, those at the edges of the schemas, and any."""

    EXAMPLES = "examples"
    COVERAGE = "coverage"
    FUZZING = "fuzzing"


def refusals(contract: Contract, operation_id: str, stages: frozenset[str]) -> Sequence[str]:
    """With which statuses the rules of some stages refuse calls of an operation; those of routing are for all."""
    rules = [each for each in contract.rules.values() if each.refuses and each.stage in stages]
    bearing = [each for each in rules if operation_id in each.applies_to or not each.applies_to]
    return sorted({str(each.status) for each in bearing})


def configuration(contract: Contract, *, is_linked: bool = False) -> dict[str, Any]:
    """How schemathesis is to judge this contract, in the words of its configuration file.

    `is_linked`: the cases are steps that follow links; one that is refused on purpose leads nowhere.
    """
    generation = {"with-security-parameters": False, "database": "none"}
    return {
        "base-url": BASE_URL,
        "generation": {**generation, "mode": "positive"} if is_linked else generation,
        "operations": [
            {
                "include-operation-id": operation_id,
                "checks": {
                    "positive_data_acceptance": {
                        "expected-statuses": ["2xx", *refusals(contract, operation_id, RULE_STAGES)]
                    },
                    "negative_data_rejection": {
                        "expected-statuses": list(refusals(contract, operation_id, REQUEST_STAGES))
                    },
                },
            }
            for operation_id in contract.operations
        ],
    }


class Generated:
    """The cases of one contract.

    `left_out`: operations that are not asked for. `is_linked`: the cases are steps that follow links; no step could
    make what some members of bodies refer to, so those are left out.
    """

    def __init__(self, contract: Contract, left_out: frozenset[str] = frozenset(), *, is_linked: bool = False) -> None:
        self.contract = contract
        config = schemathesis.Config.from_dict(configuration(contract, is_linked=is_linked))
        document = without_references(contract.document) if is_linked else dict(contract.document)
        schema = schemathesis.openapi.from_dict(document, config=config)
        self.schema = schema.exclude(operation_id=sorted(left_out)) if left_out else schema
        found: list[Any] = [result.ok() for result in self.schema.get_all_operations()]  # type: ignore[union-attr]
        self._operations = {each.definition.raw["operationId"]: each for each in found}
        self._strategies: dict[tuple[str, GenerationMode], SearchStrategy[Case[Any]]] = {}

    def operation(self, operation_id: str) -> Any:
        """The operation as schemathesis knows it."""
        return self._operations[operation_id]

    def examples(self, operation_id: str) -> list[Case[Any]]:
        """The cases that the contract gives as examples; what they lack is filled in."""
        return [generate_one(each) for each in self.operation(operation_id).get_strategies_from_examples()]

    def coverage(self, operation_id: str, mode: GenerationMode, most: int, seed: int) -> list[Case[Any]]:
        """Cases at the edges of every schema of the operation; where they are too many, some that the seed chooses."""
        operation = self.operation(operation_id)
        generator = CoverageGenerator(
            operation=operation,
            generation_modes=[mode],
            generation_config=self.schema.config.generation_for(operation=operation, phase=Phase.COVERAGE),
            auth_storage=None,
            override=Override(),
            feedback=NO_FEEDBACK,
        )
        cases = list(generator)
        if len(cases) <= most:
            return cases
        chosen = random.Random(f"{seed} {operation_id} {mode.value}").sample(range(len(cases)), most)  # noqa: S311
        return [cases[index] for index in sorted(chosen)]

    def any(self, operation_id: str, mode: GenerationMode) -> SearchStrategy[Case[Any]]:
        """Any case of the operation, well formed or not."""
        key = (operation_id, mode)
        if key not in self._strategies:
            self._strategies[key] = self.operation(operation_id).as_strategy(generation_mode=mode)
        return self._strategies[key]


def without_references(value: Any) -> Any:
    """The document with no members of schemas that name records which no operation makes."""
    if isinstance(value, list):
        return [without_references(each) for each in value]
    if not isinstance(value, dict):
        return value
    kept = {name: without_references(each) for name, each in value.items()}
    if isinstance(kept.get("properties"), dict):
        kept["properties"] = {name: each for name, each in kept["properties"].items() if not is_reference(name)}
    return kept


def is_reference(name: str) -> bool:
    """Whether a member names a record of a kind that no operation makes."""
    return name.endswith("Id") and name not in MADE


@lru_cache(maxsize=4)
def generated(contract: Contract) -> Generated:
    """The cases of a contract; made once in a process."""
    return Generated(contract)
