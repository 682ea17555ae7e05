"""The one place where lifecycle tables are enforced: every cell of every contract's table."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mock_server.core.errors import Refused
from mock_server.core.lifecycle import not_found, targets
from openapi import contract_file, read_contract
from openapi.model import Contract, Lifecycle, Refusal, Transition

CONTRACTS = [read_contract(contract_file(name)) for name in ("invoices", "invoice_uploads")]
TABLES = [(contract, lifecycle) for contract in CONTRACTS for lifecycle in contract.lifecycles.values()]


def name_of(cell: Transition | Refusal) -> str:
    return f"{cell.action} in {cell.source if isinstance(cell, Transition) else cell.state}"


CELLS = [
    pytest.param(contract, lifecycle, cell, id=f"{lifecycle.name}-{name_of(cell)}")
    for contract, lifecycle in TABLES
    for cell in lifecycle.cells()
]


@pytest.mark.parametrize(("contract", "lifecycle", "cell"), CELLS)
def test_the_table_is_enforced_in_every_cell(
    contract: Contract, lifecycle: Lifecycle, cell: Transition | Refusal
) -> None:
    if isinstance(cell, Transition):
        assert targets(lifecycle, contract, cell.action, cell.source, "an id") == cell.targets
        return

    with pytest.raises(Refused) as caught:
        targets(lifecycle, contract, cell.action, cell.state, "an id")

    refused = caught.value
    assert refused.rule == cell.rule
    assert refused.entity_id == "an id"
    assert list(refused.allowed) == lifecycle.allowed(cell.state)
    assert str(refused) == refused.message


@pytest.mark.parametrize(("contract", "lifecycle", "cell"), CELLS)
def test_a_refusal_says_what_was_asked_what_is_the_case_and_what_is_possible(
    contract: Contract, lifecycle: Lifecycle, cell: Transition | Refusal
) -> None:
    if isinstance(cell, Transition):
        assert cell.action in lifecycle.allowed(cell.source)
        return

    with pytest.raises(Refused) as caught:
        targets(lifecycle, contract, cell.action, cell.state, "an id")

    possible = ", ".join(lifecycle.allowed(cell.state)) or "nothing"
    assert caught.value.message == (
        f"{cell.action} is not possible while the {lifecycle.name} is {cell.state}: "
        f"{contract.rules[cell.rule].says}. Possible in {cell.state}: {possible}."
    )


def test_a_state_in_which_nothing_is_possible_says_so() -> None:
    contract = CONTRACTS[1]
    refusal = contract.lifecycles["upload"].refusals[0]
    final = replace(contract.lifecycles["upload"], transitions=())

    with pytest.raises(Refused, match=f"Possible in {refusal.state}: nothing\\."):
        targets(final, contract, refusal.action, refusal.state, "an id")


def test_an_action_or_state_the_table_does_not_know_is_a_mistake_of_the_caller() -> None:
    contract = CONTRACTS[1]
    lifecycle = contract.lifecycles["upload"]

    with pytest.raises(KeyError):
        targets(lifecycle, contract, "publish", "stored", "an id")
    with pytest.raises(KeyError):
        targets(lifecycle, contract, "confirmUpload", "published", "an id")


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda each: each.name)
def test_an_unknown_id_is_refused_by_the_rule_for_absent_records(contract: Contract) -> None:
    for lifecycle in contract.lifecycles.values():
        refused = not_found(lifecycle, contract, "an id")

        assert refused.rule == lifecycle.absent_rule
        assert refused.entity_id == "an id"
        assert refused.message == f"No {lifecycle.name} with the id an id: {contract.rules[refused.rule].says}."
        assert contract.rules[refused.rule].status == 404
