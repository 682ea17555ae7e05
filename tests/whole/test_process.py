"""The mock as a process: how it starts, refuses to start, stops, and what it leaves behind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import uuid
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.process import MOCK_SERVER, running, serving, token

ROOT = Path(__file__).parents[2]


def call(origin: str, path: str, token: str, body: Any = None, method: str | None = None) -> Any:
    request = Request(
        origin + path,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        method=method,
    )
    with urlopen(request) as response:
        content = response.read()
    return json.loads(content) if content else None


def refuses(*arguments: str, cwd: Path, env: dict[str, str] | None = None) -> str:
    run = subprocess.run(
        [MOCK_SERVER, "serve", "--port", "0", *arguments], cwd=cwd, env=env, capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 2, run.stderr
    assert run.stderr.count("\n") == 1, run.stderr
    assert run.stdout == ""
    return run.stderr


def test_health_names_version_groups_and_store(tmp_path: Path) -> None:
    with serving(tmp_path) as origin, urlopen(f"{origin}/_mock/health") as response:
        health = json.load(response)

    assert health == {
        "status": "ok",
        "version": "0.1.0",
        "groups": ["control", "invoice_uploads", "invoices"],
        "store": "SQLite in memory",
    }


def test_swagger_ui_is_served_without_a_network(tmp_path: Path) -> None:
    with serving(tmp_path) as origin:
        for path in ("/pay-int-api", "/api/v1", "/_mock", "/oauth2"):
            check_pages(origin, path)


def check_pages(origin: str, path: str) -> None:
    with urlopen(f"{origin}{path}/ui/") as response:
        page = response.read().decode()
    with urlopen(f"{origin}{path}/openapi.json") as response:
        contract = json.load(response)
    with urlopen(f"{origin}{path}/ui/swagger-ui-bundle.js") as response:
        assert len(response.read()) > 500_000
    assert "http://" not in page.replace(origin, "").replace("http://www.w3.org", "")
    assert "https://" not in page
    assert contract["openapi"] == "3.0.3"
    assert contract["servers"] == [{"url": path}]


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_although_a_connection_is_open(stop: signal.Signals, tmp_path: Path) -> None:
    with running(tmp_path) as (process, origin):
        host, port = origin.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(b"GET /_mock/health HTTP/1.1\r\nHost: mock\r\n\r\n")
            assert connection.recv(65536).startswith(b"HTTP/1.1 200")
            process.send_signal(stop)
            assert process.wait(timeout=30) == 128 + stop

    assert "Traceback" not in (tmp_path / "stderr.txt").read_text()


def asked_for(line: bytes, *headers: str) -> bytes:
    return b"\r\n".join([line, b"Host: mock", *(each.encode() for each in headers), b"", b""])


FAULTS = [
    {"match": {"operations": "listInvoices"}, "delayMs": 60_000},
    {"match": {"operations": "getInvoice"}, "slow": {"bytesPerSecond": 10}},
]


def waiting_requests(authorization: str) -> list[bytes]:
    """A request that waits for its answer, one whose answer is slow, one that prefers to wait, and half a one."""
    one = f"/pay-int-api/invoices/{uuid.uuid4()}".encode()
    return [
        asked_for(b"GET /pay-int-api/invoices HTTP/1.1", authorization),
        asked_for(b"GET " + one + b" HTTP/1.1", authorization),
        asked_for(b"GET " + one + b"/calculations HTTP/1.1", authorization, "Prefer: wait=20"),
        asked_for(b"POST /pay-int-api/invoices HTTP/1.1", authorization, "Content-Length: 10"),
    ]


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_quietly_although_requests_wait(stop: signal.Signals, tmp_path: Path) -> None:
    bearer = token("invoices")
    requests = waiting_requests(f"Authorization: Bearer {bearer}")
    with running(tmp_path) as (process, origin), ExitStack() as opened:
        for fault in FAULTS:
            call(origin, "/_mock/faults", bearer, fault)
        host, port = origin.removeprefix("http://").split(":")
        connections = [opened.enter_context(socket.create_connection((host, int(port)), timeout=30)) for _ in requests]
        for connection, request in zip(connections, requests, strict=True):
            connection.sendall(request)
        connections[0].settimeout(0.5)
        with pytest.raises(TimeoutError):
            connections[0].recv(1)
        process.send_signal(stop)
        assert process.wait(timeout=30) == 128 + stop
        for connection in connections:
            assert b" 500 " not in connection.recv(65536)

    log = (tmp_path / "stderr.txt").read_text().split("\n")  # Click ends a line where it was interrupted
    seen = [json.loads(each) for each in log if each]
    assert {each["event"] for each in seen} == {"request"}
    assert sum(each["path"].startswith("/pay-int-api/") for each in seen) == len(requests)


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_server_takes_its_temporary_folder_along(
    stop: signal.Signals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with running(tmp_path) as (process, _):
        assert list(tmp_path.glob("mock-server-objects-*"))
        process.send_signal(stop)
        process.wait(timeout=30)

    assert not list(tmp_path.glob("mock-server-objects-*"))


def test_a_used_port_is_refused_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        message = refuses("--port", str(port), cwd=tmp_path)

    assert message == f"mock-server: cannot listen on 127.0.0.1:{port}: Address already in use\n"


_EVENT = """
invoices:
  - {id: a, merchantId: m, createdAt: "2026-01-01", body: {}, events: [{at: "2026-01-02", event: EVENT}]}
"""
SEEDS = {
    "no such seed": (None, "there is no seed 'seed.yaml': neither a file nor one of demo, empty, none"),
    "no YAML": ("a: [", "seed.yaml:2: is not YAML"),
    "no mapping": ("- 1", "the seed seed.yaml is not a mapping"),
    "a member is missing": ("merchants: [{name: X}]", "the seed 'seed.yaml' can't be used: KeyError: 'id'"),
    "an unknown event": (
        _EVENT.replace("EVENT", "fly"),
        "the seed 'seed.yaml' can't be used: KeyError: ('fly', 'Draft')",
    ),
    "an event the lifecycle forbids": (
        _EVENT.replace("EVENT", "cancel"),
        "cancelInvoice is not possible while the invoice is Draft",
    ),
    "an id twice": ("merchants: [{id: m, name: X}, {id: m, name: Y}]", "the seed 'seed.yaml' has an id twice"),
}


@pytest.mark.parametrize("case", SEEDS)
def test_an_unusable_seed_is_refused_in_one_line(case: str, tmp_path: Path) -> None:
    content, message = SEEDS[case]
    if content is not None:
        (tmp_path / "seed.yaml").write_text(content)

    assert message in refuses("--seed", "seed.yaml", cwd=tmp_path)


def test_a_broken_contract_is_refused_with_file_line_and_reason(tmp_path: Path) -> None:
    for package in ("mock_server", "openapi", "fixtures"):
        shutil.copytree(ROOT / package, tmp_path / package)
    contract = tmp_path / "openapi" / "invoices.yaml"
    text = contract.read_text()
    line = next(number for number, each in enumerate(text.splitlines(), 1) if "operationId: cancelInvoice" in each)
    contract.write_text(text.replace("      operationId: cancelInvoice\n", "      operationId: cancelInvoices\n"))
    assert line

    run = subprocess.run(
        [sys.executable, "-c", "from mock_server.cli.main import main; main()", "serve", "--port", "0"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert run.returncode == 2
    assert run.stderr.count("\n") == 1
    assert run.stderr.startswith(f"mock-server: {contract}:")
    assert "cancelInvoice" in run.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--state", "mysql://me:secret@x"], "no state store has this address; possible: sqlite://"),
        (["--state", "sqlite:////no/such/folder/x.db"], "/no/such/folder"),
        (["--objects", "/proc/objects"], "/proc/objects"),
        (["--signing-key", "nothing.json"], "nothing.json"),
        (["--port", "99999"], "99999"),
        (["--unknown"], "--unknown"),
        (["--host", "256.1.1.1"], "256.1.1.1"),
        (["--public-url", "mock.test"], "'mock.test' is no origin"),
        (["--public-url", "https://mock.test/path"], "'https://mock.test/path' is no origin"),
        (["--public-url", "https://mock.test:65536"], "'https://mock.test:65536' is no origin"),
        (["--public-url", "https://a b"], "'https://a b' is no origin"),
        (["--webhook-seconds", "nan"], "'--webhook-seconds'"),
        (["--namespace-idle-minutes", "9" * 20], "'--namespace-idle-minutes'"),
    ],
)
def test_wrong_use_is_refused_in_one_line(arguments: list[str], message: str, tmp_path: Path) -> None:
    assert message in refuses(*arguments, cwd=tmp_path)


def test_a_killed_server_has_kept_what_it_answered(tmp_path: Path) -> None:
    state = ["--state", f"sqlite:///{tmp_path}/state.db", "--objects", str(tmp_path / "objects")]
    bearer = token("invoices")
    with running(tmp_path, state) as (process, origin):
        created = call(origin, "/pay-int-api/invoices", bearer, {"additionalNotes": "kept"})["id"]
        process.kill()
        process.wait()

    with serving(tmp_path, *state) as origin:
        assert call(origin, f"/pay-int-api/invoices/{created}", bearer)["additionalNotes"] == "kept"
        assert call(origin, "/pay-int-api/invoices", bearer)["total"] == 20


def test_a_state_file_is_for_one_server_at_a_time_however_it_ends(tmp_path: Path) -> None:
    state = ["--state", f"sqlite:///{tmp_path}/state.db"]
    for end in (subprocess.Popen.terminate, subprocess.Popen.kill):
        with running(tmp_path, state) as (process, _):
            message = refuses(*state, cwd=tmp_path)
            end(process)
            process.wait()
        assert f"SQLite file {tmp_path}/state.db is in use by another server" in message

    with serving(tmp_path, *state) as origin:
        assert call(origin, "/pay-int-api/invoices", token("invoices"))["total"] == 19


def test_the_same_seed_and_id_seed_give_the_same_ids(tmp_path: Path) -> None:
    bearer = token("invoices")
    made: list[list[str]] = []
    for _ in range(2):
        with serving(tmp_path, "--id-seed", "one") as origin:
            made.append([call(origin, "/pay-int-api/invoices", bearer, {})["id"] for _ in range(3)])

    assert made[0] == made[1]
    assert len(set(made[0])) == 3


def test_the_access_log_is_json_without_secrets(tmp_path: Path) -> None:
    bearer = token("invoices")
    with serving(tmp_path) as origin:
        call(origin, "/pay-int-api/invoices?search=hidden-name&status=2&x=4111111111111111", bearer)
        card = {"accountNumber": "4111111111111111", "securityCode": "no-code-737"}
        with pytest.raises(HTTPError):
            call(origin, "/pay-int-api/invoices/497f6eca-6276-4993-bfeb-53cbbbba6f08/submit", bearer, card)

    log = (tmp_path / "stderr.txt").read_text()
    entries = [json.loads(line) for line in log.splitlines()]
    assert [entry["operation"] for entry in entries] == ["listInvoices", "submitInvoice"]
    assert entries[0]["query"] == "search=*&status=2&x=*"
    assert entries[1]["rule"] == "INV-CARD-EXPIRY, INV-CARD-CVV" or entries[1]["rule"].startswith("INV-CARD")
    for secret in (bearer, "hidden-name", "4111111111111111", "no-code-737"):
        assert secret not in log


def test_help_and_version_are_there() -> None:
    shown = subprocess.run([MOCK_SERVER, "--help"], capture_output=True, text=True, check=True).stdout
    assert "serve" in shown
    assert "token" in shown
    assert subprocess.run([MOCK_SERVER, "--version"], capture_output=True, text=True, check=True).stdout.startswith(
        "mock-server"
    )
