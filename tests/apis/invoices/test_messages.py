"""Telling a customer of an invoice by SMS: to which numbers, and with whose consent."""

from __future__ import annotations

import pytest

from tests.apis.invoices.steps import accepted, events, refused
from tests.mock import Invoices

SMS_NUMBERS = {"+1 (555) 010-0199": "0199", "1234567": "567", "+49 30 12345678901": "8901", None: "0199"}


@pytest.mark.parametrize("number", SMS_NUMBERS)
def test_a_message_is_noted_with_the_end_of_the_number_it_went_to(number: str | None, invoices: Invoices) -> None:
    invoice_id = invoices.in_status("Published")

    accepted(invoices.ask("sendInvoiceSms", invoice_id, phoneNumber=number))

    last = invoices.get(invoice_id)["history"][-1]
    assert (last["event"], last["status"], last["note"]) == ("smsSent", 2, f"Number ending in {SMS_NUMBERS[number]}")


@pytest.mark.parametrize("number", ["123456", "1234567890123456", "call me", "+", "١٢٣٤٥٦٧٨"])
def test_no_message_goes_to_what_is_no_number(number: str, invoices: Invoices) -> None:
    invoice_id = invoices.in_status("Published")
    before = invoices.get(invoice_id)

    body = refused(invoices.ask("sendInvoiceSms", invoice_id, phoneNumber=number), "INV-SMS-PHONE")

    assert set(body["errors"]) == {"PhoneNumber"}
    assert invoices.get(invoice_id) == before


def test_no_message_goes_to_a_customer_without_a_number(invoices: Invoices) -> None:
    for customer in ({}, {"firstName": "Ada"}, {"firstName": "Ada", "mobileNumber": "none"}):
        invoice_id = invoices.in_status("Published", customer=customer)
        refused(invoices.act("sendInvoiceSms", invoice_id), "INV-SMS-PHONE")
        assert events(invoices.get(invoice_id)) == ["created", "published"]


@pytest.mark.parametrize("consent", [{"customerConsent": False}, {}])
def test_no_message_goes_to_a_customer_who_has_not_consented(consent: dict[str, bool], invoices: Invoices) -> None:
    invoice_id = invoices.in_status("Published")

    answer = invoices.call("POST", f"/invoices/{invoice_id}/send-published-sms-notification", consent)

    assert set(refused(answer, "INV-SMS-CONSENT")["errors"]) == {"CustomerConsent"}
    assert events(invoices.get(invoice_id)) == ["created", "published"]
