"""Whether answers name their exchange, by the headers that the contract has for all of them."""

from __future__ import annotations

from collections.abc import Iterator

from contract_tests.api import NO_TOKEN, answer_check
from contract_tests.broken import Broken, Difference
from contract_tests.envelopes import named
from contract_tests.examiner import Examiner
from contract_tests.exchange import Exchange
from contract_tests.permits import NOBODYS_ID

TIMES = 2
NAMING = ("request-id", "correlationid")
"""How headers end that are different in each exchange."""


def problems(examiner: Examiner, group: str) -> Iterator[Broken]:
    """What is wrong about these headers, for those who may call and for those who may not."""
    api = examiner.api(group)
    operation = next(each for each in api.contract.operations.values() if each.is_safe)
    path = {each.name: NOBODYS_ID for each in operation.parameters if each.location == "path"}
    for token in (None, NO_TOKEN):
        examiner.begin()
        answers = [api.call(operation.id, path, token=token, is_checked=False) for _ in range(TIMES)]
        for name in answer_check(api.contract).shared_headers(operation.id):
            yield from _named(name, answers, named(api.contract, "RESPONSE"), operation.id)


def _named(name: str, answers: list[Exchange], rule: str, operation_id: str) -> Iterator[Broken]:
    values = [each.headers.get(name.lower(), "") for each in answers]
    if not all(values):
        difference = Difference(name, "a value", values)
        yield Broken(rule, f"{name} is in every answer", [difference], operation_id=operation_id)
    elif name.lower().endswith(NAMING) and len(set(values)) < len(values):
        difference = Difference(name, "another one in each exchange", values)
        yield Broken(rule, f"{name} names the exchange", [difference], operation_id=operation_id)
