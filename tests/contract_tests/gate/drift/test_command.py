"""`contract-tests drift` as users have it: against a mock, a deployment, and recordings alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from contract_tests.gate.drift.archives import read_archive
from contract_tests.gate.drift.drifting import examine, served
from contract_tests.gate.formats import format_named, formats
from mock_server.live import LiveServer
from mock_server.settings import Settings
from openapi import contract_file
from openapi.locations import CONTRACTS as CONTRACTS_FOLDER
from tests.contract_tests.gate.drift.recorded import CONTRACTS, INVOICE, ORIGIN, entry, example, write
from tests.contract_tests.running import Ran, contract_tests
from tests.contract_tests.scripted import Reply, Scripted, scripted

ADMIN = "an-admin-token-of-twenty-letters"
SECRET = "not-a-secret-harbor-invoices"
GATEWAY_KEY = "a-key-that-nobody-may-see"
TARGET = """
[targets.staging]
invoices = "{origin}/pay-int-api"
headers = {{X-Gateway-Key = "${{GATEWAY_KEY}}"}}
timeout_seconds = 2
retries = 0
"""


@pytest.fixture(scope="module")
def mock() -> Iterator[str]:
    server = LiveServer.start(Settings(access_log=False, admin_token=ADMIN))
    yield server.url
    server.stop()


@pytest.fixture
def deployment() -> Iterator[Scripted]:
    with scripted(Reply(401)) as server:
        yield server


def asked(mock: str, path: str, namespace: str, body: bytes | None = None) -> Any:
    """Call an API of the mock as a client would."""
    form = {"grant_type": "client_credentials", "client_id": "harbor-invoices", "client_secret": SECRET}
    with urlopen(f"{mock}/oauth2/token", urlencode(form).encode()) as answer:
        token = json.load(answer)["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "X-Mock-Namespace": namespace}
    try:
        with urlopen(Request(mock + path, body, headers)) as answer:
            return answer.read()
    except HTTPError as error:
        return error.read()


def drift(folder: Path, *arguments: str) -> Ran:
    return contract_tests(
        folder, "drift", *arguments, env={"CONTRACT_TESTS_ADMIN_TOKEN": ADMIN, "GATEWAY_KEY": GATEWAY_KEY}
    )


def items(ran: Ran) -> dict[str, Any]:
    """Those of the report, by their kind."""
    return {each["kind"]: each for each in json.loads(ran.out)["items"]}


def publish(server: Scripted, change: Any = lambda found: None) -> None:
    found = json.loads(json.dumps(CONTRACTS["invoices"].document))
    del found["x-rules"], found["x-lifecycle"]
    change(found)
    body = json.dumps(found).encode()
    server.decide = lambda method, path: Reply(200, body) if path == "/pay-int-api/openapi.json" else Reply(401)


def target(folder: Path, origin: str) -> None:
    (folder / "contract-tests.toml").write_text(TARGET.format(origin=origin))


def test_a_mock_serves_its_contracts(mock: str, tmp_path: Path) -> None:
    ran = drift(tmp_path, "--url", mock)

    assert ran.code == 0, ran.out + ran.err
    assert f"invoices: the document at {mock}/pay-int-api/openapi.json was compared" in ran.out
    assert f"invoice_uploads: the document at {mock}/api/v1/openapi.json was compared" in ran.out


def test_the_journal_of_a_mock_shows_what_clients_send_and_never_what_is_secret(mock: str, tmp_path: Path) -> None:
    asked(mock, "/pay-int-api/invoices?colour=red&pageSize=1", "journalled")
    made = json.loads(asked(mock, "/pay-int-api/invoices", "journalled", b'{"colour": 1}'))
    card = b'{"totalAmount": 1, "accountNumber": "4111111111111111", "securityCode": "987", "secret": "s3cr3t-value"}'
    asked(mock, f"/pay-int-api/invoices/{made['id']}/submit", "journalled", card)
    ran = drift(tmp_path, "--url", mock, "--journal", "--namespace", "journalled")

    assert ran.code == 0, ran.out + ran.err
    assert "listInvoices serves requests with the query parameter colour" in ran.out
    assert "createInvoice serves requests with the member /colour, which is not documented: 1 of 1 times" in ran.out
    for secret in ("4111111111111111", "987", "s3cr3t-value", "Bearer ey", ADMIN):
        assert secret not in ran.out + ran.err


def test_a_journal_is_shown_to_who_has_the_admin_token(mock: str, tmp_path: Path) -> None:
    ran = contract_tests(tmp_path, "drift", "--url", mock, "--journal")

    assert ran.code == 2
    assert "only with the admin token in CONTRACT_TESTS_ADMIN_TOKEN" in ran.err
    assert ran.err.count("\n") == 1


def test_a_deployment_that_publishes_something_else_has_drifted(deployment: Scripted, tmp_path: Path) -> None:
    def change(found: Any) -> None:
        del found["paths"]["/invoices/{invoiceId}/cancel"]
        found["paths"]["/customers"] = {
            "get": {"operationId": "listCustomers", "responses": {"200": {"description": "x"}}}
        }

    publish(deployment, change)
    target(tmp_path, deployment.origin)
    ran = drift(tmp_path, "--target", "staging", "--format", "json")

    found = items(ran)
    removed = next(each for kind, each in found.items() if kind.startswith("operation-removed"))
    assert ran.code == 1
    assert removed["severity"] == "error"
    assert removed["old"]["file"].endswith("invoices.yaml")
    assert removed["old"]["line"] > 1
    assert found["operation-added"]["severity"] == "warning"
    assert found["operation-added"]["new"]["file"] == f"{deployment.origin}/pay-int-api/openapi.json"


def test_a_deployment_that_publishes_the_contract_has_not(deployment: Scripted, tmp_path: Path) -> None:
    publish(deployment)
    target(tmp_path, deployment.origin)
    ran = drift(tmp_path, "--target", "staging")

    assert (ran.code, ran.err) == (0, "")
    assert {method for method, *_ in deployment.asked} == {"GET"}
    assert all(headers["x-gateway-key"] == GATEWAY_KEY for *_, headers in deployment.asked)


def test_recorded_traffic_shows_drift_where_nothing_is_published(deployment: Scripted, tmp_path: Path) -> None:
    target(tmp_path, deployment.origin)
    answer = example("getInvoice", "200")
    entries = [entry(answer=answer, origin=deployment.origin)] * 3
    entries += [entry(answer={**answer, "status": 99}, origin=deployment.origin)]
    write(tmp_path, *entries)
    ran = drift(tmp_path, "--target", "staging", "--har", "traffic.har", "--format", "json")

    found = items(ran)["drift-undocumented-value"]
    assert ran.code == 1
    assert found["severity"] == "error"
    assert "1 of 4 times (25 %)" in found["says"]
    assert f"first: GET {INVOICE} → 200, /status: 99 (traffic.har, entry 4)" in found["says"]
    assert found["new"]["pointer"].endswith("InvoiceStatus/enum")


def test_what_is_shown_of_recordings_has_no_secrets(tmp_path: Path) -> None:
    token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl"
    answer = {**example("getInvoice", "200"), "cardNumber": "4111111111111111", "apiToken": token}
    path = f"{INVOICE}?access_token={token}&password=opensesame"
    file = write(
        tmp_path,
        entry(path=path, answer=answer, headers={"Set-Cookie": "session=opensesame", "X-Api-Key": "opensesame"}),
    )
    report = examine(served(CONTRACTS_FOLDER), None, [read_archive(file)], ("warning",), date(2026, 11, 22))

    assert report.exit_code == 1
    for each in formats():
        text = format_named(each).render(report)
        assert "cardNumber" in text
        for secret in ("4111111111111111", "eyJhbGci", "opensesame"):
            assert secret not in text


def test_recordings_need_no_deployment(tmp_path: Path) -> None:
    write(tmp_path, entry(answer=example("getInvoice", "200"), origin="https://anywhere.example"))
    ran = drift(tmp_path, "--har", "traffic.har")

    assert ran.code == 0, ran.out
    assert "traffic.har: 1 call" in ran.out
    assert "drift-unseen-operation  cancelInvoice" in ran.out


def test_undocumented_members_fail_unless_only_errors_do(tmp_path: Path) -> None:
    write(tmp_path, entry(answer={**example("getInvoice", "200"), "colour": "red"}))

    assert drift(tmp_path, "--har", "traffic.har").code == 1
    assert drift(tmp_path, "--har", "traffic.har", "--fail-on", "error").code == 0


def test_what_is_only_assumed_fails_only_where_that_is_asked_for(tmp_path: Path) -> None:
    body = {"taxPercentage": 101}
    write(tmp_path, entry("POST", "/pay-int-api/invoices", 200, example("createInvoice", "200"), body))

    assert drift(tmp_path, "--har", "traffic.har").code == 0
    assert "the contract only assumes it" in drift(tmp_path, "--har", "traffic.har").out
    assert drift(tmp_path, "--har", "traffic.har", "--strict").code == 1


def test_older_contracts_can_be_judged_by(tmp_path: Path) -> None:
    folder = tmp_path / "older"
    folder.mkdir()
    for name in ("invoices", "invoice_uploads"):
        text = contract_file(name).read_text()
        (folder / f"{name}.yaml").write_text(
            text.replace("enum: [1, 2, 3, 4, 5, 6, 7]", "enum: [1, 2, 3, 4, 5, 6, 7, 99]")
        )
    write(tmp_path, entry(answer={**example("getInvoice", "200"), "status": 99}))

    assert drift(tmp_path, "--har", "traffic.har").code == 1
    assert drift(tmp_path, "--har", "traffic.har", "--contracts", "older").code == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "Name what to judge"),
        (("--target", "staging", "--url", ORIGIN), "One of --target and --url"),
        (("--har", "bad.har"), "bad.har is no HTTP Archive (HAR)"),
        (("--har", "nowhere.har"), "nowhere.har can't be read: No such file or directory"),
        (("--har", "other.har"), "other.har has no call of the APIs"),
        (("--har", "other.har", "--journal"), "--journal needs the mock"),
        (("--har", "other.har", "--contracts", "."), "invoices.yaml is not there"),
        (("--target", "nobody"), "contract-tests.toml has no target 'nobody'"),
        (("--url", "staging"), "is no URL"),
        (("--url", ORIGIN, "--ca-file", "nowhere.pem"), "nowhere.pem is no file"),
    ],
)
def test_wrong_use_ends_with_2_and_one_line(arguments: tuple[str, ...], says: str, tmp_path: Path) -> None:
    target(tmp_path, ORIGIN)
    (tmp_path / "bad.har").write_text("<har/>")
    write(tmp_path, entry(path="/elsewhere"), name="other.har")
    ran = drift(tmp_path, *arguments)

    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err
    assert ran.err.count("\n") == 1


def test_a_deployment_with_neither_document_nor_traffic_can_not_be_judged(deployment: Scripted, tmp_path: Path) -> None:
    target(tmp_path, deployment.origin)
    ran = drift(tmp_path, "--target", "staging")

    assert ran.code == 2
    assert "staging publishes no OpenAPI document that can be compared: record traffic" in ran.err


def test_only_a_mock_has_a_journal(deployment: Scripted, tmp_path: Path) -> None:
    target(tmp_path, deployment.origin)
    ran = drift(tmp_path, "--target", "staging", "--journal")

    assert ran.code == 2
    assert "staging is no mock, so it has no journal" in ran.err


@pytest.mark.parametrize(
    "reply", [Reply(0), Reply(200, b"<h1>Welcome</h1>", {"Content-Type": "text/html"}), Reply(503)]
)
def test_a_target_that_is_not_there_ends_with_3(reply: Reply, tmp_path: Path) -> None:
    with scripted(reply) as server:
        target(tmp_path, server.origin)
        ran = drift(tmp_path, "--target", "staging")

    assert (ran.code, ran.out) == (3, "")
    assert ran.err.count("\n") == 1
    assert GATEWAY_KEY not in ran.err
