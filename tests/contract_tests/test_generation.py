"""What schemathesis is fed with: the same cases for the same seed, judged by what the contract's rules say."""

from __future__ import annotations

from typing import Any

import pytest
from schemathesis import Case, GenerationMode

from contract_tests.examiner import contract
from contract_tests.feeding import is_id, states, without_references
from contract_tests.generation import (
    REQUEST_STAGES,
    RULE_STAGES,
    Generated,
    configuration,
    generated,
    is_reference,
    refusals,
)
from contract_tests.target import GROUPS

INVOICES = contract("invoices")
UPLOADS = contract("invoice_uploads")
OPERATIONS = [(group, operation_id) for group in GROUPS for operation_id in contract(group).operations]


def told(case: Case[Any]) -> tuple[Any, ...]:
    body = case.body if isinstance(case.body, dict | list | str | bytes) else type(case.body).__name__
    return case.method, case.path, case.path_parameters, case.query, dict(case.headers or {}), body


def test_a_well_formed_request_may_be_refused_by_rules_only_where_the_operation_has_some() -> None:
    assert refusals(INVOICES, "listInvoices", RULE_STAGES) == []
    assert refusals(INVOICES, "getInvoice", RULE_STAGES) == ["404"]
    assert refusals(INVOICES, "cancelInvoice", RULE_STAGES) == ["400", "404", "409"]


def test_a_malformed_request_is_refused_by_what_is_looked_at_before_the_rules() -> None:
    assert refusals(UPLOADS, "presignUpload", REQUEST_STAGES) == ["400", "404", "405", "413", "415"]
    assert "401" not in refusals(UPLOADS, "deleteUpload", REQUEST_STAGES)


@pytest.mark.parametrize("group", GROUPS)
def test_every_operation_is_configured(group: str) -> None:
    configured = [each["include-operation-id"] for each in configuration(contract(group))["operations"]]
    assert configured == list(contract(group).operations)


@pytest.mark.parametrize(("group", "operation_id"), [("invoices", "createInvoice"), ("invoices", "listInvoices")])
def test_the_same_seed_gives_the_same_cases(group: str, operation_id: str) -> None:
    first, again = (Generated(contract(group)) for _ in range(2))
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
        one, other = (each.coverage(operation_id, mode, 20, 7) for each in (first, again))
        assert [told(case) for case in one] == [told(case) for case in other]
        assert len(one) == 20


def test_another_seed_gives_other_cases() -> None:
    made = generated(INVOICES)
    one, other = (made.coverage("createInvoice", GenerationMode.NEGATIVE, 20, seed) for seed in (1, 2))
    assert [told(case) for case in one] != [told(case) for case in other]


@pytest.mark.parametrize(("group", "operation_id"), OPERATIONS)
def test_every_operation_has_examples_and_edges(group: str, operation_id: str) -> None:
    made = generated(contract(group))
    assert made.examples(operation_id)
    assert made.coverage(operation_id, GenerationMode.POSITIVE, 5, 1)
    assert made.coverage(operation_id, GenerationMode.NEGATIVE, 5, 1)


@pytest.mark.parametrize(("group", "operation_id"), OPERATIONS)
def test_the_first_state_is_one_in_which_the_operation_is_possible(group: str, operation_id: str) -> None:
    known = states(contract(group), operation_id)
    for lifecycle in contract(group).lifecycles.values():
        if operation_id in lifecycle.actions():
            assert operation_id in lifecycle.allowed(known[0])


def test_links_begin_with_requests_that_refer_to_nothing() -> None:
    assert is_reference("customerId")
    assert not is_reference("uploadId")
    made = Generated(INVOICES, frozenset({"submitInvoice"}), is_linked=True)
    roots = made.schema.as_state_machine().root_rules
    assert any(name.endswith("POST_invoices") for name in roots)
    with pytest.raises(KeyError):
        made.operation("submitInvoice")


def test_ids_that_name_nothing_are_left_out_and_all_else_stays() -> None:
    body = {"customerId": "3f8a1b2c-5d6e-4f70-8a9b-0c1d2e3f4a5b", "customer": {"id": "x", "firstName": "A"}, "a": 1}
    assert without_references(body) == {**body, "customerId": None}
    assert without_references([1]) == [1]
    assert not is_id("3f8a1b2c5d6e4f708a9b0c1d2e3f4a5b")
