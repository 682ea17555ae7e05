"""What is wrong about an answer, whatever was asked."""

from __future__ import annotations

from collections.abc import Iterator

from contract_tests.api import answer_check
from contract_tests.broken import Broken, Difference
from contract_tests.envelopes import envelope_problems, named
from contract_tests.exchange import Exchange
from openapi import Contract


def answer_problems(
    contract: Contract, operation_id: str, exchange: Exchange, *, is_probe: bool = False
) -> Iterator[Broken]:
    """What is wrong about an answer itself, whatever was asked.

    `is_probe`: the operation was asked for in another way than it is there for, such as by another method.
    """
    if exchange.status >= 500:
        rule = named(contract, "INTERNAL")
        difference = Difference("status", "no server error", exchange.status)
        yield Broken(rule, f"{operation_id} made the server fail", [difference], operation_id=operation_id)
        return
    if exchange.operation_id == operation_id and not is_probe:
        yield from answer_check(contract).problems(operation_id, exchange)
    if exchange.status >= 400 and exchange.sent.method != "HEAD":
        yield from envelope_problems(contract, operation_id, exchange)
