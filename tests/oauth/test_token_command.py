"""`mock-server token` makes any token that a test needs, and says in one line what it can't make."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import click
import pytest

from mock_server.cli.commands.token import command
from mock_server.cli.main import main
from mock_server.core.clock import FixedClock
from mock_server.oauth.tokens import ISSUER
from tests.mock import HARBOR, LUMEN, NOW, Mock
from tests.oauth.builders import SCOPE, Party, claims_of

Run = Callable[..., tuple[int, str, str]]
SECONDS = int(NOW.timestamp())


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command at the instant at which the mocks of the tests stand; gives its code and what it printed."""
    monkeypatch.setattr("mock_server.core.clock.SystemClock", lambda: FixedClock(NOW))

    def command_line(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["mock-server", "token", *arguments])
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return command_line


def minted(run: Run, *arguments: str) -> str:
    code, out, errors = run(*arguments)
    assert (code, errors) == (0, "")
    assert out.count("\n") == 1
    return out.strip()


@pytest.mark.parametrize("group", ["invoices", "invoice-uploads"])
def test_without_options_the_token_works(group: str, run: Run, shared_mock: Mock) -> None:
    token = minted(run, "--group", group)
    claims = claims_of(token)

    assert Party(shared_mock).is_accepted(token)
    assert (claims["iat"], claims["exp"]) == (SECONDS, SECONDS + 43200)
    assert (claims["iss"], claims["aud"], claims["merchant_id"]) == (ISSUER, group, HARBOR)
    assert "nbf" not in claims


OPTIONS: dict[str, tuple[list[str], dict[str, Any]]] = {
    "another client": (["--client", "lumen-invoices"], {"sub": "lumen-invoices", "merchant_id": LUMEN}),
    "another merchant": (["--merchant", "m 1"], {"sub": "harbor-invoices", "merchant_id": "m 1"}),
    "a short life": (["--expires-in", "1"], {"exp": SECONDS + 1}),
    "expired": (["--expires-in", "-60"], {"exp": SECONDS - 60, "iat": SECONDS - 60}),
    "not yet": (["--not-before", "60"], {"nbf": SECONDS + 60}),
    "for long": (["--not-before", "-60"], {"nbf": SECONDS - 60}),
    "a scope": (["--scope", "a"], {"scope": "a", "permissions": ["invoices"]}),
    "scopes": (["--scope", "a", "--scope", "b"], {"scope": "a b"}),
    "no scope": (["--no-scope"], {"scope": ""}),
    "permissions": (["--permission", "a", "--permission", "b"], {"permissions": ["a", "b"], "scope": ""}),
    "no permission": (["--no-permission"], {"permissions": []}),
    "an audience": (["--audience", "others"], {"aud": "others"}),
    "an issuer": (["--issuer", "https://evil.test"], {"iss": "https://evil.test"}),
    "a claim": (["--claim", 'x={"y": [1, "ü"]}'], {"x": {"y": [1, "ü"]}}),
    "claims": (["--claim", "a=1", "--claim", "b=true"], {"a": 1, "b": True}),
    "a replaced claim": (["--claim", 'aud=["invoices", "others"]'], {"aud": ["invoices", "others"]}),
    "a claim over an option": (["--audience", "a", "--claim", 'aud="b"'], {"aud": "b"}),
    "a claim with an equals sign": (["--claim", 'x="a=b"'], {"x": "a=b"}),
}


@pytest.mark.parametrize("case", OPTIONS)
def test_an_option_changes_what_it_says_and_nothing_else(case: str, run: Run) -> None:
    arguments, changed = OPTIONS[case]
    usual = claims_of(minted(run, "--group", "invoices"))

    claims = claims_of(minted(run, "--group", "invoices", *arguments))

    assert {**claims, "jti": ""} == {**usual, "jti": "", **changed}


def test_null_leaves_a_claim_out(run: Run) -> None:
    claims = claims_of(minted(run, "--group", "invoices", "--claim", "jti=null", "--claim", "exp=null"))

    assert {"jti", "exp"}.isdisjoint(claims)
    assert claims["sub"] == "harbor-invoices"


REFUSED: dict[str, tuple[str, list[str], int]] = {
    "expired": ("invoices", ["--expires-in", "-1"], 401),
    "at this very moment": ("invoices", ["--expires-in", "0"], 401),
    "not good yet": ("invoices", ["--not-before", "1"], 401),
    "good since now": ("invoices", ["--not-before", "0"], 200),
    "foreign issuer": ("invoices", ["--issuer", "https://evil.test"], 401),
    "foreign audience": ("invoices", ["--audience", "invoice-uploads"], 401),
    "no permission": ("invoices", ["--no-permission"], 403),
    "another permission": ("invoices", ["--permission", "others"], 403),
    "no expiry": ("invoices", ["--claim", "exp=null"], 401),
    "an endless life": ("invoices", ["--claim", "exp=1e999"], 401),
    "no merchant": ("invoices", ["--claim", "merchant_id=null"], 401),
    "no subject": ("invoices", ["--claim", "sub=null"], 401),
    "no id": ("invoices", ["--claim", "jti=null"], 200),
    "no scope": ("invoice-uploads", ["--no-scope"], 403),
    "another scope": ("invoice-uploads", ["--scope", "others"], 403),
    "one scope among others": ("invoice-uploads", ["--scope", "others", "--scope", SCOPE], 404),
    "the client without a scope": ("invoice-uploads", ["--client", "harbor-no-scope"], 403),
}


@pytest.mark.parametrize("case", REFUSED)
def test_the_apis_answer_as_the_options_promise(case: str, run: Run, shared_mock: Mock) -> None:
    group, arguments, status = REFUSED[case]
    party = Party(shared_mock)
    token = minted(run, "--group", group, *arguments)

    response = party.call_invoices(token) if group == "invoices" else party.call_uploads(token)

    assert response.status_code == status
    challenge = response.headers.get("www-authenticate", "")
    assert challenge.startswith(
        {401: 'Bearer error="invalid_token"', 403: 'Bearer error="insufficient_scope"'}.get(status, "")
    )


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--claim", "x"], "'x' is not NAME=JSON"),
        (["--claim", "=1"], "'=1' is not NAME=JSON"),
        (["--claim", "x=y"], "the value of x is not JSON: 'y'; a text needs quotes"),
        (["--claim", "x=NaN"], "the value of x is not JSON: 'NaN'; a text needs quotes"),
        (["--claim", "x=" + "[" * 100_000], "the value of x is not JSON"),
        (["--claim", r'x="\ud800"'], "half of a surrogate pair"),
        (["--merchant", "\udcff"], "half of a surrogate pair"),
        (["--scope", "a", "--no-scope"], "--scope and --no-scope contradict each other"),
        (["--permission", "a", "--no-permission"], "--permission and --no-permission contradict each other"),
        (["--not-before", "x"], "'x' is not a valid integer"),
        (["--not-before", "9" * 30], "--not-before"),
        (["--expires-in", "9" * 30], "--expires-in"),
        (["--client", "nobody"], "there is no client 'nobody' in invoices"),
    ],
)
def test_what_can_not_be_made_is_said_in_one_line(arguments: list[str], told: str, run: Run) -> None:
    code, out, errors = run("--group", "invoices", *arguments)

    assert (code, out, errors.count("\n")) == (2, "", 1)
    assert errors.startswith("mock-server: ")
    assert told in errors


def test_every_option_is_explained(run: Run) -> None:
    code, out, _ = run("--help")

    assert code == 0
    for option in command.params:
        assert isinstance(option, click.Option)
        assert option.help, option.name
        assert all(name in out for name in option.opts)


def test_dates_carry_the_longest_life(run: Run) -> None:
    for seconds in (10**10, -(10**10)):
        claims = claims_of(minted(run, "--group", "invoices", f"--expires-in={seconds}", f"--not-before={seconds}"))

        assert (claims["exp"], claims["nbf"]) == (SECONDS + seconds, SECONDS + seconds)
        assert json.dumps(claims)
