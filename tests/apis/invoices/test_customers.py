"""Who is to pay: made from what a request says, taken by id, or both."""

from __future__ import annotations

from typing import Any

import pytest

from tests.apis.invoices.bodies import CUSTOMER, LINES
from tests.apis.invoices.steps import accepted, number_of_customers, publish
from tests.mock import BODY, Invoices

TARO = "73e8afad-d7e2-47cc-89dc-fa2a5e1825d2"
"""Another customer of Harbor's."""
ADDRESS = {
    "addressLine1": "12 St James's Square",
    "addressLine2": None,
    "city": "London",
    "stateId": None,
    "countryId": 44,
    "postalCode": "SW1Y 4JH",
}
ADA: dict[str, Any] = {
    "firstName": "Ada",
    "lastName": "Byron",
    "companyName": "Analytical Engines",
    "email": "ada@example.com",
    "mobileNumber": "+1 555 010 0199",
    "smsNotification": False,
    "billingAddress": ADDRESS,
    "shippingAddress": None,
}


def create(invoices: Invoices, **body: Any) -> dict[str, Any]:
    """A new draft of nothing but these members."""
    return invoices.get(accepted(invoices.call("POST", "/invoices", body))["id"])


@pytest.mark.parametrize("path", ["/invoices", "/invoices/publish"])
def test_a_customer_without_an_id_becomes_a_new_one(path: str, invoices: Invoices) -> None:
    before = number_of_customers(invoices.mock)

    invoice = invoices.get(accepted(invoices.call("POST", path, {"customer": ADA, "lineItems": LINES}))["id"])

    assert invoice["customer"] == {"id": invoice["customerId"], **ADA}
    assert number_of_customers(invoices.mock) == before + 1


def test_two_customers_of_the_same_name_are_two(invoices: Invoices) -> None:
    one, other = create(invoices, customer=ADA), create(invoices, customer=ADA)

    assert one["customerId"] != other["customerId"]


@pytest.mark.parametrize("member", ["customerId", "customer"])
def test_a_new_customer_may_be_named_by_the_next_invoice(member: str, invoices: Invoices) -> None:
    first = create(invoices, customer=ADA)
    named = first["customerId"]

    second = create(invoices, **{member: named if member == "customerId" else {"id": named}})

    assert second["customer"] == first["customer"]
    assert second["customerId"] == named


def test_an_invoice_without_a_customer_has_none(invoices: Invoices) -> None:
    before = number_of_customers(invoices.mock)

    for invoice in (create(invoices), create(invoices, customer={}), create(invoices, customerId=None)):
        assert (invoice["customer"], invoice["customerId"]) == (None, None)

    assert number_of_customers(invoices.mock) == before


def test_the_customer_id_wins_over_the_customers_own(harbor: Invoices) -> None:
    invoice = create(harbor, customerId=CUSTOMER, customer={"id": TARO})

    assert (invoice["customerId"], invoice["customer"]["firstName"]) == (CUSTOMER, "José")


def test_fields_beside_an_id_are_said_of_this_invoice_alone(invoices: Invoices) -> None:
    known = create(invoices, customer=ADA)["customerId"]

    invoice = create(invoices, customerId=known, customer={"email": "countess@example.com", "lastName": None})

    assert invoice["customer"] == {"id": known, **ADA, "email": "countess@example.com", "lastName": None}
    assert create(invoices, customerId=known)["customer"] == {"id": known, **ADA}


def test_fields_beside_an_id_make_no_new_customer(invoices: Invoices) -> None:
    known = create(invoices, customer=ADA)["customerId"]
    before = number_of_customers(invoices.mock)

    create(invoices, customerId=known, customer={"firstName": "Augusta"})

    assert number_of_customers(invoices.mock) == before


def test_an_address_replaces_the_customers_whole_address(invoices: Invoices) -> None:
    known = create(invoices, customer=ADA)["customerId"]

    invoice = create(invoices, customerId=known, customer={"billingAddress": {"city": "Paris"}})

    assert invoice["customer"]["billingAddress"] == {**dict.fromkeys(ADDRESS), "city": "Paris"}


def test_a_draft_is_published_with_its_customer(invoices: Invoices) -> None:
    draft = create(invoices, **BODY)

    publish(invoices.call, id=draft["id"])

    assert invoices.get(draft["id"])["customer"] == draft["customer"]


def test_fields_given_at_publishing_replace_those_of_the_drafts_customer(invoices: Invoices) -> None:
    draft = create(invoices, **BODY)

    publish(invoices.call, id=draft["id"], customer={"firstName": "Augusta"})

    assert invoices.get(draft["id"])["customer"] == {**draft["customer"], "firstName": "Augusta"}


def test_a_draft_without_a_customer_gets_a_new_one_at_publishing(invoices: Invoices) -> None:
    draft = create(invoices, lineItems=LINES)

    publish(invoices.call, id=draft["id"], customer=ADA)

    issued = invoices.get(draft["id"])
    assert issued["customer"] == {"id": issued["customerId"], **ADA}


@pytest.mark.parametrize("body", [{"customerId": TARO}, {"customer": {"id": TARO}}], ids=["customerId", "customer.id"])
def test_a_draft_may_be_published_for_another_customer(body: dict[str, Any], harbor: Invoices) -> None:
    draft = create(harbor, customerId=CUSTOMER, lineItems=LINES)

    publish(harbor.call, id=draft["id"], **body)

    issued = harbor.get(draft["id"])
    assert (issued["customerId"], issued["customer"]["firstName"]) == (TARO, "太郎")


@pytest.mark.parametrize("body", [{"customerId": TARO}, {"customer": {"id": TARO}}], ids=["customerId", "customer.id"])
def test_an_invoice_may_be_updated_for_another_customer(body: dict[str, Any], harbor: Invoices) -> None:
    draft = create(harbor, customerId=CUSTOMER, lineItems=LINES)

    accepted(harbor.call("PUT", f"/invoices/{draft['id']}", body))

    updated = harbor.get(draft["id"])
    assert (updated["customerId"], updated["customer"]["firstName"]) == (TARO, "太郎")


def test_another_customer_brings_none_of_the_last_ones_fields(invoices: Invoices) -> None:
    ada = create(invoices, customer=ADA)
    grace = create(invoices, customer={"firstName": "Grace"})

    accepted(invoices.call("PUT", f"/invoices/{ada['id']}", {"customerId": grace["customerId"]}))

    assert invoices.get(ada["id"])["customer"] == grace["customer"]


def test_an_update_with_the_customers_fields_keeps_the_customer(invoices: Invoices) -> None:
    draft = create(invoices, customer=ADA)
    before = number_of_customers(invoices.mock)

    accepted(invoices.call("PUT", f"/invoices/{draft['id']}", {"customer": {**ADA, "firstName": "Augusta"}}))

    assert invoices.get(draft["id"])["customer"] == {**draft["customer"], "firstName": "Augusta"}
    assert number_of_customers(invoices.mock) == before


@pytest.mark.parametrize(
    ("customer", "name"),
    [
        ({"firstName": "Ada", "lastName": "Byron", "companyName": "Engines"}, "Ada Byron"),
        ({"firstName": "Ada"}, "Ada"),
        ({"lastName": "Byron", "companyName": None}, "Byron"),
        ({"firstName": "", "lastName": None, "companyName": "Engines"}, "Engines"),
        ({"email": "ada@example.com"}, None),
    ],
)
def test_the_list_names_the_customer_by_person_or_else_company(
    customer: dict[str, Any], name: str | None, invoices: Invoices
) -> None:
    create(invoices, customer=customer)

    assert [each["customerName"] for each in accepted(invoices.call("GET", "/invoices"))["items"]] == [name]
