"""The token endpoint: what a client must show to get a token, and what each wrong request is told."""

from __future__ import annotations

import asyncio
import base64
import json
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from mock_server.oauth.issuing import Issuing
from tests.mock import HARBOR, LUMEN, Mock
from tests.oauth.builders import (
    CALLBACK,
    CONTRACT,
    INVOICES,
    NASTY,
    OTHER_INVOICES,
    OTHER_UPLOADS,
    PUBLIC,
    SCOPE,
    TOKEN,
    UPLOADS,
    VERIFIER,
    Browser,
    Party,
    asking,
    at_once,
    basic,
    challenge,
    claims_of,
    conforming,
    credentials,
    is_clean,
    refused,
    stored,
)

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def party(shared_mock: Mock) -> Party:
    return Party(shared_mock)


# --- client credentials ---


def test_client_credentials_give_a_token_for_invoices(party: Party) -> None:
    reply = party.issued()

    assert (reply["token_type"], reply["expires_in"]) == ("Bearer", 900)
    assert "scope" not in reply
    assert party.call_invoices(reply["access_token"]).status_code == 200
    assert party.call_uploads(reply["access_token"]).status_code == 401


def test_the_token_says_for_whom_and_for_what_it_is(party: Party) -> None:
    claims = claims_of(party.issued(OTHER_INVOICES)["access_token"])

    assert (claims["sub"], claims["client_id"], claims["aud"]) == ("lumen-invoices", "lumen-invoices", "invoices")
    assert (claims["merchant_id"], claims["permissions"], claims["scope"]) == (LUMEN, ["invoices"], "")
    assert claims["exp"] - claims["iat"] == 900
    assert claims["merchant_id"] != HARBOR


def test_a_client_may_say_who_it_is_by_http_basic(party: Party) -> None:
    response = party.post(TOKEN, {"grant_type": "client_credentials"}, headers=basic(*INVOICES))

    assert response.status_code == 200
    assert party.is_accepted(response.json()["access_token"])


def test_name_and_password_of_http_basic_may_be_form_encoded(party: Party) -> None:
    encoded = [quote(each, safe="").replace("-", "%2D") for each in INVOICES]

    assert party.post(TOKEN, {"grant_type": "client_credentials"}, headers=basic(*encoded)).status_code == 200


def test_http_basic_may_come_with_the_same_client_id_in_the_form(party: Party) -> None:
    form = {"grant_type": "client_credentials", "client_id": INVOICES[0]}

    assert party.post(TOKEN, form, headers=basic(*INVOICES)).status_code == 200


def test_a_client_without_a_permission_gets_a_token_that_is_answered_403(party: Party) -> None:
    reply = party.issued(("harbor-no-permission", "not-a-secret-harbor-no-permission"))
    response = party.call_invoices(reply["access_token"])

    assert response.status_code == 403
    assert response.headers["www-authenticate"].startswith('Bearer error="insufficient_scope"')
    assert response.json()["errorCode"] == "F0000"


def test_an_empty_scope_is_no_scope(party: Party) -> None:
    assert party.token(scope="").status_code == 200


# --- who the client is ---

WRONG_CLIENTS: dict[str, dict[str, Any]] = {
    "wrong secret": {"form": {"client_id": INVOICES[0], "client_secret": "wrong"}},
    "another client's secret": {"form": {"client_id": INVOICES[0], "client_secret": OTHER_INVOICES[1]}},
    "secret with a blank": {"form": {"client_id": INVOICES[0], "client_secret": INVOICES[1] + " "}},
    "secret in other letters": {"form": {"client_id": INVOICES[0], "client_secret": INVOICES[1].upper()}},
    "part of the secret": {"form": {"client_id": INVOICES[0], "client_secret": INVOICES[1][:-1]}},
    "no secret": {"form": {"client_id": INVOICES[0]}},
    "empty secret": {"form": {"client_id": INVOICES[0], "client_secret": ""}},
    "no client": {"form": {}},
    "a secret alone": {"form": {"client_secret": INVOICES[1]}},
    "unknown client": {"form": {"client_id": "nobody", "client_secret": INVOICES[1]}},
    "unknown client without a secret": {"form": {"client_id": "nobody"}},
    "id in other letters": {"form": {"client_id": "Harbor-Invoices", "client_secret": INVOICES[1]}},
    "id with a NUL": {"form": {"client_id": INVOICES[0] + "\0", "client_secret": INVOICES[1]}},
    "a public client with a secret": {"form": {"client_id": PUBLIC[0], "client_secret": "any"}},
    "Basic with a wrong secret": {"headers": basic(INVOICES[0], "wrong")},
    "Basic with an unknown client": {"headers": basic("nobody", "wrong")},
    "Basic without a colon": {"headers": {"Authorization": "Basic " + base64.b64encode(b"harbor-invoices").decode()}},
    "Basic without anything": {"headers": {"Authorization": "Basic"}},
    "Basic that is no base64": {"headers": {"Authorization": "Basic ***"}},
    "Basic that is no text": {"headers": {"Authorization": "Basic " + base64.b64encode(b"\xff\xfe:\xff").decode()}},
    "Basic twice": {"headers": [("Authorization", basic(*INVOICES)["Authorization"])] * 2},
    "a bearer token": {"headers": {"Authorization": "Bearer x"}},
}


@pytest.mark.parametrize("case", WRONG_CLIENTS)
def test_who_does_not_show_to_be_a_client_gets_one_and_the_same_answer(case: str, party: Party) -> None:
    wrong = WRONG_CLIENTS[case]
    before = stored(party.mock)
    form = {"grant_type": "client_credentials", **wrong.get("form", {})}

    response = refused(party.post(TOKEN, form, headers=wrong.get("headers", {})), "AUTH-CLIENT")

    assert response.status_code == 401
    assert response.headers["www-authenticate"] == 'Basic realm="mock-server"'
    assert response.json()["error_description"] == CONTRACT.rules["AUTH-CLIENT"].extra["message"]
    assert stored(party.mock) == before


@pytest.mark.parametrize(
    "form",
    [
        {"client_id": INVOICES[0], "client_secret": INVOICES[1]},
        {"client_secret": INVOICES[1]},
        {"client_secret": "wrong"},
        {"client_id": OTHER_INVOICES[0]},
    ],
)
def test_a_client_says_in_one_way_who_it_is(form: dict[str, str], party: Party) -> None:
    everything = {"grant_type": "client_credentials", **form}

    refused(party.post(TOKEN, everything, headers=basic(*INVOICES)), "AUTH-CLIENT-METHOD")


@pytest.mark.parametrize(
    ("client", "grant_type"),
    [
        (INVOICES, "authorization_code"),
        (UPLOADS, "client_credentials"),
    ],
)
def test_a_client_uses_the_grant_types_of_its_group_only(
    client: tuple[str, str], grant_type: str, party: Party
) -> None:
    refused(party.token(client, grant_type=grant_type, code="x", code_verifier=VERIFIER), "AUTH-CLIENT-GRANT")


def test_a_public_client_has_no_credentials_to_get_a_token_with(party: Party) -> None:
    refused(party.token(PUBLIC), "AUTH-CLIENT")


# --- the form ---


@pytest.mark.parametrize("grant_type", ["password", "implicit", "urn:ietf:params:oauth:grant-type:jwt-bearer", "x"])
def test_other_grant_types_are_not_offered(grant_type: str, party: Party) -> None:
    refused(party.token(grant_type=grant_type), "AUTH-GRANT-TYPE")


@pytest.mark.parametrize(
    ("missing", "form"),
    [
        ("grant_type", {"grant_type": None}),
        ("grant_type", {"grant_type": ""}),
        ("code", {"client_id": UPLOADS[0], "client_secret": UPLOADS[1], "grant_type": "authorization_code"}),
        (
            "code",
            {"client_id": UPLOADS[0], "client_secret": UPLOADS[1], "grant_type": "authorization_code", "code": ""},
        ),
        ("refresh_token", {"grant_type": "refresh_token"}),
        ("refresh_token", {"grant_type": "refresh_token", "refresh_token": ""}),
    ],
)
def test_a_missing_parameter_is_an_invalid_request(missing: str, form: dict[str, Any], party: Party) -> None:
    refused(party.token(**form), "AUTH-PARAMETER")


def test_a_missing_parameter_is_named(party: Party) -> None:
    assert "refresh_token" in party.token(grant_type="refresh_token", refresh_token="").json()["error_description"]


@pytest.mark.parametrize("scope", ["invoices", SCOPE, "a b", "openid"])
def test_clients_of_invoices_have_no_scopes(scope: str, party: Party) -> None:
    before = stored(party.mock)

    refused(party.token(scope=scope), "AUTH-SCOPE")

    assert stored(party.mock) == before


@pytest.mark.parametrize(
    "content_type", ["application/json", "text/plain", "multipart/form-data; boundary=x", "application/xml", "", "x"]
)
def test_only_forms_are_read(content_type: str, party: Party) -> None:
    content = json.dumps({**credentials(INVOICES), "grant_type": "client_credentials"})

    response = party.http.post(TOKEN, content=content, headers={"Content-Type": content_type})

    refused(conforming(response, "requestToken"), "AUTH-FORM")


def test_a_form_without_a_type_is_not_read(party: Party) -> None:
    response = party.http.post(TOKEN, content=b"grant_type=client_credentials")

    refused(conforming(response, "requestToken"), "AUTH-FORM")


def test_the_type_of_a_form_may_have_parameters_and_any_case(party: Party) -> None:
    content = f"grant_type=client_credentials&client_id={INVOICES[0]}&client_secret={INVOICES[1]}"

    response = party.http.post(TOKEN, content=content, headers={"Content-Type": f"{FORM.upper()}; charset=UTF-8"})

    assert conforming(response, "requestToken").status_code == 200


@pytest.mark.parametrize("name", ["grant_type", "client_id", "client_secret", "scope", "anything"])
def test_no_parameter_may_be_given_twice(name: str, party: Party) -> None:
    once = {**credentials(INVOICES), "grant_type": "client_credentials"}
    value = once.get(name, "")

    refused(party.post(TOKEN, {**once, name: [value, value]}), "AUTH-PARAMETER-ONCE")


@pytest.mark.parametrize("name", ["grant_type", "client_id", "client_secret", "anything"])
def test_parameters_do_not_belong_into_the_address(name: str, party: Party) -> None:
    form = {**credentials(INVOICES), "grant_type": "client_credentials"}
    value = form.pop(name, "x")

    response = party.http.post(TOKEN, params={name: value}, data=form)

    refused(conforming(response, "requestToken"), "AUTH-PARAMETER-PLACE")


def test_the_largest_form_is_read_and_a_larger_one_is_refused(party: Party) -> None:
    most = CONTRACT.limit("AUTH-FORM-SIZE", "maximumBytes")
    form = f"grant_type=client_credentials&client_id={INVOICES[0]}&client_secret={INVOICES[1]}&more="
    headers = {"Content-Type": FORM}

    fits = party.http.post(TOKEN, content=form.ljust(most, "x"), headers=headers)
    larger = party.http.post(TOKEN, content=form.ljust(most + 1, "x"), headers=headers)

    assert conforming(fits, "requestToken").status_code == 200
    assert refused(conforming(larger, "requestToken"), "AUTH-FORM-SIZE").headers["connection"] == "close"


def test_a_form_in_pieces_is_read_whole(party: Party) -> None:
    form = f"grant_type=client_credentials&client_id={INVOICES[0]}&client_secret={INVOICES[1]}".encode()

    response = party.http.post(
        TOKEN, content=(form[i : i + 7] for i in range(0, len(form), 7)), headers={"Content-Type": FORM}
    )

    assert conforming(response, "requestToken").status_code == 200


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "HEAD"])
def test_tokens_are_asked_for_by_post(method: str, party: Party) -> None:
    response = party.http.request(method, TOKEN, params={})

    assert response.status_code == 405
    assert "POST" in response.headers["allow"]
    assert response.headers["x-mock-rule"] == "AUTH-METHOD"


@pytest.mark.parametrize(
    "path", ["/oauth2", "/oauth2/", "/oauth2/token/", "/oauth2//token", "/oauth2/nothing", "/oauth2/é"]
)
def test_an_unknown_path_is_answered_in_the_same_shape(path: str, party: Party) -> None:
    response = party.http.post(path, data={})

    assert response.status_code == 404
    refused(response, "AUTH-ROUTE")


def test_a_query_that_is_not_ascii_is_no_failure_of_the_server(own_mock: Mock) -> None:
    sent: list[Any] = []
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/oauth2/authorize",
        "raw_path": b"/oauth2/authorize",
        "query_string": b"state=\xff\xc3\xa9&client_id=x",
        "root_path": "",
        "headers": [(b"host", b"mock.test")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(own_mock.server.app(scope, receive, send))  # type: ignore[arg-type]

    assert sent[0]["status"] == 400


@pytest.mark.parametrize("host", ["", 'a"b', "<script>", "a b", "x:99999", "[::1", "evil.test/\\@x"])
@pytest.mark.parametrize("path", ["/.well-known/oauth-authorization-server", "/oauth2/jwks"])
def test_a_strange_host_is_no_failure_of_the_server(host: str, path: str, party: Party) -> None:
    response = party.http.get(path, headers={"Host": host})

    assert response.status_code < 500
    assert response.headers["content-type"] == "application/json"


def test_a_failure_of_the_server_is_told_in_the_same_shape_and_leaves_nothing(
    party: Party, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any) -> Any:
        raise RuntimeError("the store is on fire")

    monkeypatch.setattr(Issuing, "refresh_token", fail)
    before = stored(party.mock)

    response = party.http.post(TOKEN, data={**credentials(INVOICES), "grant_type": "client_credentials"})

    assert response.status_code == 500
    assert refused(response, "AUTH-INTERNAL").json()["error"] == "server_error"
    assert "fire" not in response.text
    assert "the store is on fire" in caplog.text
    assert INVOICES[1] not in caplog.text
    assert stored(party.mock) == before


# --- anything in any parameter ---

PARAMETERS = [
    "grant_type",
    "client_id",
    "client_secret",
    "scope",
    "code",
    "redirect_uri",
    "code_verifier",
    "refresh_token",
]


@pytest.mark.parametrize("name", PARAMETERS)
@pytest.mark.parametrize("case", NASTY)
def test_nothing_in_a_parameter_breaks_the_endpoint(name: str, case: str, party: Party) -> None:
    for grant_type, client in (
        ("client_credentials", INVOICES),
        ("authorization_code", UPLOADS),
        ("refresh_token", INVOICES),
    ):
        form = {
            **credentials(client), "grant_type": grant_type, "code": "x", "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER, "refresh_token": "x",
        }  # fmt: skip
        response = party.post(TOKEN, {**form, name: NASTY[case]})

        assert response.status_code in {200, 400, 401}
        assert is_clean(response)


# --- codes ---


def test_a_code_gives_tokens_with_its_scope(party: Party) -> None:
    reply = party.signed_in()

    assert (reply["expires_in"], reply["scope"]) == (900, SCOPE)
    claims = claims_of(reply["access_token"])
    assert (claims["sub"], claims["client_id"], claims["aud"]) == ("harbor-demo", "harbor-uploads", "invoice-uploads")
    assert claims["merchant_id"] == HARBOR
    assert party.call_uploads(reply["access_token"]).status_code == 404
    assert party.call_invoices(reply["access_token"]).status_code == 401


def test_a_public_client_gets_tokens_with_its_proof_alone(party: Party) -> None:
    reply = party.signed_in(PUBLIC)

    assert party.is_accepted(reply["access_token"])
    assert reply["refresh_token"]


def test_a_client_without_a_scope_gets_a_token_that_is_answered_403(party: Party) -> None:
    client = ("harbor-no-scope", "not-a-secret-harbor-no-scope")
    code = Browser(party.mock).code(client, scope=None)
    reply = party.exchange(code, client).json()
    response = party.call_uploads(reply["access_token"])

    assert "scope" not in reply
    assert response.status_code == 403
    assert response.headers["www-authenticate"].endswith(f'scope="{SCOPE}"')
    assert response.json()["error"] == "Forbidden"


def test_a_code_is_good_once_and_coming_back_ends_what_came_from_it(party: Party) -> None:
    code = Browser(party.mock).code()
    reply = party.exchange(code).json()

    refused(party.exchange(code), "AUTH-CODE-SINGLE-USE")

    assert not party.is_accepted(reply["access_token"])
    refused(party.refresh(reply["refresh_token"]), "AUTH-REFRESH")


def test_a_code_that_comes_back_from_another_client_ends_what_came_from_it(party: Party) -> None:
    code = Browser(party.mock).code()
    reply = party.exchange(code).json()

    refused(party.exchange(code, OTHER_UPLOADS), "AUTH-CODE-SINGLE-USE")

    assert not party.is_accepted(reply["access_token"])


def test_a_code_is_known_again_long_after_it_would_have_lapsed(own_mock: Mock) -> None:
    party = Party(own_mock)
    code = Browser(own_mock).code()
    reply = party.exchange(code).json()
    own_mock.clock.advance(timedelta(minutes=10))
    party.call_uploads(reply["access_token"])  # lets fall into oblivion what is due

    refused(party.exchange(code), "AUTH-CODE-SINGLE-USE")

    assert not party.is_accepted(reply["access_token"])


@pytest.mark.parametrize(("seconds", "is_good"), [(0, True), (59.999, True), (60, False), (61, False), (3600, False)])
def test_a_code_lapses_after_a_minute(seconds: float, is_good: bool, own_mock: Mock) -> None:
    party = Party(own_mock)
    code = Browser(own_mock).code()
    own_mock.clock.advance(timedelta(seconds=seconds))

    response = party.exchange(code)

    if is_good:
        assert response.status_code == 200
    else:
        refused(response, "AUTH-CODE-LIFETIME")
        refused(party.exchange(code), "AUTH-CODE-LIFETIME")


WRONG_EXCHANGES: dict[str, tuple[str, dict[str, Any]]] = {
    "another verifier": ("AUTH-PKCE", {"code_verifier": VERIFIER[::-1]}),
    "the challenge as verifier": ("AUTH-PKCE", {"code_verifier": challenge()}),
    "no verifier": ("AUTH-VERIFIER", {"code_verifier": None}),
    "a short verifier": ("AUTH-VERIFIER", {"code_verifier": VERIFIER[:42]}),
    "a long verifier": ("AUTH-VERIFIER", {"code_verifier": VERIFIER * 3}),
    "a verifier with a newline": ("AUTH-VERIFIER", {"code_verifier": VERIFIER + "\n"}),
    "a verifier in other letters": ("AUTH-VERIFIER", {"code_verifier": VERIFIER + "é"}),
    "no redirect URI": ("AUTH-CODE-REDIRECT", {"redirect_uri": None}),
    "another port": ("AUTH-CODE-REDIRECT", {"redirect_uri": "http://127.0.0.1:3001/callback"}),
    "another registered URI": ("AUTH-CODE-REDIRECT", {"redirect_uri": "http://127.0.0.1:3000/signed-in"}),
    "a URI with a slash": ("AUTH-CODE-REDIRECT", {"redirect_uri": CALLBACK + "/"}),
}


@pytest.mark.parametrize("case", WRONG_EXCHANGES)
def test_a_wrong_exchange_gives_nothing_and_spends_the_code(case: str, party: Party) -> None:
    rule, changes = WRONG_EXCHANGES[case]
    code = Browser(party.mock).code()
    before = stored(party.mock)

    refused(party.exchange(code, **changes), rule)

    assert stored(party.mock) == before
    refused(party.exchange(code), "AUTH-CODE-SINGLE-USE")


def test_a_foreign_code_gives_nothing_and_is_spent(party: Party) -> None:
    code = Browser(party.mock).code()

    refused(party.exchange(code, OTHER_UPLOADS), "AUTH-CODE")

    refused(party.exchange(code), "AUTH-CODE-SINGLE-USE")


def test_an_unauthenticated_client_does_not_spend_a_code(party: Party) -> None:
    code = Browser(party.mock).code()

    refused(party.exchange(code, (UPLOADS[0], "wrong")), "AUTH-CLIENT")
    refused(party.exchange(code, (UPLOADS[0], "")), "AUTH-CLIENT")

    assert party.exchange(code).status_code == 200


def test_an_unknown_code_gives_nothing(party: Party) -> None:
    refused(party.exchange("x" * 48), "AUTH-CODE")


def test_a_code_of_a_request_without_a_redirect_uri_needs_none(party: Party) -> None:
    browser = Browser(party.mock)
    response = browser.decide(
        asking(("lumen-uploads", ""), redirect_uri=None), user=("lumen-demo", "not-a-password-lumen")
    )
    code = dict(each.split("=") for each in response.headers["location"].partition("?")[2].split("&"))["code"]

    assert response.headers["location"].startswith("http://127.0.0.1/callback?code=")
    assert party.exchange(code, OTHER_UPLOADS, redirect_uri=None).status_code == 200


def test_of_many_who_exchange_one_code_at_the_same_moment_exactly_one_wins(party: Party) -> None:
    code = Browser(party.mock).code()

    answers = at_once(4, lambda: party.exchange(code))

    won = [each for each in answers if each.status_code == 200]
    lost = [each for each in answers if each.status_code != 200]
    assert len(won) == 1
    for each in lost:
        refused(each, "AUTH-CODE-SINGLE-USE")
    assert not party.is_accepted(won[0].json()["access_token"])  # one of them is a thief


def test_pages_of_any_origin_may_ask_for_a_token(party: Party) -> None:
    response = party.http.post(TOKEN, data={}, headers={"Origin": "http://somewhere.test"})

    assert response.headers["access-control-allow-origin"] == "*"
