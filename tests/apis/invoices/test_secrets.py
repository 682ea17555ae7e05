"""Card numbers, security codes and account numbers are nowhere to be found once their request is answered."""

from __future__ import annotations

import io
import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import redirect_stderr
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response
from pypdf import PdfReader

from tests.apis.invoices.steps import accepted, events
from tests.mock import ACH, CARD, Invoices, Mock

APPROVED = "4000000030010005"
DECLINED = "4000000010510008"
NO_CARD = "4929573638125996"
ACCOUNT = "40718355926"
RETURNED = "900000000016"
ROUTING = "122105155"
NOTED = "6011000990139424"
CODES = ["7391", "8642"]
SECRETS = [APPROVED, DECLINED, NO_CARD, ACCOUNT, RETURNED, *CODES]
ALL_BUT_LAST_FOUR = [secret[:-4] for secret in SECRETS if len(secret) > 8]

MERCHANT = "0b2d6a35-5c0e-4f0a-9c3e-2f6b8f1f7a10"
"""All ids in the file are the same each time: what is left of deleted ones may look like a security code, or never."""

NOISE = re.compile(rb"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{64}|(?<=T\d\d:\d\d:\d\d)\.\d+Z")
"""Ids, digests and parts of seconds: random digits, among which any four may be found."""


@dataclass
class Spied:
    """A mock on a file, and all that it has answered."""

    mock: Mock
    invoices: Invoices
    file: Path
    log: io.StringIO
    answers: list[Response] = field(default_factory=list)

    def ask(self, operation: str, invoice_id: str, total: Any = 59.97, **more: Any) -> Response:
        answer = self.invoices.ask(operation, invoice_id, total, **more)
        self.answers.append(answer)
        return answer

    def read(self, path: str, **headers: str) -> bytes:
        answer = self.invoices.call("GET", path, headers=headers)
        self.answers.append(answer)
        return answer.content

    def stored(self) -> bytes:
        """All bytes of the state: the file itself and what SQLite keeps beside it."""
        return b"".join(each.read_bytes() for each in sorted(self.file.parent.iterdir()) if each.is_file())

    def records(self) -> Iterator[str]:
        """Every value of every row of every table."""
        with sqlite3.connect(self.file) as connection:
            tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for table in tables:
                for row in connection.execute(f'SELECT * FROM "{table}"'):
                    yield " ".join(each.decode() if isinstance(each, bytes) else str(each) for each in row)
        connection.close()


@pytest.fixture(scope="module")
def spied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spied]:
    file = tmp_path_factory.mktemp("state") / "state.db"
    log = io.StringIO()
    with redirect_stderr(log):
        mock = Mock.start(state=f"sqlite:///{file}", access_log=True, id_seed="spied")
    yield Spied(mock, Invoices(mock, MERCHANT), file, log)
    mock.stop()


@pytest.fixture(scope="module")
def paid(spied: Spied) -> dict[str, str]:
    """Invoices that cards and accounts have paid, or tried to, in every way there is."""
    return pay_in_every_way(spied)


def found(content: bytes | str, secrets: list[str] = SECRETS) -> list[str]:
    """Which of the secrets stand in it."""
    plain = NOISE.sub(b" ", content if isinstance(content, bytes) else content.encode())
    return [secret for secret in secrets if secret.encode() in plain]


def pay_in_every_way(spied: Spied) -> dict[str, str]:
    """Cards and accounts that are accepted, declined, refused by a rule, by the state and by the schema."""
    invoices = spied.invoices
    ids = {name: invoices.in_status("Published") for name in ("card", "ach", "returned", "refused")}
    draft = invoices.create()
    for key, code in (({}, CODES[0]), ({"Idempotency-Key": "one"}, CODES[1])):
        spied.ask("submitInvoice", ids["card"], accountNumber=DECLINED, securityCode=code, headers=key)
        spied.ask("submitInvoice", ids["refused"], accountNumber=NO_CARD, securityCode=code, headers=key)
        spied.ask("submitInvoice", ids["refused"], 1, accountNumber=APPROVED, securityCode=code, headers=key)
        spied.ask("submitInvoice", draft, accountNumber=APPROVED, securityCode=code, headers=key)
        spied.ask("submitInvoice", ids["refused"], accountNumber=int(APPROVED), securityCode=int(code), headers=key)
        spied.ask("submitInvoice", ids["refused"], securityCode=code + code, accountNumber=[APPROVED], headers=key)
        spied.ask("submitInvoiceAch", ids["refused"], accountNumber=ACCOUNT, routingNumber=ROUTING[::-1], headers=key)
        spied.ask("submitInvoiceAch", draft, accountNumber=ACCOUNT, headers=key)
        spied.ask("submitInvoiceAch", ids["refused"], accountNumber=int(ACCOUNT), headers=key)
    kept = {"Idempotency-Key": "two"}
    for _ in range(2):
        spied.ask(
            "submitInvoice", ids["card"], accountNumber=APPROVED, securityCode=CODES[0], savePaymentMethod=True,
            headers=kept,
        )  # fmt: skip
        for name, number in (("ach", ACCOUNT), ("returned", RETURNED)):
            spied.ask(
                "submitInvoiceAch", ids[name], accountNumber=number, savePaymentMethod=True, saveCustomerInfo=True,
                headers=kept,
            )  # fmt: skip
    spied.ask("submitInvoice", ids["card"], accountNumber=DECLINED, securityCode=CODES[1], headers=kept)
    spied.mock.let_happen(ids["ach"], "settle")
    spied.mock.let_happen(ids["returned"], "return")
    spied.ask("sendInvoiceSms", ids["refused"])
    return ids


def test_card_and_account_numbers_and_security_codes_are_kept_logged_and_shown_nowhere(
    spied: Spied, paid: dict[str, str]
) -> None:
    for invoice_id in paid.values():
        for path in ("", "/calculations"):
            spied.read(f"/invoices/{invoice_id}{path}")
    spied.read("/invoices?pageSize=100")

    assert {answer.status_code for answer in spied.answers} == {200, 400, 409}
    assert {"cardPaymentApproved", "cardPaymentDeclined"} <= {*events(spied.invoices.get(paid["card"]))}
    assert events(spied.invoices.get(paid["ach"]))[-1] == "achPaymentSettled"
    assert events(spied.invoices.get(paid["returned"]))[-1] == "achPaymentReturned"

    assert [found(answer.content) for answer in spied.answers] == [[]] * len(spied.answers)
    assert [found(repr(answer.headers)) for answer in spied.answers] == [[]] * len(spied.answers)
    assert [found(record) for record in spied.records() if found(record)] == []
    assert found(spied.stored()) == []
    assert f"/invoices/{paid['card']}/submit" in spied.log.getvalue()
    assert found(spied.log.getvalue()) == []


def test_no_more_than_the_last_four_digits_are_kept_logged_or_shown(spied: Spied, paid: dict[str, str]) -> None:
    spied.read(f"/invoices/{paid['card']}")

    histories = [spied.invoices.get(each)["history"] for each in paid.values()]
    notes = [entry["note"] for history in histories for entry in history if entry["note"]]

    assert {digits for note in notes for digits in re.findall(r"[0-9]{4,}", note)} == {
        number[-4:] for number in (APPROVED, DECLINED, ACCOUNT, RETURNED)
    } | {"0199"}
    assert found(b"".join(answer.content for answer in spied.answers), ALL_BUT_LAST_FOUR) == []
    assert found(spied.stored(), ALL_BUT_LAST_FOUR) == []
    assert found(spied.log.getvalue(), ALL_BUT_LAST_FOUR) == []


def test_a_document_shows_nothing_of_card_and_account(spied: Spied, paid: dict[str, str]) -> None:

    for invoice_id in paid.values():
        pdf = spied.read(f"/invoices/{invoice_id}/download-pdf")
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
        assert "Rope" in text
        assert found(text) == found(pdf) == []


def test_a_search_of_the_state_would_find_what_is_in_it(spied: Spied) -> None:
    spied.invoices.create(additionalNotes=f"do not write down {NOTED}")

    assert found(spied.stored(), [NOTED]) == [NOTED]
    assert [found(record, [NOTED]) for record in spied.records() if found(record, [NOTED])] == [[NOTED]]


def test_the_log_of_an_unexpected_failure_shows_nothing_of_the_card(
    spied: Spied, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice_id = spied.invoices.in_status("Published")
    monkeypatch.setattr("mock_server.apis.invoices.model.paid_by_card", lambda *_: 1 / 0)
    monkeypatch.setattr("mock_server.apis.invoices.model.ach_submitted", lambda *_, **__: 1 / 0)

    for operation, number in (("submitInvoice", APPROVED), ("submitInvoiceAch", ACCOUNT)):
        answer = spied.ask(operation, invoice_id, accountNumber=number)
        assert answer.status_code == 500
        assert found(answer.content) == []

    assert "ZeroDivisionError" in caplog.text
    printed = capfd.readouterr()
    assert found(spied.log.getvalue() + caplog.text + printed.err + printed.out) == []
    assert spied.invoices.get(invoice_id)["status"] == 2


@pytest.mark.parametrize("operation", ["submitInvoice", "submitInvoiceAch"])
def test_a_number_in_a_member_of_another_name_is_not_kept_either(operation: str, spied: Spied) -> None:
    invoice_id = spied.invoices.in_status("Published")
    body = {"submitInvoice": CARD, "submitInvoiceAch": ACH}[operation]

    answer = spied.ask(operation, invoice_id, **{**body, "totalAmount": 59.97, "cardNumber": APPROVED, "memo": ACCOUNT})

    assert accepted(answer)["success"]
    assert found(answer.content) == found(json.dumps(spied.invoices.get(invoice_id))) == found(spied.stored()) == []
