"""Runs on a deployment leave nothing behind, however they end."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from mock_server.live import LiveServer
from tests.contract_tests.running import COMMAND, contract_tests, environment

SECRETS = {"QA_SECRET": "not-a-secret-harbor-invoices", "QA_OTHER": "not-a-secret-lumen-invoices"}
CLIENTS = {"harbor-invoices": SECRETS["QA_SECRET"], "lumen-invoices": SECRETS["QA_OTHER"]}
TARGET = """
[targets.staging]
invoices = "{origin}/pay-int-api"
token_url = "{origin}/oauth2/token"
writes = "own-data"
{more}
[targets.staging.credentials.invoices]
client_id = "harbor-invoices"
client_secret_env = "QA_SECRET"
[targets.staging.credentials_other.invoices]
client_id = "lumen-invoices"
client_secret_env = "QA_OTHER"
"""
RUN = ("run", "--target", "staging", "--suite", "lifecycle", "--max-seconds", "60")
WAIT_SECONDS = 60
LISTENING = "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])"
"""Starts a command that hears Ctrl-C, also where we don't: workers of pytest-xdist leave that to their controller."""

DONE = {1: "a draft that was to be deleted", 2: "a published invoice that was to be cancelled"}


@pytest.fixture(scope="module")
def deployment() -> Iterator[str]:
    """A mock that the run takes for a deployment, for nobody says that it is one."""
    server = LiveServer.start()
    yield server.url
    server.stop()


@pytest.fixture
def folder(deployment: str, tmp_path: Path) -> Path:
    write(tmp_path, deployment)
    return tmp_path


def write(folder: Path, origin: str, more: str = "") -> None:
    (folder / "contract-tests.toml").write_text(TARGET.format(origin=origin, more=more))


def asked(url: str, token: str = "", form: Mapping[str, str] | None = None) -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with urlopen(Request(url, urlencode(form).encode() if form else None, headers)) as answer:
        return json.load(answer)


def statuses(origin: str) -> list[int]:
    """Of everything that any run has made, whoever it was made as."""
    found = []
    for client, secret in CLIENTS.items():
        form = {"grant_type": "client_credentials", "client_id": client, "client_secret": secret}
        token = asked(f"{origin}/oauth2/token", form=form)["access_token"]
        listed = asked(f"{origin}/pay-int-api/invoices?search=contract-tests-&pageSize=100", token)
        found += [each["status"] for each in listed["items"]]
    return found


@pytest.fixture
def started(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A run that has made some records by now."""
    process = subprocess.Popen(
        [sys.executable, "-c", LISTENING, *COMMAND, *RUN],
        cwd=folder,
        env=environment(SECRETS),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    until = time.monotonic() + WAIT_SECONDS
    while ledger(folder).count('"made"') < 8 and process.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
    assert process.poll() is None, process.communicate()
    yield process
    if process.poll() is None:
        process.kill()
    process.communicate()


def ledger(folder: Path) -> str:
    return "".join(each.read_text() for each in folder.glob(".contract-tests/ledgers/*"))


def test_after_a_kill_cleanup_goes_on_where_the_run_was(
    started: subprocess.Popen[str], folder: Path, deployment: str
) -> None:
    started.send_signal(signal.SIGKILL)
    started.wait(WAIT_SECONDS)
    assert set(statuses(deployment)) & set(DONE), "there is something to clean up"

    ran = contract_tests(folder, "cleanup", env=SECRETS)

    assert ran.code in {0, 1}, ran.err
    assert ran.out.rstrip().endswith("cleaned up.")
    assert not set(statuses(deployment)) & set(DONE)
    assert contract_tests(folder, "cleanup", env=SECRETS).out == "Nothing is left over.\n"


@pytest.mark.parametrize(("stop", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_who_stops_a_run_waits_until_all_is_cleaned_up(
    stop: signal.Signals, code: int, started: subprocess.Popen[str], folder: Path, deployment: str
) -> None:
    started.send_signal(stop)
    _, err = started.communicate(timeout=WAIT_SECONDS)

    assert started.returncode == code, err
    assert "Traceback" not in err
    assert not set(statuses(deployment)) & set(DONE)
    assert ledger(folder) == ""


def test_a_run_that_may_not_write_writes_nothing(folder: Path, deployment: str) -> None:
    write(folder, deployment)
    file = folder / "contract-tests.toml"
    file.write_text(file.read_text().replace('"own-data"', '"none"'))
    before = statuses(deployment)
    ran = contract_tests(folder, *RUN, "--operation", "getInvoice", "--operation", "cancelInvoice", env=SECRETS)

    assert ran.code == 0, ran.err
    assert 'allows no writes (writes = "own-data")' in ran.out
    assert statuses(deployment) == before


def test_a_budget_that_is_spent_leaves_enough_to_clean_up_with(folder: Path, deployment: str) -> None:
    write(folder, deployment, "max_requests = 60")
    ran = contract_tests(folder, *RUN, env=SECRETS)

    assert ran.code == 0, ran.err
    assert any("max_requests" in each["reason"] for each in ran.checks("not-run"))
    traffic = (folder / "contract-tests-report" / "traffic-main.ndjson").read_text().splitlines()
    assert len(traffic) <= 60
    assert not set(statuses(deployment)) & set(DONE)
