"""Single faults that made-up requests must find, each as what a proxy does to the traffic of a faultless server."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote

from contract_tests.examiner import Examiner
from contract_tests.suites import test_robustness, test_schema, test_stateful
from tests.contract_tests.faulty_proxy import Answered, Asked, Change, Forward

Json = dict[str, Any]
Check = Callable[[Examiner], None]
Alter = Callable[[Asked, Answered], Answered]
INVOICES = "/pay-int-api/invoices"
UPLOADS = "/api/v1/invoice-uploads"


@dataclass(frozen=True)
class Fault:
    """`change`: what it does. `check`: that must raise `rule`."""

    name: str
    change: Callable[[], Change]
    check: Check
    rule: str


def schema(name: str, operation_id: str, group: str = "invoices") -> Check:
    check = getattr(test_schema, name)
    if not hasattr(check, "hypothesis"):
        return lambda examiner: check(examiner=examiner, group=group, operation_id=operation_id)
    return lambda examiner: check(made=test_schema.trials(examiner, group), group=group, operation_id=operation_id)


def robust(name: str, operation_id: str = "", group: str = "invoices") -> Check:
    check = getattr(test_robustness, name)
    if not operation_id:
        return lambda examiner: check(examiner)
    return lambda examiner: check(examiner=examiner, group=group, operation_id=operation_id)


def sent(find: Callable[[Asked], bool], change: Callable[[Asked], Asked]) -> Callable[[], Change]:
    """The server gets another request than was sent."""
    return lambda: lambda asked, forward: forward(change(asked) if find(asked) else asked)


def told(
    find: Callable[[Asked, Answered], bool], change: Callable[[Asked, Answered], Answered]
) -> Callable[[], Change]:
    """The caller gets another answer than was given."""

    def made(asked: Asked, forward: Forward) -> Answered:
        answer = forward(asked)
        return change(asked, answer) if find(asked, answer) else answer

    return lambda: made


def body_with(name: str, is_wrong: Callable[[Any], bool], instead: Any) -> Callable[[], Change]:
    """A member that is wrong is taken as if it were right."""

    def changed(asked: Asked) -> Asked:
        value = read(asked.body)
        if isinstance(value, dict) and name in value and is_wrong(value[name]):
            return replace(asked, body=json.dumps({**value, name: instead}).encode())
        return asked

    return sent(lambda asked: asked.path.startswith((INVOICES, UPLOADS)) and bool(asked.body), changed)


def member(change: Callable[[Json], Json]) -> Callable[[Asked, Answered], Answered]:
    """The answer's object is another one."""
    return lambda _, answer: replace(answer, body=json.dumps(change(json.loads(answer.body))).encode())


def without(name: str) -> Callable[[Asked, Answered], Answered]:
    return member(lambda shown: {key: value for key, value in shown.items() if key != name})


def read(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def is_to(method: str, end: str) -> Callable[[Asked], bool]:
    return lambda asked: asked.method == method and asked.path.partition("?")[0].endswith(end)


def failed(asked: Asked, answer: Answered) -> Answered:
    return replace(
        answer, status=500, body=b"Traceback (most recent call last)", headers={"content-type": "text/plain"}
    )


def refused(field: str, find: Callable[[Any], bool]) -> Callable[[], Change]:
    """What is right is refused, in the right envelope."""

    def made(asked: Asked, forward: Forward) -> Answered:
        value = read(asked.body)
        if isinstance(value, dict) and value.get(field) is not None and find(value[field]):
            return forward(replace(asked, body=json.dumps({**value, field: {}}).encode()))
        return forward(asked)

    return lambda: made


def remembers_deleted() -> Change:
    """What was once read is read again when it is gone."""
    kept: dict[str, Answered] = {}

    def made(asked: Asked, forward: Forward) -> Answered:
        path = asked.path.partition("?")[0]
        if asked.method == "DELETE" and path.startswith(INVOICES):
            kept[path] = forward(Asked("GET", path, asked.headers, b""))
        answer = forward(asked)
        return kept[path] if asked.method == "GET" and answer.status == 404 and path in kept else answer

    return made


def acts_before_it_refuses() -> Change:
    """A body that is refused is taken in part all the same."""

    def made(asked: Asked, forward: Forward) -> Answered:
        if asked.method == "PUT" and asked.path.startswith(INVOICES) and read(asked.body) is None and asked.body:
            forward(replace(asked, body=b'{"additionalNotes": "half"}'))
        return forward(asked)

    return made


def repeats_the_card(asked: Asked, answer: Answered) -> Answered:
    said = asked.body.decode("utf-8", "replace")
    return member(lambda shown: {**shown, "details": f"{shown['details']} {said}"})(asked, answer)


def overridden(asked: Asked) -> Asked:
    return replace(asked, method=asked.headers.get("x-http-method-override", asked.method))


def trimmed(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: trimmed(each) for name, each in value.items()}
    if isinstance(value, list):
        return [trimmed(each) for each in value]
    return value.strip() if isinstance(value, str) else value


FAULTS = (
    Fault(
        "a percentage just above the most is taken",
        body_with("taxPercentage", lambda value: value == 100.01, 100),
        schema("test_what_bodies_must_not_hold", "createInvoice"),
        "INV-BODY-SCHEMA",
    ),
    Fault(
        "the highest percentage is refused",
        refused("feesPercentage", lambda value: value == 100),
        schema("test_what_bodies_may_hold", "updateInvoice"),
        "SCHEMA:updateInvoice:accepted",
    ),
    Fault(
        "an item too many is taken",
        body_with("lineItems", lambda value: isinstance(value, list) and len(value) == 501, []),
        schema("test_what_bodies_must_not_hold", "createInvoice"),
        "INV-BODY-SCHEMA",
    ),
    Fault(
        "null is taken where it is not allowed",
        body_with("canPriceBeForceOverrided", lambda value: value is None, False),
        schema("test_what_bodies_must_not_hold", "updateInvoice"),
        "INV-BODY-SCHEMA",
    ),
    Fault(
        "a digest that is too long is cut",
        body_with("sha256", lambda value: isinstance(value, str) and len(value) == 65, "0" * 64),
        schema("test_what_bodies_must_not_hold", "confirmUpload", "invoice_uploads"),
        "UPL-BODY-SCHEMA",
    ),
    Fault(
        "an error names no field",
        told(lambda asked, answer: answer.status == 400, member(lambda shown: {**shown, "errors": {}})),
        schema("test_what_bodies_must_not_hold", "submitInvoiceAch"),
        "INV-BODY-SCHEMA",
    ),
    Fault(
        "a page that is too large is given",
        sent(lambda asked: "pageSize=101" in asked.path, lambda asked: replace(asked, path=asked.path.split("?")[0])),
        schema("test_parameters", "listInvoices"),
        "INV-PARAMETER",
    ),
    Fault(
        "digits with an underscore are a number",
        sent(lambda asked: "page=1_0" in asked.path, lambda asked: replace(asked, path=asked.path.split("?")[0])),
        schema("test_parameters", "listInvoices"),
        "INV-PARAMETER",
    ),
    Fault(
        "an id without hyphens is not refused but unknown",
        told(
            lambda asked, answer: "3f8a1b2c5d6e4f708a9b0c1d2e3f4a5b" in asked.path,
            lambda asked, answer: replace(answer, status=404),
        ),
        schema("test_parameters", "deleteUpload", "invoice_uploads"),
        "UPL-PARAMETER",
    ),
    Fault(
        "a method that is not offered is an unknown path",
        told(lambda asked, answer: answer.status == 405, lambda asked, answer: replace(answer, status=404)),
        lambda examiner: test_schema.test_other_methods(examiner, "invoices"),
        "INV-METHOD",
    ),
    Fault(
        "Allow leaves a method out",
        told(
            lambda asked, answer: "put" in answer.headers.get("allow", "").lower(),
            lambda asked, answer: replace(answer, headers={**answer.headers, "allow": "GET"}),
        ),
        lambda examiner: test_schema.test_other_methods(examiner, "invoices"),
        "INV-METHOD",
    ),
    Fault(
        "an unknown path answers as if it were known",
        told(
            lambda asked, answer: asked.path.endswith("/no-such-thing"),
            lambda asked, answer: replace(answer, status=200),
        ),
        lambda examiner: test_schema.test_other_paths(examiner, "invoice_uploads"),
        "UPL-ROUTE",
    ),
    Fault(
        "a slash at the end leads elsewhere",
        told(
            lambda asked, answer: asked.path.endswith("/"),
            lambda asked, answer: Answered(307, {"location": asked.path[:-1]}),
        ),
        robust("test_paths_that_are_odd", "getInvoice"),
        "INV-ROUTE",
    ),
    Fault(
        "a token is not asked for",
        lambda: (
            lambda asked, forward: (
                replace(forward(asked), status=200)
                if "authorization" not in asked.headers and asked.path.startswith(UPLOADS)
                else forward(asked)
            )
        ),
        schema("test_authentication_is_asked_for", "getUploadPreviewUrl", "invoice_uploads"),
        "UPL-AUTH-MISSING",
    ),
    Fault(
        "a member of the answer is missing",
        told(lambda asked, answer: is_to("GET", "/calculations")(asked) and answer.status == 200, without("taxAmount")),
        schema("test_examples", "getInvoiceCalculations"),
        "SCHEMA:getInvoiceCalculations:200",
    ),
    Fault(
        "a status that is not documented",
        told(
            lambda asked, answer: is_to("PUT", "/cancel")(asked) and answer.status == 200,
            lambda asked, answer: replace(answer, status=202),
        ),
        schema("test_edges_that_are_allowed", "cancelInvoice"),
        "SCHEMA:cancelInvoice:status",
    ),
    Fault(
        "an answer of another media type",
        told(
            lambda asked, answer: is_to("GET", "/preview-url")(asked) and answer.status == 200,
            lambda asked, answer: replace(answer, headers={**answer.headers, "content-type": "text/plain"}),
        ),
        schema("test_anything_that_is_allowed", "getUploadPreviewUrl", "invoice_uploads"),
        "SCHEMA:getUploadPreviewUrl:media-type",
    ),
    Fault(
        "an error with another code",
        told(
            lambda asked, answer: answer.status == 400 and "/mark-as-paid" in asked.path,
            member(lambda shown: {**shown, "errorCode": "E1"}),
        ),
        schema("test_anything_that_is_forbidden", "markInvoiceAsPaid"),
        "INV-RESPONSE",
    ),
    Fault(
        "an error at an edge has no correlation id",
        told(lambda asked, answer: answer.status == 400 and "/cancel" in asked.path, without("correlationId")),
        schema("test_edges_that_are_forbidden", "cancelInvoice"),
        "SCHEMA:cancelInvoice:400",
    ),
    Fault(
        "a search for a percent sign fails",
        told(lambda asked, answer: "%" in unquote(asked.path.partition("search=")[2]), failed),
        robust("test_texts_harm_nothing_that_shows_them"),
        "INV-INTERNAL",
    ),
    Fault(
        "NaN is taken",
        sent(lambda asked: b"NaN" in asked.body, lambda asked: replace(asked, body=asked.body.replace(b"NaN", b"1"))),
        robust("test_bodies_that_are_no_json", "createInvoice"),
        "INV-BODY-JSON",
    ),
    Fault(
        "Latin-1 is read as if it were UTF-8",
        sent(
            lambda asked: b"\xe9" in asked.body,
            lambda asked: replace(asked, body=asked.body.decode("latin-1").encode()),
        ),
        robust("test_bodies_that_are_no_json", "sendInvoiceSms"),
        "INV-BODY-JSON",
    ),
    Fault(
        "a body that is refused changes the record",
        acts_before_it_refuses,
        robust("test_bodies_that_are_no_json", "updateInvoice"),
        "INV-REFUSAL-CHANGES-NOTHING",
    ),
    Fault(
        "no type is as good as the right one",
        sent(
            lambda asked: "content-type" not in asked.headers and bool(asked.body),
            lambda asked: replace(asked, headers={**asked.headers, "content-type": "application/json"}),
        ),
        robust("test_media_types", "presignUpload", "invoice_uploads"),
        "UPL-MEDIA-TYPE",
    ),
    Fault(
        "a body that is too long is cut",
        sent(lambda asked: len(asked.body) > 1 << 20, lambda asked: replace(asked, body=asked.body.strip())),
        robust("test_the_size_of_bodies", "createInvoice"),
        "INV-BODY-SIZE",
    ),
    Fault(
        "the longest body is refused",
        told(lambda asked, answer: len(asked.body) == 1 << 20, lambda asked, answer: replace(answer, status=413)),
        robust("test_the_size_of_bodies", "presignUpload", "invoice_uploads"),
        "SCHEMA:presignUpload:accepted",
    ),
    Fault(
        "an empty body is an object",
        sent(
            lambda asked: asked.method == "POST" and asked.path.endswith("/presign") and not asked.body,
            lambda asked: replace(asked, body=b'{"filename": "a.pdf", "mimeType": "application/pdf", "size": 1}'),
        ),
        robust("test_a_body_that_is_empty", "presignUpload", "invoice_uploads"),
        "UPL-BODY-EMPTY",
    ),
    Fault(
        "texts lose the blanks around them",
        told(
            lambda asked, answer: asked.method == "GET" and asked.path.startswith(INVOICES) and answer.status == 200,
            member(trimmed),
        ),
        robust("test_texts_are_kept_as_they_are"),
        "SCHEMA:createInvoice:kept",
    ),
    Fault(
        "a header says which method is meant",
        sent(lambda asked: True, overridden),
        robust("test_methods_that_are_odd", "deleteInvoice"),
        "INV-REFUSAL-CHANGES-NOTHING",
    ),
    Fault(
        "an error repeats what was sent",
        told(lambda asked, answer: answer.status == 400 and asked.path.endswith("/submit"), repeats_the_card),
        lambda examiner: test_robustness.test_errors_repeat_no_secrets(examiner, "submitInvoice"),
        "SCHEMA:submitInvoice:secret",
    ),
    Fault(
        "bytes that are no JSON make the server fail",
        told(lambda asked, answer: answer.status == 400 and b"\xff" in asked.body, failed),
        robust("test_bytes_that_were_changed", "markInvoiceAsPaid"),
        "INV-INTERNAL",
    ),
    Fault(
        "what was deleted can be read",
        remembers_deleted,
        lambda examiner: test_stateful.test_links(examiner, "invoices"),
        "INV-NOT-FOUND",
    ),
)
