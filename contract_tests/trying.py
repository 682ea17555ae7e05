"""Tries made-up requests one by one, and shows what was found with no more steps than it takes."""

from __future__ import annotations

from typing import Any

from schemathesis import Case

from contract_tests.broken import Broken
from contract_tests.errors import NotReached, TargetUnreachable
from contract_tests.examiner import Examiner
from contract_tests.generation import Generated
from contract_tests.judging import problems
from contract_tests.sending import Sender
from contract_tests.tally import no_answer


class Trials:
    """The requests of one test. Records are used again as long as nothing has changed them."""

    def __init__(self, examiner: Examiner, generated: Generated) -> None:
        self.examiner = examiner
        self.generated = generated
        self.contract = generated.contract
        self.sender = Sender(examiner, generated)
        self._has_reached = False

    def found(
        self, case: Case[Any], state: str, *, keeps_references: bool = False, is_helped: bool = False
    ) -> list[Broken]:
        """What is wrong about the answer to a case about records in a state.

        Where something is, it is tried again with records of its own, so that the steps are complete.
        """
        first = self._once(case, state, keeps_references, is_helped)
        if not first:
            return []
        self.sender.feed.forget()
        again = self._once(case, state, keeps_references, is_helped)
        self.sender.feed.forget()
        return again or first

    def _once(self, case: Case[Any], state: str, keeps_references: bool, is_helped: bool) -> list[Broken]:
        self.examiner.begin()
        operation_id = case.operation.definition.raw["operationId"]
        try:
            response, exchange = self.sender.send(case, state, keeps_references=keeps_references, is_helped=is_helped)
        except NotReached:
            if not self._has_reached:
                raise
            return []  # what the target does not allow of some requests says nothing about the others
        except TargetUnreachable as gone:
            found = [no_answer(self.examiner, self.contract, operation_id, gone)]
        else:
            self._has_reached = True
            found = list(problems(self.contract, case, response, exchange))
        for each in found:
            each.steps = tuple(self.examiner.recorder.steps)
        return found
