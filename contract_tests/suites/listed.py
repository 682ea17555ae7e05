"""Invoices as the list shows them: as they are shown one by one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from contract_tests.broken import Broken, Difference
from contract_tests.models.listing import customer_name

LISTED = ("number", "status", "issueDate", "dueDate", "paymentDate", "totalAmount", "customerId")
"""What the list shows just as the invoice does."""


def require_item(invoice: Mapping[str, Any], item: Mapping[str, Any]) -> None:
    """Raise `Broken` where the list shows an invoice differently than the invoice itself is shown."""
    expected = {**{name: invoice.get(name) for name in LISTED}, "customerName": customer_name(invoice.get("customer"))}
    differences = [
        Difference(f"/items/*/{name}", value, item.get(name))
        for name, value in expected.items()
        if value != item.get(name)
    ]
    if differences:
        is_total = all(each.pointer.endswith("totalAmount") for each in differences)
        rule = "INV-AMOUNTS" if is_total else "SCHEMA:listInvoices:item"
        raise Broken(rule, "the list shows the invoice differently", differences, operation_id="listInvoices")
