"""The steps of lifecycles, as they are read from the traffic."""

from __future__ import annotations

import pytest

from contract_tests.exchange import Exchange
from contract_tests.walking import Walk
from openapi import ABSENT
from tests.contract_tests.reports.exchanges import CONTRACTS, HOST, exchange

STATES = CONTRACTS["invoices"].lifecycles["invoice"].states
SIGNED = f"{HOST}/bucket/key?X-Amz-Signature=abc"


def walked(*exchanges: Exchange) -> set[tuple[str, str, str]]:
    """Action, source and target of every step."""
    walk = Walk(CONTRACTS)
    for each in exchanges:
        walk.see(each)
    return {step[1:] for step in walk.taken}


def created(record: str = "i1") -> Exchange:
    return exchange("createInvoice", "/invoices", {"lineItems": []}, answer={"id": record})


def published(record: str = "i1") -> Exchange:
    return exchange("publishInvoice", "/invoices/publish", {"id": record}, answer={"id": record})


def acted(operation_id: str, record: str = "i1", status: int = 200) -> Exchange:
    path = CONTRACTS["invoices"].operations[operation_id].path.replace("{invoiceId}", record).replace("{id}", record)
    return exchange(operation_id, path, status=status)


def shown(state: str, record: str = "i1") -> Exchange:
    return exchange("getInvoice", f"/invoices/{record}", answer={"id": record, "status": STATES[state]})


def presigned() -> Exchange:
    return exchange("presignUpload", "/invoice-uploads/presign", {}, answer={"uploadId": "u1", "url": SIGNED})


def put(status: int = 200) -> Exchange:
    return exchange("", method="PUT", url=SIGNED, status=status)


def upload(operation_id: str, status: int = 200) -> Exchange:
    path = CONTRACTS["invoice_uploads"].operations[operation_id].path
    return exchange(operation_id, path.replace("{uploadId}", "u1").replace("{paymentRequestId}", "p"), status=status)


def test_calls_lead_from_state_to_state() -> None:
    assert walked(created(), published(), acted("cancelInvoice")) == {
        ("createInvoice", ABSENT, "Draft"),
        ("publishInvoice", "Draft", "Published"),
        ("cancelInvoice", "Published", "Canceled"),
    }


def test_publishing_at_once_makes_an_invoice() -> None:
    at_once = exchange("publishInvoice", "/invoices/publish", {"lineItems": []}, answer={"id": "i1"})
    assert walked(at_once) == {("publishInvoice", ABSENT, "Published")}


def test_what_is_refused_is_no_step() -> None:
    assert walked(created(), acted("cancelInvoice", status=400)) == {("createInvoice", ABSENT, "Draft")}


@pytest.mark.parametrize(("state", "target"), [("Paid", "Paid"), ("Published", "Published")])
def test_where_a_step_has_several_ends_the_next_answer_tells_which(state: str, target: str) -> None:
    taken = walked(created(), published(), acted("submitInvoice"), shown(state))
    assert ("submitInvoice", "Published", target) in taken
    assert sum(action == "submitInvoice" for action, _, _ in taken) == 1


def test_an_event_that_a_mock_lets_happen_is_a_step() -> None:
    event = exchange("", url=f"{HOST}/_mock/invoices/i1/events", method="POST", body={"event": "expire"})
    assert ("expire", "Published", "Expired") in walked(created(), published(), event)


def test_what_happened_by_itself_is_the_event_that_leads_there() -> None:
    taken = walked(created(), published(), acted("submitInvoiceAch"), shown("Paid"))
    assert ("settle", "ProcessingPayment", "Paid") in taken


def test_a_deleted_record_is_gone() -> None:
    assert ("deleteInvoice", "Draft", ABSENT) in walked(created(), acted("deleteInvoice"))


def test_records_are_kept_apart() -> None:
    taken = walked(created("i1"), created("i2"), published("i1"), acted("deleteInvoice", "i2"))
    assert ("deleteInvoice", "Published", ABSENT) not in taken
    assert ("deleteInvoice", "Draft", ABSENT) in taken


def test_what_no_table_allows_is_no_step() -> None:
    assert walked(created(), acted("markInvoiceAsPaid")) == {("createInvoice", ABSENT, "Draft")}


def test_presigned_urls_are_steps_of_their_upload() -> None:
    assert walked(presigned(), put(), put(), upload("confirmUpload"), upload("attachUpload")) == {
        ("presignUpload", ABSENT, "presigned"),
        ("put", "presigned", "stored"),
        ("put", "stored", "stored"),
        ("confirmUpload", "stored", "confirmed"),
        ("attachUpload", "confirmed", "attached"),
    }


def test_a_refused_put_stores_nothing() -> None:
    assert ("put", "presigned", "stored") not in walked(presigned(), put(403))


def test_what_is_possible_only_after_an_event_shows_the_event() -> None:
    taken = walked(presigned(), put(), upload("confirmUpload"), upload("attachUpload"), upload("deleteUpload"))
    assert ("replace", "attached", "confirmed") in taken
    assert ("deleteUpload", "confirmed", ABSENT) in taken


def test_an_upload_that_is_gone_has_lapsed() -> None:
    assert ("lapse", "presigned", ABSENT) in walked(presigned(), upload("confirmUpload", status=404))
