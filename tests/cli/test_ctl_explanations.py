"""`mock-server ctl rules`, `lifecycles`, `coverage` and `explain`: what they ask, and how it reads."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Client, Response

from tests.cli.fake import Fake
from tests.mock import BODY
from tests.process import MOCK_SERVER, serving, token
from tests.worlds import new_name


def ctl(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [MOCK_SERVER, "ctl", "--url", url, *arguments], capture_output=True, text=True, timeout=30, env={}
    )


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A mock in a process of its own, which all tests here share; each has a namespace of its own."""
    with serving(tmp_path_factory.mktemp("mock")) as found:
        yield found


class Shop:
    """A namespace of a running mock, and the command for it."""

    def __init__(self, url: str, name: str) -> None:
        self.url = url
        self.name = name
        headers = {"Authorization": f"Bearer {token('invoices')}", "X-Mock-Namespace": name}
        self._client = Client(base_url=f"{url}/pay-int-api", headers=headers)

    def call(self, method: str, path: str, body: Any = None) -> Response:
        return self._client.request(method, path, json=body) if body is not None else self._client.request(method, path)

    def ctl(self, *arguments: str) -> str:
        run = ctl(self.url, "--namespace", self.name, *arguments)
        assert run.returncode == 0, run.stderr
        return run.stdout

    def close(self) -> None:
        self._client.close()


@pytest.fixture
def shop(url: str) -> Iterator[Shop]:
    found = Shop(url, new_name())
    yield found
    found.close()


def test_the_latest_refusal_is_explained_where_none_is_named(shop: Shop) -> None:
    invoice_id = shop.call("POST", "/invoices", BODY).json()["id"]
    refused = shop.call("PUT", f"/invoices/{invoice_id}/cancel")
    shop.call("GET", "/invoices")
    text = shop.ctl("explain")
    assert text.startswith("cancelInvoice was refused with 400 by INV-CANCEL-STATE")
    assert refused.headers["x-request-id"] in text
    assert "publishInvoice (Published)" in text
    assert json.loads(shop.ctl("--json", "explain", refused.headers["x-request-id"]))["status"] == 400
    assert shop.ctl("explain", "latest").startswith("listInvoices was answered with 200.")


def test_an_unknown_exchange_ends_with_1(url: str) -> None:
    run = ctl(url, "explain", "nope")
    assert (run.returncode, run.stdout) == (1, "")
    assert "no exchange nope" in run.stderr


def test_coverage_tells_what_was_exercised_and_what_is_missing(shop: Shop) -> None:
    shop.call("GET", "/invoices")
    totals = shop.ctl("coverage")
    assert "1/13" in totals
    assert "createInvoice" not in totals
    missing = shop.ctl("coverage", "--missing")
    assert "invoices: operations not exercised\n  createInvoice  POST /pay-int-api/invoices" in missing
    assert "\n  listInvoices  GET" not in missing
    assert "listInvoices  400, 401" in missing
    assert "cancelInvoice  invoice Draft  INV-CANCEL-STATE" in missing
    assert "cancelInvoice  invoice Published -> Canceled" in missing
    assert shop.ctl("coverage", "--clear") == "nothing counts as exercised any more\n"
    assert "0/13" in shop.ctl("coverage")


def test_a_rule_can_be_shown_and_rules_can_be_selected(url: str) -> None:
    one = ctl(url, "rules", "INV-CARD-CVV").stdout
    assert "the card's security code has 3 to 4 digits" in one
    assert "400 in the stage rules" in one
    several = ctl(url, "rules", "--group", "invoice-uploads", "--stage", "parameters").stdout
    assert several.splitlines()[0].startswith("UPL-PARAMETER")
    assert several.splitlines()[-1] == "1 rule"
    listed = json.loads(ctl(url, "--json", "rules", "--operation", "cancelInvoice", "--status", "404").stdout)
    assert [each["rule"] for each in listed["rules"]] == ["INV-OWNERSHIP", "INV-NOT-FOUND"]


def test_a_misspelled_rule_is_answered_with_what_is_near(url: str) -> None:
    run = ctl(url, "rules", "INV-CARD-CVX")
    assert run.returncode == 1
    assert "INV-CARD-CVV" in run.stderr


def test_a_lifecycle_reads_state_by_state(shop: Shop) -> None:
    invoice_id = shop.call("POST", "/invoices", BODY).json()["id"]
    shop.call("POST", "/invoices/publish", {"id": invoice_id})
    table = shop.ctl("lifecycles", "invoice", "--walked")
    assert "  * publishInvoice -> Published\n" in table
    assert "    deleteInvoice -> absent\n" in table
    assert "    refund (event) -> Refunded\n" in table
    assert "* walked: " in table
    assert "*" not in shop.ctl("lifecycles", "invoice")
    assert shop.ctl("lifecycles").splitlines()[1].startswith("upload of invoice-uploads: presigned")


def test_a_diagram_is_printed_or_written(url: str, tmp_path: Path) -> None:
    assert ctl(url, "lifecycles", "upload", "--format", "mermaid").stdout.startswith("stateDiagram-v2\n")
    file = tmp_path / "upload.svg"
    run = ctl(url, "lifecycles", "upload", "--format", "svg", "--output", str(file))
    assert (run.returncode, run.stdout) == (0, "")
    assert file.read_text(encoding="utf-8").startswith("<svg ")


@pytest.mark.parametrize(
    "arguments",
    [
        ("rules", "INV-CARD-CVV", "--stage", "rules"),
        ("lifecycles", "--format", "svg"),
        ("lifecycles", "--walked"),
        ("lifecycles", "invoice", "--output", "x.svg"),
        ("lifecycles", "invoice", "--format", "png"),
        ("coverage", "--clear", "--missing"),
    ],
)
def test_what_can_not_be_meant_ends_with_2_and_asks_nothing(fake: Fake, arguments: tuple[str, ...]) -> None:
    run = ctl(fake.url, *arguments)
    assert (run.returncode, run.stdout) == (2, "")
    assert fake.asked == []
