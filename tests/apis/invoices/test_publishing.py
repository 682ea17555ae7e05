"""Publishing: what it sets, what it takes over from the request, and what it asks for."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.apis.invoices.bodies import CONTACT_INFO, DRAFT, LINES, NO_LINES, NO_TOTAL, SET_BY_PUBLISHING, TOTAL
from tests.apis.invoices.steps import (
    accepted,
    events,
    everything,
    publish,
    refused,
    without,
)
from tests.mock import BODY, Invoices, Mock, new_merchant

OTHERS: dict[str, Any] = {
    "dueDate": "2027-01-31T12:00:00Z",
    "cardPaymentProcessorId": "04650d97-03bd-4070-9c56-275cd21b885b",
    "additionalNotes": "as published",
    "shippingAmount": 0,
    "taxPercentage": 0,
    "feesPercentage": 2.5,
    "discountPercentage": 100,
    "merchantContactInfoId": "fdff8864-72cc-49c1-91c9-f951999ace31",
    "customerId": "73e8afad-d7e2-47cc-89dc-fa2a5e1825d2",
    "achAllowFasterProcessing": False,
}


# What it sets


def test_publishing_sets_number_date_token_and_addresses(invoices: Invoices) -> None:
    invoice_id = invoices.create()
    assert [invoices.get(invoice_id)[name] for name in SET_BY_PUBLISHING] == [None] * 5

    publish(invoices.call, id=invoice_id)

    issued = invoices.get(invoice_id)
    assert issued["number"] == "INV-001001"
    assert issued["issueDate"] == "2026-11-02T09:30:00Z"
    assert str(uuid.UUID(issued["token"])) == issued["token"]
    assert issued["fullUrl"].endswith(f"/{issued['token']}")
    assert issued["shortUrl"].endswith(f"/{issued['token'][:8]}")


def test_publishing_changes_nothing_else(invoices: Invoices) -> None:
    invoice_id = invoices.create()
    draft = invoices.get(invoice_id)

    publish(invoices.call, id=invoice_id)

    changed = (*SET_BY_PUBLISHING, "status", "history")
    assert without(invoices.get(invoice_id), *changed) == without(draft, *changed)


def test_an_invoice_published_at_once_is_the_one_that_would_have_been_drafted(invoices: Invoices) -> None:
    drafted = invoices.in_status("Published")
    at_once = publish(invoices.call, **BODY)

    ids = ("id", "number", "token", "shortUrl", "fullUrl", "customerId", "customer", "lineItems", "history")
    assert without(invoices.get(at_once), *ids) == without(invoices.get(drafted), *ids)
    assert events(invoices.get(at_once)) == events(invoices.get(drafted)) == ["created", "published"]


def test_numbers_count_up_for_each_merchant_alone(invoices: Invoices) -> None:
    others = Invoices(invoices.mock)

    published = [(who, publish(who.call, **BODY)) for who in (invoices, others, invoices, others, invoices)]

    numbers = [who.get(invoice_id)["number"] for who, invoice_id in published]
    assert numbers == ["INV-001001", "INV-001001", "INV-001002", "INV-001002", "INV-001003"]


def test_a_refused_publication_uses_up_no_number(invoices: Invoices) -> None:
    refused(invoices.call("POST", "/invoices/publish", {**BODY, "lineItems": []}), "INV-PUBLISH-LINES")
    refused(invoices.call("POST", "/invoices/publish", {**BODY, "customerId": new_merchant()}), "INV-REFERENCE")

    assert invoices.get(publish(invoices.call, **BODY))["number"] == "INV-001001"


def test_every_invoice_has_a_token_of_its_own(invoices: Invoices) -> None:
    published = [publish(invoices.call, **BODY) for _ in range(5)]

    assert len({invoices.get(each)["token"] for each in published}) == 5


# The fields given with an id replace those of the draft


def test_a_draft_is_published_as_it_is(harbor: Invoices) -> None:
    invoice_id = harbor.create(**DRAFT, lineItems=LINES)
    draft = harbor.get(invoice_id)

    publish(harbor.call, id=invoice_id)

    assert {name: harbor.get(invoice_id)[name] for name in DRAFT} == {name: draft[name] for name in DRAFT} == DRAFT


@pytest.mark.parametrize("member", OTHERS)
def test_a_field_that_is_given_replaces_the_drafts_and_the_others_stay(member: str, harbor: Invoices) -> None:
    invoice_id = harbor.create(**DRAFT, lineItems=LINES)

    publish(harbor.call, id=invoice_id, **{member: OTHERS[member]})

    issued = harbor.get(invoice_id)
    assert {name: issued[name] for name in DRAFT} == {**DRAFT, member: OTHERS[member]}
    assert [each["name"] for each in issued["lineItems"]] == ["Rope"]


@pytest.mark.parametrize("member", DRAFT)
def test_a_field_that_is_given_as_null_is_taken_from_the_draft(member: str, harbor: Invoices) -> None:
    body = {name: value for name, value in DRAFT.items() if name != "customerId" or member == "customerId"}
    invoice_id = harbor.create(**body, lineItems=LINES)
    draft = harbor.get(invoice_id)

    publish(harbor.call, id=invoice_id, **{member: None})

    issued = harbor.get(invoice_id)
    assert {name: issued[name] for name in DRAFT} == {**{name: draft[name] for name in DRAFT}, member: None}


def test_lines_that_are_given_replace_the_drafts(invoices: Invoices) -> None:
    invoice_id = invoices.create()

    publish(invoices.call, id=invoice_id, lineItems=[{"name": "Chain", "unitPrice": 5}, {"name": "Hook"}])

    issued = invoices.get(invoice_id)
    assert [each["name"] for each in issued["lineItems"]] == ["Chain", "Hook"]
    assert issued["totalAmount"] == 5


def test_a_line_keeps_the_id_it_is_sent_with_and_gets_one_otherwise(invoices: Invoices) -> None:
    own = str(uuid.uuid4())

    invoice_id = invoices.create(lineItems=[{"id": own.upper()}, {"id": None}, {}])

    found = [each["id"] for each in invoices.get(invoice_id)["lineItems"]]
    assert found[0] == own
    assert len({*found}) == 3


def test_a_published_invoice_shows_the_contact_info_it_names(harbor: Invoices) -> None:
    invoice_id = publish(harbor.call, merchantContactInfoId=CONTACT_INFO, lineItems=LINES)

    shown = harbor.get(invoice_id)["merchantContactInfo"]

    assert (shown["id"], shown["city"], shown["isMainAddress"]) == (CONTACT_INFO, "Portland", True)


# What it asks for


@pytest.mark.parametrize("with_id", [True, False])
@pytest.mark.parametrize("body", NO_LINES)
def test_an_invoice_without_lines_is_not_published(body: dict[str, Any], with_id: bool, invoices: Invoices) -> None:
    named = {"id": invoices.create()} if with_id else {}
    before = everything(invoices)

    answer = invoices.call("POST", "/invoices/publish", {**body, **named, "shippingAmount": 5})

    assert set(refused(answer, "INV-PUBLISH-LINES")["errors"]) == {"LineItems"}
    assert everything(invoices) == before


def test_a_draft_without_lines_is_not_published_as_it_is(invoices: Invoices) -> None:
    invoice_id = invoices.create(lineItems=[])

    refused(invoices.call("POST", "/invoices/publish", {"id": invoice_id}), "INV-PUBLISH-LINES")

    assert invoices.get(invoice_id)["status"] == 1


@pytest.mark.parametrize("with_id", [True, False])
@pytest.mark.parametrize("body", NO_TOTAL)
def test_an_invoice_over_nothing_is_not_published(body: dict[str, Any], with_id: bool, invoices: Invoices) -> None:
    named = {"id": invoices.create()} if with_id else {}
    before = everything(invoices)

    answer = invoices.call("POST", "/invoices/publish", {**body, **named})

    assert set(refused(answer, "INV-PUBLISH-TOTAL")["errors"]) == {"LineItems"}
    assert everything(invoices) == before


@pytest.mark.parametrize("body", TOTAL)
def test_an_invoice_over_a_cent_is_published(body: dict[str, Any], invoices: Invoices) -> None:
    assert invoices.get(publish(invoices.call, **body))["totalAmount"] == 0.01


def test_a_draft_may_be_of_nothing(invoices: Invoices) -> None:
    invoice_id = accepted(invoices.call("POST", "/invoices", {}))["id"]

    draft = invoices.get(invoice_id)

    assert (draft["status"], draft["totalAmount"], draft["lineItems"], draft["customer"]) == (1, 0, [], None)


def test_numbers_go_on_where_the_seed_ended(own_mock: Mock, harbor: Invoices) -> None:
    own = Invoices(own_mock, harbor.merchant)
    given = accepted(own.call("GET", "/invoices?orderBy=number&asc=false&pageSize=1&status=2"))["items"][0]["number"]
    numbers = [each["number"] for each in accepted(own.call("GET", "/invoices?pageSize=100"))["items"]]

    following = own.get(publish(own.call, **BODY))["number"]

    assert given in numbers
    assert following == f"INV-{max(int(each[4:]) for each in numbers if each) + 1:06d}"
