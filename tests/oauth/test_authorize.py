"""The authorization endpoint: whom it asks, whom it believes, and where it sends the browser."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from mock_server.fixtures import fixture
from tests.mock import Mock
from tests.oauth.builders import (
    AUTHORIZE,
    CALLBACK,
    NASTY,
    ORIGIN,
    OTHER_UPLOADS,
    OTHER_USER,
    PUBLIC,
    PUBLIC_CALLBACK,
    SCOPE,
    UPLOADS,
    USER,
    Browser,
    Party,
    asking,
    challenge,
    conforming,
    is_clean,
    page_of,
    refused,
    sent_to,
    text_of,
    told_to_client,
)
from tests.oauth.test_redirects import LURES


@pytest.fixture
def browser(shared_mock: Mock) -> Browser:
    return Browser(shared_mock)


# --- the page ---


def test_the_page_says_who_asks_and_for_what(browser: Browser) -> None:
    response = browser.open(asking())
    text = text_of(response)

    assert "Harbor Street, payment requests asks for access" in text
    assert SCOPE in text
    assert page_of(response).buttons == ["approve", "deny"]


def test_the_page_can_be_used_without_a_mouse(browser: Browser) -> None:
    """Fields have labels, the first one has the focus, and Enter sends the form by its first button: Allow."""
    page = browser.open(asking()).text

    assert '<html lang="en">' in page
    for name in ("username", "password"):
        assert f'<label for="{name}">' in page
        assert f'id="{name}"' in page
    assert page.index("autofocus") < page.index('id="password"')
    assert page.index('value="approve"') < page.index('value="deny"')
    assert "tabindex" not in page


def test_the_page_is_nobody_elses_frame_and_holds_no_script(browser: Browser) -> None:
    response = browser.open(asking())

    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "script" not in page_of(response).tags


def test_the_login_is_remembered_in_a_cookie_that_scripts_and_other_sites_do_not_get(browser: Browser) -> None:
    cookie = browser.open(asking()).headers["set-cookie"]

    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/oauth2" in cookie


def test_allowing_sends_the_code_the_state_and_the_issuer(browser: Browser) -> None:
    response = browser.decide(asking(state="x y&z=ü\r\n"))
    told = told_to_client(response)

    assert sent_to(response) == CALLBACK
    assert set(told) == {"code", "state", "iss"}
    assert told["state"] == "x y&z=ü\r\n"
    assert told["iss"] == ORIGIN
    assert response.headers["cache-control"] == "no-store"


def test_without_a_state_none_comes_back(browser: Browser) -> None:
    assert set(told_to_client(browser.decide(asking(state=None)))) == {"code", "iss"}


def test_every_code_is_another_one(browser: Browser) -> None:
    codes = [browser.code() for _ in range(3)]

    assert len(set(codes)) == 3
    assert all(len(code) >= 40 for code in codes)


def test_who_is_logged_in_is_asked_for_consent_alone(browser: Browser) -> None:
    browser.log_in()
    page = browser.page(asking())

    assert "username" not in page.fields
    assert page.buttons == ["approve", "deny", "switch"]
    assert "harbor-demo" in page.words
    assert told_to_client(browser.submit(page, "approve"))["code"]


def test_who_is_logged_in_can_log_in_as_somebody_else(browser: Browser) -> None:
    browser.log_in()
    response = browser.submit(browser.page(asking(OTHER_UPLOADS)), "approve", username=USER[0], password=USER[1])
    refused(response, "AUTH-MERCHANT")
    browser.log_in()

    response = browser.submit(browser.page(asking()), "switch")

    assert response.status_code == 200
    assert {"username", "password"} <= set(page_of(response).fields)
    assert told_to_client(browser.submit(page_of(response), "approve", username=USER[0], password=USER[1]))["code"]


def test_denying_tells_the_client_so(browser: Browser) -> None:
    response = refused(browser.decide(asking(), "deny"), "AUTH-DENIED")

    assert sent_to(response) == CALLBACK
    told = told_to_client(response)
    assert set(told) == {"error", "error_description", "error_uri", "state", "iss"}
    assert told["state"] == "a state"


@pytest.mark.parametrize(
    "user",
    [
        (USER[0], "wrong"),
        (USER[0], ""),
        (USER[0], USER[1] + " "),
        (USER[0], OTHER_USER[1]),
        ("nobody", USER[1]),
        ("", ""),
        ("", USER[1]),
        (USER[0].upper(), USER[1]),
    ],
)
def test_who_does_not_know_the_password_is_asked_again(user: tuple[str, str], browser: Browser) -> None:
    response = refused(browser.decide(asking(), user=user), "AUTH-LOGIN")

    assert "There is no user with this name and password." in text_of(response)
    assert USER[1] not in response.text
    refused(browser.open(asking(prompt="none")), "AUTH-LOGIN-REQUIRED")
    assert told_to_client(browser.submit(page_of(response), "approve", username=USER[0], password=USER[1]))["code"]


def test_a_user_of_another_merchant_gets_no_code(browser: Browser) -> None:
    response = refused(browser.decide(asking(), user=OTHER_USER), "AUTH-MERCHANT")

    assert "lumen-demo works for another merchant" in text_of(response)
    assert {"username", "password"} <= set(page_of(response).fields)
    assert told_to_client(browser.submit(page_of(response), "approve", username=USER[0], password=USER[1]))["code"]


def test_a_request_may_come_as_a_form(browser: Browser) -> None:
    response = browser.send(AUTHORIZE, asking())
    page = page_of(response)

    assert response.status_code == 200
    assert told_to_client(browser.submit(page, "approve", username=USER[0], password=USER[1]))["state"] == "a state"


def test_a_page_of_nobody_elses_making_is_believed_only(browser: Browser) -> None:
    """Without the token of the page in the same session a decision is worth nothing (CSRF)."""
    browser.log_in()
    page = browser.page(asking())
    action, csrf = str(page.forms[0]["action"]), page.fields["csrf"]
    other = Browser(browser.mock)
    foreign = other.page(asking()).fields["csrf"]

    for token in (None, "", "x", csrf[:-1], csrf + "x", foreign, "é", "\0", "-"):
        for decision in ("approve", "deny", "switch"):
            fields = {"decision": decision, **({} if token is None else {"csrf": token})}
            response = refused(browser.send(action, fields), "AUTH-CSRF")
            assert "location" not in response.headers
    refused(Browser(browser.mock).send(action, {"decision": "approve", "csrf": csrf}), "AUTH-CSRF")
    assert told_to_client(browser.send(action, {"decision": "approve", "csrf": csrf}))["code"]


@pytest.mark.parametrize("decision", ["yes", "Approve", "approve ", "\0", "é"])
def test_only_the_button_allow_allows(decision: str, browser: Browser) -> None:
    page = browser.page(asking())
    fields = {"username": USER[0], "password": USER[1], **page.fields, "decision": decision}

    refused(browser.send(str(page.forms[0]["action"]), fields), "AUTH-DECISION")


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "multipart/form-data; boundary=x", ""])
def test_a_decision_is_a_form(content_type: str, browser: Browser) -> None:
    response = browser.http.post(
        AUTHORIZE, params=asking(), content=b'{"decision": "approve"}', headers={"Content-Type": content_type}
    )

    refused(conforming(response, "decideAuthorization"), "AUTH-FORM")


def test_an_oversized_decision_is_not_read(browser: Browser) -> None:
    page = browser.page(asking())

    response = browser.send(str(page.forms[0]["action"]), {**page.fields, "decision": "approve", "more": "x" * 70_000})

    refused(response, "AUTH-FORM-SIZE")


# --- without a page ---


def test_prompt_none_needs_no_page_when_somebody_is_logged_in(browser: Browser) -> None:
    browser.log_in()
    told = told_to_client(browser.open(asking(prompt="none")))

    assert set(told) == {"code", "state", "iss"}
    assert Party(browser.mock).exchange(told["code"]).status_code == 200


def test_prompt_none_without_a_login_tells_the_client_so(browser: Browser) -> None:
    response = refused(browser.open(asking(prompt="none")), "AUTH-LOGIN-REQUIRED")

    told = told_to_client(response)
    assert (told["error"], told["state"], told["iss"]) == ("login_required", "a state", ORIGIN)
    assert sent_to(response) == CALLBACK


def test_prompt_none_does_not_approve_for_another_merchant(browser: Browser) -> None:
    browser.log_in()

    told = told_to_client(refused(browser.open(asking(OTHER_UPLOADS, prompt="none")), "AUTH-DENIED"))

    assert told["error_description"] == "The user harbor-demo works for another merchant than the client lumen-uploads."


def test_prompt_none_stands_alone(browser: Browser) -> None:
    refused(browser.open(asking(prompt="none login")), "AUTH-ASKING-PARAMETER")


def test_prompt_login_asks_again_whoever_is_logged_in(browser: Browser) -> None:
    browser.log_in()
    page = browser.page(asking(prompt="login"))

    assert {"username", "password"} <= set(page.fields)
    refused(browser.submit(page, "approve"), "AUTH-LOGIN")
    assert told_to_client(browser.submit(page, "approve", username=USER[0], password=USER[1]))["code"]


@pytest.mark.parametrize("prompt", ["consent", "select_account", "", "x"])
def test_other_prompts_show_the_page(prompt: str, browser: Browser) -> None:
    browser.log_in()

    assert browser.open(asking(prompt=prompt)).status_code == 200


def test_a_forged_login_cookie_is_none(browser: Browser) -> None:
    for cookie in ("x", "eyJ1c2VybmFtZSI6ImhhcmJvci1kZW1vIn0.aWU5Wg.x", "é", ".", '{"username":"harbor-demo"}'):
        browser.http.cookies.clear()
        header = {"Cookie": b"mock_login=" + cookie.encode()}

        refused(browser.open(asking(prompt="none"), headers=header), "AUTH-LOGIN-REQUIRED")


def test_auto_approval_asks_nobody() -> None:
    mock = Mock.start(auto_approve="harbor-demo")
    try:
        told = told_to_client(Browser(mock).open(asking()))
        reply = Party(mock).exchange(told["code"])
        assert reply.status_code == 200
        assert Party(mock).is_accepted(reply.json()["access_token"])
        assert told_to_client(Browser(mock).open(asking(prompt="none")))["code"]
        refused(Browser(mock).open(asking(OTHER_UPLOADS)), "AUTH-DENIED")
        refused(Browser(mock).open(asking(redirect_uri="http://evil.test/")), "AUTH-REDIRECT")
        refused(Browser(mock).open(asking(code_challenge=None)), "AUTH-CHALLENGE")
    finally:
        mock.stop()


def test_the_issuer_is_the_public_address_where_there_is_one() -> None:
    mock = Mock.start(auto_approve="harbor-demo", public_url="https://mock.public.test:8443/")
    try:
        assert told_to_client(Browser(mock).open(asking()))["iss"] == "https://mock.public.test:8443"
        assert told_to_client(Browser(mock).open(asking(scope="x")))["iss"] == "https://mock.public.test:8443"
    finally:
        mock.stop()


# --- requests that go back to the client with an error ---

REFUSED: dict[str, tuple[str, dict[str, Any]]] = {
    "no response type": ("AUTH-ASKING-PARAMETER", {"response_type": None}),
    "empty response type": ("AUTH-ASKING-PARAMETER", {"response_type": ""}),
    "implicit": ("AUTH-RESPONSE-TYPE", {"response_type": "token"}),
    "hybrid": ("AUTH-RESPONSE-TYPE", {"response_type": "code token"}),
    "code twice": ("AUTH-RESPONSE-TYPE", {"response_type": "code code"}),
    "capital code": ("AUTH-RESPONSE-TYPE", {"response_type": "CODE"}),
    "quotes in it": ("AUTH-RESPONSE-TYPE", {"response_type": 'co"de\n'}),
    "plain": ("AUTH-CHALLENGE", {"code_challenge_method": "plain"}),
    "plain by default": ("AUTH-CHALLENGE", {"code_challenge_method": None}),
    "small letters": ("AUTH-CHALLENGE", {"code_challenge_method": "s256"}),
    "no challenge": ("AUTH-CHALLENGE", {"code_challenge": None}),
    "no challenge at all": ("AUTH-CHALLENGE", {"code_challenge": None, "code_challenge_method": None}),
    "short challenge": ("AUTH-CHALLENGE", {"code_challenge": challenge()[:-1]}),
    "padded challenge": ("AUTH-CHALLENGE", {"code_challenge": challenge() + "="}),
    "challenge with a newline": ("AUTH-CHALLENGE", {"code_challenge": challenge() + "\n"}),
    "challenge in base64": ("AUTH-CHALLENGE", {"code_challenge": challenge()[:-1] + "+"}),
    "unknown scope": ("AUTH-ASKING-SCOPE", {"scope": "invoices"}),
    "one scope too many": ("AUTH-ASKING-SCOPE", {"scope": f"{SCOPE} offline_access"}),
    "scope in capitals": ("AUTH-ASKING-SCOPE", {"scope": SCOPE.upper()}),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.parametrize("client", [UPLOADS, PUBLIC], ids=["with a secret", "public"])
def test_a_wrong_request_goes_back_to_the_client(client: tuple[str, str], case: str, browser: Browser) -> None:
    rule, changes = REFUSED[case]

    response = refused(browser.open(asking(client, **changes)), rule)

    assert sent_to(response) == (PUBLIC_CALLBACK if client == PUBLIC else CALLBACK)
    told = told_to_client(response)
    assert (told["state"], told["iss"]) == ("a state", ORIGIN)
    assert response.headers["cache-control"] == "no-store"


def test_a_wrong_request_is_refused_on_its_page_too(browser: Browser) -> None:
    page = browser.page(asking())
    action = str(page.forms[0]["action"])
    fields = {**page.fields, "username": USER[0], "password": USER[1], "decision": "approve"}

    refused(browser.send(action.replace("S256", "plain"), fields), "AUTH-CHALLENGE")
    refused(browser.send(action.replace("payment-requests", "other"), fields), "AUTH-ASKING-SCOPE")
    refused(browser.send(action.replace("3000", "evil"), fields), "AUTH-REDIRECT")


def test_a_client_without_scopes_may_ask_for_none(browser: Browser) -> None:
    client = ("harbor-no-scope", "")

    refused(browser.open(asking(client)), "AUTH-ASKING-SCOPE")
    assert told_to_client(browser.decide(asking(client, scope=None)))["code"]


def test_the_scope_may_be_left_out_or_given_twice(browser: Browser) -> None:
    for scope in (None, "", f"{SCOPE} {SCOPE}", f"  {SCOPE}  "):
        assert Party(browser.mock).exchange(browser.code(scope=scope)).json()["scope"] == SCOPE


# --- requests that go nowhere ---


@pytest.mark.parametrize("case", [case for case in LURES if LURES[case]])
def test_nobody_is_sent_to_an_address_that_is_not_registered(case: str, browser: Browser) -> None:
    browser.log_in()

    for more in ({}, {"prompt": "none"}, {"response_type": "x"}, {"scope": "x"}, {"code_challenge": None}):
        response = refused(browser.open(asking(redirect_uri=LURES[case], **more)), "AUTH-REDIRECT")
        assert response.status_code == 400
        assert "location" not in response.headers
        assert "You were not sent back" in text_of(response)


@pytest.mark.parametrize(
    "uri",
    ["http://127.0.0.1:3000/api/v1/ui/oauth2-redirect.html", "http://127.0.0.1/api/v1/ui/oauth2-redirect.html"],
)
def test_a_uri_of_another_client_is_not_registered(uri: str, browser: Browser) -> None:
    assert browser.open(asking(PUBLIC, redirect_uri=uri)).status_code == 200
    refused(browser.open(asking(UPLOADS, redirect_uri=uri)), "AUTH-REDIRECT")


def test_where_several_uris_are_registered_one_must_be_named(browser: Browser) -> None:
    refused(browser.open(asking(redirect_uri=None)), "AUTH-REDIRECT")
    refused(browser.open(asking(redirect_uri="")), "AUTH-REDIRECT")


@pytest.mark.parametrize("client_id", [None, "", "nobody", "HARBOR-UPLOADS", "harbor-uploads\0", "harbor-uploads "])
def test_an_unknown_client_is_told_to_the_user_alone(client_id: str | None, browser: Browser) -> None:
    response = refused(browser.open(asking(client_id=client_id)), "AUTH-ASKING-CLIENT")

    assert "There is no such client." in text_of(response)


def test_a_client_of_invoices_has_nobody_to_ask(browser: Browser) -> None:
    refused(browser.open(asking(client_id="harbor-invoices")), "AUTH-REDIRECT")


def test_a_client_of_invoices_that_has_a_redirect_uri_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    content = fixture("clients")
    clients = [{**each, "redirectUris": [CALLBACK]} for each in content["clients"]]
    mock = started_with({**content, "clients": clients}, monkeypatch)
    try:
        refused(Browser(mock).open(asking(client_id="harbor-invoices", scope=None)), "AUTH-ASKING-GRANT")
    finally:
        mock.stop()


def test_an_error_description_has_the_characters_that_the_rfc_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    content = fixture("clients")
    user = {"username": 'ü"\\\r\n\0', "password": "x", "merchantId": "x"}
    mock = started_with({**content, "users": [user]}, monkeypatch, auto_approve=user["username"])
    try:
        told = told_to_client(refused(Browser(mock).open(asking()), "AUTH-DENIED"))
    finally:
        mock.stop()

    assert told["error_description"].startswith("The user '''''' works for another merchant")


def started_with(clients: Any, monkeypatch: pytest.MonkeyPatch, **settings: Any) -> Mock:
    """A mock with other clients and users than those of the fixtures."""
    monkeypatch.setattr("mock_server.wiring.fixture", lambda name: clients if name == "clients" else fixture(name))
    return Mock.start(**settings)


@pytest.mark.parametrize("name", [*asking(), "prompt", "anything"])
def test_no_parameter_may_be_given_twice(name: str, browser: Browser) -> None:
    value = asking().get(name, "")

    refused(browser.open({**asking(), name: [value, value]}), "AUTH-PARAMETER-ONCE")


def test_a_parameter_may_not_stand_in_the_address_and_in_the_form(browser: Browser) -> None:
    page = browser.page(asking())

    response = browser.send(
        str(page.forms[0]["action"]), {**page.fields, "decision": "approve", "redirect_uri": CALLBACK}
    )

    refused(response, "AUTH-PARAMETER-ONCE")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_not_offered(method: str, browser: Browser) -> None:
    response = browser.http.request(method, AUTHORIZE, params=asking())

    refused(response, "AUTH-METHOD")
    assert {"GET", "POST"} <= set(response.headers["allow"].split(", "))


# --- anything in any parameter ---


@pytest.mark.parametrize("name", [*asking(), "prompt", "anything"])
@pytest.mark.parametrize("case", NASTY)
def test_nothing_in_a_parameter_breaks_the_page(name: str, case: str, browser: Browser) -> None:
    browser.log_in()

    for more in ({}, {"prompt": "none"}):
        response = browser.open({**asking(), **more, name: NASTY[case]})

        assert response.status_code in {200, 302, 400}
        assert is_clean(response)
        if response.status_code == 302:
            assert sent_to(response) == CALLBACK
            if name == "state" and NASTY[case]:
                assert told_to_client(response)["state"] == NASTY[case]


@pytest.mark.parametrize("name", ["username", "password", "csrf", "decision", "anything"])
@pytest.mark.parametrize("case", NASTY)
def test_nothing_in_the_form_breaks_the_page(name: str, case: str, browser: Browser) -> None:
    page = browser.page(asking())
    fields = {**page.fields, "username": USER[0], "password": USER[1], "decision": "approve", name: NASTY[case]}

    response = browser.send(str(page.forms[0]["action"]), fields)

    assert response.status_code in {200, 302, 400, 403}
    assert is_clean(response)


def test_what_was_asked_stays_in_the_address_of_the_form(browser: Browser) -> None:
    asked = asking(state='"><script>&amp;')

    action = str(browser.page(asked).forms[0]["action"])

    assert dict(parse_qsl(urlsplit(action).query)) == asked
    assert urlsplit(action).path == AUTHORIZE
