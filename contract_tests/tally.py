"""What was found, put together; and requests that nobody answers, told apart from a target that is gone."""

from __future__ import annotations

from collections.abc import Iterable

from contract_tests.broken import Broken, Difference
from contract_tests.envelopes import named
from contract_tests.errors import TargetUnreachable
from contract_tests.examiner import Examiner
from contract_tests.timing import OutOfTime
from openapi import Contract

NOBODY = "00000000-0000-4000-8000-000000000000"


def no_answer(examiner: Examiner, contract: Contract, operation_id: str, gone: TargetUnreachable) -> Broken:
    """A request that got no answer of the API's, while the next one does: the server failed.

    Raises:
        TargetUnreachable: the next one gets none, either.
    """
    require_alive(examiner, contract, gone)
    rule = named(contract, "INTERNAL")
    difference = Difference("answer", "one of the API", str(gone))
    return Broken(rule, f"{operation_id} got no answer", [difference], operation_id=operation_id)


def require_alive(examiner: Examiner, contract: Contract, gone: TargetUnreachable) -> None:
    """Return where the target still answers. Raises `TargetUnreachable` as it was met where it doesn't."""
    steps = list(examiner.recorder.steps)
    api = examiner.api(contract.name)
    safe = next(each for each in contract.operations.values() if each.is_safe)
    try:
        api.call(safe.id, {each.name: NOBODY for each in safe.parameters if each.location == "path"}, is_checked=False)
    except TargetUnreachable:
        raise gone from None
    finally:
        examiner.recorder.steps = steps


def require_none(found: Iterable[Broken]) -> None:
    """Return where nothing was found. Raises the finding, or all that differ as a group.

    Raises:
        OutOfTime: the time was up before all was looked at, and nothing was found by then.
    """
    distinct: dict[tuple[str, str, tuple[str, ...]], Broken] = {}
    try:
        for each in found:
            places = tuple(sorted({difference.pointer for difference in each.differences}))
            distinct.setdefault((each.rule, each.operation_id, places), each)
    except OutOfTime:
        if not distinct:
            raise
    broken = list(distinct.values())
    if len(broken) == 1:
        raise broken[0]
    if broken:
        raise ExceptionGroup("several rules are broken", broken)
