"""What is sent to a real deployment: marked as the run's, to nobody's address, and wrong where it is meant to be."""

from __future__ import annotations

from typing import Any

import pytest

from contract_tests.harmless import harmless

TAG = "contract-tests-0815"


@pytest.mark.parametrize("operation_id", ["createInvoice", "updateInvoice", "publishInvoice"])
def test_invoices_carry_the_tag_and_addresses_that_nobody_has(operation_id: str) -> None:
    body = {"customer": {"email": "jose@cafe.example", "mobileNumber": "+15035550111", "lastName": "N"}}
    made = harmless(operation_id, body, TAG)

    assert made["additionalNotes"] == TAG
    assert made["customer"] == {"email": "nobody@example.com", "mobileNumber": "+1 555 010 0199", "lastName": "N"}
    assert body["customer"]["email"] == "jose@cafe.example"


@pytest.mark.parametrize("wrong", [17, True, [], {"a": 1}, "nobody", "", None, "a b@c.example"])
def test_what_is_no_address_stays_as_it_is(wrong: Any) -> None:
    assert harmless("createInvoice", {"customer": {"email": wrong}}, TAG)["customer"]["email"] == wrong
    assert harmless("submitInvoiceAch", {"email": wrong}, TAG) == {"email": wrong}


@pytest.mark.parametrize("wrong", [17, [], None])
def test_what_is_no_number_stays_as_it_is(wrong: Any) -> None:
    assert harmless("sendInvoiceSms", {"phoneNumber": wrong}, TAG) == {"phoneNumber": wrong}


@pytest.mark.parametrize("notes", [17, ["a"]])
def test_notes_that_are_none_stay_wrong(notes: Any) -> None:
    assert harmless("createInvoice", {"additionalNotes": notes}, TAG)["additionalNotes"] == notes


@pytest.mark.parametrize("length", [1, 19, 20, 100, 254, 255])
def test_file_names_carry_the_tag_and_are_no_longer_than_may_be(length: int) -> None:
    name = harmless("presignUpload", {"filename": "n" * length}, TAG)["filename"]

    assert name.startswith(TAG)
    assert len(name) <= 255
    assert len(name) >= length


@pytest.mark.parametrize("wrong", ["", "n" * 256, 17, None])
def test_file_names_that_are_none_stay_wrong(wrong: Any) -> None:
    assert harmless("presignUpload", {"filename": wrong, "size": 1}, TAG) == {"filename": wrong, "size": 1}


@pytest.mark.parametrize("body", [None, [], "text", 1])
def test_what_is_no_object_stays_as_it_is(body: Any) -> None:
    assert harmless("createInvoice", body, TAG) == body


def test_other_operations_are_asked_as_they_are() -> None:
    assert harmless("confirmUpload", {"sha256": "a", "email": "a@b.example"}, TAG) == {
        "sha256": "a",
        "email": "a@b.example",
    }
