"""The demo seed: something in every status, the same each time; and seeds that can't be are told in one line."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from mock_server import wiring
from mock_server.core.errors import SetupError
from mock_server.fixtures import seed_data
from tests.apis.invoices.steps import LIFECYCLE, accepted, events, everything, exact
from tests.mock import HARBOR, LUMEN, Invoices, Mock

DRAFT = "668a2803-2e9f-4aab-ad6e-c230d1b5f4d8"
PUBLISHED = "5bb554a7-0224-4bbe-a58d-e8fc6d0ac51b"
Seed = dict[str, Any]


@pytest.fixture(scope="module")
def demo() -> Iterator[Mock]:
    """A mock with the demo seed; tests may read it only."""
    with Mock.running() as mock:
        yield mock


def bodies(mock: Mock) -> list[str]:
    """Everything there is to read, as texts."""
    texts = []
    for merchant in (HARBOR, LUMEN):
        call = mock.caller("invoices", merchant)
        page = call("GET", "/invoices?pageSize=100")
        texts.append(page.text)
        for each in page.json()["items"]:
            texts.extend(call("GET", f"/invoices/{each['id']}{more}").text for more in ("", "/calculations"))
    return texts


def test_the_first_merchant_has_two_invoices_in_every_status(demo: Mock) -> None:
    listed = everything(Invoices(demo, HARBOR))[0]["items"]

    counts = Counter(each["status"] for each in listed)

    assert set(counts) == set(LIFECYCLE.states.values())
    assert min(counts.values()) >= 2


def test_the_second_merchant_has_invoices_of_its_own(demo: Mock) -> None:
    first, second = ({each["id"] for each in everything(Invoices(demo, who))[0]["items"]} for who in (HARBOR, LUMEN))

    assert len(second) >= 3
    assert first.isdisjoint(second)


def test_every_seeded_invoice_is_one_that_calls_could_have_made(demo: Mock) -> None:
    labels = {number: label for label, number in LIFECYCLE.states.items()}
    for merchant in (HARBOR, LUMEN):
        for invoice in everything(Invoices(demo, merchant))[1:]:
            times = [each["dateTime"] for each in invoice["history"]]
            assert times == sorted(times)
            assert events(invoice)[0] == "created"
            assert invoice["history"][-1]["status"] == invoice["status"]
            assert (invoice["number"] is None) == (labels[invoice["status"]] == "Draft")
            assert invoice["number"] is None or (invoice["lineItems"] and invoice["totalAmount"] > 0)
            assert (invoice["paymentDate"] is not None) == (labels[invoice["status"]] in {"Paid", "Refunded"})


def test_there_are_a_decline_a_returned_payment_and_a_past_due_invoice(demo: Mock) -> None:
    invoices = everything(Invoices(demo, HARBOR))[1:]
    happened = {event for invoice in invoices for event in events(invoice)}

    assert {"cardPaymentDeclined", "achPaymentReturned", "achPaymentSettled", "refunded", "expired"} <= happened
    assert any(each["status"] == 2 and (each["dueDate"] or "9") < "2026-11-02" for each in invoices)


def test_a_seeded_invoice_goes_on_like_any_other(own_mock: Mock) -> None:
    invoices = Invoices(own_mock, HARBOR)

    accepted(invoices.act("publishInvoice", DRAFT))
    assert accepted(invoices.act("submitInvoice", DRAFT))["success"]

    assert events(invoices.get(DRAFT)) == ["created", "published", "cardPaymentApproved"]


def test_the_same_seed_gives_the_same_answers_each_time(demo: Mock, own_mock: Mock) -> None:
    assert bodies(own_mock) == bodies(demo)


def test_a_seed_is_the_same_in_a_file_that_is_opened_again(demo: Mock, tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'state.db'}"
    with Mock.running(state=address) as first:
        invoice_id = Invoices(first, HARBOR).create(additionalNotes="kept")

    with Mock.running(state=address) as again:
        kept = Invoices(again, HARBOR)
        assert kept.get(invoice_id)["additionalNotes"] == "kept"
        accepted(kept.act("deleteInvoice", invoice_id))
        assert bodies(again) == bodies(demo)


def test_an_empty_seed_has_processors_and_nothing_to_pay() -> None:
    body = {"lineItems": [{"unitPrice": 200}], "cardPaymentProcessorId": "04650d97-03bd-4070-9c56-275cd21b885b"}

    with Mock.running(seed="empty") as mock:
        harbor = Invoices(mock, HARBOR)
        assert everything(harbor) == [{"items": [], "total": 0}]
        invoice_id = accepted(harbor.call("POST", "/invoices", body))["id"]
        assert exact(harbor.call("GET", f"/invoices/{invoice_id}"))["totalAmount"] == 206


# Seeds that can't be


def with_draft(**changes: Any) -> Callable[[Seed], None]:
    """A fault: the draft has these members."""
    return lambda seed: invoice_of(seed, DRAFT).update(changes)


def with_terms(**changes: Any) -> Callable[[Seed], None]:
    """A fault: the published invoice's body has these members."""
    return lambda seed: invoice_of(seed, PUBLISHED)["body"].update(changes)


def invoice_of(seed: Seed, invoice_id: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in seed["invoices"] if each["id"] == invoice_id)
    return found


def event(name: str, **more: Any) -> dict[str, Any]:
    return {"at": "2026-10-20T09:00:00Z", "event": name, **more}


UNKNOWN = "00000000-0000-4000-8000-000000000000"
FAULTS: dict[str, Callable[[Seed], None]] = {
    "a draft that is canceled": with_draft(events=[event("cancel")]),
    "an invoice that is published twice": with_draft(events=[event("publish"), event("publish")]),
    "a canceled invoice that is refunded": with_draft(events=[event("publish"), event("cancel"), event("refund")]),
    "an event nobody knows": with_draft(events=[event("implode")]),
    "an event without a time": with_draft(events=[{"event": "publish"}]),
    "an invoice without an id": lambda seed: invoice_of(seed, DRAFT).pop("id"),
    "an id that is used twice": with_draft(id=PUBLISHED),
    "a customer nobody has": with_terms(customerId=UNKNOWN),
    "a card processor for bank debits": with_terms(cardPaymentProcessorId="93c53bc0-9b8e-4d2d-9aa3-415f945d84b9"),
    "a due date that is none": with_terms(dueDate="2026-02-30"),
    "a tax that is no number": with_terms(taxPercentage="much"),
    "a tax of more than everything": with_terms(taxPercentage=101),
    "a negative price": with_terms(lineItems=[{"unitPrice": -1}, {"unitPrice": 2}]),
    "a published invoice without lines": with_terms(lineItems=[]),
    "a published invoice over nothing": with_terms(lineItems=[{"unitPrice": 0}], shippingAmount=None),
    "more than an invoice can amount to": with_terms(shippingAmount=999999999.99),
    "a surcharge that is no number": lambda seed: seed["processors"][0].update(surchargePercentage="some"),
    "invoices that are no list": lambda seed: seed.update(invoices=7),
    "an invoice that is no mapping": lambda seed: seed["invoices"].append("one more"),
}


@pytest.fixture(scope="module")
def demo_seed() -> Iterator[Seed]:
    """The demo seed with two of its invoices, on servers that read their contracts once: many are started."""
    seed = seed_data("demo")
    seed["invoices"] = [each for each in seed["invoices"] if each["id"] in {DRAFT, PUBLISHED}]
    contracts = {group.name: wiring.contract_of(group) for group in wiring.groups()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wiring, "contract_of", lambda group: contracts[group.name])
        yield seed


def start_with(seed: Any, folder: Path) -> None:
    file = folder / "seed.yaml"
    file.write_text(seed if isinstance(seed, str) else yaml.safe_dump(seed, allow_unicode=True), "utf-8")
    Mock.start(seed=str(file)).stop()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_seed_that_cannot_be_is_refused_in_one_line(fault: str, demo_seed: Seed, tmp_path: Path) -> None:
    seed = copy.deepcopy(demo_seed)
    FAULTS[fault](seed)

    with pytest.raises(SetupError) as caught:
        start_with(seed, tmp_path)

    assert len(str(caught.value).splitlines()) == 1
    assert "seed.yaml" in str(caught.value)


@pytest.mark.parametrize("text", ["- one\n- two\n", "invoices: [\n", "", "a: &x [*x]\n"])
def test_a_file_that_is_no_seed_is_refused_in_one_line(text: str, demo_seed: Seed, tmp_path: Path) -> None:
    with pytest.raises(SetupError) as caught:
        start_with(text, tmp_path)

    assert len(str(caught.value).splitlines()) == 1


def test_a_seed_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(SetupError, match=r"there is no seed 'nowhere'.*demo, empty, none"):
        Mock.start(seed="nowhere")


def test_what_is_left_of_the_demo_seed_without_a_fault_is_taken(demo_seed: Seed, tmp_path: Path) -> None:
    start_with(demo_seed, tmp_path)
