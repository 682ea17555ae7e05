"""Nothing is forgotten: contracts, groups, handlers, rules and settings fit together."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from openapi_spec_validator import OpenAPIV30SpecValidator

from mock_server.oauth.metadata import METADATA_PATH, PATHS
from mock_server.oauth.rules import CONTRACT as AUTHORIZATION
from mock_server.wiring import groups
from openapi import Contract, contract_file, contract_names, read_contract

ROOT = Path(__file__).parents[2]
RULE_ID = re.compile(r"\b(?:INV|UPL|CTL|AUTH)-[A-Z][A-Z0-9-]*[A-Z0-9]\b")
SOURCE = {file: file.read_text(encoding="utf-8") for file in (ROOT / "mock_server").rglob("*.py")}
STAGING = ["placeInvoice", "createInvoiceEvent"]
"""Operations of the control API that refuse by the rules of the group whose records they make."""

CONTRACTS = {name: read_contract(contract_file(name)) for name in contract_names()}


def test_every_contract_has_a_group_and_every_group_a_contract_but_for_the_authorization_server() -> None:
    assert sorted([*(group.name for group in groups()), AUTHORIZATION]) == list(CONTRACTS)


def test_the_authorization_server_answers_at_every_path_of_its_contract() -> None:
    contract = CONTRACTS[AUTHORIZATION]
    base = {path: item.get("servers", contract.document["servers"])[0]["url"].rstrip("/") for path, item in _paths()}

    assert {base[each.path] + each.path for each in contract.operations.values()} == {*PATHS.values(), METADATA_PATH}


def _paths() -> list[tuple[str, dict[str, Any]]]:
    return list(CONTRACTS[AUTHORIZATION].document["paths"].items())


@pytest.mark.parametrize("name", CONTRACTS)
def test_every_contract_is_valid_openapi(name: str) -> None:
    document = yaml.safe_load(contract_file(name).read_text(encoding="utf-8"))

    assert [str(error) for error in OpenAPIV30SpecValidator(document).iter_errors()] == []


@pytest.mark.parametrize("name", CONTRACTS)
def test_every_operation_is_described(name: str) -> None:
    for operation in CONTRACTS[name].operations.values():
        assert operation.summary, operation.id
        if operation.body:
            assert all(content.examples for content in operation.body.contents), operation.id
        for answer in operation.answers.values():
            shown = [content for content in answer.contents if content.media_type != "application/pdf"]
            assert all(content.examples for content in shown), (operation.id, answer.status)


def test_every_rule_the_mock_names_stands_in_a_contract() -> None:
    known = {rule for contract in CONTRACTS.values() for rule in contract.rules}
    named = {(found, file.name) for file, text in SOURCE.items() for found in RULE_ID.findall(text)}

    assert {each for each in named if each[0] not in known} == set()


@pytest.mark.parametrize("name", CONTRACTS)
def test_every_rule_that_refuses_is_enforced(name: str) -> None:
    contract = CONTRACTS[name]
    in_code = {found for text in SOURCE.values() for found in RULE_ID.findall(text)}

    refusing = {rule.id for rule in contract.rules.values() if rule.refuses}

    assert refusing - in_code - in_tables(contract) == set()


def in_tables(contract: Contract) -> set[str]:
    """The rules that are enforced by the lifecycle tables."""
    refusals = {each.rule for lifecycle in contract.lifecycles.values() for each in lifecycle.refusals}
    return refusals | {lifecycle.absent_rule for lifecycle in contract.lifecycles.values()}


def test_schemathesis_is_told_which_operations_have_rules() -> None:
    settings = tomllib.loads((ROOT / "openapi" / "schemathesis.toml").read_text(encoding="utf-8"))
    told = settings["operations"][0]["include-operation-id"]

    with_rules = [
        operation
        for contract in CONTRACTS.values()
        for operation in contract.operations
        if any(
            rule.refuses and rule.status == 400 and rule.stage in {"rules", "state"}
            for rule in contract.rules_for(operation)
        )
    ]

    assert sorted(told) == sorted([*with_rules, *STAGING])


def test_every_part_of_the_code_says_what_it_is() -> None:
    assert [str(file) for file, text in SOURCE.items() if not text.startswith('"""')] == []
