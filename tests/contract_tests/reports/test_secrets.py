"""What nobody may see: planted wherever it can stand, it is found in no report."""

from __future__ import annotations

import base64
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

from hypothesis import given, settings
from hypothesis import strategies as st

from contract_tests import reports
from contract_tests.broken import Broken, Difference
from contract_tests.events import CheckEnded, Outcome
from contract_tests.examiner import Examiner
from contract_tests.exchange import Exchange
from contract_tests.observing import Observer, Traffic
from contract_tests.run import Run, Settings
from contract_tests.target import Credentials, Target
from openapi.redaction.digits import is_card
from tests.contract_tests.reports.exchanges import CONTRACTS, HOST, exchange, login, target
from tests.contract_tests.reports.runs import results

SECRET = st.text("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789+/=", min_size=16, max_size=24).map(
    "Zq7".__add__
)
DIGITS = st.text("0123456789", min_size=13, max_size=15)


def with_check_digit(digits: str) -> str:
    return next(digits + each for each in "0123456789" if is_card("4" + digits[1:] + each) or is_card(digits + each))


CARDS = DIGITS.map(lambda digits: "4" + digits[1:]).map(with_check_digit)
ACCOUNTS = st.text("0123456789", min_size=10, max_size=11).filter(lambda digits: len(set(digits)) > 4)
CODES = st.text("123456789", min_size=4, max_size=4)
PAYMENT = "/invoices/00000000-0000-4000-8000-000000000000"


def planted(secret: str, card: str, account: str, code: str) -> Iterator[Exchange]:
    """Traffic with secrets wherever they are sent, and wherever a careless server may repeat them."""
    bearer = {"authorization": f"Bearer {secret}1"}
    yield login(f"{secret}1")
    yield exchange(
        "submitInvoice",
        f"{PAYMENT}/submit",
        {"totalAmount": 1, "accountNumber": card, "securityCode": code},
        headers={**bearer, "cookie": f"session={secret}2", "x-api-key": f"{secret}3"},
        answer={"details": f"{card} was declined", "accountNumber": card, "token": "t"},
        answer_headers={"set-cookie": f"session={secret}4; HttpOnly"},
    )
    yield exchange(
        "submitInvoiceAch",
        f"{PAYMENT}/ach/submit?accountNumber={account}",
        {"accountNumber": account, "routingNumber": "021000021"},
        headers=bearer,
        answer={"accountNumber": account, "nested": [{"accountNumber": account}]},
    )
    signed = f"{HOST}/b/k?X-Amz-Credential={secret}5&X-Amz-Signature={secret}6"
    yield exchange("presignUpload", "/invoice-uploads/presign", {}, headers=bearer, answer={"url": signed})
    yield exchange("", method="PUT", url=signed, body=b"%PDF-1.4")
    yield exchange("", method="GET", url=signed[:-1] + "x")
    yield exchange("getInvoice", PAYMENT, headers=bearer, status=500, answer={"details": f"Bearer {secret}1 failed"})


def secrets_in(secret: str, card: str, account: str, code: str) -> list[str]:
    """Everything that must not be seen, in each spelling that may be read back."""
    hidden = [*(f"{secret}{number}" for number in range(1, 7)), "s3cret-of-harbor", f"{secret}9"]
    spelled = [form(each) for each in hidden for form in (str, quote, quote_plus)]
    grouped = " ".join(card[start : start + 4] for start in range(0, len(card), 4))
    encoded = [base64.b64encode(each.encode()).decode().rstrip("=") for each in hidden]
    return [*spelled, *encoded, card, grouped, account, f'"{code}"', f"'{code}'", f'\\"{code}\\"']


def run_of(observer: Observer, of: Target, steps: list[Exchange]) -> Run:
    """A run whose last example had these steps; it sends nothing."""
    from contract_tests.ledger import Ledger
    from contract_tests.transport import Recorder, Transport

    transport = Transport(of, Recorder(steps=list(steps)))
    examiner = Examiner(of, transport, None, Ledger(None, "t", "tag"), None, "tag", 1)  # type: ignore[arg-type]
    return Run(Settings(of, "tag", 1, True, 60), examiner, observer)


@settings(max_examples=12, deadline=None)
@given(SECRET, CARDS, ACCOUNTS, CODES)
def test_no_secret_appears_in_any_report(secret: str, card: str, account: str, code: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        written = "".join(text for _, text in told(folder, secret, card, account, code))
        for each in secrets_in(secret, card, account, code):
            assert each not in written, f"{each} is shown: {context(written, each)}"


def told(folder: Path, secret: str, card: str, account: str, code: str) -> Iterator[tuple[str, str]]:
    """Every file that a run with planted secrets leaves behind."""
    of = target(headers={"X-Gateway": f"{secret}9"})
    observer = Observer(of, CONTRACTS)
    traffic = Traffic(folder / "traffic-main.ndjson", observer.redactor, observer.groups, 0.0)
    observer.record(traffic)
    steps = [
        Exchange(
            sent=type(each.sent)(
                each.sent.method, each.sent.url, {**each.sent.headers, "x-gateway": f"{secret}9"}, each.sent.body
            ),
            status=each.status,
            headers=each.headers,
            body=each.body,
            operation_id=each.operation_id,
        )
        for each in planted(secret, card, account, code)
    ]
    for each in steps:
        observer.listen(each)
    observer.close()
    differences = [
        Difference("/accountNumber", account, card),
        Difference("/details", f"Bearer {secret}1", {"accountNumber": int(card), "securityCode": code}),
        Difference("/url", steps[3].json["url"], None),
    ]
    broken = Broken(
        "INV-CARD-NUMBER", f"{card} was taken, with Bearer {secret}1", differences, operation_id="submitInvoice"
    )
    found: dict[str, Any] = run_of(observer, of, steps).finding(broken, "lifecycle", f"test[{card}]").as_json()
    reason = observer.redactor.text(f"GET http://user:{secret}1@x.test/?token={secret}1 found nobody, {card}")
    failed = CheckEnded("lifecycle", "c", Outcome.FAILED, findings=[{**found, "standing": "failed"}], reason=reason)
    results([failed], folder)
    reports.write(folder, reports.formats())
    for file in folder.iterdir():
        yield file.name, file.read_text(encoding="utf-8")


def context(text: str, part: str) -> str:
    start = text.index(part)
    return text[max(0, start - 200) : start + 100]


def test_what_was_sent_is_still_told_without_its_secrets() -> None:
    with tempfile.TemporaryDirectory() as name:
        files = dict(told(Path(name), "Zq7abcdefghijklmnop", "4111111111111111", "9876543210", "7391"))
    entries = json.loads(files["traffic.har"])["log"]["entries"]
    sent = json.loads(entries[1]["request"]["postData"]["text"])
    assert sent == {"totalAmount": 1, "accountNumber": "****1111", "securityCode": "***"}
    assert entries[1]["request"]["url"] == f"{HOST}/pay-int-api{PAYMENT}/submit"
    assert {"name": "authorization", "value": "Bearer ***"} in entries[1]["request"]["headers"]
    assert "X-Amz-Signature=***" in entries[4]["request"]["url"]


def test_a_token_that_is_given_to_the_run_is_hidden_wherever_it_stands() -> None:
    credentials = {"main": {"invoices": Credentials(token="an+opaque/token=")}}
    redactor = Observer(target(credentials=credentials), CONTRACTS).redactor
    assert redactor.text("with an+opaque/token= and an%2Bopaque%2Ftoken%3D") == "with *** and ***"


def test_a_value_keeps_its_shape() -> None:
    redactor = Observer(target(), CONTRACTS).redactor
    value = {"a": [1, 2.5, None, True, {"accountNumber": "123456789"}], "b": "text", "c": float("inf")}
    shown = redactor.value(value)
    assert shown == {"a": [1, 2.5, None, True, {"accountNumber": "****6789"}], "b": "text", "c": "inf"}
    json.dumps(shown, allow_nan=False)


def test_half_characters_can_be_sent_to_the_controller() -> None:
    redactor = Observer(target(), CONTRACTS).redactor
    assert redactor.value({"\ud83d": "\ud800x"}) == {"?": "?x"}


def test_a_name_that_is_a_secret_in_one_api_may_be_seen_in_another() -> None:
    redactor = Observer(target(), CONTRACTS).redactor
    assert redactor.value("AccessDenied", "Code", "invoice_uploads") == "AccessDenied"
    assert redactor.value("splx-one-time", "Code") == "***"
    assert redactor.value("123456789", "accountNumber", "invoice_uploads") == "****6789"
