"""Invoices as JSON, both ways. The only place that knows the wire's camelCase names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from mock_server.apis.invoices.model import (
    Address,
    ContactInfo,
    Customer,
    CustomerDetails,
    HistoryEntry,
    Invoice,
    LineItem,
    PaymentMethod,
)
from mock_server.apis.invoices.service import AchPayment, CardPayment, CustomerChange, InvoiceChange
from mock_server.core.changing import with_changes
from mock_server.core.errors import Refused, Violation
from mock_server.core.instants import from_text, to_text
from mock_server.core.money import to_cents
from mock_server.core.records import Condition, Page, Query

Json = Mapping[str, Any]
Reader = Callable[[Any], Any]


def _decimal(value: Any) -> Decimal | None:
    return None if value is None else Decimal(value)


def _money(value: Any) -> Decimal | None:
    return None if value is None else to_cents(Decimal(value))


def _id(value: str | None) -> str | None:
    return None if value is None else value.lower()


def _same(value: Any) -> Any:
    return value


def _due_date(value: str | None) -> datetime | None:
    try:
        return None if value is None else from_text(value)
    except ValueError as error:
        raise _no_instant("/dueDate", "body", "INV-BODY-SCHEMA") from error


# Member of the request -> field of the model, and how to read it

_ADDRESS: dict[str, tuple[str, Reader]] = {
    "addressLine1": ("address_line1", _same),
    "addressLine2": ("address_line2", _same),
    "city": ("city", _same),
    "stateId": ("state_id", _same),
    "countryId": ("country_id", _same),
    "postalCode": ("postal_code", _same),
}


def _address(value: Json | None) -> Address | None:
    return None if value is None else Address(**_fields(value, _ADDRESS))


_CUSTOMER: dict[str, tuple[str, Reader]] = {
    "firstName": ("first_name", _same),
    "lastName": ("last_name", _same),
    "companyName": ("company_name", _same),
    "email": ("email", _same),
    "mobileNumber": ("mobile_number", _same),
    "smsNotification": ("sms_notification", _same),
    "billingAddress": ("billing_address", _address),
    "shippingAddress": ("shipping_address", _address),
}

_LINE_ITEM: dict[str, tuple[str, Reader]] = {
    "id": ("id", _id),
    "name": ("name", _same),
    "description": ("description", _same),
    "code": ("code", _same),
    "quantity": ("quantity", _decimal),
    "unitPrice": ("unit_price", _decimal),
    "discountPercentage": ("discount_percentage", _decimal),
    "measurementUnit": ("measurement_unit", _same),
}


NO_LINE = LineItem(id="")


def _line_items(value: list[Json] | None) -> tuple[LineItem, ...]:
    return tuple([with_changes(NO_LINE, **_given(each, _LINE_ITEM)) for each in value or ()])


_TERMS: dict[str, tuple[str, Reader]] = {
    "dueDate": ("due_date", _due_date),
    "cardPaymentProcessorId": ("card_processor_id", _id),
    "achPaymentProcessorId": ("ach_processor_id", _id),
    "additionalNotes": ("additional_notes", _same),
    "shippingAmount": ("shipping_amount", _money),
    "taxPercentage": ("tax_percentage", _decimal),
    "feesPercentage": ("fees_percentage", _decimal),
    "discountPercentage": ("discount_percentage", _decimal),
    "merchantContactInfoId": ("contact_info_id", _id),
    "customerId": ("customer_id", _id),
    "achAllowFasterProcessing": ("ach_allow_faster_processing", _same),
    "lineItems": ("line_items", _line_items),
}

_CONTACT_INFO: dict[str, tuple[str, Reader]] = {
    "addressName": ("address_name", _same),
    "email": ("email", _same),
    "mobileNumber": ("mobile_number", _same),
    "line1": ("line1", _same),
    "line2": ("line2", _same),
    "city": ("city", _same),
    "stateCode": ("state_code", _same),
    "postalCode": ("postal_code", _same),
    "countryCode": ("country_code", _same),
    "isMainAddress": ("is_main_address", _same),
    "isDefaultAddress": ("is_default_address", _same),
}


def _fields(value: Json, members: Mapping[str, tuple[str, Reader]]) -> dict[str, Any]:
    """The fields a request gives, null or not. Members the contract doesn't name are ignored."""
    fields = {}
    for member, given in value.items():
        if member in members:
            field, read = members[member]
            fields[field] = read(given)
    return fields


def _given(value: Json, members: Mapping[str, tuple[str, Reader]]) -> dict[str, Any]:
    """The fields a request gives a value; null counts as not given."""
    return {name: read for name, read in _fields(value, members).items() if read is not None}


# Requests


def invoice_change(body: Json) -> InvoiceChange:
    """What a create, update or publish request says; `canPriceBeForceOverrided` has no effect (assumed)."""
    return InvoiceChange(_fields(body, _TERMS), _customer_change(body.get("customer", {})))


def _customer_change(customer: Json) -> CustomerChange | None:
    """What is said of the customer; nothing, where neither an id nor any field is given."""
    change = CustomerChange(_id(customer.get("id")), _fields(customer, _CUSTOMER))
    return change if change.id or change.fields else None


def published_id(body: Json) -> str | None:
    """The draft a publish request means."""
    return body.get("id")


def card_payment(body: Json) -> CardPayment:
    """A card payment request."""
    return CardPayment(
        total_amount=Decimal(body.get("totalAmount", 0)),
        account_number=body.get("accountNumber"),
        expiration_year=body.get("expirationYear"),
        expiration_month=body.get("expirationMonth"),
        security_code=body.get("securityCode"),
        saves_payment_method=body.get("savePaymentMethod", False),
    )


def ach_payment(body: Json) -> AchPayment:
    """An ACH payment request. Assumed: the holder is named by first and last name, or by a company name."""
    has_person = bool(body.get("firstName")) and bool(body.get("lastName"))
    return AchPayment(
        routing_number=body.get("routingNumber"),
        account_number=body.get("accountNumber"),
        has_holder=has_person or bool(body.get("companyName")),
        is_authorized=body.get("authorizeBankWithdrawal", False),
        saves_payment_method=body.get("savePaymentMethod", False),
    )


def payment_method(body: Json) -> PaymentMethod | None:
    """The method a mark-as-paid request names."""
    number = body.get("paymentMethodTypeId")
    return None if number is None else PaymentMethod(number)


_RANGES = {
    "issueDateFrom": ("issue_date", ">="),
    "issueDateTo": ("issue_date", "<="),
    "dueDateFrom": ("due_date", ">="),
    "dueDateTo": ("due_date", "<="),
    "paymentDateFrom": ("payment_date", ">="),
    "paymentDateTo": ("payment_date", "<="),
}
_ORDERS = {
    "number": "number",
    "status": "status",
    "issueDate": "issue_date",
    "dueDate": "due_date",
    "paymentDate": "payment_date",
    "totalAmount": "total_amount",
    "customerName": "customer_name",
}


def list_query(query: Json) -> Query:
    """The query of a list request; without `orderBy`, invoices come in the order they were created (assumed)."""
    where = [
        Condition(column, operator, _instant(query[name], name))
        for name, (column, operator) in _RANGES.items()
        if name in query
    ]
    if "status" in query:
        where.append(Condition("status", "=", query["status"]))
    return Query(
        where=where,
        search=query.get("search") or None,
        order_by=_ORDERS[query["orderBy"]] if "orderBy" in query else "created_at",
        ascending=query["asc"],
        offset=(query["page"] - 1) * query["pageSize"],
        limit=query["pageSize"],
    )


def _instant(text: str, name: str) -> datetime:
    try:
        return from_text(text)
    except ValueError as error:
        raise _no_instant(f"/{name}", "query", "INV-PARAMETER") from error


def _no_instant(pointer: str, where: str, rule: str) -> Refused:
    violation = Violation("is not an instant the calendar has.", pointer=pointer, where=where, rule=rule)
    return Refused(rule, violation.sentence, violations=[violation])


# Responses


def _optional_text(instant: datetime | None) -> str | None:
    return None if instant is None else to_text(instant)


def _members(value: Any, members: Mapping[str, tuple[str, Reader]]) -> dict[str, Any]:
    return {member: getattr(value, field) for member, (field, _) in members.items()}


def _address_json(address: Address | None) -> Json | None:
    return None if address is None else _members(address, _ADDRESS)


def customer_json(customer: Customer) -> Json:
    """A customer as part of an invoice."""
    details: CustomerDetails = customer.details
    return {
        "id": customer.id,
        **_members(details, _CUSTOMER),
        "billingAddress": _address_json(details.billing_address),
        "shippingAddress": _address_json(details.shipping_address),
    }


def contact_info_json(contact_info: ContactInfo) -> Json:
    """The merchant's address as part of an invoice."""
    return {"id": contact_info.id, **_members(contact_info, _CONTACT_INFO)}


def line_item_json(line: LineItem) -> Json:
    """One line, with what it amounts to."""
    return {**_members(line, _LINE_ITEM), "amount": line.amount}


def history_json(entry: HistoryEntry) -> Json:
    """One thing that happened."""
    return {
        "id": entry.id,
        "status": int(entry.status),
        "event": entry.event,
        "dateTime": to_text(entry.at),
        "amount": entry.amount,
        "note": entry.note,
    }


def invoice_json(invoice: Invoice) -> Json:
    """An invoice in full."""
    terms, amounts = invoice.terms, invoice.amounts
    return {
        "id": invoice.id,
        "number": invoice.number,
        "status": int(invoice.status),
        "issueDate": _optional_text(invoice.issue_date),
        "dueDate": _optional_text(terms.due_date),
        "paymentDate": _optional_text(invoice.payment_date),
        "cardPaymentProcessorId": terms.card_processor_id,
        "achPaymentProcessorId": terms.ach_processor_id,
        "additionalNotes": terms.additional_notes,
        "subTotalAmount": amounts.sub_total,
        "shippingAmount": terms.shipping_amount,
        "totalAmount": amounts.total,
        "taxPercentage": terms.tax_percentage,
        "feesPercentage": terms.fees_percentage,
        "discountPercentage": terms.discount_percentage,
        "surchargePercentage": invoice.surcharge_percentage,
        "surchargeAmount": amounts.surcharge,
        "paymentMethodTypeId": None if invoice.payment_method is None else int(invoice.payment_method),
        "merchantId": invoice.merchant_id,
        "merchantContactInfoId": terms.contact_info_id,
        "merchantContactInfo": contact_info_json(invoice.contact_info) if invoice.contact_info else None,
        "customerId": terms.customer_id,
        "customer": customer_json(invoice.customer) if invoice.customer else None,
        "lineItems": [line_item_json(each) for each in terms.line_items],
        "isCustomerUpdated": invoice.is_customer_updated,
        "isLineItemsUpdated": invoice.is_line_items_updated,
        "token": invoice.token,
        "fullUrl": invoice.full_url,
        "shortUrl": invoice.short_url,
        "markedAsPaid": invoice.marked_as_paid,
        "transactionId": invoice.transaction_id,
        "achAllowFasterProcessing": terms.ach_allow_faster_processing,
        "history": [history_json(each) for each in invoice.history],
    }


def calculations_json(invoice: Invoice) -> Json:
    """The figures of an invoice; a percentage that was not given counts as 0."""
    terms, amounts = invoice.terms, invoice.amounts
    return {
        "id": invoice.id,
        "subTotalAmount": amounts.sub_total,
        "shippingAmount": amounts.shipping,
        "taxPercentage": terms.tax_percentage or 0,
        "taxAmount": amounts.tax,
        "feesPercentage": terms.fees_percentage or 0,
        "feesAmount": amounts.fees,
        "discountPercentage": terms.discount_percentage or 0,
        "discountAmount": amounts.discount,
        "surchargePercentage": invoice.surcharge_percentage,
        "surchargeAmount": amounts.surcharge,
        "totalAmount": amounts.total,
    }


def list_json(page: Page[Invoice]) -> Json:
    """A page of the list, and the number of all matches."""
    return {"items": [_list_item_json(each) for each in page.items], "total": page.total}


def _list_item_json(invoice: Invoice) -> Json:
    return {
        "id": invoice.id,
        "number": invoice.number,
        "status": int(invoice.status),
        "issueDate": _optional_text(invoice.issue_date),
        "dueDate": _optional_text(invoice.terms.due_date),
        "paymentDate": _optional_text(invoice.payment_date),
        "totalAmount": invoice.amounts.total,
        "customerId": invoice.terms.customer_id,
        "customerName": invoice.customer.details.display_name if invoice.customer else None,
    }


# Seeds: the same shapes, with the merchant they belong to


def seeded_customer(entry: Json) -> Customer:
    """A customer of a seed file."""
    return Customer(entry["id"], entry["merchantId"], CustomerDetails(**_fields(entry, _CUSTOMER)))


def seeded_contact_info(entry: Json) -> ContactInfo:
    """A contact info of a seed file."""
    return ContactInfo(entry["id"], entry["merchantId"], **_given(entry, _CONTACT_INFO))
