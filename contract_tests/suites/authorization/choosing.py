"""Which operations and which attempts a check of authorization is made with, and what it proves by them."""

from __future__ import annotations

from typing import Any

import pytest

from contract_tests.credentials import parts_of
from contract_tests.errors import NotReached
from contract_tests.forgeries import Attempt
from contract_tests.suites.authorization import ownership
from contract_tests.suites.authorization.refusing import LACKING, auth_rule
from contract_tests.suites.authorization.scenes import CONTRACTS, GROUP_OF
from contract_tests.target import GROUPS

OTHER_GROUP = dict(zip(GROUPS, reversed(GROUPS), strict=True))
CHEAP = {"invoices": "getInvoiceCalculations", "invoice_uploads": "getPaymentRequestInvoiceUrl"}
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
SPARE = 20
LATE = 1
"""So many seconds before its end a token must be good still, and so many after it no more."""

SHARES = 7
MOCKS_OWN = "mock_"
"""How claims begin that are a mock's own and no matter of the contract."""


def every_operation(*names: str) -> pytest.MarkDecorator:
    """Of both groups, with the rules of these names."""
    return pytest.mark.parametrize("operation_id", [_marked(each, *names) for each in GROUP_OF])


def _marked(operation_id: str, *names: str) -> Any:
    group = GROUP_OF[operation_id]
    rules = [auth_rule(group, LACKING[group] if name == "LACKING" else name) for name in names]
    return pytest.param(operation_id, marks=[pytest.mark.proves(*rules), pytest.mark.about(operation_id)])


def one_of_each_group(*names: str) -> pytest.MarkDecorator:
    """Both groups, by an operation of each that is cheap."""
    return pytest.mark.parametrize("operation_id", [_marked(each, *names) for each in CHEAP.values()])


def owned(group: str) -> list[str]:
    """Operations that name a record in their path or as their subject."""
    rules = CONTRACTS[group].rules
    concerned = rules[auth_rule(group, ownership.OWNERSHIP)].applies_to
    return [each for each in concerned if each not in {"createInvoice"}]


def some_of(attempts: list[Attempt], operation_id: str) -> list[Attempt]:
    """Those that are tried on every operation, and a share of the others: each is tried on some of the group."""
    operations = list(CONTRACTS[GROUP_OF[operation_id]].operations)
    own = operations.index(operation_id)
    return [each for number, each in enumerate(attempts) if each.is_typical or number % SHARES == own % SHARES]


def of_the_mock(token: str) -> dict[str, Any]:
    """The claims that are the mock's own; none where there are no claims to read."""
    try:
        claims = parts_of(token)[1]
    except (NotReached, RecursionError):
        return {}
    return {name: value for name, value in claims.items() if name.startswith(MOCKS_OWN)}
