"""`contract-tests run` and `replay`, as people and builds use them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mock_server.live import LiveServer
from tests.contract_tests.faulty_proxy import Answered, Asked, Forward, Proxy, proxied
from tests.contract_tests.running import contract_tests, environment
from tests.contract_tests.scripted import HTML, scripted

CANCELLING = ("--suite", "lifecycle", "--operation", "cancelInvoice")
RULE = "INV-CANCEL-STATE"


@pytest.fixture(scope="module")
def proxy() -> Iterator[Proxy]:
    server = LiveServer.start()
    with proxied(server.url) as found:
        yield found
    server.stop()


@pytest.fixture
def mock(proxy: Proxy) -> Iterator[Proxy]:
    """A mock behind a proxy that can plant a fault."""
    yield proxy
    proxy.change = None


def cancels_with_409(asked: Asked, forward: Forward) -> Answered:
    answered = forward(asked)
    is_refusal = asked.path.endswith("/cancel") and answered.status == 400
    return replace(answered, status=409) if is_refusal else answered


def test_a_fault_is_found_replayed_and_gone_when_it_is_mended(mock: Proxy, tmp_path: Path) -> None:
    mock.change = cancels_with_409
    ran = contract_tests(tmp_path, "run", "--url", mock.origin, *CANCELLING, "--seed", "7", "--output", "out")
    assert ran.code == 1, ran.out + ran.err
    assert RULE in ran.out
    assert "seed 7" in ran.err
    assert "1/" in ran.err
    ended = [json.loads(line) for line in (tmp_path / "out" / "events.ndjson").read_text().splitlines()]
    fingerprint = next(found["fingerprint"] for each in ended for found in each.get("findings", ()))
    failed = json.loads((tmp_path / ".contract-tests" / "failed.json").read_text())
    assert set(*failed.values()) == {each["check"] for each in ended if each.get("outcome") == "failed"}

    assert still_shows(tmp_path, fingerprint[:8]) == (1, f"{fingerprint} still shows")
    mock.change = None
    assert still_shows(tmp_path, fingerprint) == (0, f"{fingerprint} does not show any more")


def still_shows(folder: Path, finding: str) -> tuple[int, str]:
    ran = contract_tests(folder, "replay", finding, "--from", "out")
    first, _, rest = ran.out.partition(" (")
    return ran.code, f"{first} {rest.rpartition(') ')[2].strip()}"


@pytest.mark.parametrize("options", [("-x",), ("--max-findings", "1"), ("-x", "--workers", "2")], ids=" ".join)
def test_who_wants_one_finding_does_not_wait_for_the_others(
    options: tuple[str, ...], mock: Proxy, tmp_path: Path
) -> None:
    mock.change = cancels_with_409
    ran = contract_tests(tmp_path, "run", "--url", mock.origin, *CANCELLING, *options)

    assert ran.code == 1, ran.out + ran.err
    assert RULE in ran.rules()
    assert {each["reason"] for each in ran.checks("not-run")} == {"1 finding was asked for (--max-findings)"}


def test_findings_that_are_not_so_many_end_nothing(mock: Proxy, tmp_path: Path) -> None:
    mock.change = cancels_with_409
    ran = contract_tests(tmp_path, "run", "--url", mock.origin, *CANCELLING, "--max-findings", "50")

    assert ran.code == 1, ran.out + ran.err
    assert not ran.checks("not-run")


def test_workers_share_a_run_each_in_a_namespace_of_its_own(mock: Proxy, tmp_path: Path) -> None:
    ran = contract_tests(tmp_path, "run", "--url", mock.origin, *CANCELLING, "--workers", "2")

    assert ran.code == 0, ran.out + ran.err
    assert len(ran.checks("passed")) == len(ran.checks("passed", "failed", "error", "not-run")) > 5
    report = tmp_path / "contract-tests-report"
    lines = [line for each in report.glob("traffic-gw*") for line in each.read_text().splitlines()]
    urls = [json.loads(line).get("url", "") for line in lines]
    gone = {url.rpartition("-")[2] for url in urls if "/_mock/namespaces/" in url}
    assert gone == {"gw0", "gw1"}
    assert {each.name for each in report.iterdir()} >= {"report.html", "junit.xml", "report.sarif", "events.ndjson"}


def test_pytest_does_the_same(mock: Proxy, tmp_path: Path) -> None:
    mock.change = cancels_with_409
    options = ["--contract-url", mock.origin, "--contract-suite=lifecycle", "--contract-operation=cancelInvoice"]
    ran = pytest_in(tmp_path, "--pyargs", "contract_tests", *options)

    assert ran.returncode == 1, ran.stdout
    assert f"{RULE} (documented)" in ran.stdout


def pytest_in(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments],
        cwd=folder,
        env=environment({}),
        capture_output=True,
        text=True,
        timeout=100,
    )


COSTS_NOTHING = """
import sys

def test_nothing_of_the_examiner_is_there_but_its_plugin():
    found = {name for name in sys.modules if name.partition(".")[0] == "contract_tests"}
    light = {"plugin", "hookspecs", "conducting", "listening"}
    assert found <= {"contract_tests", *(f"contract_tests.{each}" for each in light)}
"""


def test_people_with_tests_of_their_own_pay_nothing(tmp_path: Path) -> None:
    (tmp_path / "test_own.py").write_text(COSTS_NOTHING)
    for more in ([], ["-p", "contract_tests.plugin"]):
        ran = pytest_in(tmp_path, "-W", "error", *more, "test_own.py")
        assert ran.returncode == 0, ran.stdout + ran.stderr
    assert {each.name for each in tmp_path.iterdir()} <= {"test_own.py", "__pycache__"}


def test_a_page_for_people_is_no_api(tmp_path: Path) -> None:
    with scripted(HTML) as server:
        ran = contract_tests(tmp_path, "run", "--url", server.origin)

    assert ran.code == 3
    assert ran.out == ""
    assert "was answered by something else than the API: 200 with text/html" in ran.err.splitlines()[-1]


def test_an_unknown_name_is_wrong_use_with_what_may_have_been_meant(tmp_path: Path) -> None:
    ran = contract_tests(tmp_path, "run", "--suite", "lifecicle")

    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "contract-tests: there is no suite lifecicle; meant: lifecycle?\n"
    assert not (tmp_path / "contract-tests-report").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--url", ""], "--url is empty."),
        (["--target", ""], "--target is empty."),
        (["--url", "http://127.0.0.1:65536"], "'http://127.0.0.1:65536' is no URL, such as https://staging.example"),
        (["--max-seconds", "nan"], "Invalid value for '--max-seconds': it is no number"),
    ],
)
def test_what_names_no_target_or_time_is_wrong_use(arguments: list[str], message: str, tmp_path: Path) -> None:
    ran = contract_tests(tmp_path, "run", *arguments)

    assert (ran.code, ran.out, ran.err) == (2, "", f"contract-tests: {message}\n")


def test_wrong_use_leaves_the_run_before_it_as_it_was(mock: Proxy, tmp_path: Path) -> None:
    contract_tests(tmp_path, "run", "--url", mock.origin, *CANCELLING)
    kept = {each.name: each.read_bytes() for each in (tmp_path / "contract-tests-report").iterdir()}
    (tmp_path / "waivers.toml").write_text("[[waivers", encoding="utf-8")
    ran = contract_tests(tmp_path, "run", "--url", mock.origin, "--waivers", "waivers.toml")

    assert ran.code == 2
    assert "waivers.toml is not TOML" in ran.err
    assert {each.name: each.read_bytes() for each in (tmp_path / "contract-tests-report").iterdir()} == kept


def test_a_target_that_goes_away_ends_the_run(mock: Proxy, tmp_path: Path) -> None:
    count = 0

    def gone_after_a_while(asked: Asked, forward: Forward) -> Answered:
        nonlocal count
        count += 1
        return forward(asked) if count < 40 else Answered(502, {"content-type": "text/html"}, b"<h1>Bad gateway</h1>")

    mock.change = gone_after_a_while
    ran = contract_tests(tmp_path, "run", "--url", mock.origin, "--suite", "lifecycle")

    assert ran.code == 3, ran.out + ran.err
    assert 3 <= len(ran.checks("error")) <= 4
    assert ran.checks("not-run")
    assert "something else than the API" in next(each for each in ran.events() if each["event"] == "RunEnded")["reason"]


def test_all_checks_are_listed_with_their_rules(tmp_path: Path) -> None:
    ran = contract_tests(tmp_path, "list", "--operation", "cancelInvoice", "--suite", "lifecycle", "--json")

    assert ran.code == 0, ran.err
    checks = json.loads(ran.out)
    assert {each["suite"] for each in checks} == {"lifecycle"}
    assert any(RULE in each["rules"] for each in checks)
    assert all("cancelInvoice" in each["operations"] for each in checks)
