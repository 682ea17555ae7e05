"""What clients look up: metadata (RFC 8414), keys (RFC 7517), and the contract itself."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import pytest
from authlib.oauth2 import rfc8414, rfc9207
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from openapi.schemas import json_schema
from tests.mock import Mock
from tests.oauth.builders import (
    AUTHORIZE,
    CONTRACT,
    METADATA,
    ORIGIN,
    PUBLIC,
    TOKEN,
    Browser,
    Party,
    asking,
    conforming,
    refused,
    sent_to,
    told_to_client,
)
from tests.process import schemathesis, serving


@pytest.fixture
def party(shared_mock: Mock) -> Party:
    return Party(shared_mock)


def test_the_metadata_is_what_the_rfc_wants(party: Party) -> None:
    found = conforming(party.http.get(METADATA), "getServerMetadata").json()

    secure = json.loads(json.dumps(found).replace("http://", "https://"))  # Authlib's model knows no loopback
    rfc8414.AuthorizationServerMetadata(secure).validate(metadata_classes=[rfc9207.AuthorizationServerMetadata])
    assert found["issuer"] == ORIGIN
    assert found["code_challenge_methods_supported"] == ["S256"]


def test_everything_in_the_metadata_is_there(party: Party) -> None:
    found = party.http.get(METADATA).json()

    for name in ("token_endpoint", "revocation_endpoint", "introspection_endpoint"):
        refused(party.http.post(found[name]), "AUTH-FORM")
    refused(party.http.get(found["authorization_endpoint"]), "AUTH-ASKING-CLIENT")
    assert party.http.get(found["jwks_uri"]).status_code == 200
    assert party.http.get(found["service_documentation"]).status_code == 200


def test_the_origin_is_the_one_the_client_used(party: Party) -> None:
    found = party.http.get(METADATA, headers={"Host": "other.test:99"}).json()

    assert found["issuer"] == "http://other.test:99"
    assert found["token_endpoint"] == "http://other.test:99/oauth2/token"


@pytest.mark.parametrize("host", ["a b", "a/b", "mock.test:65536", "mock.test:port"])
def test_the_origin_is_the_servers_own_where_the_client_names_none(host: str, party: Party) -> None:
    found = party.http.get(METADATA, headers={"Host": host}).json()

    assert found["issuer"] == ORIGIN
    assert found["token_endpoint"] == f"{ORIGIN}/oauth2/token"


def test_the_origin_is_the_public_one_where_there_is_one() -> None:
    mock = Mock.start(public_url="https://mock.public.test/")
    try:
        found = Party(mock).http.get(METADATA).json()
        assert found["issuer"] == "https://mock.public.test"
        assert found["jwks_uri"] == "https://mock.public.test/oauth2/jwks"
    finally:
        mock.stop()


def test_a_token_can_be_checked_with_the_published_keys(party: Party) -> None:
    keys = KeySet.import_key_set(conforming(party.http.get("/oauth2/jwks"), "getJwks").json())

    for token in (party.issued()["access_token"], party.signed_in()["access_token"]):
        assert jwt.decode(token, keys, algorithms=["RS256"]).claims["aud"] in {"invoices", "invoice-uploads"}


def test_keys_have_no_private_part_even_where_the_file_names_neither_key_nor_purpose(tmp_path: Path) -> None:
    key = RSAKey.generate_key(2048)
    bare = {name: value for name, value in key.as_dict(private=True).items() if name not in {"kid", "alg", "use"}}
    file = tmp_path / "key.json"
    file.write_text(json.dumps(bare))
    mock = Mock.start(signing_key=file)
    try:
        party = Party(mock)
        keys = conforming(party.http.get("/oauth2/jwks"), "getJwks").json()
        token = party.issued()["access_token"]
        assert party.is_accepted(token)
        assert jwt.decode(token, KeySet.import_key_set(keys), algorithms=["RS256"]).claims["sub"] == "harbor-invoices"
    finally:
        mock.stop()


@pytest.mark.parametrize("path", [METADATA, "/oauth2/jwks"])
def test_looking_things_up_is_for_get(path: str, party: Party) -> None:
    refused(party.http.post(path, data={}), "AUTH-METHOD")


@pytest.mark.parametrize("origin", ["http://127.0.0.1:3000", "null"])
def test_pages_of_any_origin_may_look_things_up(origin: str, party: Party) -> None:
    assert party.http.get(METADATA, headers={"Origin": origin}).headers["access-control-allow-origin"] == "*"


# --- the button "Authorize" of Swagger UI ---


def test_swagger_ui_is_a_client_that_users_can_log_in_to(party: Party) -> None:
    """What the page does, step by step; that it does so in a browser was tried by hand."""
    page = party.http.get("/api/v1/ui/").text
    settings = json.loads(page.partition("ui.initOAuth(")[2].partition(")")[0])
    assert settings["usePkceWithAuthorizationCodeGrant"] is True
    flow = party.http.get("/api/v1/openapi.json").json()["components"]["securitySchemes"]["OAuth2"]["flows"]
    assert (flow["authorizationCode"]["authorizationUrl"], flow["authorizationCode"]["tokenUrl"]) == (AUTHORIZE, TOKEN)
    for origin in ("http://127.0.0.1:8080", "http://localhost:9000", "http://localhost"):
        redirect_uri = f"{origin}/api/v1/ui/oauth2-redirect.html"
        browser = Browser(party.mock)
        asked = asking((settings["clientId"], ""), scope=settings["scopes"], redirect_uri=redirect_uri)

        answer = browser.decide(asked)

        assert sent_to(answer) == redirect_uri
        code = told_to_client(answer)["code"]
        assert party.exchange(code, PUBLIC, redirect_uri=redirect_uri).json()["scope"] == settings["scopes"]
    assert party.http.get("/api/v1/ui/oauth2-redirect.html").status_code == 200


# --- the contract ---


def test_the_examples_of_the_forms_keep_the_contract() -> None:
    schemas = CONTRACT.document["components"]["schemas"]
    count = 0
    for operation in CONTRACT.operations.values():
        for content in operation.body.contents if operation.body else ():
            validator = jsonschema_rs.Draft202012Validator(json_schema(content.schema, schemas), validate_formats=True)
            for name, example in content.examples.items():
                assert [error.message for error in validator.iter_errors(example)] == [], name
                count += 1
    assert count >= 10


def test_every_rule_that_refuses_has_an_error_and_words_of_the_allowed_characters() -> None:
    for rule in CONTRACT.rules.values():
        if rule.refuses:
            assert rule.extra["error"].replace("_", "").isalpha(), rule.id
            assert all(" " <= each <= "~" and each not in '"\\' for each in rule.extra["message"]), rule.id


def test_the_errors_of_json_answers_are_those_of_the_schema() -> None:
    known = set(CONTRACT.document["components"]["schemas"]["Error"]["properties"]["error"]["enum"])
    in_json = {
        rule.extra["error"]
        for rule in CONTRACT.rules.values()
        if rule.refuses and {"requestToken", "revokeToken", "introspectToken"} & set(rule.applies_to)
    }

    assert in_json == known


def test_stock_schemathesis_sees_no_answer_outside_the_contract(tmp_path: Path) -> None:
    with serving(tmp_path, "--no-access-log") as origin:
        run = schemathesis(
            "oauth",
            f"{origin}/oauth2",
            tmp_path,
            "--exclude-operation-id",
            "getServerMetadata",  # the only one that is not below /oauth2
            # Whether a form is good depends on its grant type, and parameters of other grant types are ignored.
            "--exclude-checks",
            "positive_data_acceptance,negative_data_rejection",
            "--max-examples",
            "10",
        )

    assert run.returncode == 0, run.stdout[-6000:]
