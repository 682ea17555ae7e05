"""Every test has a mock of its own, however many there are and however they are run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.plugin.runs import run

TESTS = 200
CROWD = f"""
import json
import urllib.request

import pytest

HARBOR = "6ebdfc37-cbfa-40c9-8955-a7e6bd7a3816"

def invoices(mock):
    request = urllib.request.Request(mock.url + "/pay-int-api/invoices?pageSize=100", headers=mock.bearer())
    with urllib.request.urlopen(request) as answer:
        return {{each["id"] for each in json.load(answer)["items"]}}

@pytest.mark.parametrize("number", range({TESTS}))
def test_sees_its_own_alone(invoice_mock, say, number):
    assert invoices(invoice_mock) == set()
    mine = {{invoice_mock.place_invoice(merchant=HARBOR)["id"] for _ in range(1 + number % 3)}}
    assert invoices(invoice_mock) == mine
    say(invoice_mock.name)
"""


@pytest.mark.parametrize("arguments", [(), ("-n", "2")], ids=["alone", "two workers"])
def test_two_hundred_tests_in_two_hundred_namespaces_never_see_each_other(
    arguments: Sequence[str], tmp_path: Path
) -> None:
    found = run(tmp_path, CROWD, "--invoice-mock-seed", "none", *arguments)

    assert found.outcomes == {"passed": TESTS}, found.output
    assert len(set(found.said)) == TESTS


NEIGHBOURS = """
import json
import urllib.request

import pytest

from mock_server.testing import InvoiceMock

HARBOR = "6ebdfc37-cbfa-40c9-8955-a7e6bd7a3816"

@pytest.fixture
def other(invoice_mock_server):
    mock = InvoiceMock(invoice_mock_server, "other", "other")
    yield mock
    mock.close()

def total(url, headers):
    with urllib.request.urlopen(urllib.request.Request(url + "/pay-int-api/invoices", headers=headers)) as answer:
        return json.load(answer)["total"]

def test_two_at_once(invoice_mock, other):
    before = total(other.url, other.bearer())
    invoice_mock.place_invoice(merchant=HARBOR)
    invoice_mock.clock.freeze("2031-01-01T00:00:00Z")
    invoice_mock.faults.add(status=503, match={"operations": "submitInvoice"})

    assert total(invoice_mock.url, invoice_mock.bearer()) == before + 1
    assert total(other.url, other.bearer()) == before
    assert other.clock.now.year != 2031
    assert other.faults.list() == []

def test_the_url_leads_there_without_a_claim_in_the_token(invoice_mock):
    before = total(invoice_mock.url, invoice_mock.bearer(mock_namespace=None))
    invoice_mock.place_invoice(merchant=HARBOR)
    assert total(invoice_mock.url, invoice_mock.bearer(mock_namespace=None)) == before + 1

def test_the_headers_lead_there_at_the_shared_origin(invoice_mock, invoice_mock_server):
    plain = invoice_mock.bearer(mock_namespace=None)
    before = total(invoice_mock_server.url, plain)
    invoice_mock.place_invoice(merchant=HARBOR)
    assert total(invoice_mock_server.url, {**plain, **invoice_mock.headers}) == before + 1
    assert total(invoice_mock_server.url, plain) == before

def test_the_token_leads_there_at_the_shared_origin(invoice_mock, invoice_mock_server):
    before = total(invoice_mock_server.url, invoice_mock.bearer())
    invoice_mock.place_invoice(merchant=HARBOR)
    assert total(invoice_mock_server.url, invoice_mock.bearer()) == before + 1

def test_one_mock_s_token_does_not_work_at_another_one_s_url(invoice_mock, other):
    with pytest.raises(urllib.error.HTTPError) as caught:
        total(other.url, invoice_mock.bearer())
    assert caught.value.code == 400
    assert caught.value.headers["X-Mock-Rule"] == "CTL-NAMESPACE-ONE"
    caught.value.close()
"""


def test_mocks_that_live_at_the_same_time_do_not_see_each_other(tmp_path: Path) -> None:
    found = run(tmp_path, NEIGHBOURS)

    assert found.outcomes == {"passed": 5}, found.output


AFTERWARDS = """
import socket
import urllib.request
from urllib.parse import urlsplit

import pytest

left = []

def test_first(invoice_mock, invoice_mock_server):
    left.append((invoice_mock.name, invoice_mock.url))
    assert invoice_mock.name in [each.name for each in invoice_mock_server.server.namespaces.list()]

def test_nothing_is_left_of_the_first(invoice_mock, invoice_mock_server):
    [(name, url)] = left
    assert name not in [each.name for each in invoice_mock_server.server.namespaces.list()]
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((urlsplit(url).hostname, urlsplit(url).port)).close()
"""


def test_a_mock_is_gone_when_its_test_has_ended(tmp_path: Path) -> None:
    found = run(tmp_path, AFTERWARDS)

    assert found.outcomes == {"passed": 2}, found.output
