"""Follows links with schemathesis' state machine, through the run's transport and held to the run's rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import hypothesis
from hypothesis.errors import Flaky
from hypothesis.stateful import run_state_machine_as_test
from schemathesis import Case
from schemathesis.core.transport import Response

from contract_tests import bodies
from contract_tests.broken import Broken, Difference
from contract_tests.envelopes import named
from contract_tests.examiner import Examiner
from contract_tests.exchange import Exchange
from contract_tests.generation import Generated
from contract_tests.judging import problems
from contract_tests.properties import SUPPRESSED
from contract_tests.sending import Sender
from contract_tests.workshop import PDF, sha256
from openapi import Contract

CONFIRM = "confirmUpload"
Body = dict[str, Any]


def follow_links(
    examiner: Examiner, contract: Contract, examples: int, steps: int, left_out: frozenset[str] = frozenset()
) -> None:
    """Walk so many times, so many steps each. `left_out`: operations that are never asked for. Raises `Broken`."""
    made = Generated(contract, left_out, is_linked=True)
    walks = Walks(examiner, made)
    machine = walks.machine()
    machine._hypothesis_internal_use_seed = examiner.seed  # as `hypothesis.seed` does for functions
    try:
        run_state_machine_as_test(machine, settings=_settings(examples, steps))
    except Flaky:
        if walks.found is None:
            raise
        raise walks.found from None


class Walks:
    """What all walks share. `found`: the last thing that was wrong."""

    def __init__(self, examiner: Examiner, made: Generated) -> None:
        self.examiner = examiner
        self.contract = made.contract
        self.found: Broken | None = None
        self._made = made
        self._sender = Sender(examiner, made)

    def machine(self) -> Any:
        """The state machine of the contract's links; every walk begins with records of its own."""
        walks = self
        followed = self._made.schema.as_state_machine()

        class Walk(followed):  # type: ignore[misc, valid-type]
            def setup(self) -> None:
                walks.examiner.begin()
                walks.forget()

            def before_call(self, case: Case[Any]) -> None:
                walks.prepare(case)

            def get_call_kwargs(self, case: Case[Any]) -> dict[str, Any]:
                return {"headers": walks.headers()}

            def validate_response(self, response: Response, case: Case[Any], *_: Any, **__: Any) -> None:
                walks.judge(response, case, self.recorder)

        for name in followed.root_rules:
            if "id_" in name.lower():  # no walk begins at a record that is not there
                setattr(Walk, name, None)
        return Walk

    def forget(self) -> None:
        """Nothing of the walk before is left: what was done there must not show in this one."""
        self._sender.feed.forget()

    def headers(self) -> dict[str, str]:
        return self._sender.headers()

    def prepare(self, case: Case[Any]) -> None:
        """Make of a request that was made up one that leads further."""
        operation_id = case.operation.definition.raw["operationId"]
        is_negative = case.meta is not None and case.meta.generation.mode.is_negative
        if not is_negative and isinstance(case.body, dict) and operation_id in HELPS:
            case.body = HELPS[operation_id](case.body)
        self._sender.prepare_step(case)

    def judge(self, response: Response, case: Case[Any], recorder: Any) -> None:
        """Raises `Broken`."""
        exchange = self._sender.last
        self._sender.feed.saw(exchange)
        found = list(problems(self.contract, case, response, exchange, recorder))
        for broken in found or self._what_is_left(exchange, case):
            self.found = broken
            broken.steps = tuple(self.examiner.recorder.steps)
            raise broken
        self._put_bytes(exchange)

    def _what_is_left(self, exchange: Exchange, case: Case[Any]) -> Iterator[Broken]:
        """Where a record was deleted: whoever still answers for it. Walks seldom come back to ask."""
        if case.method != "DELETE" or not exchange.is_success:
            return
        given = dict(case.path_parameters or {})
        rule = named(self.contract, "NOT-FOUND")
        for operation in self.contract.operations.values():
            if operation.is_safe and set(given) == {
                each.name for each in operation.parameters if each.location == "path"
            }:
                answer = self.examiner.api(self.contract.name).call(operation.id, given, is_checked=False)
                if answer.status != self.contract.rules[rule].status:
                    message = f"{operation.id} knows a record that was deleted"
                    difference = Difference("status", self.contract.rules[rule].status, answer.status)
                    yield Broken(rule, message, [difference], operation_id=operation.id)

    def _put_bytes(self, exchange: Exchange) -> None:
        """The step that no link can say: the bytes of an upload go to the bucket."""
        if exchange.operation_id == "presignUpload" and exchange.is_success:
            headers = {"content-type": UPLOAD["mimeType"]}
            self.examiner.transport.send("PUT", exchange.json["url"], headers=headers, body=PDF)


def _settings(examples: int, steps: int) -> hypothesis.settings:
    return hypothesis.settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        print_blob=False,
        suppress_health_check=[*SUPPRESSED, hypothesis.HealthCheck.filter_too_much],
        phases=[hypothesis.Phase.generate, hypothesis.Phase.shrink],
    )


def _with_a_line(body: Body) -> Body:
    """An invoice with nothing to pay leads nowhere."""
    lines = body.get("lineItems")
    return {
        **body,
        "lineItems": [dict(bodies.line(unit_price=19.99)), *(lines if isinstance(lines, list) else [])][:500],
    }


UPLOAD: Mapping[str, Any] = {"mimeType": "application/pdf", "size": len(PDF)}
HELPS: Mapping[str, Callable[[Body], Body]] = {
    "createInvoice": _with_a_line,
    "publishInvoice": lambda body: {"id": body["id"]} if "id" in body else _with_a_line(body),
    "presignUpload": lambda body: {**body, **UPLOAD},
    CONFIRM: lambda _: {"sha256": sha256(PDF)},
    "sendInvoiceSms": lambda body: {**body, "customerConsent": True, "phoneNumber": "+1 555 010 0199"},
}
"""What makes a request that was made up one that can succeed."""
