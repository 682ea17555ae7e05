"""Refresh tokens: good once, replaced at every use, and watched for thieves."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.mock import Mock
from tests.oauth.builders import (
    CONTRACT,
    INVOICES,
    OTHER_INVOICES,
    OTHER_UPLOADS,
    PUBLIC,
    SCOPE,
    UPLOADS,
    Party,
    at_once,
    claims_of,
    refused,
    stored,
)

LIFETIME = timedelta(seconds=CONTRACT.limit("AUTH-REFRESH-LIFETIME", "lifetimeSeconds"))
MOMENT = timedelta(milliseconds=1)


@pytest.fixture
def party(shared_mock: Mock) -> Party:
    return Party(shared_mock)


@pytest.mark.parametrize("client", [INVOICES, UPLOADS, PUBLIC], ids=lambda client: client[0])
def test_a_refresh_token_gives_the_next_tokens(client: tuple[str, str], party: Party) -> None:
    first = party.issued() if client == INVOICES else party.signed_in(client)

    second = party.refresh(first["refresh_token"], client).json()

    assert second["refresh_token"] != first["refresh_token"]
    assert second["expires_in"] == 900
    assert second.get("scope") == first.get("scope")
    before, after = claims_of(first["access_token"]), claims_of(second["access_token"])
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= {"jti", "iat", "exp"}
    assert "jti" in changed
    assert party.is_accepted(first["access_token"])
    assert party.is_accepted(second["access_token"])
    assert party.refresh(second["refresh_token"], client).status_code == 200


def test_a_refresh_token_that_comes_back_ends_its_whole_family(party: Party) -> None:
    first = party.signed_in()
    second = party.refresh(first["refresh_token"]).json()
    third = party.refresh(second["refresh_token"]).json()

    refused(party.refresh(first["refresh_token"]), "AUTH-REFRESH-ROTATION")

    for each in (first, second, third):
        assert not party.is_accepted(each["access_token"])
    refused(party.refresh(third["refresh_token"]), "AUTH-REFRESH")


def test_families_are_told_apart(party: Party) -> None:
    one, other = party.signed_in(), party.signed_in()
    party.refresh(one["refresh_token"])

    refused(party.refresh(one["refresh_token"]), "AUTH-REFRESH-ROTATION")

    assert party.is_accepted(other["access_token"])
    assert party.refresh(other["refresh_token"]).status_code == 200


def test_a_foreign_refresh_token_gives_nothing_and_stays_good(party: Party) -> None:
    token = party.signed_in()["refresh_token"]

    refused(party.refresh(token, OTHER_UPLOADS), "AUTH-REFRESH")
    refused(party.refresh(token, INVOICES), "AUTH-REFRESH")
    refused(party.refresh(token, PUBLIC), "AUTH-REFRESH")

    assert party.refresh(token).status_code == 200


def test_a_used_refresh_token_in_foreign_hands_ends_its_family(party: Party) -> None:
    first = party.issued()
    second = party.refresh(first["refresh_token"], INVOICES).json()

    refused(party.refresh(first["refresh_token"], OTHER_INVOICES), "AUTH-REFRESH-ROTATION")

    assert not party.is_accepted(second["access_token"])


def test_a_client_with_a_secret_must_show_it(party: Party) -> None:
    token = party.signed_in()["refresh_token"]

    refused(party.refresh(token, (UPLOADS[0], "")), "AUTH-CLIENT")
    refused(party.refresh(token, (UPLOADS[0], "wrong")), "AUTH-CLIENT")

    assert party.refresh(token).status_code == 200


@pytest.mark.parametrize("token", ["x", "x" * 43, "é\0\n\"'", "a.b.c"])
def test_an_unknown_refresh_token_gives_nothing(token: str, party: Party) -> None:
    refused(party.refresh(token), "AUTH-REFRESH")


def test_an_access_token_is_no_refresh_token(party: Party) -> None:
    reply = party.signed_in()

    refused(party.refresh(reply["access_token"]), "AUTH-REFRESH")
    assert party.call_uploads(reply["refresh_token"]).status_code == 401


@pytest.mark.parametrize("scope", ["invoices", f"{SCOPE} invoices", "*"])
def test_the_scope_can_not_be_widened(scope: str, party: Party) -> None:
    token = party.signed_in()["refresh_token"]
    before = stored(party.mock)

    refused(party.refresh(token, scope=scope), "AUTH-SCOPE")

    assert stored(party.mock) == before
    assert party.refresh(token, scope=SCOPE).json()["scope"] == SCOPE


def test_a_client_without_scopes_gets_none_by_refreshing(party: Party) -> None:
    refused(party.refresh(party.issued()["refresh_token"], INVOICES, scope="invoices"), "AUTH-SCOPE")


@pytest.mark.parametrize(("age", "is_good"), [(LIFETIME - MOMENT, True), (LIFETIME, False)])
def test_a_refresh_token_expires(age: timedelta, is_good: bool, own_mock: Mock) -> None:
    party = Party(own_mock)
    token = party.issued()["refresh_token"]
    own_mock.clock.advance(age)

    response = party.refresh(token, INVOICES)

    if is_good:
        assert response.status_code == 200
    else:
        refused(response, "AUTH-REFRESH-LIFETIME")


def test_the_access_token_expires_long_before(own_mock: Mock) -> None:
    party = Party(own_mock)
    reply = party.issued()
    own_mock.clock.advance(timedelta(seconds=900) - MOMENT)
    assert party.is_accepted(reply["access_token"])
    own_mock.clock.advance(MOMENT)

    refused_call = party.call_invoices(reply["access_token"])

    assert refused_call.status_code == 401
    assert refused_call.headers["www-authenticate"].startswith('Bearer error="invalid_token"')
    assert party.is_accepted(party.refresh(reply["refresh_token"], INVOICES).json()["access_token"])


def test_of_many_who_use_one_refresh_token_at_the_same_moment_exactly_one_wins(party: Party) -> None:
    token = party.signed_in()["refresh_token"]

    answers = at_once(4, lambda: party.refresh(token))

    won = [each for each in answers if each.status_code == 200]
    assert len(won) == 1
    for each in answers:
        if each not in won:
            refused(each, "AUTH-REFRESH-ROTATION")
    assert not party.is_accepted(won[0].json()["access_token"])  # one of them is a thief
    refused(party.refresh(won[0].json()["refresh_token"]), "AUTH-REFRESH")


def test_what_has_expired_is_forgotten(own_mock: Mock) -> None:
    party = Party(own_mock)
    nothing = stored(own_mock)
    reply = party.signed_in()
    party.refresh(reply["refresh_token"])
    party.revoke(reply["access_token"])
    assert stored(own_mock) > nothing
    own_mock.clock.advance(LIFETIME * 2)

    own_mock.caller("invoices")("GET", "/invoices")

    assert stored(own_mock) == nothing
