"""The contract's links, followed from answer to request as a client would, in any order that they allow."""

from __future__ import annotations

from typing import Any

import pytest

from contract_tests.envelopes import named
from contract_tests.errors import NotReached
from contract_tests.examiner import Examiner, contract
from contract_tests.target import GROUPS
from contract_tests.transport import PAYING

EXAMPLES = 9
STEPS = 10


def groups() -> list[Any]:
    """Both groups, about every operation that a link leads from or to."""
    return [
        pytest.param(
            group,
            id=group,
            marks=[
                pytest.mark.proves(*[named(contract(group), name) for name in ("NOT-FOUND", "RESPONSE", "INTERNAL")]),
                pytest.mark.about(*contract(group).operations),
            ],
        )
        for group in GROUPS
    ]


@pytest.mark.priority(55)
@pytest.mark.parametrize("group", groups())
def test_links(examiner: Examiner, group: str) -> None:
    """Records that answers name are there, those that were deleted are gone, and nothing on the way fails."""
    if not examiner.target.may_write:
        raise NotReached(f"links begin with records of the run's own, and {examiner.target.name} allows no writes")
    from contract_tests.linking import follow_links

    left_out = frozenset() if examiner.target.may_pay else PAYING
    follow_links(examiner, contract(group), max(3, round(EXAMPLES * examiner.scale)), STEPS, left_out)
