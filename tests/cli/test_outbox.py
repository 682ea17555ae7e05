"""`mock-server ctl outbox` and `webhooks` on a real mock, and the endpoint that checks what it gets."""

from __future__ import annotations

import json
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mock_server.cli.control_client import ControlClient
from tests.mock import HARBOR
from tests.outbox.receivers import PATIENCE_SECONDS, receiving
from tests.process import MOCK_SERVER, serving


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A mock in a process of its own."""
    with serving(tmp_path_factory.mktemp("mock")) as url:
        yield url


@pytest.fixture
def client(url: str) -> ControlClient:
    """Of a namespace that is put back first."""
    client = ControlClient(url, "outbox")
    client.post("/reset")
    return client


def ctl(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [MOCK_SERVER, "ctl", "--url", url, "--namespace", "outbox", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS)


def printed(url: str, *arguments: str) -> Any:
    run = ctl(url, "--json", *arguments)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def test_a_webhook_is_added_listed_and_removed(url: str, client: ControlClient, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("a-secret-of-our-tests\n")
    options = ["--event", "invoice.paid", "--merchant", HARBOR, "--secret-file", str(secret), "--disabled"]

    added = ctl(url, "webhooks", "add", "http://localhost:9/hooks", *options)

    assert added.returncode == 0, added.stderr
    (made,) = printed(url, "webhooks", "list")["webhooks"]
    line = f"{made['id']}  http://localhost:9/hooks  invoice.paid of merchant {HARBOR} (disabled)"
    assert added.stdout == f"{line}\nsecret: a-secret-of-our-tests\n"
    assert ctl(url, "webhooks", "list").stdout == f"{line}\n"
    assert ctl(url, "webhooks", "remove", made["id"]).stdout == f"removed: {made['id']}\n"
    assert ctl(url, "webhooks", "list").stdout == "no webhooks\n"


def test_a_webhook_that_leads_elsewhere_is_refused_in_a_line(url: str, client: ControlClient) -> None:
    run = ctl(url, "webhooks", "add", "http://example.com/")

    assert (run.returncode, run.stdout) == (1, "")
    assert "which is not on this machine" in run.stderr


@pytest.mark.parametrize(
    ("content", "reason"), [(None, "No such file"), (b"", "it is empty"), (b"\n", "it is empty"), (b"\xff", "no UTF-8")]
)
def test_a_file_without_a_secret_is_wrong_use(content: bytes | None, reason: str, url: str, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    run = ctl(url, "webhooks", "add", "http://localhost:9/hooks", "--secret-file", str(file))

    assert (run.returncode, run.stdout, run.stderr.count("\n")) == (2, "", 1)
    assert reason in run.stderr or "does not exist" in run.stderr


def test_messages_are_listed_shown_and_sent_again(url: str, client: ControlClient) -> None:
    with receiving((503, b"busy"), (200, b"thanks")) as receiver:
        client.put("/clock", {"mode": "frozen"})
        client.post("/webhooks", {"url": receiver.url, "events": ["invoice.paid"]})
        invoice = client.post("/invoices", {"status": "Paid"}).json
        client.put("/clock", {"mode": "frozen"})  # returns when all attempts were made
        (message,) = printed(url, "outbox", "list", "--type", "invoice.paid")["messages"]

        listed = ctl(url, "outbox", "list", "--kind", "event", "--invoice", invoice["id"], "--limit", "1")
        shown = ctl(url, "outbox", "show", message["id"])
        again = ctl(url, "outbox", "resend", message["id"])

    line = f"{message['id']}  {message['at']}  invoice.paid  pending  invoice {invoice['id']}"
    assert listed.stdout == f"{line}\nand 1 more\n"
    assert shown.stdout.startswith(f"{line}\n  {message['body']}\n  pending: {receiver.url} (webhook ")
    assert shown.stdout.endswith(f"    {message['at']}  503, busy\n")
    assert ", next attempt at " in shown.stdout
    assert again.stdout.endswith("  200, thanks\n")
    assert ctl(url, "outbox", "clear").stdout == "cleared: all messages\n"
    assert ctl(url, "outbox", "list").stdout == "no messages\n"


class Listening:
    """`webhooks listen` in a process of its own, with what it prints."""

    def __init__(self, url: str, *options: str) -> None:
        self.process = subprocess.Popen(
            [MOCK_SERVER, "ctl", "--url", url, "--namespace", "outbox", "--json", "webhooks", "listen", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stderr is not None
        self.endpoint = self.process.stderr.readline().split()[2]

    def end(self) -> tuple[int, list[dict[str, Any]]]:
        """Its exit code and the deliveries it has printed."""
        out, error = self.process.communicate(timeout=PATIENCE_SECONDS)
        assert error == ""
        decoder, found = json.JSONDecoder(), []
        while out := out.lstrip():
            value, end = decoder.raw_decode(out)
            found.append(value)
            out = out[end:]
        return self.process.returncode, found


def test_a_listening_endpoint_prints_genuine_deliveries_and_takes_itself_back(url: str, client: ControlClient) -> None:
    listening = Listening(url, "--count", "2")

    invoice = client.post("/invoices", {"status": "Paid"}).json

    code, deliveries = listening.end()
    assert code == 0
    assert [json.loads(each["body"])["type"] for each in deliveries] == ["invoice.created", "invoice.paid"]
    assert {json.loads(each["body"])["data"]["object"]["id"] for each in deliveries} == {invoice["id"]}
    assert [(each["genuine"], each["complaint"]) for each in deliveries] == [(True, None)] * 2
    assert client.get("/webhooks").json == {"webhooks": []}


def test_a_listening_endpoint_tells_what_is_forged_and_ends_with_1(url: str, client: ControlClient) -> None:
    listening = Listening(url, "--count", "1")

    request = urllib.request.Request(listening.endpoint, b"{}", {"Flute-Webhook-ID": "forged"}, method="POST")
    with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as response:
        assert response.status == 204

    code, (delivery,) = listening.end()
    assert code == 1
    assert (delivery["genuine"], delivery["complaint"]) == (False, "Flute-Webhook-Timestamp is missing")


def test_a_listening_endpoint_that_refuses_is_told_again_as_the_clock_moves(url: str, client: ControlClient) -> None:
    client.put("/clock", {"mode": "frozen"})
    listening = Listening(url, "--answer", "503", "--count", "6", "--event", "invoice.created")
    client.post("/invoices", {})

    client.put("/clock", {"advance": "P1D"})

    code, deliveries = listening.end()
    assert code == 0
    assert len({each["headers"]["Flute-Webhook-ID"] for each in deliveries}) == 1
    stamps = [int(each["headers"]["Flute-Webhook-Timestamp"]) for each in deliveries]
    assert [stamp - stamps[0] for stamp in stamps] == [0, 10, 70, 370, 2170, 9370]
    assert [each["genuine"] for each in deliveries] == [True] * 6


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_listening_endpoint_that_is_stopped_takes_itself_back(
    stop: signal.Signals, url: str, client: ControlClient
) -> None:
    listening = Listening(url)

    listening.process.send_signal(stop)

    assert listening.end() == (0, [])
    assert client.get("/webhooks").json == {"webhooks": []}
