"""Tokens: had once, by actor and group, and had anew before they expire."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest

from contract_tests import credentials as module
from contract_tests.credentials import Tokens, parts_of
from contract_tests.errors import NotReached, TargetUnreachable
from contract_tests.exchange import Exchange
from contract_tests.target import Credentials, Target
from contract_tests.transport import Recorder, Transport
from tests.contract_tests.scripted import Reply, Scripted, scripted


@pytest.fixture
def server() -> Iterator[Scripted]:
    with scripted() as found:
        yield found


def granted(token: str, **more: object) -> Reply:
    return Reply(body=json.dumps({"access_token": token, "token_type": "Bearer", **more}).encode())


def tokens(server: Scripted, known: Credentials) -> tuple[Tokens, list[Exchange]]:
    target = Target("here", {}, f"{server.origin}/oauth2/token", {"main": {"invoices": known}})
    recorder = Recorder()
    return Tokens(Transport(target, recorder)), recorder.steps


def asked(exchanges: list[Exchange]) -> list[dict[str, str]]:
    return [{name: value[0] for name, value in parse_qs(each.sent.body.decode()).items()} for each in exchanges]


CLIENT = Credentials(client_id="qa", client_secret="hush")


def test_a_token_is_fetched_once(server: Scripted) -> None:
    server.replies = [granted("first", expires_in=900), granted("second")]
    had, exchanges = tokens(server, CLIENT)

    assert [had.get("invoices"), had.get("invoices")] == ["first", "first"]
    assert asked(exchanges) == [{"grant_type": "client_credentials", "client_id": "qa", "client_secret": "hush"}]


def test_a_token_that_is_about_to_expire_is_fetched_anew(server: Scripted) -> None:
    server.replies = [granted("first", expires_in=module.SPARE_SECONDS - 1), granted("second", expires_in=900)]
    had, _ = tokens(server, CLIENT)

    assert [had.get("invoices"), had.get("invoices"), had.get("invoices")] == ["first", "second", "second"]


@pytest.mark.parametrize("stated", [None, "soon", True, -1])
def test_what_is_wrong_about_the_lifetime_is_no_reason_to_end(stated: object, server: Scripted) -> None:
    server.replies = [granted("first", expires_in=stated)]

    assert tokens(server, CLIENT)[0].get("invoices") == "first"


def test_a_refresh_token_that_was_replaced_is_not_used_again(server: Scripted) -> None:
    server.replies = [granted("first", refresh_token="r2", expires_in=1), granted("second", expires_in=900)]
    had, exchanges = tokens(server, Credentials(client_id="qa", refresh_token="r1"))

    assert [had.get("invoices"), had.get("invoices")] == ["first", "second"]
    assert [each["refresh_token"] for each in asked(exchanges)] == ["r1", "r2"]


def test_a_token_that_is_given_is_used_as_it_is(server: Scripted) -> None:
    had, exchanges = tokens(server, Credentials(token="given"))

    assert had.get("invoices") == "given"
    assert exchanges == []


@pytest.mark.parametrize("reply", [Reply(401), Reply(200, b"[]"), Reply(200, b"no json")])
def test_without_a_token_nothing_can_be_examined(reply: Reply, server: Scripted) -> None:
    server.replies = [reply]
    with pytest.raises(TargetUnreachable, match="no token for invoices"):
        tokens(server, CLIENT)[0].get("invoices")


def test_an_actor_without_credentials_is_not_reached(server: Scripted) -> None:
    had, _ = tokens(server, CLIENT)
    with pytest.raises(NotReached, match="no credentials of other for invoices"):
        had.get("invoices", "other")


@pytest.mark.parametrize("token", ["opaque", "a.b", "a.b.c", "W10.W10.x"])
def test_tokens_that_are_no_jwts_can_t_be_forged(token: str) -> None:
    with pytest.raises(NotReached):
        parts_of(token)
