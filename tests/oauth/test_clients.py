"""Clients that nobody here wrote get along with the authorization server: Authlib, requests-oauthlib, openid-client."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from oauthlib.oauth2 import BackendApplicationClient, OAuth2Error
from requests_oauthlib import OAuth2Session as RequestsSession

from tests.oauth.builders import (
    AUTHORIZE,
    CALLBACK,
    INTROSPECT,
    INVOICES,
    PUBLIC,
    PUBLIC_CALLBACK,
    REVOKE,
    SCOPE,
    TOKEN,
    UPLOADS,
    USER,
    VERIFIER,
    Page,
)
from tests.process import serving

UPLOAD = "/api/v1/invoice-uploads/12345678-1234-4234-8234-1234567890ab/preview-url"
NODE = Path(__file__).parent / "node"
NODE_VERSION = 20
REQUIRE_NODE = "MOCK_SERVER_REQUIRE_NODE"


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("mock"), "--no-access-log") as address:
        yield address


@pytest.fixture(autouse=True)
def without_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    """requests-oauthlib refuses plain http, also on this machine, unless it is told."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")


def decided(origin: str, url: str, decision: str = "approve") -> str:
    """Where the browser is sent to when the user logs in and answers the page at this address."""
    with httpx2.Client(base_url=origin) as browser:
        page = Page(browser.get(url).text)
        form = {**page.fields, "username": USER[0], "password": USER[1], "decision": decision}
        location: str = browser.post(str(page.forms[0]["action"]), data=form).headers["location"]
        return location


# --- Authlib ---


@pytest.mark.parametrize("method", ["client_secret_post", "client_secret_basic"])
def test_authlib_gets_refreshes_and_ends_a_token_of_its_own(method: str, origin: str) -> None:
    with AuthlibSession(*INVOICES, token_endpoint_auth_method=method, revocation_endpoint_auth_method=method) as client:
        first = client.fetch_token(origin + TOKEN, grant_type="client_credentials")
        assert (first["token_type"], first["expires_in"]) == ("Bearer", 900)
        assert client.get(f"{origin}/pay-int-api/invoices").status_code == 200
        assert client.get(origin + UPLOAD).status_code == 401

        second = client.refresh_token(origin + TOKEN)
        assert second["refresh_token"] != first["refresh_token"]
        assert client.introspect_token(origin + INTROSPECT, second["access_token"]).json()["active"] is True

        assert client.revoke_token(origin + REVOKE, second["refresh_token"]).status_code == 200
        assert client.get(f"{origin}/pay-int-api/invoices").status_code == 401


@pytest.mark.parametrize(
    ("client_id", "secret", "callback"),
    [(*UPLOADS, CALLBACK), (PUBLIC[0], None, PUBLIC_CALLBACK)],
    ids=["with a secret", "public"],
)
def test_authlib_logs_a_user_in(client_id: str, secret: str | None, callback: str, origin: str) -> None:
    settings: dict[str, Any] = {"scope": SCOPE, "redirect_uri": callback, "code_challenge_method": "S256"}
    if secret is None:
        settings |= {"token_endpoint_auth_method": "none"}
    with AuthlibSession(client_id, secret, **settings) as client:
        url, state = client.create_authorization_url(origin + AUTHORIZE, code_verifier=VERIFIER)
        location = decided(origin, url)

        first = client.fetch_token(origin + TOKEN, authorization_response=location, code_verifier=VERIFIER, state=state)
        assert first["scope"] == SCOPE
        assert client.get(origin + UPLOAD).status_code == 404
        client.refresh_token(origin + TOKEN)
        assert client.get(origin + UPLOAD).status_code == 404

        with pytest.raises(OAuthError) as replayed:
            client.fetch_token(origin + TOKEN, authorization_response=location, code_verifier=VERIFIER, state=state)
        assert replayed.value.error == "invalid_grant"
        assert client.get(origin + UPLOAD).status_code == 401


def test_authlib_is_told_what_is_wrong(origin: str) -> None:
    with AuthlibSession(INVOICES[0], "wrong") as client, pytest.raises(OAuthError) as wrong_secret:
        client.fetch_token(origin + TOKEN, grant_type="client_credentials")
    assert wrong_secret.value.error == "invalid_client"

    with AuthlibSession(*INVOICES) as client, pytest.raises(OAuthError) as wrong_grant:
        client.fetch_token(origin + TOKEN, grant_type="password", username="x", password="x")
    assert wrong_grant.value.error == "unsupported_grant_type"

    with AuthlibSession(*UPLOADS, scope=SCOPE, redirect_uri=CALLBACK, code_challenge_method="S256") as client:
        url, _ = client.create_authorization_url(origin + AUTHORIZE, code_verifier=VERIFIER)
        with pytest.raises(OAuthError) as wrong_verifier:
            client.fetch_token(
                origin + TOKEN, authorization_response=decided(origin, url), code_verifier=VERIFIER[::-1]
            )
    assert wrong_verifier.value.error == "invalid_grant"


# --- requests-oauthlib ---


def test_requests_oauthlib_gets_a_token_of_its_own(origin: str) -> None:
    with RequestsSession(client=BackendApplicationClient(client_id=INVOICES[0])) as client:
        token = client.fetch_token(origin + TOKEN, client_id=INVOICES[0], client_secret=INVOICES[1])
        assert (token["token_type"], token["expires_in"]) == ("Bearer", 900)
        assert client.get(f"{origin}/pay-int-api/invoices").status_code == 200

    with RequestsSession(client=BackendApplicationClient(client_id=INVOICES[0])) as client:
        in_form = {"client_id": INVOICES[0], "client_secret": INVOICES[1], "include_client_id": True}
        assert client.fetch_token(origin + TOKEN, **in_form, auth=False)["expires_in"] == 900


def test_requests_oauthlib_logs_a_user_in(origin: str) -> None:
    with RequestsSession(UPLOADS[0], redirect_uri=CALLBACK, scope=SCOPE.split(), pkce="S256") as client:
        url, _ = client.authorization_url(origin + AUTHORIZE)
        location = decided(origin, url)

        token = client.fetch_token(origin + TOKEN, authorization_response=location, client_secret=UPLOADS[1])
        assert token["scope"] == [SCOPE]
        assert client.get(origin + UPLOAD).status_code == 404
        client.refresh_token(origin + TOKEN, auth=UPLOADS)
        assert client.get(origin + UPLOAD).status_code == 404

        with pytest.raises(OAuth2Error) as replayed:
            client.fetch_token(origin + TOKEN, authorization_response=location, client_secret=UPLOADS[1])
        assert replayed.value.error == "invalid_grant"


def test_requests_oauthlib_is_told_what_is_wrong(origin: str) -> None:
    with RequestsSession(UPLOADS[0], redirect_uri=CALLBACK, scope=SCOPE.split(), pkce="S256") as client:
        url, _ = client.authorization_url(origin + AUTHORIZE)
        with pytest.raises(OAuth2Error) as denied:
            client.fetch_token(
                origin + TOKEN, authorization_response=decided(origin, url, "deny"), client_secret=UPLOADS[1]
            )
        assert denied.value.error == "access_denied"

    with RequestsSession(UPLOADS[0], redirect_uri=CALLBACK, scope=SCOPE.split(), pkce="plain") as client:
        url, _ = client.authorization_url(origin + AUTHORIZE)
        with httpx2.Client() as browser:
            location = browser.get(url).headers["location"]
        with pytest.raises(OAuth2Error) as plain:
            client.fetch_token(origin + TOKEN, authorization_response=location, client_secret=UPLOADS[1])
        assert plain.value.error == "invalid_request"

    with RequestsSession(client=BackendApplicationClient(client_id=INVOICES[0])) as client:
        with pytest.raises(OAuth2Error) as wrong_secret:
            client.fetch_token(origin + TOKEN, client_id=INVOICES[0], client_secret="wrong")
        assert wrong_secret.value.error == "invalid_client"


# --- openid-client ---


def missing(reason: str) -> None:
    """Skip, or fail where Node is a must."""
    if os.environ.get(REQUIRE_NODE, "0") != "0":
        pytest.fail(f"{REQUIRE_NODE} is set, but {reason}", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def node_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the script and the packages that its lock file names."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        missing("node or npm is not installed")
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    if int(version.strip().removeprefix("v").split(".")[0]) < NODE_VERSION:
        missing(f"openid-client needs Node {NODE_VERSION}, and this is {version.strip()}")
    folder = tmp_path_factory.mktemp("node") / "flow"
    shutil.copytree(NODE, folder, ignore=shutil.ignore_patterns("node_modules"))
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    installed = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    if installed.returncode:
        missing(f"npm can't install openid-client: {installed.stderr.strip()[-500:]}")
    return folder


def test_the_lock_file_names_no_registry() -> None:
    packages = json.loads((NODE / "package-lock.json").read_text())["packages"]

    assert "resolved" not in {name for package in packages.values() for name in package}
    assert all(package.get("integrity") for name, package in packages.items() if name)


def test_openid_client_gets_along(node_folder: Path, origin: str) -> None:
    command = ["node", "flow.mjs", origin]
    run = subprocess.run(command, cwd=node_folder, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    report = json.loads(run.stdout)

    for name in ("secretInForm", "secretInHeader", "public"):
        steps = report[name]
        assert 0 < steps.pop("expiresIn") <= 900
        assert steps.pop("active", True) is True
        assert steps == {
            "scope": SCOPE,
            "type": "bearer",
            "called": 404,
            "calledAfterRevocation": 401,
            "replayed": "invalid_grant",
            "refreshed": "invalid_grant",
        }
    assert report["refusals"] == {
        "denied": "access_denied",
        "plain": "invalid_request",
        "scope": "invalid_scope",
        "nobodyLoggedIn": "login_required",
        "wrongVerifier": "invalid_grant",
        "wrongState": "OAUTH_INVALID_RESPONSE",
    }
    own = report["clientCredentials"]
    assert 0 < own["expiresIn"] <= 900
    assert (own["called"], own["calledElsewhere"]) == (200, 401)
    assert report["wrongSecret"] == "OAUTH_WWW_AUTHENTICATE_CHALLENGE"  # openid-client's word for a 401
