"""Revocation (RFC 7009): what is revoked is refused by everybody at once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from mock_server.oauth.tokens import Grant
from tests.mock import HARBOR, Mock
from tests.oauth.builders import (
    INVOICES,
    NASTY,
    OTHER_INVOICES,
    OTHER_UPLOADS,
    PUBLIC,
    REVOKE,
    UPLOADS,
    Party,
    at_once,
    basic,
    conforming,
    credentials,
    is_clean,
    refused,
    stored,
)


@pytest.fixture
def party(shared_mock: Mock) -> Party:
    return Party(shared_mock)


@pytest.mark.parametrize("client", [INVOICES, UPLOADS, PUBLIC], ids=lambda client: client[0])
def test_a_revoked_access_token_is_refused_at_once_and_alone(client: tuple[str, str], party: Party) -> None:
    reply = party.issued() if client == INVOICES else party.signed_in(client)
    assert party.is_accepted(reply["access_token"])

    response = party.revoke(reply["access_token"], client)

    assert (response.status_code, response.json()) == (200, {})
    call = party.call_invoices if client == INVOICES else party.call_uploads
    answer = call(reply["access_token"])
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == (
        'Bearer error="invalid_token", error_description="The token was revoked."'
    )
    assert party.refresh(reply["refresh_token"], client).status_code == 200


@pytest.mark.parametrize("client", [INVOICES, UPLOADS, PUBLIC], ids=lambda client: client[0])
def test_a_revoked_refresh_token_takes_its_family_along(client: tuple[str, str], party: Party) -> None:
    first = party.issued() if client == INVOICES else party.signed_in(client)
    second = party.refresh(first["refresh_token"], client).json()

    assert party.revoke(second["refresh_token"], client).status_code == 200

    assert not party.is_accepted(first["access_token"])
    assert not party.is_accepted(second["access_token"])
    refused(party.refresh(second["refresh_token"], client), "AUTH-REFRESH")


def test_a_used_refresh_token_still_names_its_family(party: Party) -> None:
    first = party.signed_in()
    second = party.refresh(first["refresh_token"]).json()

    assert party.revoke(first["refresh_token"]).status_code == 200

    assert not party.is_accepted(second["access_token"])


def test_others_go_on(party: Party) -> None:
    one, other = party.issued(), party.issued()

    party.revoke(one["refresh_token"], INVOICES)

    assert party.is_accepted(other["access_token"])
    assert party.refresh(other["refresh_token"], INVOICES).status_code == 200


def test_revoking_twice_is_revoking_once(party: Party) -> None:
    reply = party.signed_in()

    for token in (reply["access_token"], reply["refresh_token"]):
        assert party.revoke(token).status_code == 200
        assert party.revoke(token).status_code == 200


@pytest.mark.parametrize("case", NASTY)
def test_an_unknown_token_is_revoked_already(case: str, party: Party) -> None:
    before = stored(party.mock)

    response = party.revoke(NASTY[case])

    assert response.status_code == (400 if case == "empty" else 200)
    assert is_clean(response)
    assert stored(party.mock) == before


def test_an_expired_token_is_revoked_already(own_mock: Mock) -> None:
    party = Party(own_mock)
    token = party.issued()["access_token"]
    own_mock.clock.advance(timedelta(seconds=900))

    assert party.revoke(token, INVOICES).status_code == 200


def test_a_client_revokes_its_own_tokens_only(party: Party) -> None:
    reply = party.signed_in()

    for token in (reply["access_token"], reply["refresh_token"]):
        for client in (OTHER_UPLOADS, PUBLIC, OTHER_INVOICES):
            refused(party.revoke(token, client), "AUTH-REVOKE-CLIENT")

    assert party.is_accepted(reply["access_token"])
    assert party.refresh(reply["refresh_token"]).status_code == 200


@pytest.mark.parametrize("hint", ["access_token", "refresh_token", "id_token", "", "é"])
def test_hints_are_not_needed_and_may_be_wrong(hint: str, party: Party) -> None:
    reply = party.issued()

    assert party.revoke(reply["access_token"], INVOICES, token_type_hint=hint).status_code == 200
    assert not party.is_accepted(reply["access_token"])


def test_a_token_of_the_command_line_is_revoked_for_as_long_as_it_would_live(own_mock: Mock) -> None:
    party = Party(own_mock)
    minted = own_mock.mint.mint(_grant(), timedelta(hours=12))
    assert party.revoke(minted, INVOICES).status_code == 200

    for _ in range(11):
        own_mock.clock.advance(timedelta(hours=1))
        assert own_mock.caller("invoices")("GET", "/invoices").status_code == 200  # lets be forgotten what may be
        assert not party.is_accepted(minted)


@pytest.mark.parametrize("claims", [{"exp": 10**300}, {"exp": 10**12}, {"jti": "\0"}, {"jti": 5}, {"jti": "x" * 999}])
def test_a_strange_token_can_be_revoked_too(claims: dict[str, object], party: Party) -> None:
    minted = party.mock.mint.mint(_grant(**claims), timedelta(hours=1))
    assert party.is_accepted(minted)

    assert party.revoke(minted, INVOICES).status_code == 200

    assert not party.is_accepted(minted)


def test_a_token_without_an_id_can_not_be_revoked(party: Party) -> None:
    minted = party.mock.mint.mint(_grant(jti=None), timedelta(hours=1))

    refused(party.revoke(minted, INVOICES), "AUTH-REVOKE-KIND")


def _grant(**claims: object) -> Grant:
    return Grant("harbor-invoices", HARBOR, "invoices", ("invoices",), more=claims)


def test_what_was_revoked_stays_so_when_the_server_starts_again(tmp_path: Path) -> None:
    state = f"sqlite:///{tmp_path}/state.db"
    first = Mock.start(state=state)
    try:
        party = Party(first)
        reply = party.signed_in()
        party.revoke(reply["refresh_token"])
    finally:
        first.stop()
    second = Mock.start(state=state)
    try:
        assert not Party(second).is_accepted(reply["access_token"])
        refused(Party(second).refresh(reply["refresh_token"]), "AUTH-REFRESH")
    finally:
        second.stop()


def test_many_may_revoke_at_the_same_moment(party: Party) -> None:
    token = party.signed_in()["refresh_token"]

    assert [each.status_code for each in at_once(4, lambda: party.revoke(token))] == [200] * 4


# --- bad requests ---


def test_a_client_must_show_who_it_is(party: Party) -> None:
    token = party.signed_in()["access_token"]

    refused(party.revoke(token, (UPLOADS[0], "wrong")), "AUTH-CLIENT")
    refused(party.revoke(token, (UPLOADS[0], "")), "AUTH-CLIENT")
    refused(party.revoke(token, ("nobody", "x")), "AUTH-CLIENT")
    refused(party.post(REVOKE, {"token": token}), "AUTH-CLIENT")

    assert party.is_accepted(token)


def test_http_basic_is_taken(party: Party) -> None:
    token = party.signed_in()["access_token"]

    assert party.post(REVOKE, {"token": token}, headers=basic(*UPLOADS)).status_code == 200
    assert not party.is_accepted(token)


def test_a_token_must_be_named_once_and_in_the_form(party: Party) -> None:
    refused(party.post(REVOKE, credentials(UPLOADS)), "AUTH-PARAMETER")
    refused(party.post(REVOKE, {**credentials(UPLOADS), "token": ["x", "y"]}), "AUTH-PARAMETER-ONCE")
    in_address = party.http.post(REVOKE, params={"token": "x"}, data=credentials(UPLOADS))
    refused(conforming(in_address, "revokeToken"), "AUTH-PARAMETER-PLACE")


def test_only_forms_are_read(party: Party) -> None:
    refused(conforming(party.http.post(REVOKE, json={"token": "x"}), "revokeToken"), "AUTH-FORM")
    refused(conforming(party.http.post(REVOKE, data={"token": "x" * 70_000}), "revokeToken"), "AUTH-FORM-SIZE")
    refused(party.http.get(REVOKE), "AUTH-METHOD")
