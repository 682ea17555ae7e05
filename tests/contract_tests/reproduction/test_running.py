"""The steps of findings, run: they show the fault where it is, and pass where it was mended."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract_tests.broken import Broken, Difference
from contract_tests.errors import TargetUnreachable
from contract_tests.exchange import Exchange
from contract_tests.observing import Observer
from contract_tests.reproduction import as_pytest, as_shell, reproduced
from contract_tests.reproduction.stand_ins import stand_in
from contract_tests.target import Credentials, Target
from contract_tests.transport import Recorder, Transport
from openapi.redaction.digits import is_card
from tests.contract_tests.reports.exchanges import CONTRACTS
from tests.contract_tests.reproduction.toy import Toy, serving, token

CARD = "4111111111111111"


class World:
    """The toy, and a client of it whose calls are recorded."""

    def __init__(self, toy: Toy, origin: str) -> None:
        self.toy = toy
        self.token = token()
        credentials = {"main": {"invoices": Credentials(token=self.token)}}
        bases = {"invoices": f"{origin}/pay-int-api"}
        self.target = Target("toy", bases, credentials=credentials, mock_origin=origin)
        self.observer = Observer(self.target, CONTRACTS)
        self.recorder = Recorder(listeners=[self.observer.listen])
        self.transport = Transport(self.target, self.recorder)

    def call(self, operation_id: str, record: str = "", body: Any = None, **headers: str) -> Exchange:
        operation = CONTRACTS["invoices"].operations[operation_id]
        path = operation.path.replace("{invoiceId}", record).replace("{id}", record)
        sent = {"authorization": f"Bearer {self.token}", "content-type": "application/json", **headers}
        return self.send(operation.method, self.target.bases["invoices"] + path, body, sent, operation_id)

    def send(self, method: str, url: str, body: Any, headers: dict[str, str], operation_id: str = "") -> Exchange:
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return self.transport.send(method, url, headers=headers, body=content, operation_id=operation_id)

    def scripts(self, broken: Broken) -> tuple[str, str]:
        steps = reproduced(broken, self.recorder.steps, CONTRACTS, self.target, self.observer)
        return as_shell(steps), as_pytest(steps, "finding")


@pytest.fixture
def world() -> Iterator[World]:
    toy = Toy()
    with serving(toy) as origin:
        yield World(toy, origin)


def status(world: World) -> Broken:
    record = world.call("createInvoice", body={}).json["id"]
    answer = world.call("cancelInvoice", record)
    world.call("getInvoice", record)
    return Broken("INV-CANCEL-STATE", "m", [Difference("status", "400", answer.status)], operation_id="cancelInvoice")


def unchanged(world: World) -> Broken:
    record = world.call("createInvoice", body={}).json["id"]
    before = world.call("getInvoice", record).json
    world.call("cancelInvoice", record)
    after = world.call("getInvoice", record).json
    difference = Difference("/history", before["history"], after["history"])
    return Broken("INV-REFUSAL-CHANGES-NOTHING", "m", [difference], operation_id="cancelInvoice")


def figure(world: World) -> Broken:
    record = world.call("createInvoice", body={}).json["id"]
    shown = world.call("getInvoice", record).json["totalAmount"]
    return Broken("INV-AMOUNTS", "m", [Difference("/totalAmount", "59.97", str(shown))], operation_id="getInvoice")


def state(world: World) -> Broken:
    record = world.call("createInvoice", body={}).json["id"]
    world.call("markInvoiceAsPaid", record, {})
    world.call("getInvoice", record)
    difference = Difference("state", "Paid", "Draft")
    return Broken("INV-MARK-PAID-STATE", "m", [difference], operation_id="markInvoiceAsPaid")


def documented(world: World) -> Broken:
    record = world.call("createInvoice", body={}).json["id"]
    world.call("deleteInvoice", record)
    difference = Difference("body", "an empty body", "17 bytes")
    return Broken("SCHEMA:deleteInvoice:body", "m", [difference], operation_id="deleteInvoice")


def unanswered(world: World) -> Broken:
    record = world.call("createInvoice", body={}).json["id"]
    with pytest.raises(TargetUnreachable):
        world.call("cancelInvoice", record)
    return Broken("INV-INTERNAL", "m", [Difference("answer", "one", "none")], operation_id="cancelInvoice")


def paid(world: World) -> Broken:
    record = world.call("createInvoice", body={}).json["id"]
    world.call("submitInvoice", record, {"accountNumber": CARD, "securityCode": "739", "note": f"for {CARD}"})
    return Broken("INV-CARD-NUMBER", "m", operation_id="submitInvoice")


def expired(world: World) -> Broken:
    parts = token(exp=1).split(".")
    forged = ".".join([*parts[:2], world.token.split(".")[2]])
    answer = world.call("createInvoice", body={}, authorization=f"Bearer {forged}")
    return Broken("INV-AUTH-EXPIRED", "m", [Difference("status", 401, answer.status)], operation_id="createInvoice")


def repeated(world: World) -> Broken:
    key = {"idempotency-key": "6f1c2d3e-4a5b-4c6d-8e7f-9a0b1c2d3e4f"}
    first, second = (world.call("createInvoice", body={}, **key).json["id"] for _ in range(2))
    difference = Difference("/id", first, second)
    return Broken("INV-IDEMPOTENCY-REPLAY", "m", [difference], operation_id="createInvoice")


def tampered(world: World) -> Broken:
    url = world.call("createInvoice", body={}).json["uploadUrl"]
    assert world.send("PUT", url, b"bytes", {}).status == 200
    answer = world.send("PUT", url[:-1] + "0", b"bytes", {})
    return Broken("UPL-URL-SIGNATURE", "m", [Difference("status", 403, answer.status)])


SCENES = {
    "cancel": status,
    "history": unchanged,
    "amount": figure,
    "state": state,
    "body": documented,
    "card": paid,
    "expiry": expired,
    "idempotency": repeated,
    "signature": tampered,
    "silence": unanswered,
}


def run_shell(script: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    (folder / "steps.sh").write_text(script, encoding="utf-8")
    variables = {**os.environ, "PYTHON": sys.executable, "PYTHONPATH": str(Path(__file__).parents[3]), **environment}
    command = ["sh", str(folder / "steps.sh")]
    return subprocess.run(command, env=variables, capture_output=True, text=True, timeout=30, cwd=folder)


def run_python(script: str, monkeypatch: pytest.MonkeyPatch, **environment: str) -> None:
    """Run the test of a pytest file. Raises what it raises."""
    with monkeypatch.context() as patched:
        for name, value in environment.items():
            patched.setenv(name, value)
        names: dict[str, Callable[[], None]] = {}
        exec(compile(script, "test_finding.py", "exec"), names)
        names["test_finding"]()


@pytest.mark.parametrize("fault", SCENES)
def test_steps_show_the_fault_and_pass_where_it_was_mended(
    fault: str, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.toy.fault = fault
    shell, python = world.scripts(SCENES[fault](world))
    given = {"INVOICES_TOKEN": token(), "CARD": CARD}
    shown = run_shell(shell, tmp_path, **given)
    assert (shown.returncode, "FAULT: " in shown.stdout) == (1, True), shown
    with pytest.raises(AssertionError):
        run_python(python, monkeypatch, **given)
    world.toy.fault = ""
    mended = run_shell(shell, tmp_path, **given)
    assert (mended.returncode, "as expected" in mended.stdout) == (0, True), mended
    run_python(python, monkeypatch, **given)


@pytest.mark.parametrize("fault", SCENES)
def test_scripts_have_no_secret_of_the_run_in_them(fault: str, world: World) -> None:
    world.toy.fault = fault
    for script in world.scripts(SCENES[fault](world)):
        told = re.sub(r"(?<=127\.0\.0\.1:)[0-9]+", "PORT", script)  # which may have any digits in it
        for secret in (world.token, world.token.split(".")[2], CARD, "739", "feedfacefeedface"):
            assert secret not in told


BODIES = [
    b"plain",
    b"@/etc/passwd",
    b'it\'s "quoted" $(touch x) `touch x` ${HOME} \\n %s',
    b"two\r\nlines\n",
    b"\xff\xfe\x00binary",
    "“Grüße” \u2028 \ue000V1\ue001".encode(),
    b"",
    b"x" * 9000,
    b'{"sha256": "' + b"0" * 64 + b'", "id": "00000000-0000-4000-8000-000000000000"}',
]


def test_requests_arrive_as_they_were_sent_the_first_time(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.toy.fault = "echo"
    for body in BODIES:
        headers = {"x-odd": "a'b\"c$d`e\\f", "x-empty": ""} | (
            {"content-type": "text/plain"} if body[:1] == b"p" else {}
        )
        world.send("POST", f"{world.toy.origin}/echo?a=%2F..%2F&b='[1-2]{{x}}'", body, headers)
    sent = essence(world.toy)
    shell, python = world.scripts(Broken("INV-ROUTE", "m", [Difference("status", 400, 200)]))
    assert run_shell(shell, tmp_path).returncode == 1
    from_shell = essence(world.toy)
    with pytest.raises(AssertionError):
        run_python(python, monkeypatch)
    assert from_shell == sent
    assert essence(world.toy) == sent
    assert not (tmp_path / "x").exists()


def essence(toy: Toy) -> list[tuple[str, str, str, bool, bytes]]:
    """What was received since the last time, as far as a script can be held to it."""
    found = [
        (
            target,
            headers["x-odd"],
            headers["x-empty"],
            "content-type" in headers,
            body.replace(b"?V1?", "\ue000V1\ue001".encode()),
        )
        for target, headers, body in toy.received
    ]
    toy.received.clear()
    return found


def test_who_runs_the_steps_is_told_what_is_missing(world: World, tmp_path: Path) -> None:
    world.toy.fault = "card"
    shell, python = world.scripts(paid(world))
    told = run_shell(shell, tmp_path, INVOICES_TOKEN="x")
    assert told.returncode == 2
    assert "the test card that ends in 1111" in told.stderr
    assert "CARD is needed: the test card that ends in 1111" in python


def test_steps_that_come_to_nothing_are_no_fault(world: World, tmp_path: Path) -> None:
    world.toy.fault = "cancel"
    shell, _ = world.scripts(status(world))
    told = run_shell(shell, tmp_path, INVOICES_TOKEN="nobody")
    assert (told.returncode, told.stderr.strip()) == (2, "step 1 did not answer with /id")


def test_a_finding_without_any_step_can_still_be_told(world: World) -> None:
    shell, python = world.scripts(Broken("INV-ROUTE", "nothing was sent"))
    compile(python, "test_finding.py", "exec")
    assert "nothing was sent" in shell


def test_a_message_can_not_break_out_of_its_comment(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.toy.fault = "cancel"
    broken = status(world)
    hostile = Broken(broken.rule, 'a\ntouch x\r\nimport os\x0c\'"""', broken.differences, operation_id="cancelInvoice")
    shell, python = world.scripts(hostile)
    assert run_shell(shell, tmp_path, INVOICES_TOKEN=token()).returncode == 1
    assert not (tmp_path / "x").exists()
    with pytest.raises(AssertionError):
        run_python(python, monkeypatch, INVOICES_TOKEN=token())


@given(st.one_of(st.text("0123456789", min_size=1, max_size=20), st.text(min_size=1, max_size=20)))
def test_a_stand_in_has_the_shape_of_a_secret_and_is_none(secret: str) -> None:
    other = stand_in(secret)
    assert len(other) == len(secret)
    assert other != secret or not any(each.isalnum() for each in secret)
    assert not is_card("".join(each for each in other if each.isdigit()))
