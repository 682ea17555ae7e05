"""The one place where the contract's lifecycle tables are enforced."""

from __future__ import annotations

from mock_server.core.errors import Refused
from mock_server.core.trace import CellUse, note_cell
from openapi.model import Contract, Lifecycle, Refusal


def not_found(lifecycle: Lifecycle, contract: Contract, record_id: str) -> Refused:
    """The refusal of an id nobody has, or nobody of this merchant."""
    says = contract.rules[lifecycle.absent_rule].says
    return Refused(lifecycle.absent_rule, f"No {lifecycle.name} with the id {record_id}: {says}.", entity_id=record_id)


def targets(lifecycle: Lifecycle, contract: Contract, action: str, state: str, record_id: str) -> tuple[str, ...]:
    """Where the action may lead from this state.

    Raises:
        Refused: the table forbids the action there; the message says what was asked, what is the case and what is
            possible instead.
    """
    cell = lifecycle.cell(action, state)
    note_cell(CellUse(lifecycle.name, action, state, record_id, is_allowed=not isinstance(cell, Refusal)))
    if isinstance(cell, Refusal):
        allowed = lifecycle.allowed(state)
        message = (
            f"{action} is not possible while the {lifecycle.name} is {state}: {contract.rules[cell.rule].says}. "
            f"Possible in {state}: {', '.join(allowed) or 'nothing'}."
        )
        raise Refused(cell.rule, message, entity_id=record_id, allowed=allowed)
    return cell.targets
