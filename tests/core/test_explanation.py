"""An explanation tells what was asked, how far it got, what refused it and what would have been possible."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from mock_server.core.errors import Refused, Violation
from mock_server.core.exchange import Caller
from mock_server.core.explanation import as_text, explain, nearest
from mock_server.core.journal.entry import Exchanged, Message
from mock_server.core.trace import CellUse
from openapi import Contract, contract_file, contract_names, read_contract

CONTRACTS: dict[str, Contract] = {name: read_contract(contract_file(name)) for name in contract_names()}
ID = "0b9cc2b4-2ab5-4fa8-8a4b-4c2b5a0b6f2e"


def exchange(operation_id: str | None = "cancelInvoice", **more: Any) -> Exchanged:
    """An exchange with the Invoices API; a JSON body may be given as `body`."""
    body = more.pop("body", None)
    headers = more.pop("headers", ())
    content = b"" if body is None else json.dumps(body).encode()
    stated: dict[str, Any] = {
        "id": "request-1",
        "at": datetime(2026, 11, 2, 9, 30, tzinfo=UTC),
        "seconds": 0.002,
        "namespace": "default",
        "group": "invoices",
        "operation_id": operation_id,
        "caller": Caller("tests", "some-merchant", frozenset({"invoices"})),
        "method": "PUT",
        "path": f"/pay-int-api/invoices/{ID}/cancel",
        "query": "",
        "scheme": "http",
        "host": "mock.test",
        "request": Message(headers, content, len(content)),
        "status": 200,
        "response": Message(),
    }
    return Exchanged(**{**stated, **more})


def refused(rule: str, *violations: Violation, **more: Any) -> Exchanged:
    """One that a rule has refused, and those of the violations."""
    status = next(each.rules[rule].status for each in CONTRACTS.values() if rule in each.rules)
    rules = tuple(dict.fromkeys([rule, *(each.rule for each in violations if each.rule)]))
    told = Refused(rule, f"{rule} is the reason.", violations)
    return exchange(**{"status": status, "refused": told, "rules": rules, **more})


def explained(seen: Exchanged) -> dict[str, Any]:
    return explain(seen, CONTRACTS)


def outcomes(seen: Exchanged) -> dict[str, str]:
    return {each["stage"]: each["outcome"] for each in explained(seen)["stages"]}


def cell(action: str, state: str, target: str | None = None, *, is_allowed: bool = True) -> CellUse:
    return CellUse("invoice", action, state, ID, is_allowed, target)


# How far it got


def test_the_stages_stand_in_the_order_of_the_pipeline() -> None:
    assert list(outcomes(exchange())) == [
        "routing",
        "authentication",
        "parameters",
        "body",
        "idempotency",
        "rules",
        "state",
        "response",
    ]


def test_an_accepted_call_has_passed_every_stage_that_applies() -> None:
    assert outcomes(exchange()) == {
        "routing": "passed",
        "authentication": "passed",
        "parameters": "passed",
        "body": "doesNotApply",
        "idempotency": "doesNotApply",
        "rules": "doesNotApply",
        "state": "passed",
        "response": "passed",
    }


def test_idempotency_applies_to_calls_with_a_key_only() -> None:
    assert outcomes(exchange(headers=(("idempotency-key", "one"),)))["idempotency"] == "passed"


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("INV-AUTH-EXPIRED", {"routing": "passed", "authentication": "refused", "parameters": "notReached"}),
        (
            "INV-PARAMETER",
            {"authentication": "passed", "parameters": "refused", "body": "passed", "rules": "notReached"},
        ),
        (
            "INV-BODY-SIZE",
            {"authentication": "passed", "parameters": "partly", "body": "refused", "state": "notReached"},
        ),
        ("INV-IDEMPOTENCY-CONFLICT", {"body": "passed", "idempotency": "refused", "rules": "notReached"}),
        ("INV-CARD-NUMBER", {"body": "passed", "rules": "refused", "state": "notReached", "response": "passed"}),
        ("INV-CARD-STATE", {"body": "passed", "rules": "partly", "state": "refused", "response": "passed"}),
        ("INV-RESPONSE", {"rules": "passed", "state": "passed", "response": "refused"}),
    ],
)
def test_what_lies_behind_a_refusal_was_not_reached(rule: str, expected: dict[str, str]) -> None:
    found = outcomes(refused(rule, operation_id="submitInvoice", headers=(("idempotency-key", "one"),)))
    assert {stage: found[stage] for stage in expected} == expected


def test_a_body_that_breaks_its_schema_is_told_together_with_the_parameters() -> None:
    wrong = Violation("must be at most 5.", "/totalAmount", rule="INV-BODY-SCHEMA", expected="maximum: 5")
    found = outcomes(refused("INV-BODY-SCHEMA", wrong, operation_id="submitInvoice"))
    assert (found["parameters"], found["body"]) == ("passed", "refused")
    both = [Violation("is no uuid.", "/id", "path", "INV-PARAMETER", "format: uuid"), wrong]
    found = outcomes(refused("INV-PARAMETER", *both, operation_id="submitInvoice"))
    assert (found["parameters"], found["body"]) == ("refused", "refused")


def test_a_rule_that_knows_the_record_has_asked_for_its_state_before() -> None:
    seen = refused("INV-CARD-AMOUNT", operation_id="submitInvoice", cells=(cell("submitInvoice", "Published"),))
    assert outcomes(seen)["state"] == "passed"


def test_the_authorization_server_has_an_order_of_its_own() -> None:
    seen = refused("AUTH-CLIENT", operation_id="requestToken", group="oauth", path="/oauth2/token", method="POST")
    assert outcomes(seen) == {
        "routing": "passed",
        "body": "passed",
        "parameters": "passed",
        "authentication": "refused",
        "rules": "notReached",
        "response": "passed",
    }
    seen = refused("AUTH-PARAMETER", operation_id="requestToken", group="oauth", path="/oauth2/token", method="POST")
    assert outcomes(seen)["authentication"] == "partly"


def test_the_bucket_has_one_stage() -> None:
    seen = refused("UPL-URL-EXPIRED", operation_id=None, group=None, path="/_s3/invoice-uploads/x")
    found = outcomes(seen)
    assert found.pop("bucket") == "refused"
    assert set(found.values()) == {"doesNotApply"}
    assert explained(seen)["near"] == []


def test_bytes_that_the_bucket_took_belong_to_the_contract_of_their_lifecycle() -> None:
    use = CellUse("upload", "put", "presigned", ID, True, "stored")
    seen = exchange(None, group=None, path="/_s3/invoice-uploads/x", cells=(use,))
    assert (explained(seen)["group"], outcomes(seen)["bucket"]) == ("invoice_uploads", "passed")
    assert explained(seen)["near"] == []
    assert "went from presigned to stored" in explained(seen)["summary"]


def test_of_a_call_nobody_waited_for_it_is_not_known_how_far_it_got() -> None:
    seen = exchange(status=499)
    assert (outcomes(seen)["routing"], outcomes(seen)["state"]) == ("passed", "partly")
    assert explained(seen)["summary"] == "The client left before there was an answer to cancelInvoice."


def test_each_stage_names_the_rules_that_could_refuse_there() -> None:
    stages = {each["stage"]: each["rules"] for each in explained(exchange())["stages"]}
    assert stages["state"] == ["INV-NOT-FOUND", "INV-CANCEL-STATE"]
    assert stages["routing"] == ["INV-ROUTE", "INV-METHOD"]


# What refused it


def test_a_refusal_is_told_with_all_that_is_known_of_its_rule() -> None:
    rule = CONTRACTS["invoices"].rules["INV-CARD-NUMBER"]
    seen = refused("INV-CARD-NUMBER", operation_id="submitInvoice")
    assert explained(seen)["refusals"] == [
        {
            "rule": "INV-CARD-NUMBER",
            "says": rule.says,
            "stage": "rules",
            "status": 400,
            "refuses": True,
            "provenance": "assumed",
            "source": rule.source,
            "operations": ["submitInvoice"],
            "limits": {"minimumDigits": 12, "maximumDigits": 19},
        }
    ]
    assert explained(seen)["summary"] == (
        "submitInvoice was refused with 400 by INV-CARD-NUMBER in the stage rules: INV-CARD-NUMBER is the reason."
    )


def test_all_rules_that_refused_are_told() -> None:
    wrong = [Violation("is wrong.", rule="INV-CARD-NUMBER"), Violation("is wrong.", rule="INV-CARD-CVV")]
    seen = refused("INV-CARD-NUMBER", *wrong, operation_id="submitInvoice")
    assert [each["rule"] for each in explained(seen)["refusals"]] == ["INV-CARD-NUMBER", "INV-CARD-CVV"]


def test_a_refusal_that_only_the_answer_names_is_told_too() -> None:
    seen = exchange("requestToken", group="oauth", status=401, rules=("AUTH-CLIENT",), method="POST")
    assert [each["rule"] for each in explained(seen)["refusals"]] == ["AUTH-CLIENT"]
    assert CONTRACTS["oauth"].rules["AUTH-CLIENT"].says in explained(seen)["summary"]


def test_a_rule_that_refuses_nothing_is_no_refusal() -> None:
    seen = exchange("submitInvoice", status=200, rules=("INV-CARD-DECLINE", "INV-CARD-STATE"))
    assert explained(seen)["refusals"] == []


def test_the_mock_itself_refuses_by_rules_of_its_own() -> None:
    seen = refused("CTL-ROUTE", operation_id=None, group=None, caller=None)
    assert explained(seen)["group"] == "control"
    assert outcomes(seen)["routing"] == "refused"


# Violations


def violation(seen: Exchanged) -> dict[str, Any]:
    found: dict[str, Any] = explained(seen)["violations"][0]
    return {name: found.get(name) for name in ("pointer", "where", "found", "actual", "expected")}


@pytest.mark.parametrize(
    ("where", "pointer", "more", "found", "actual"),
    [
        ("body", "/lines/1/price", {"body": {"lines": [{}, {"price": -1}]}}, "value", -1),
        ("body", "/lines/2/price", {"body": {"lines": [{}, {"price": -1}]}}, "absent", None),
        ("body", "/email", {"body": {"name": "x"}}, "absent", None),
        ("body", "", {"body": {"name": "x"}}, "value", {"name": "x"}),
        ("body", "/a~1b", {"body": {"a/b": None}}, "value", None),
        ("body", "/name", {}, "absent", None),
        ("body", "/x/0", {"body": {"x": "text"}}, "absent", None),
        ("query", "/page", {"query": "page=0&x=1"}, "value", "0"),
        ("query", "/page", {"query": "page=1&page=2"}, "value", ["1", "2"]),
        ("query", "/page", {"query": "pages=1"}, "absent", None),
        ("path", "/invoiceId", {"path": "/pay-int-api/invoices/not%20one/cancel"}, "value", "not one"),
        ("path", "/invoiceId", {"path": "/elsewhere"}, "unknown", None),
        ("header", "/X-Api-Version", {"headers": (("x-api-version", "9"), ("x-api-version", "8"))}, "value", "9"),
        ("header", "/X-Api-Version", {"headers": (("accept", "*/*"),)}, "absent", None),
    ],
)
def test_what_was_found_where_a_violation_is(
    where: str, pointer: str, more: dict[str, Any], found: str, actual: Any
) -> None:
    wrong = Violation("is wrong.", pointer, where, "INV-PARAMETER", "format: right")
    assert violation(refused("INV-PARAMETER", wrong, **more)) == {
        "pointer": pointer,
        "where": where,
        "found": found,
        "actual": actual,
        "expected": "format: right",
    }


@pytest.mark.parametrize("message", [Message((), b'{"b": 1}', 900, is_cut=True), Message((), b"no json", 7)])
def test_what_the_journal_has_in_parts_only_is_not_guessed(message: Message) -> None:
    wrong = Violation("is wrong.", "/a", rule="INV-BODY-SCHEMA")
    assert violation(refused("INV-BODY-SCHEMA", wrong, request=message))["found"] == "unknown"


def test_of_a_long_value_the_beginning_is_shown() -> None:
    wrong = Violation("is too long.", "/notes", rule="INV-BODY-SCHEMA")
    actual = violation(refused("INV-BODY-SCHEMA", wrong, body={"notes": "x" * 5000}))["actual"]
    assert actual == '"' + "x" * 999 + "…"


# Lifecycles


def test_a_refused_action_is_told_with_what_would_have_been_possible() -> None:
    seen = refused("INV-CANCEL-STATE", cells=(cell("cancelInvoice", "Draft", is_allowed=False),))
    (found,) = explained(seen)["cells"]
    lifecycle = CONTRACTS["invoices"].lifecycles["invoice"]
    assert (found["isAllowed"], found["target"], found["rule"]) == (False, None, "INV-CANCEL-STATE")
    assert [each["action"] for each in found["possible"]] == lifecycle.allowed("Draft")
    assert {"action": "deleteInvoice", "isEvent": False, "targets": ["absent"]} in found["possible"]


@pytest.mark.parametrize(
    ("use", "move"),
    [
        (cell("cancelInvoice", "Published", "Canceled"), "went from Published to Canceled"),
        (cell("getInvoice", "Paid"), "stayed Paid"),
        (cell("deleteInvoice", "Draft"), "was Draft and is gone"),
        (cell("createInvoice", "absent", "Draft"), "came into being as Draft"),
    ],
)
def test_a_successful_call_tells_what_became_of_the_record(use: CellUse, move: str) -> None:
    seen = exchange(use.action, cells=(use,))
    assert explained(seen)["summary"] == f"{use.action} was answered with 200; the invoice {ID} {move}."


def test_an_action_that_was_allowed_but_refused_by_another_rule_led_nowhere() -> None:
    seen = refused("INV-CARD-AMOUNT", operation_id="submitInvoice", cells=(cell("submitInvoice", "Published", "Paid"),))
    (found,) = explained(seen)["cells"]
    assert (found["isAllowed"], found["target"]) == (True, None)


# Steered answers, and paths of nobody


def test_a_steered_answer_names_who_steered_it() -> None:
    seen = exchange(status=503, steered="fault outage")
    assert explained(seen)["summary"] == (
        "cancelInvoice was answered with 503. The answer was steered by fault outage, not by the contract's rules."
    )
    assert outcomes(seen)["state"] == "partly"


def test_a_steered_answer_of_an_operation_that_ran_has_passed_its_stages() -> None:
    seen = exchange(steered="fault slow", cells=(cell("cancelInvoice", "Published", "Canceled"),))
    assert outcomes(seen)["state"] == "passed"


@pytest.mark.parametrize(
    ("method", "path", "meant"),
    [
        ("GET", "/pay-int-api/invoice", "GET /pay-int-api/invoices"),
        ("POST", "/invoices", "POST /pay-int-api/invoices"),
        ("GET", "/pay-int-api/invoices/", "GET /pay-int-api/invoices"),
        ("PUT", f"/pay-int-api/invoices/{ID}/mark-paid", "PUT /pay-int-api/invoices/{invoiceId}/mark-as-paid"),
        ("POST", "/api/v1/invoice-upload/presign", "POST /api/v1/invoice-uploads/presign"),
        ("GET", "/v2/pay-int-api/invoices", "GET /pay-int-api/invoices"),
        ("GET", "/_mock/helth", "GET /_mock/health"),
    ],
)
def test_a_path_of_nobody_is_told_with_what_is_near(method: str, path: str, meant: str) -> None:
    seen = refused("CTL-ROUTE", operation_id=None, group=None, method=method, path=path)
    near = [f"{each['method']} {each['path']}" for each in explained(seen)["near"]]
    assert near[0] == meant
    assert meant in explained(seen)["summary"]


def test_a_wrong_method_is_told_with_those_of_the_path() -> None:
    seen = refused("INV-METHOD", operation_id=None, method="PATCH", path=f"/pay-int-api/invoices/{ID}")
    near = {each["operation"] for each in explained(seen)["near"]}
    assert near == {"getInvoice", "updateInvoice", "deleteInvoice"}


def test_nothing_is_near_to_something_else_altogether() -> None:
    seen = refused("CTL-ROUTE", operation_id=None, group=None, path="/wp-admin/setup.php")
    assert explained(seen)["near"] == []
    assert "Perhaps" not in explained(seen)["summary"]


def test_what_was_answered_well_beside_all_groups_is_near_to_nothing() -> None:
    assert explained(exchange(None, group=None, path="/pay-int-api/invoic", status=200))["near"] == []


def test_names_are_near_whatever_their_case() -> None:
    assert nearest("inv-cancel-stat", CONTRACTS["invoices"].rules)[0] == "INV-CANCEL-STATE"
    assert nearest("xyz", CONTRACTS["invoices"].rules) == []


# For people


def test_the_text_has_everything_that_matters() -> None:
    wrong = Violation("must be at most 5.", "/amount", rule="INV-CARD-NUMBER", expected="maximum: 5")
    seen = refused(
        "INV-CARD-NUMBER",
        wrong,
        operation_id="submitInvoice",
        body={"amount": 7},
        cells=(cell("submitInvoice", "Published"),),
    )
    text = as_text(explained(seen))
    for told in (
        "submitInvoice was refused with 400",
        "Refused by INV-CARD-NUMBER",
        '"maximumDigits": 19',
        "body /amount: must be at most 5.",
        "found    7",
        "REFUSED by INV-CARD-NUMBER",
        "authentication  passed",
        "markInvoiceAsPaid (Paid)",
        "sendInvoiceSms (stays)",
        "some-merchant",
    ):
        assert told in text
    assert max(map(len, text.splitlines())) <= 120


def test_the_text_of_a_stray_names_what_is_near() -> None:
    text = as_text(explained(refused("CTL-ROUTE", operation_id=None, group=None, caller=None, path="/invoices")))
    assert "/pay-int-api/invoices (listInvoices)" in text
