"""The rules of all contracts can be asked for, one by one and by what they are about."""

from __future__ import annotations

from typing import Any

import pytest

from openapi import Contract
from tests.apis.control.asking import ask, told
from tests.mock import Mock


def listed(mock: Mock, **query: Any) -> list[str]:
    return [each["rule"] for each in told(mock, "/rules", **query)["rules"]]


def contracts(mock: Mock) -> list[Contract]:
    return list(mock.server.contracts.values())


def test_all_rules_of_all_contracts_are_listed(shared_mock: Mock) -> None:
    assert listed(shared_mock) == [rule for contract in contracts(shared_mock) for rule in contract.rules]


@pytest.mark.parametrize("group", ["invoices", "invoice_uploads", "oauth", "control"])
def test_the_rules_of_a_group(shared_mock: Mock, group: str) -> None:
    assert listed(shared_mock, group=group) == list(shared_mock.server.contracts[group].rules)


def test_the_rules_on_an_operation(shared_mock: Mock) -> None:
    rules = shared_mock.server.contracts["invoices"].rules_for("cancelInvoice")
    assert listed(shared_mock, operation="cancelInvoice") == [each.id for each in rules]


def test_the_rules_on_an_event(shared_mock: Mock) -> None:
    assert listed(shared_mock, operation="settle") == ["INV-ACH-SETTLES"]


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ({"provenance": "documented"}, lambda rule: rule.provenance == "documented"),
        ({"stage": "bucket"}, lambda rule: rule.stage == "bucket"),
        ({"status": 409}, lambda rule: rule.status == 409),
        ({"stage": "state", "status": 404}, lambda rule: rule.stage == "state" and rule.status == 404),
    ],
)
def test_every_condition_must_hold(shared_mock: Mock, query: dict[str, Any], holds: Any) -> None:
    expected = [rule.id for contract in contracts(shared_mock) for rule in contract.rules.values() if holds(rule)]
    assert expected
    assert listed(shared_mock, **query) == expected


def test_conditions_that_nothing_fits_give_an_empty_list(shared_mock: Mock) -> None:
    assert listed(shared_mock, group="oauth", stage="bucket") == []


def test_a_rule_is_told_with_all_that_is_known_of_it(shared_mock: Mock) -> None:
    rule = shared_mock.server.contracts["invoices"].rules["INV-CARD-CVV"]
    assert told(shared_mock, "/rules/INV-CARD-CVV") == {
        "group": "invoices",
        "rule": "INV-CARD-CVV",
        "says": rule.says,
        "stage": "rules",
        "status": 400,
        "refuses": True,
        "provenance": "assumed",
        "source": rule.source,
        "operations": ["submitInvoice"],
        "limits": {"minimumDigits": 3, "maximumDigits": 4},
    }


def test_every_rule_can_be_asked_for(shared_mock: Mock) -> None:
    for contract in contracts(shared_mock):
        for rule in contract.rules:
            assert told(shared_mock, f"/rules/{rule}")["group"] == contract.name


@pytest.mark.parametrize(
    ("path", "rule", "helps"),
    [
        ("/rules/INV-CANCEL-STAT", "CTL-RULE-ABSENT", "INV-CANCEL-STATE"),
        ("/rules/inv-cancel-state", "CTL-RULE-ABSENT", "INV-CANCEL-STATE"),
        ("/rules/42", "CTL-RULE-ABSENT", "listRules"),
        ("/rules?operation=cancelInvoce", "CTL-RULE-NAMES", "cancelInvoice"),
        ("/rules?group=invoice-uploads", "CTL-RULE-NAMES", "invoice_uploads"),
        ("/rules?group=xyz", "CTL-RULE-NAMES", "oauth"),
    ],
)
def test_an_unknown_name_is_told_with_what_is_near(shared_mock: Mock, path: str, rule: str, helps: str) -> None:
    response = ask(shared_mock, path)
    assert response.status_code == 404
    assert response.json()["rule"] == rule
    assert helps in response.json()["detail"]


@pytest.mark.parametrize("query", ["stage=weather", "provenance=rumoured", "status=99", "status=many"])
def test_what_no_rule_can_have_is_refused(shared_mock: Mock, query: str) -> None:
    response = ask(shared_mock, f"/rules?{query}")
    assert (response.status_code, response.json()["rule"]) == (400, "CTL-PARAMETER")
