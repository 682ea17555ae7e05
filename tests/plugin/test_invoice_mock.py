"""What the fixture gives a test, seen from a project that uses it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.plugin.runs import run

NAMES = """
import pytest

@pytest.mark.parametrize("card", ["visa", "X" * 90, "grün/ß"])
def test_Pays_with(invoice_mock, say, card):
    say(invoice_mock.name)
"""


def test_a_mock_is_called_like_its_test_in_letters_that_a_host_name_can_have(tmp_path: Path) -> None:
    names = run(tmp_path, NAMES).said

    assert len(names) == 3
    assert all(name.startswith("test-pays-with-") and len(name) <= 63 for name in names)
    assert any(name.startswith("test-pays-with-visa-") for name in names)


def test_a_mock_of_a_worker_is_called_like_the_worker_too(tmp_path: Path) -> None:
    names = run(tmp_path, NAMES, "-n", "1").said

    assert len(names) == 3
    assert all("-gw0-" in name for name in names)


IDS = """
import pytest

@pytest.mark.parametrize("number", [1, 2])
def test_ids(invoice_mock, say, number):
    say(f"{number} {invoice_mock.place_invoice()['id']}")
"""


def test_ids_are_the_same_in_every_run_and_others_in_every_test(tmp_path: Path) -> None:
    first, second = run(tmp_path, IDS).said, run(tmp_path, IDS, "-n", "1").said

    assert len(first) == 2
    assert first == second
    assert first[0].split()[1] != first[1].split()[1]


STEERING = """
import json
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest

def asked(mock, path, headers=None, method="GET"):
    request = urllib.request.Request(mock.url + path, headers=headers or mock.bearer(), method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)

def test_the_clock_runs_with_the_machine_s_until_it_is_told_otherwise(invoice_mock):
    clock = invoice_mock.clock
    assert abs(clock.now - datetime.now(UTC)) < timedelta(minutes=1)
    assert clock.freeze("2030-01-31T08:00:00Z") == clock.now == datetime(2030, 1, 31, 8, tzinfo=UTC)
    assert clock.advance(days=1, milliseconds=250) == clock.now == datetime(2030, 2, 1, 8, 0, 0, 250000, UTC)
    assert clock.advance(timedelta(hours=2)).hour == 10
    assert clock.set(datetime(2030, 1, 1, tzinfo=UTC), backwards=True) == clock.now
    assert clock.run() >= datetime(2030, 1, 1, tzinfo=UTC)
    assert clock.run("2040-01-01T00:00:00Z").year == 2040

def test_a_test_may_begin_in_the_past(invoice_mock):
    assert invoice_mock.clock.freeze("2020-02-29T12:00:00Z") == datetime(2020, 2, 29, 12, tzinfo=UTC)
    assert invoice_mock.clock.run("2019-01-01T00:00:00Z").year == 2019
    assert asked(invoice_mock, "/pay-int-api/invoices")[0] == 200

def test_the_clock_does_not_go_back_by_itself(invoice_mock):
    with pytest.raises(Exception, match="go back"):
        invoice_mock.clock.set("2001-01-01T00:00:00Z")

def test_faults_make_calls_fail_until_they_are_cleared(invoice_mock):
    fault = invoice_mock.faults.add("listInvoices", status=503, body={"broken": True})
    assert asked(invoice_mock, "/pay-int-api/invoices")[0] == 503
    assert [(each["id"], each["applied"]) for each in invoice_mock.faults.list()] == [(fault, 1)]
    invoice_mock.faults.remove(fault)
    assert asked(invoice_mock, "/pay-int-api/invoices")[0] == 200
    invoice_mock.faults.add(status=500)
    invoice_mock.faults.clear()
    assert asked(invoice_mock, "/pay-int-api/invoices")[0] == 200

def test_a_snapshot_can_be_restored_and_everything_be_reset(invoice_mock):
    begin = asked(invoice_mock, "/pay-int-api/invoices")[1]["total"]
    invoice_mock.place_invoice()
    invoice_mock.snapshot("one")
    invoice_mock.snapshot("one")
    invoice_mock.place_invoice()
    invoice_mock.restore("one")
    assert asked(invoice_mock, "/pay-int-api/invoices")[1]["total"] == begin + 1
    invoice_mock.reset()
    assert asked(invoice_mock, "/pay-int-api/invoices")[1]["total"] == begin

def test_records_are_placed_that_no_operation_makes(invoice_mock):
    placed = invoice_mock.place_invoice("ProcessingPayment", invoice={"lineItems": [
        {"name": "Rope", "quantity": 2, "unitPrice": 9.99}]})
    assert (placed["status"], placed["totalAmount"]) == ("ProcessingPayment", 19.98)
    assert invoice_mock.let_happen("settle", placed["id"])["status"] == "Paid"
    assert asked(invoice_mock, f"/pay-int-api/invoices/{placed['id']}")[0] == 200
    request = invoice_mock.make_payment_request(description="Two ropes")
    assert (request["description"], len(request["id"])) == ("Two ropes", 36)

@pytest.mark.parametrize(("changes", "status"), [
    ({}, 200), ({"lifetime": timedelta(seconds=-60)}, 401), ({"permissions": []}, 403), ({"aud": "others"}, 401),
])
def test_tokens_work_or_fail_as_a_test_needs(invoice_mock, changes, status):
    assert asked(invoice_mock, "/pay-int-api/invoices", invoice_mock.bearer(**changes))[0] == status

def test_tokens_take_no_ids_away(invoice_mock):
    first = invoice_mock.place_invoice()["id"]
    invoice_mock.reset()
    invoice_mock.token()
    assert invoice_mock.place_invoice()["id"] == first

def test_tokens_are_good_on_the_mock_s_clock(invoice_mock):
    invoice_mock.clock.freeze("2035-05-05T05:05:05Z")
    assert asked(invoice_mock, "/pay-int-api/invoices")[0] == 200

def test_the_journal_tells_what_was_asked(invoice_mock):
    invoice_mock.journal.assert_never_asked()
    assert asked(invoice_mock, "/pay-int-api/invoices?page=1")[0] == 200
    assert asked(invoice_mock, "/pay-int-api/invoices/00000000-0000-0000-0000-000000000001")[0] == 404
    journal = invoice_mock.journal
    listed, missed = journal.find()
    assert [each["operation"] for each in journal.find(status="4xx")] == ["getInvoice"]
    assert journal.exchange(listed["id"])["request"]["headers"]
    assert journal.assert_asked(operation="listInvoices", exactly=1) == [listed["id"]]
    assert journal.assert_asked(at_least=1, at_most=2) == [listed["id"], missed["id"]]
    assert journal.assert_sequence({"operation": "listInvoices"}, {"status": 404}, strict=True)
    with pytest.raises(AssertionError, match="expected exactly 2 of operation listInvoices; found 1"):
        journal.assert_asked(2, operation="listInvoices")
    with pytest.raises(AssertionError, match="found 1"):
        journal.assert_never_asked(status=404)
    with pytest.raises(AssertionError, match="step 2"):
        journal.assert_sequence({"status": 404}, {"operation": "listInvoices"})
    asked(invoice_mock, "/pay-int-api/invoices")
    assert len(journal.assert_sequence({"status": 200}, {"status": 200})) == 2
    with pytest.raises(AssertionError, match="step 2"):
        journal.assert_sequence({"status": 200}, {"status": 200}, strict=True)
    journal.clear()
    assert journal.find() == []

def test_the_outbox_has_what_went_out(invoice_mock):
    assert invoice_mock.outbox.find() == []
    placed = invoice_mock.place_invoice("Paid")
    [paid] = invoice_mock.outbox.find(type="invoice.paid", invoiceId=placed["id"])
    assert invoice_mock.outbox.message(paid["id"])["id"] == paid["id"]
    assert invoice_mock.outbox.find(type="invoice.paid", state="failed") == []
    invoice_mock.outbox.clear()
    assert invoice_mock.outbox.find() == []

def test_tokens_are_for_the_other_group_too(invoice_mock):
    status, body = asked(invoice_mock, "/api/v1/invoice-upload/00000000-0000-0000-0000-000000000000/preview-url",
                         invoice_mock.bearer("invoice-uploads"))
    assert status == 404, body
"""


def test_a_test_has_all_it_steers_its_mock_with(tmp_path: Path) -> None:
    found = run(tmp_path, STEERING)

    assert set(found.outcomes) == {"passed"}, found.output


FAILING = """
import urllib.error
import urllib.request

import pytest

def test_fails(invoice_mock):
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(urllib.request.Request(
            invoice_mock.url + "/pay-int-api/invoices?page=0", headers=invoice_mock.bearer()))
    caught.value.close()
    assert False

def test_passes(invoice_mock):
    pass
"""


def test_a_test_that_fails_shows_what_its_mock_was_asked(tmp_path: Path) -> None:
    output = run(tmp_path, FAILING).output

    assert output.count("What the invoice mock test-") == 1
    assert "\nGET /pay-int-api/invoices?page=0 400 INV-PARAMETER\n" in output


SEEDS = """
def test_seed(invoice_mock, invoice_mock_server, say):
    say(invoice_mock_server.server.namespaces.find(invoice_mock.name).state.seed)
"""


@pytest.mark.parametrize(
    ("arguments", "ini", "seed"),
    [
        ((), "", "demo"),
        ((), "invoice_mock_seed = empty", "empty"),
        (("--invoice-mock-seed", "none"), "invoice_mock_seed = empty", "none"),
    ],
)
def test_the_seed_is_told_by_the_command_line_or_else_the_ini_file(
    arguments: tuple[str, ...], ini: str, seed: str, tmp_path: Path
) -> None:
    assert run(tmp_path, SEEDS, *arguments, ini=ini).said == [seed]


def test_a_seed_that_is_none_fails_the_tests_in_one_line(tmp_path: Path) -> None:
    found = run(tmp_path, SEEDS, "--invoice-mock-seed", "nothing-of-this-name")

    assert found.outcomes.keys() & {"error", "errors"}, found.output
    assert "nothing-of-this-name" in found.output


def test_the_plugin_imports_nothing_but_itself() -> None:
    program = (
        "import sys, pytest\n"
        "before = set(sys.modules)\n"
        "import mock_server.pytest_plugin\n"
        "print(sorted(each for each in set(sys.modules) - before))"
    )

    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert run.stdout.strip() == "['mock_server', 'mock_server.pytest_plugin']"


LIGHT = """
import sys

def test_without_a_mock():
    assert not {"connexion", "sqlalchemy", "flask", "yaml", "uvicorn"} & set(sys.modules)
"""


def test_a_run_without_mocks_pays_for_none(tmp_path: Path) -> None:
    found = run(tmp_path, LIGHT, "-p", "no:schemathesis")

    assert found.outcomes == {"passed": 1}, found.output
