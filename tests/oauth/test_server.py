"""The authorization server as a process, and on the store that processes share: races, slow clients, kept secrets."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import httpx2
import pytest

from tests.mock import Mock
from tests.oauth.builders import (
    AUTHORIZE,
    CALLBACK,
    INTROSPECT,
    INVOICES,
    OTHER_UPLOADS,
    REVOKE,
    SECRETS,
    TOKEN,
    UPLOADS,
    USER,
    VERIFIER,
    Browser,
    Party,
    asking,
    at_once,
    basic,
    credentials,
    refused,
    told_to_client,
)
from tests.process import serving

PATIENCE_SECONDS = 30
FORM = "application/x-www-form-urlencoded"


# --- on PostgreSQL ---


@pytest.fixture
def shared_store(postgres_url: str) -> Iterator[Mock]:
    mock = Mock.start(state=postgres_url, seed="empty")
    yield mock
    mock.stop()


def test_the_whole_flow_works_on_postgresql(shared_store: Mock) -> None:
    party = Party(shared_store)
    first = party.signed_in()
    second = party.refresh(first["refresh_token"]).json()
    assert party.introspect(second["access_token"])["active"]
    assert party.revoke(first["access_token"]).status_code == 200
    assert not party.is_accepted(first["access_token"])
    assert party.is_accepted(second["access_token"])
    refused(party.refresh(first["refresh_token"]), "AUTH-REFRESH-ROTATION")
    assert not party.introspect(second["access_token"])["active"]
    assert not party.is_accepted(second["access_token"])


def test_what_one_process_revokes_the_other_refuses_at_once(shared_store: Mock, postgres_url: str) -> None:
    other = Mock.start(state=postgres_url, seed="empty")
    try:
        here, there = Party(shared_store), Party(other)
        reply = here.signed_in()
        assert there.is_accepted(reply["access_token"])
        there.revoke(reply["refresh_token"])
        assert not here.is_accepted(reply["access_token"])
        refused(here.refresh(reply["refresh_token"]), "AUTH-REFRESH")
    finally:
        other.stop()


def test_on_postgresql_too_exactly_one_wins_a_race(shared_store: Mock) -> None:
    party = Party(shared_store)
    code = Browser(shared_store).code()
    exchanged = at_once(4, lambda: party.exchange(code))
    token = party.signed_in()["refresh_token"]
    refreshed = at_once(4, lambda: party.refresh(token))
    revoked = party.signed_in()["refresh_token"]

    assert sorted(each.status_code for each in exchanged) == [200, 400, 400, 400]
    assert sorted(each.status_code for each in refreshed) == [200, 400, 400, 400]
    assert {each.status_code for each in at_once(4, lambda: party.revoke(revoked))} == {200}
    for answers in (exchanged, refreshed):
        (won,) = [each for each in answers if each.status_code == 200]
        assert not party.is_accepted(won.json()["access_token"])


# --- slow and endless forms ---


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("mock"), "--no-access-log") as address:
        yield address


def test_a_slow_form_keeps_nobody_waiting(origin: str) -> None:
    """Were it read inside a unit of work, every other call would wait for the store, and the form for the call."""
    with httpx2.Client(timeout=PATIENCE_SECONDS) as browser:
        page = browser.get(origin + AUTHORIZE, params=asking()).text
        csrf, action = _field(page, "csrf"), _action(page)
        form = urlencode({"csrf": csrf, "username": USER[0], "password": USER[1], "decision": "approve"}).encode()
        cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        waiting = [_half_sent(origin, action, form, cookies) for _ in range(12)]  # more than there are threads
        try:
            reply = httpx2.post(origin + TOKEN, data=_granted(), timeout=PATIENCE_SECONDS).json()
            headers = {"Authorization": f"Bearer {reply['access_token']}"}
            called = httpx2.get(f"{origin}/pay-int-api/invoices", headers=headers, timeout=PATIENCE_SECONDS)
            assert called.status_code == 200
            for connection in waiting:
                connection.sendall(form[20:])
            assert [_status(connection) for connection in waiting] == [302] * len(waiting)
        finally:
            for connection in waiting:
                connection.close()


def test_who_goes_away_in_the_middle_of_a_form_leaves_no_trace(tmp_path: Path) -> None:
    with serving(tmp_path) as origin:
        _half_sent(origin, TOKEN, urlencode(_granted()).encode(), "").close()
        assert httpx2.post(origin + TOKEN, data=_granted(), timeout=PATIENCE_SECONDS).status_code == 200

    assert "Traceback" not in (tmp_path / "stderr.txt").read_text()


@pytest.mark.parametrize("framing", ["Content-Length: 1000000000", "Transfer-Encoding: chunked"])
def test_an_endless_form_is_refused_without_being_read(framing: str, origin: str) -> None:
    with _connected(origin) as connection:
        head = f"POST {TOKEN} HTTP/1.1\r\nHost: mock\r\nContent-Type: {FORM}\r\n{framing}\r\n\r\n"
        connection.sendall(head.encode())
        if "chunked" in framing:
            connection.sendall(b"20000\r\n" + b"x" * 0x20000 + b"\r\n")
        response = HTTPResponse(connection)
        response.begin()
        told = json.load(response)

    assert response.status == 413
    assert response.headers["connection"] == "close"
    assert told["error"] == "invalid_request"


def test_a_connection_serves_one_request_after_the_other(origin: str) -> None:
    connection = HTTPConnection(urlsplit(origin).netloc, timeout=PATIENCE_SECONDS)
    for body in (urlencode(_granted()), "grant_type=x", urlencode(_granted())):
        connection.request("POST", TOKEN, body, {"Content-Type": FORM})
        response = connection.getresponse()
        assert response.status == (400 if body == "grant_type=x" else 200)
        response.read()
    connection.close()


# --- secrets ---


def test_secrets_stand_neither_in_the_log_nor_in_the_stored_file(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    given: list[str] = [*SECRETS, VERIFIER]
    with (
        serving(tmp_path, "--state", f"sqlite:///{state}") as origin,
        httpx2.Client(base_url=origin, timeout=PATIENCE_SECONDS) as browser,
        httpx2.Client(base_url=origin, timeout=PATIENCE_SECONDS) as client,
    ):
        page = browser.get(AUTHORIZE, params=asking()).text
        form = {"csrf": _field(page, "csrf"), "username": USER[0], "password": USER[1], "decision": "approve"}
        code = told_to_client(browser.post(_action(page), data=form))["code"]
        exchange = {
            **credentials(UPLOADS),
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
        }
        first = client.post(TOKEN, data=exchange).json()
        refresh = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
        second = client.post(TOKEN, data=refresh, headers=basic(*UPLOADS)).json()
        given += [code, form["csrf"], *browser.cookies.values()]
        given += [each[name] for each in (first, second) for name in ("access_token", "refresh_token")]
        for path, fields in (
            (TOKEN, {**credentials(INVOICES), "grant_type": "client_credentials"}),
            (TOKEN, {**exchange, **credentials(OTHER_UPLOADS)}),
            (TOKEN, {**credentials((INVOICES[0], "wrong-secret-1")), "grant_type": "client_credentials"}),
            (INTROSPECT, {**credentials(UPLOADS), "token": second["access_token"]}),
            (REVOKE, {**credentials(UPLOADS), "token": second["refresh_token"]}),
        ):
            client.post(path, data=fields)
            client.post(path, params=fields)  # where they don't belong
        client.get(AUTHORIZE, params={**exchange, "password": "wrong-secret-2"})
        client.post(AUTHORIZE, data={**asking(), **form, "password": "wrong-secret-3"})
        given += ["wrong-secret-1", "wrong-secret-2", "wrong-secret-3"]

    log = (tmp_path / "stderr.txt").read_text()
    entries = [json.loads(line) for line in log.splitlines()]
    assert {entry["path"] for entry in entries} == {AUTHORIZE, TOKEN, INTROSPECT, REVOKE}
    assert "AUTH-CLIENT" in {entry.get("rule") for entry in entries}
    stored = b"".join(each.read_bytes() for each in tmp_path.glob("state.db*"))
    assert b"harbor-uploads" in stored
    for secret in given:
        assert len(secret) > 10
        assert secret not in log
        assert secret.encode() not in stored


# --- small steps ---


def _granted() -> dict[str, str]:
    return {**credentials(INVOICES), "grant_type": "client_credentials"}


def _field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert found, page
    return found[1]


def _action(page: str) -> str:
    found = re.search(r'action="([^"]+)"', page)
    assert found, page
    return found[1].replace("&amp;", "&")


def _connected(origin: str) -> socket.socket:
    host, port = urlsplit(origin).netloc.split(":")
    return socket.create_connection((host, int(port)), timeout=PATIENCE_SECONDS)


def _half_sent(origin: str, path: str, form: bytes, cookies: str) -> socket.socket:
    connection = _connected(origin)
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {urlsplit(origin).netloc}\r\nContent-Type: {FORM}\r\n"
        f"Content-Length: {len(form)}\r\nCookie: {cookies}\r\nConnection: close\r\n\r\n"
    )
    connection.sendall(head.encode() + form[:20])
    return connection


def _status(connection: socket.socket) -> int:
    response = HTTPResponse(connection)
    response.begin()
    return response.status
