"""The file of targets: what it may say, and what is refused with file, target and member."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from contract_tests.errors import WrongUse
from contract_tests.target import Limits, read_targets

FILE = """
[targets.staging]
invoices = "https://staging.example/pay-int-api/"
token_url = "https://staging.example/oauth2/token"
{more}
"""


@pytest.fixture
def written(tmp_path: Path) -> Path:
    return tmp_path / "contract-tests.toml"


def test_without_further_words_nothing_is_written_and_nothing_is_paid(written: Path) -> None:
    written.write_text(FILE.format(more=""))
    target = read_targets(written)["staging"]

    assert not target.may_write
    assert not target.may_pay
    assert not target.is_mock
    assert target.verify is True
    assert target.bases == {"invoices": "https://staging.example/pay-int-api"}


def test_money_moves_only_where_writes_are_allowed_too(written: Path) -> None:
    written.write_text(FILE.format(more='payments = "test-cards"'))
    assert not read_targets(written)["staging"].may_pay

    written.write_text(FILE.format(more='payments = "test-cards"\nwrites = "own-data"'))
    assert read_targets(written)["staging"].may_pay


CREDENTIALS = '[targets.staging.credentials.invoices]\nclient_id = "qa"\nclient_secret_env = "QA_SECRET"'


def test_secrets_come_from_the_environment(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QA_SECRET", "hush")
    written.write_text(FILE.format(more=CREDENTIALS))
    target = read_targets(written)["staging"]

    assert target.credentials["main"]["invoices"].client_secret == "hush"
    assert "hush" not in repr(target)


def test_headers_take_variables_from_the_environment(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QA_KEY", "k-1")
    written.write_text(FILE.format(more='headers = {X-Gateway-Key = "key ${QA_KEY}!"}'))

    assert read_targets(written)["staging"].headers == {"X-Gateway-Key": "key k-1!"}


def test_the_authority_of_certificates_is_looked_for_beside_the_file(written: Path) -> None:
    (written.parent / "ca.pem").write_text("")
    written.write_text(FILE.format(more='ca_file = "ca.pem"'))

    assert read_targets(written)["staging"].verify == str(written.parent / "ca.pem")


def test_only_the_secrets_of_the_targets_that_are_asked_for_are_needed(written: Path) -> None:
    written.write_text(FILE.format(more=CREDENTIALS) + '[targets.other]\ninvoices = "http://other.example"\n')

    assert list(read_targets(written, {"other"})) == ["other"]


def test_workers_share_what_a_target_can_bear() -> None:
    part = Limits(requests_per_second=10, max_requests=1000).shared_by(4)

    assert (part.requests_per_second, part.max_requests) == (2.5, 250)
    assert Limits().shared_by(4) == Limits()


REFUSED = {
    "another member": ('invoice = "x"', "targets.staging.invoice is not known; meant: invoices"),
    "a secret in the file": (
        '[targets.staging.credentials.invoices]\nclient_secret = "hush"',
        "credentials.invoices.client_secret comes from the environment: client_secret_env names the variable",
    ),
    "a secret that is not there": (CREDENTIALS, "needs the environment variable QA_SECRET"),
    "a header's variable that is not there": ('headers = {X = "${QA_SECRET}"}', "needs the environment variable"),
    "an unknown API": ("[targets.staging.credentials.bills]", "credentials.bills is no API; possible: invoices"),
    "another member of credentials": (
        '[targets.staging.credentials_other.invoices]\nclient = "x"',
        "credentials_other.invoices.client is not known; meant: client_id",
    ),
    "writing all": ('writes = "all"', "targets.staging.writes can't be 'all'"),
    "real cards": ('payments = "cards"', "targets.staging.payments can't be 'cards'"),
    "no requests": ("requests_per_second = 0", "requests_per_second can't be 0"),
    "half a request": ("max_requests = 1.5", "max_requests can't be 1.5"),
    "no time": ("timeout_seconds = -1", "timeout_seconds can't be -1"),
    "a certificate that is no file": ('ca_file = "none.pem"', "none.pem is no file"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_wrong_is_named(case: str, written: Path) -> None:
    more, message = REFUSED[case]
    written.write_text(FILE.format(more=more))
    with pytest.raises(WrongUse, match=r"contract-tests\.toml: targets\.staging") as error:
        read_targets(written)
    assert message in str(error.value)


@pytest.mark.parametrize("text", ["", "[targets]", "a = 1", "targets = 3"])
def test_a_file_without_targets_says_so(text: str, written: Path) -> None:
    written.write_text(text)
    with pytest.raises(WrongUse, match="has no "):
        read_targets(written)


def test_a_target_that_is_not_there_is_refused_with_those_that_are_like_it(written: Path) -> None:
    written.write_text(FILE.format(more=""))
    with pytest.raises(WrongUse, match="has no target 'stageing'; meant: staging"):
        read_targets(written, {"stageing"})


@pytest.mark.parametrize("url", ["ftp://x", "staging.example", "https://", "https://x?y", "https://[", 3])
def test_an_address_has_to_be_one(url: object, written: Path) -> None:
    written.write_text(f"[targets.staging]\ninvoices = {url!r}\n")
    with pytest.raises(WrongUse, match="invoices can't be"):
        read_targets(written)


EXAMPLE = re.compile(r"```toml\n(\[targets\..*?)```", re.DOTALL)
README = Path(__file__).parents[2] / "README.md"


def test_the_example_of_the_readme_is_a_good_file(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = EXAMPLE.search(README.read_text(encoding="utf-8"))
    assert found, "the README shows a file of targets"
    written.write_text(found[1])
    for name in re.findall(r'_env = "(\w+)"|\$\{(\w+)\}', found[1]):
        monkeypatch.setenv("".join(name), "a-secret")
    for name in re.findall(r'ca_file = "(.+)"', found[1]):
        (written.parent / name).touch()

    for target in read_targets(written).values():
        assert target.may_pay
        assert "a-secret" not in repr(target)
