"""The contracts say what is sensitive, and where."""

from __future__ import annotations

import pytest

from openapi import contract_file, contract_names, read_contract
from openapi.redaction.names import EVERYWHERE, MARK, MASKS, Names, Sensitive, _members

CONTRACTS = [read_contract(contract_file(name)) for name in contract_names()]
SENSITIVE = Sensitive(CONTRACTS)


@pytest.mark.parametrize(
    ("name", "mark"),
    [
        ("accountNumber", "last4"),
        ("routingNumber", "last4"),
        ("securityCode", "hidden"),
        ("code_verifier", "hidden"),
        ("client_secret", "hidden"),
        ("access_token", "hidden"),
        ("csrf", "hidden"),
    ],
)
@pytest.mark.parametrize("group", ["invoices", "invoice_uploads", "oauth", "control", None, "no such group"])
def test_what_is_sensitive_in_one_api_is_in_all(group: str | None, name: str, mark: str) -> None:
    assert SENSITIVE.names(group).mark(name) == mark


@pytest.mark.parametrize("name", ["code", "token"])
def test_a_name_that_another_api_shows_is_hidden_only_where_it_is_marked(name: str) -> None:
    marks = {group: SENSITIVE.names(group).mark(name) for group in ("oauth", "invoices", None)}

    assert marks == {"oauth": "hidden", "invoices": None, None: "hidden"}


@pytest.mark.parametrize("name", ["token_type", "code_challenge", "errorCode", "accountType", "number", "statusCode"])
def test_what_only_sounds_like_a_secret_is_shown(name: str) -> None:
    assert SENSITIVE.names("oauth").mark(name) is None


@pytest.mark.parametrize(
    "operation", ["submitInvoice", "submitInvoiceAch", "requestToken", "decideAuthorization", None]
)
def test_an_operation_with_a_marked_member_deals_in_secrets(operation: str | None) -> None:
    assert SENSITIVE.is_marked(operation)


@pytest.mark.parametrize("operation", ["createInvoice", "listInvoices", "getJwks", "confirmUpload"])
def test_an_operation_without_one_does_not(operation: str) -> None:
    assert not SENSITIVE.is_marked(operation)


def test_every_mark_says_how() -> None:
    marks = [schema[MARK] for each in CONTRACTS for _, schema in _members(each.document) if MARK in schema]

    assert marks
    assert {*marks, *EVERYWHERE.values()} <= set(MASKS)


def test_no_sensitive_name_is_part_of_an_ordinary_one() -> None:
    names: Names = SENSITIVE.names("invoices")
    shown = {name for each in CONTRACTS for name, schema in _members(each.document) if MARK not in schema}

    assert {name for name in shown if names.mark(name)} <= {"client_secret_expires_at", "secret", "hasSecret"}
