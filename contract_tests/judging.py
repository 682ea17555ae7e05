"""What an answer to a made-up request says: schemathesis' checks and ours, as broken rules of the contract."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from schemathesis import Case
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.parameters import ParameterLocation
from schemathesis.core.transport import Response
from schemathesis.engine.recorder import ScenarioRecorder
from schemathesis.generation.meta import CoveragePhaseData
from schemathesis.specs.openapi.checks import ignored_auth, is_unexpected_http_status_case

from contract_tests.answers import schema_rule
from contract_tests.broken import Broken, Difference
from contract_tests.envelopes import named
from contract_tests.exchange import Exchange
from contract_tests.judging_answers import answer_problems
from openapi import Contract

RULES: Mapping[str, str] = {
    "not_a_server_error": "INTERNAL",
    "unsupported_method": "METHOD",
    "allow_header_conformance": "METHOD",
    "missing_required_header": "PARAMETER",
    "use_after_free": "NOT-FOUND",
}
"""Which rule an answer breaks that a check of schemathesis does not accept."""

REJECTION = "negative_data_rejection"
OURS = frozenset({"status_code_conformance", "content_type_conformance", "response_schema_conformance"})
"""Checks that say what ours have said before, in other words."""


def problems(
    contract: Contract,
    case: Case[Any],
    response: Response,
    exchange: Exchange,
    recorder: ScenarioRecorder | None = None,
) -> Iterator[Broken]:
    """Everything about the answer that the contract does not allow, ours first. `recorder`: knows the steps before."""
    operation_id = case.operation.definition.raw["operationId"]
    found = list(answer_problems(contract, operation_id, exchange, is_probe=is_unexpected_http_status_case(case)))
    yield from found
    for failure in failures(case, response, recorder):
        broken = as_broken(contract, case, failure, exchange)
        if broken is not None and not (found and failure.checks and set(failure.checks) & OURS):
            yield broken


def failures(case: Case[Any], response: Response, recorder: ScenarioRecorder | None = None) -> list[Failure]:
    """What schemathesis' checks find. Whether tokens are asked for is left to ours: its check asks five times more."""
    try:
        case.validate_response(response, excluded_checks=[ignored_auth], recorder=recorder)
    except FailureGroup as group:
        return [each for each in group.exceptions if isinstance(each, Failure)]
    return []


def as_broken(contract: Contract, case: Case[Any], failure: Failure, exchange: Exchange) -> Broken | None:
    """A failure of schemathesis' as a rule of the contract; `None` for what it gets wrong."""
    operation_id = case.operation.definition.raw["operationId"]
    check = failure.checks[0] if failure.checks else type(failure).__name__
    kind = rejection_rule(case) if check == REJECTION else RULES.get(check, "")
    rule = named(contract, kind) if kind else ""
    message = failure.message.splitlines()[0] if failure.message else failure.title
    expected = _expected(contract, rule) if kind else failure.title
    difference = Difference("status", expected, exchange.status)
    what = f"{message} ({described(case)})" if described(case) else message
    return Broken(rule or schema_rule(operation_id, check), what, [difference], operation_id=operation_id)


def rejection_rule(case: Case[Any]) -> str:
    """Which rule refuses a request that was made wrong on purpose."""
    is_body = case.meta is not None and case.meta.is_negative_at(ParameterLocation.BODY)
    return "BODY-SCHEMA" if is_body else "PARAMETER"


def described(case: Case[Any]) -> str:
    """What is special about a case, as schemathesis says it; empty where it says nothing."""
    if case.meta is None:
        return ""
    data = case.meta.phase.data
    words = [data.description or ""]
    if isinstance(data, CoveragePhaseData) and data.parameter:
        words.append(f"in {data.parameter}")
    return " ".join(each for each in words if each).replace("\n", " ")


def _expected(contract: Contract, rule_id: str) -> str:
    rule = contract.rules.get(rule_id)
    if rule is None or rule.status >= 500:
        return "no server error"
    return str(rule.status)
