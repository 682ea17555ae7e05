"""Calls at the same moment that come to what no order of them would."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from tests.contract_tests.faulty_proxy import Answered, Asked, Forward
from tests.faults.fault import Fault, Kind, passing
from tests.faults.traffic import INVOICES, UPLOADS, at_once, is_to

race = partial(Fault, Kind.RACE)
KEY = "idempotency-key"


def of(name: str, about: str = "") -> str:
    return f"test_concurrency.py::test_{name}" + (f"[{about}]" if about else "")


def ends_in(name: str) -> str:
    return of("races_end_as_in_some_order", name)


def without_key(asked: Asked, forward: Forward) -> Answered:
    """It is done once more."""
    return forward(replace(asked, headers={name: value for name, value in asked.headers.items() if name != KEY}))


def is_change(asked: Asked) -> bool:
    return asked.method == "PUT" and asked.path.startswith(INVOICES) and asked.path.count("/") == 3


FAULTS = (
    race("all who cancel at once have canceled", "cancelInvoice", passing(at_once(is_to("PUT", "/cancel"))),
         ends_in("cancel"), "INV-CANCEL-STATE"),
    race("all who pay at once have paid", "submitInvoice", passing(at_once(is_to("POST", "/submit"))),
         ends_in("pay by card"), "INV-CARD-STATE"),
    race("all who pay by ACH at once have paid", "submitInvoiceAch", passing(at_once(is_to("POST", "/ach/submit"))),
         ends_in("pay by ACH"), "INV-ACH-STATE"),
    race("all who mark as paid at once have done so", "markInvoiceAsPaid",
         passing(at_once(is_to("PUT", "/mark-as-paid"))), ends_in("mark as paid"), "INV-MARK-PAID-STATE"),
    race("all who delete at once have deleted", "deleteInvoice",
         passing(at_once(lambda asked: asked.method == "DELETE" and asked.path.startswith(INVOICES))),
         ends_in("delete"), "INV-DELETE-STATE"),
    race("of updates at the same moment some are lost", "updateInvoice", passing(at_once(is_change)),
         ends_in("update"), "INV-HISTORY"),
    race("of messages at the same moment some are not told", "sendInvoiceSms",
         passing(at_once(is_to("POST", "-sms-notification"))), ends_in("tell"), "INV-HISTORY"),
    race("invoices that are published at once are one", "publishInvoice", passing(at_once(is_to("POST", "/publish"))),
         of("numbers_given_at_once_are_different"), "INV-PUBLISH-FIELDS"),
    race("one key makes two invoices at the same moment", "createInvoice",
         passing(at_once(lambda asked: is_to("POST", "/invoices")(asked) and KEY in asked.headers, without_key)),
         of("one_key_at_once_makes_one_invoice", "createInvoice"), "INV-IDEMPOTENCY-REPLAY"),
    race("one key sends two messages at the same moment", "sendInvoiceSms",
         passing(at_once(lambda asked: asked.path.endswith("-sms-notification") and KEY in asked.headers, without_key)),
         of("one_key_at_once_acts_once", "sendInvoiceSms"), "INV-HISTORY"),
    race("all who confirm at once have confirmed", "confirmUpload", passing(at_once(is_to("POST", "/confirm"))),
         "test_uploads.py::test_race[confirming]", "UPL-CONFIRM-STATE"),
    race("all who delete an upload at once have deleted it", "deleteUpload",
         passing(at_once(lambda asked: asked.method == "DELETE" and asked.path.startswith(UPLOADS))),
         "test_uploads.py::test_race[deleting]", "UPL-NOT-FOUND"),
)  # fmt: skip
