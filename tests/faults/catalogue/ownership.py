"""Records that are seen, told apart, or changed by who does not own them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from mock_server.apis.invoice_uploads import service as uploads
from mock_server.apis.invoices import service as invoices
from mock_server.apis.invoices.records import INVOICES
from mock_server.core.errors import Refused
from tests.faults.fault import Fault, Kind, Original, replaced

auth = partial(Fault, Kind.AUTH)


def on(name: str, *about: str) -> str:
    return f"test_authorization.py::test_{name}" + (f"[{'-'.join(about)}]" if about else "")


def invoice_of_any(original: Original) -> Any:
    """An invoice is found by its id, whoever asks."""

    def get(services: Any, merchant_id: str, invoice_id: str) -> Any:
        found = services.work.records(INVOICES).get(invoice_id.lower())
        return found if found is not None else original(services, merchant_id, invoice_id)

    return get


def of_any(name: str) -> Callable[[Original], Any]:
    """A record of uploads is found by its id, whoever asks."""

    def made(original: Original) -> Any:
        def found(services: Any, merchant_id: str, record_id: str) -> Any:
            record = services.work.records(getattr(uploads, name)).get(record_id.lower())
            return original(services, record.merchant_id if record else merchant_id, record_id)

        return found

    return made


def told_apart(original: Original) -> Any:
    """The message of another merchant's invoice is another one."""

    def get(services: Any, merchant_id: str, invoice_id: str) -> Any:
        try:
            return original(services, merchant_id, invoice_id)
        except Refused as refused:
            if services.work.records(INVOICES).get(invoice_id.lower()) is not None:
                refused.message = "That is not yours."
                refused.args = (refused.message,)
            raise

    return get


def state_told(original: Original) -> Any:
    """A draft of another merchant is no unknown invoice."""

    def get(services: Any, merchant_id: str, invoice_id: str) -> Any:
        found = services.work.records(INVOICES).get(invoice_id.lower())
        if found is not None and found.merchant_id != merchant_id and found.number is None:
            raise Refused("INV-CANCEL-STATE", "That is a draft.")
        return original(services, merchant_id, invoice_id)

    return get


FAULTS = (
    auth("invoices of others are found", "getInvoice", replaced(invoices, "get", invoice_of_any),
         on("invoices_of_another_merchant", "getInvoice"), "INV-OWNERSHIP"),
    auth("invoices of others are deleted", "deleteInvoice", replaced(invoices, "get", invoice_of_any),
         on("invoices_of_another_merchant", "deleteInvoice"), "INV-OWNERSHIP"),
    auth("invoices of others are told apart", "markInvoiceAsPaid", replaced(invoices, "get", told_apart),
         on("invoices_of_another_merchant", "markInvoiceAsPaid"), "INV-OWNERSHIP"),
    auth("the state of others' invoices is told", "cancelInvoice", replaced(invoices, "get", state_told),
         on("invoices_of_another_merchant", "cancelInvoice"), "INV-OWNERSHIP"),
    auth("everybody's invoices are listed", "listInvoices",
         replaced(invoices, "find", lambda original: (
             lambda services, merchant_id, query: services.work.records(INVOICES).find(query))),
         on("lists_of_two_merchants"), "INV-OWNERSHIP"),
    auth("uploads of others are found", "confirmUpload", replaced(uploads, "_upload", of_any("UPLOADS")),
         on("uploads_of_another_merchant", "confirmUpload"), "UPL-OWNERSHIP"),
    auth("payment requests of others are found", "attachInvoiceToPaymentRequest",
         replaced(uploads, "_payment_request", of_any("PAYMENT_REQUESTS")),
         on("attaching_what_is_another_merchants", "attachInvoiceToPaymentRequest", "payment request"),
         "UPL-OWNERSHIP"),
)  # fmt: skip
