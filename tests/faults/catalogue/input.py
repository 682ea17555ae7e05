"""Requests that are taken against the schemas, or refused though they keep to them."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from typing import Any

from tests.contract_tests.faulty_proxy import Answered, Asked, Change, Forward
from tests.faults.fault import Fault, Kind, passing
from tests.faults.traffic import INVOICES, body_with, is_to, member, read, refused, sent, told

wrong = partial(Fault, Kind.INPUT)


def schema(name: str, about: str) -> str:
    return f"test_schema.py::test_{name}[{about}]"


def robust(name: str, about: str = "") -> str:
    return f"test_robustness.py::test_{name}" + (f"[{about}]" if about else "")


def plain_path(asked: Asked) -> Asked:
    return replace(asked, path=asked.path.split("?")[0])


def acts_before_it_refuses(asked: Asked, forward: Forward) -> Answered:
    """A body that is refused is taken in part all the same."""
    if asked.method == "PUT" and asked.path.startswith(INVOICES) and read(asked.body) is None and asked.body:
        forward(replace(asked, body=b'{"additionalNotes": "half"}'))
    return forward(asked)


def overridden(asked: Asked) -> Asked:
    return replace(asked, method=asked.headers.get("x-http-method-override", asked.method))


def with_header(name: str, value: str) -> Any:
    return lambda asked: replace(asked, headers={**asked.headers, name: value})


def without_header(name: str) -> Any:
    return lambda asked: replace(asked, headers={key: each for key, each in asked.headers.items() if key != name})


def strict_members() -> Change:
    """Members that nobody knows are refused."""
    known = {"filename", "mimeType", "size", "sha256"}

    def answer(asked: Asked, forward: Forward) -> Answered:
        value = read(asked.body)
        is_unknown = asked.path.endswith("/presign") and isinstance(value, dict) and set(value) - known
        return forward(replace(asked, body=b"[]") if is_unknown else asked)

    return answer


def trimmed(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: trimmed(each) for name, each in value.items()}
    if isinstance(value, list):
        return [trimmed(each) for each in value]
    return value.strip() if isinstance(value, str) else value


def repeats_what_was_sent(asked: Asked, answer: Answered) -> Answered:
    said = asked.body.decode("utf-8", "replace")
    return member(lambda shown: {**shown, "details": f"{shown['details']} {said}"})(asked, answer)


PRESIGNED = json.dumps({"filename": "a.pdf", "mimeType": "application/pdf", "size": 1}).encode()
FAULTS = (
    wrong("a percentage just above the most is taken", "createInvoice",
          passing(body_with("taxPercentage", lambda value: value == 100.01, 100)),
          schema("what_bodies_must_not_hold", "createInvoice"), "INV-BODY-SCHEMA"),
    wrong("the highest percentage is refused", "updateInvoice",
          passing(refused("feesPercentage", lambda value: value == 100)),
          schema("what_bodies_may_hold", "updateInvoice"), "SCHEMA:updateInvoice:accepted"),
    wrong("an item too many is taken", "createInvoice",
          passing(body_with("lineItems", lambda value: isinstance(value, list) and len(value) == 501, [])),
          schema("what_bodies_must_not_hold", "createInvoice"), "INV-BODY-SCHEMA"),
    wrong("null is taken where it is not allowed", "updateInvoice",
          passing(body_with("canPriceBeForceOverrided", lambda value: value is None, False)),
          schema("what_bodies_must_not_hold", "updateInvoice"), "INV-BODY-SCHEMA"),
    wrong("a digest that is too long is cut", "confirmUpload",
          passing(body_with("sha256", lambda value: isinstance(value, str) and len(value) == 65, "0" * 64)),
          schema("what_bodies_must_not_hold", "confirmUpload"), "UPL-BODY-SCHEMA"),
    wrong("a size in quotes is a number", "presignUpload",
          passing(body_with("size", lambda value: isinstance(value, str), 10)),
          "test_uploads.py::test_a_file_that_is_not_taken[a-size-in-quotes]", "UPL-BODY-SCHEMA"),
    wrong("true is a way to pay", "markInvoiceAsPaid",
          passing(body_with("paymentMethodTypeId", lambda value: value is True, 1)),
          schema("what_bodies_must_not_hold", "markInvoiceAsPaid"), "INV-BODY-SCHEMA"),
    wrong("members that nobody knows are refused", "presignUpload", passing(strict_members),
          "test_uploads.py::test_a_file_that_is_taken[a-member-that-nobody-knows]", "UPL-BODY-SCHEMA"),
    wrong("a page that is too large is given", "listInvoices",
          passing(sent(lambda asked: "pageSize=101" in asked.path, plain_path)),
          schema("parameters", "listInvoices"), "INV-PARAMETER"),
    wrong("digits with an underscore are a number", "listInvoices",
          passing(sent(lambda asked: "page=1_0" in asked.path, plain_path)), schema("parameters", "listInvoices"),
          "INV-PARAMETER"),
    wrong("the case of an order does not count", "listInvoices",
          passing(sent(lambda asked: "orderBy=DueDate" in asked.path, plain_path)),
          "test_listing.py::test_what_makes_no_sense_is_refused[{'orderBy': 'DueDate'}]", "INV-PARAMETER"),
    wrong("any version of the API is there", "getInvoiceCalculations",
          passing(sent(lambda asked: "x-api-version" in asked.headers, without_header("x-api-version"))),
          schema("parameters", "getInvoiceCalculations"), "INV-PARAMETER"),
    wrong("an id without hyphens is not refused but unknown", "deleteUpload",
          passing(told(lambda asked, answer: "3f8a1b2c5d6e4f708a9b0c1d2e3f4a5b" in asked.path,
                       lambda asked, answer: replace(answer, status=404))),
          schema("parameters", "deleteUpload"), "UPL-PARAMETER"),
    wrong("ids in capitals are unknown", "getInvoice",
          passing(told(lambda asked, answer: any("A" <= each <= "F" for each in asked.path.split("?")[0]),
                       lambda asked, answer: replace(answer, status=404))),
          schema("ids_in_other_letters", "getInvoice"), "INV-PARAMETER"),
    wrong("a method that is not offered is an unknown path", "getInvoice",
          passing(told(lambda asked, answer: answer.status == 405, lambda asked, answer: replace(answer, status=404))),
          schema("other_methods", "invoices"), "INV-METHOD"),
    wrong("Allow leaves a method out", "updateInvoice",
          passing(told(lambda asked, answer: "put" in answer.headers.get("allow", "").lower(),
                       lambda asked, answer: replace(answer, headers={**answer.headers, "allow": "GET"}))),
          schema("other_methods", "invoices"), "INV-METHOD"),
    wrong("an unknown path answers as if it were known", "presignUpload",
          passing(told(lambda asked, answer: asked.path.endswith("/no-such-thing"),
                       lambda asked, answer: replace(answer, status=200))),
          schema("other_paths", "invoice_uploads"), "UPL-ROUTE"),
    wrong("a slash at the end leads elsewhere", "getInvoice",
          passing(told(lambda asked, answer: asked.path.endswith("/"),
                       lambda asked, answer: Answered(307, {"location": asked.path[:-1]}))),
          robust("paths_that_are_odd", "invoices-getInvoice"), "INV-ROUTE"),
    wrong("NaN is taken", "createInvoice",
          passing(sent(lambda asked: b"NaN" in asked.body,
                       lambda asked: replace(asked, body=asked.body.replace(b"NaN", b"1")))),
          robust("bodies_that_are_no_json", "createInvoice"), "INV-BODY-JSON"),
    wrong("Latin-1 is read as if it were UTF-8", "sendInvoiceSms",
          passing(sent(lambda asked: b"\xe9" in asked.body,
                       lambda asked: replace(asked, body=asked.body.decode("latin-1").encode()))),
          robust("bodies_that_are_no_json", "sendInvoiceSms"), "INV-BODY-JSON"),
    wrong("a body that is refused changes the record", "updateInvoice", passing(lambda: acts_before_it_refuses),
          robust("bodies_that_are_no_json", "updateInvoice"), "INV-REFUSAL-CHANGES-NOTHING"),
    wrong("no type is as good as the right one", "presignUpload",
          passing(sent(lambda asked: "content-type" not in asked.headers and bool(asked.body),
                       with_header("content-type", "application/json"))),
          robust("media_types", "presignUpload"), "UPL-MEDIA-TYPE"),
    wrong("a body that is too long is cut", "createInvoice",
          passing(sent(lambda asked: len(asked.body) > 1 << 20, lambda asked: replace(asked, body=asked.body.strip()))),
          robust("the_size_of_bodies", "createInvoice"), "INV-BODY-SIZE"),
    wrong("the longest body is refused", "presignUpload",
          passing(told(lambda asked, answer: len(asked.body) == 1 << 20,
                       lambda asked, answer: replace(answer, status=413))),
          robust("the_size_of_bodies", "presignUpload"), "SCHEMA:presignUpload:accepted"),
    wrong("an empty body is an object", "presignUpload",
          passing(sent(lambda asked: is_to("POST", "/presign")(asked) and not asked.body,
                       lambda asked: replace(asked, body=PRESIGNED))),
          robust("a_body_that_is_empty", "presignUpload"), "UPL-BODY-EMPTY"),
    wrong("texts lose the blanks around them", "createInvoice",
          passing(told(lambda asked, answer: asked.method == "GET" and asked.path.startswith(INVOICES)
                       and answer.status == 200 and "json" in answer.headers.get("content-type", ""),
                       member(trimmed))),
          robust("texts_are_kept_as_they_are"), "SCHEMA:createInvoice:kept"),
    wrong("a header says which method is meant", "deleteInvoice", passing(sent(lambda asked: True, overridden)),
          robust("methods_that_are_odd", "invoices-deleteInvoice"), "INV-REFUSAL-CHANGES-NOTHING"),
    wrong("an error repeats what was sent", "submitInvoice",
          passing(told(lambda asked, answer: answer.status == 400 and asked.path.endswith("/submit"),
                       repeats_what_was_sent)),
          robust("errors_repeat_no_secrets", "submitInvoice"), "SCHEMA:submitInvoice:secret"),
)  # fmt: skip
