"""Introspection (RFC 7662): a client learns what its own tokens say, and nothing of others."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mock_server.oauth.tokens import ISSUER, Grant
from tests.mock import HARBOR, NOW, Mock
from tests.oauth.builders import (
    INTROSPECT,
    INVOICES,
    NASTY,
    OTHER_INVOICES,
    OTHER_UPLOADS,
    PUBLIC,
    SCOPE,
    UPLOADS,
    Party,
    basic,
    claims_of,
    conforming,
    credentials,
    refused,
    stored,
)

NOT_ACTIVE = {"active": False}


@pytest.fixture
def party(shared_mock: Mock) -> Party:
    return Party(shared_mock)


def test_a_client_learns_what_its_access_token_says(own_mock: Mock) -> None:
    party = Party(own_mock)
    token = party.signed_in()["access_token"]
    now = int(NOW.timestamp())

    assert party.introspect(token) == {
        "active": True,
        "token_type": "Bearer",
        "client_id": "harbor-uploads",
        "username": "harbor-demo",
        "sub": "harbor-demo",
        "scope": SCOPE,
        "aud": "invoice-uploads",
        "iss": ISSUER,
        "iat": now,
        "exp": now + 900,
        "jti": claims_of(token)["jti"],
        "merchant_id": HARBOR,
        "permissions": [],
    }


def test_a_client_that_acts_for_itself_is_no_user(party: Party) -> None:
    told = party.introspect(party.issued()["access_token"], INVOICES)

    assert (told["active"], told["sub"], told["permissions"]) == (True, "harbor-invoices", ["invoices"])
    assert "username" not in told


def test_a_refresh_token_is_told_of_too(party: Party) -> None:
    for_user = party.introspect(party.signed_in()["refresh_token"])
    for_client = party.introspect(party.issued()["refresh_token"], INVOICES)

    assert (for_user["token_type"], for_user["username"], for_user["scope"]) == ("refresh_token", "harbor-demo", SCOPE)
    assert (for_client["token_type"], for_client["sub"]) == ("refresh_token", "harbor-invoices")
    assert "username" not in for_client


def test_a_token_of_the_command_line_is_its_clients(party: Party) -> None:
    token = party.mock.mint.mint(Grant("harbor-invoices", HARBOR, "invoices"), timedelta(hours=1))

    assert party.introspect(token, INVOICES)["active"]
    assert party.introspect(token, OTHER_INVOICES) == NOT_ACTIVE


def test_a_token_without_a_subject_is_nobodys(party: Party) -> None:
    token = party.mock.mint.mint(Grant("x", HARBOR, "invoices", more={"sub": None}), timedelta(hours=1))

    assert party.introspect(token, INVOICES) == NOT_ACTIVE


def test_tokens_of_others_are_not_active(party: Party) -> None:
    reply = party.signed_in()

    for token in (reply["access_token"], reply["refresh_token"]):
        for client in (OTHER_UPLOADS, INVOICES):
            assert party.introspect(token, client) == NOT_ACTIVE


def test_what_is_good_no_more_is_not_active(own_mock: Mock) -> None:
    party = Party(own_mock)
    revoked, used, expiring = party.signed_in(), party.signed_in(), party.signed_in()
    party.revoke(revoked["refresh_token"])
    party.refresh(used["refresh_token"])

    assert party.introspect(revoked["access_token"]) == NOT_ACTIVE
    assert party.introspect(revoked["refresh_token"]) == NOT_ACTIVE
    assert party.introspect(used["refresh_token"]) == NOT_ACTIVE
    assert party.introspect(used["access_token"])["active"]
    own_mock.clock.advance(timedelta(seconds=900))
    assert party.introspect(expiring["access_token"]) == NOT_ACTIVE
    assert party.introspect(expiring["refresh_token"])["active"]
    own_mock.clock.advance(timedelta(days=30))
    assert party.introspect(expiring["refresh_token"]) == NOT_ACTIVE


@pytest.mark.parametrize("case", [case for case in NASTY if case != "empty"])
def test_what_is_no_token_is_not_active(case: str, party: Party) -> None:
    assert party.introspect(NASTY[case]) == NOT_ACTIVE


def test_a_forged_token_is_not_active(party: Party) -> None:
    header, payload, signature = party.issued()["access_token"].split(".")

    for forged in (f"{header}.{payload}.", f"{header}.{payload}.{signature[::-1]}", f"e30.{payload}.{signature}"):
        assert party.introspect(forged, INVOICES) == NOT_ACTIVE


def test_looking_at_a_token_changes_nothing(party: Party) -> None:
    reply = party.signed_in()
    party.refresh(reply["refresh_token"])
    before = stored(party.mock)

    party.introspect(reply["refresh_token"])

    assert stored(party.mock) == before
    assert party.is_accepted(reply["access_token"])


def test_a_public_client_can_not_ask(party: Party) -> None:
    refused(party.post(INTROSPECT, {**credentials(PUBLIC), "token": "x"}), "AUTH-CLIENT")


def test_a_client_must_show_who_it_is(party: Party) -> None:
    refused(party.post(INTROSPECT, {"token": "x"}), "AUTH-CLIENT")
    refused(party.post(INTROSPECT, {**credentials((UPLOADS[0], "wrong")), "token": "x"}), "AUTH-CLIENT")
    assert party.post(INTROSPECT, {"token": "x"}, headers=basic(*UPLOADS)).json() == NOT_ACTIVE


def test_a_token_must_be_named_once_and_in_the_form(party: Party) -> None:
    refused(party.post(INTROSPECT, credentials(UPLOADS)), "AUTH-PARAMETER")
    refused(party.post(INTROSPECT, {**credentials(UPLOADS), "token": ["x", "y"]}), "AUTH-PARAMETER-ONCE")
    refused(conforming(party.http.post(INTROSPECT, json={"token": "x"}), "introspectToken"), "AUTH-FORM")
    refused(party.http.get(INTROSPECT), "AUTH-METHOD")
