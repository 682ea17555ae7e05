"""What may be sent to a deployment: only what the run has made is touched, and all of it carries the run's tag."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from contract_tests.errors import NotReached
from contract_tests.exchange import Exchange, Sent
from contract_tests.ledger import Ledger
from contract_tests.permits import NOBODYS_ID, Permits
from contract_tests.target import Target

INVOICES = "https://staging.example/x/pay-int-api"
UPLOADS = "https://staging.example/x/api/v1"
OWN = "0b0c2ff1-8a5b-4d65-9d4c-6d2c1b4f7a10"
OTHERS = "3f8a1b2c-5d6e-4f70-8a9b-0c1d2e3f4a5b"
PAYMENT_REQUEST = "6f1c2d3e-4a5b-4c6d-8e7f-9a0b1c2d3e4f"
TARGET = Target(
    "staging",
    {"invoices": INVOICES, "invoice_uploads": UPLOADS},
    "https://login.example/oauth2/token",
    writes="own-data",
    payments="test-cards",
    payment_request=PAYMENT_REQUEST,
)


@pytest.fixture
def ledger() -> Ledger:
    made = Ledger(None, "staging", "the-tag")
    made.note("invoice", OWN)
    return made


@pytest.fixture
def permits(ledger: Ledger) -> Permits:
    return Permits(TARGET, ledger)


def body(**members: object) -> bytes:
    return json.dumps(members).encode()


def answered(method: str, asked: str, status: int, sent: bytes = b"", **members: object) -> Exchange:
    return Exchange(Sent(method, asked, {}, sent), status, {}, body(**members))


ALLOWED = {
    "reading": ("GET", f"{INVOICES}/invoices/{OTHERS}", b""),
    "a token": ("POST", "https://login.example/oauth2/token", b"grant_type=client_credentials"),
    "a new invoice with the tag": ("POST", f"{INVOICES}/invoices", body(additionalNotes="the-tag 1")),
    "what makes no record": ("POST", f"{INVOICES}/invoices", b"[1"),
    "the own invoice": ("DELETE", f"{INVOICES}/invoices/{OWN}", b""),
    "the own invoice in capitals": ("DELETE", f"{INVOICES}/invoices/{OWN.upper()}", b""),
    "an id that nobody has": ("DELETE", f"{INVOICES}/invoices/{NOBODYS_ID}", b""),
    "publishing the own one": ("POST", f"{INVOICES}/invoices/publish", body(id=OWN)),
    "a test card": ("POST", f"{INVOICES}/invoices/{OWN}/submit", body(accountNumber="4000 0000 1005 0005")),
    "a card that can't be": ("POST", f"{INVOICES}/invoices/{OWN}/submit", body(accountNumber="4111111111111112")),
    "an upload": ("POST", f"{UPLOADS}/invoice-uploads/presign", body(filename="the-tag a.pdf")),
    "what makes no upload": ("POST", f"{UPLOADS}/invoice-uploads/presign", body(filename="a" * 256)),
}
REFUSED = {
    "an invoice without the tag": ("POST", f"{INVOICES}/invoices", body(additionalNotes="hello")),
    "losing the tag": ("PUT", f"{INVOICES}/invoices/{OWN}", body(additionalNotes="hello")),
    "somebody else's invoice": ("DELETE", f"{INVOICES}/invoices/{OTHERS}", b""),
    "an encoded id": ("DELETE", f"{INVOICES}/invoices/{OWN}%2F..%2F{OTHERS}", b""),
    "a way round": ("DELETE", f"{INVOICES}/invoices/{OWN}/../{OTHERS}", b""),
    "publishing somebody else's": ("POST", f"{INVOICES}/invoices/publish", body(id=OTHERS)),
    "publishing a new one without the tag": ("POST", f"{INVOICES}/invoices/publish", body(additionalNotes="x")),
    "a real card": ("POST", f"{INVOICES}/invoices/{OWN}/submit", body(accountNumber="5555555555554444")),
    "what the contract does not have": ("DELETE", f"{INVOICES}/invoices", b""),
    "another path": ("POST", f"{INVOICES}/refunds", b"{}"),
    "another server": ("POST", "https://elsewhere.example/pay-int-api/invoices", body(additionalNotes="the-tag")),
    "a bucket that nobody has granted": ("PUT", "https://s3.example/bucket/key", b"x"),
    "an upload without the tag": ("POST", f"{UPLOADS}/invoice-uploads/presign", body(filename="a.pdf")),
    "an upload whose tag nobody knows of made visible": (
        "POST",
        f"{UPLOADS}/invoice-uploads/{OWN}/attach/{PAYMENT_REQUEST}",
        b"",
    ),
    "another payment request": ("POST", f"{UPLOADS}/invoice-uploads/{OWN}/attach/{OTHERS}", b""),
}


@pytest.mark.parametrize("case", ALLOWED)
def test_what_touches_nothing_of_others_is_sent(case: str, permits: Permits) -> None:
    permits.require(*ALLOWED[case])


@pytest.mark.parametrize("case", REFUSED)
def test_what_might_touch_something_of_others_is_not_sent(case: str, permits: Permits) -> None:
    with pytest.raises(NotReached, match="staging"):
        permits.require(*REFUSED[case])


@pytest.mark.parametrize("case", REFUSED)
def test_a_mock_takes_everything(case: str, ledger: Ledger) -> None:
    Permits(replace(TARGET, mock_origin="http://mock"), ledger).require(*REFUSED[case])


@pytest.mark.parametrize("path", ["submit", "ach/submit"])
def test_money_moves_only_where_it_is_allowed_whatever_the_request_is_called(path: str, ledger: Ledger) -> None:
    permits = Permits(replace(TARGET, payments="none"), ledger)
    with pytest.raises(NotReached, match="allows none"):
        permits.require("POST", f"{INVOICES}/invoices/{OWN}/{path}", b"{}", "getInvoice")


@pytest.mark.parametrize("case", ["a new invoice with the tag", "the own invoice", "an upload"])
def test_without_leave_nothing_is_written(case: str, ledger: Ledger) -> None:
    with pytest.raises(NotReached, match="allows no writes"):
        Permits(replace(TARGET, writes="none"), ledger).require(*ALLOWED[case])


def test_what_an_answer_says_was_made_is_in_the_ledger(permits: Permits, ledger: Ledger) -> None:
    asked = ALLOWED["a new invoice with the tag"]
    number = permits.require(*asked)
    assert ledger.is_unsure

    permits.learn(answered(*asked[:2], 200, asked[2], id=OTHERS), number)
    assert not ledger.is_unsure
    assert ledger.open_records()[0].id == OTHERS


def test_a_refusal_has_made_nothing(permits: Permits, ledger: Ledger) -> None:
    asked = ALLOWED["a new invoice with the tag"]
    permits.learn(answered(*asked[:2], 400, asked[2], id=OTHERS), permits.require(*asked))

    assert not ledger.is_unsure
    assert not ledger.has(OTHERS)


def test_what_was_deleted_needs_no_cleaning_up(permits: Permits, ledger: Ledger) -> None:
    permits.learn(answered("DELETE", f"{INVOICES}/invoices/{OWN}", 200))

    assert ledger.is_clean


def test_bytes_go_where_a_presigned_url_leads_and_nowhere_else(permits: Permits) -> None:
    asked = ALLOWED["an upload"]
    url = f"https://s3.example/bucket/uploads/{OTHERS}/a.pdf?X-Amz-Signature=1"
    permits.learn(answered(*asked[:2], 200, asked[2], uploadId=OTHERS, url=url), permits.require(*asked))

    permits.require("PUT", url, b"bytes")
    permits.require("PUT", url.replace("Signature=1", "Signature=2"), b"bytes")
    permits.require("PUT", url.replace("a.pdf", "b.pdf"), b"bytes")
    for method, elsewhere in (("DELETE", url), ("PUT", url.replace(OTHERS, PAYMENT_REQUEST))):
        with pytest.raises(NotReached):
            permits.require(method, elsewhere, b"bytes")
