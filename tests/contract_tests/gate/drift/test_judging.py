"""What is documented is no drift; each single difference is found as what it is."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract_tests.gate.drift import headers
from contract_tests.gate.drift.fields import Fields
from contract_tests.gate.drift.kinds import KINDS, PREFIX
from openapi import ABSENT
from tests.contract_tests.gate.drift.recorded import CONTRACTS, INVOICE, call, deviations, example, kinds

NEW = "/pay-int-api/invoices"
CREATED = example("createInvoice", "200")
LISTED = example("listInvoices", "200")
PRESIGN = "/api/v1/invoice-uploads/presign"


def invoice(**changed: Any) -> dict[str, Any]:
    return {**example("getInvoice", "200"), **changed}


def without(value: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: each for key, each in value.items() if key != name}


@pytest.mark.parametrize(
    ("group", "operation_id", "status"),
    [
        (group, operation.id, status)
        for group, contract in CONTRACTS.items()
        for operation in contract.operations.values()
        for status, answer in operation.answers.items()
        if any(each.media_type.endswith("json") for each in answer.contents)
    ],
)
def test_no_example_of_the_contract_is_drift(group: str, operation_id: str, status: str) -> None:
    contract = CONTRACTS[group]
    operation = contract.operations[operation_id]
    path = contract.base_path + operation.path.replace("{", "").replace("}", "")
    (content,) = [each for each in operation.answers[status].contents if each.media_type.endswith("json")]
    for each in content.examples.values():
        answered = {"content-type": content.media_type}
        assert kinds(call(operation.method, path, int(status), each, headers=answered)) == {}


PLANTED: list[tuple[str, str, Callable[[], Any]]] = [
    ("undocumented-status", "418", lambda: call(status=418)),
    ("undocumented-media-type", "200 text/plain", lambda: call(answer=1, headers={"content-type": "text/plain"})),
    ("undocumented-body", "200", lambda: call("PUT", INVOICE + "/cancel", 200, {"id": 1})),
    ("missing-body", "200", lambda: call(status=200)),
    ("undocumented-field", "200 /nickname", lambda: call(answer=invoice(nickname="Bob"))),
    ("undocumented-header", "200 x-colour", lambda: call(answer=invoice(), headers={"X-Colour": "red"})),
    ("undocumented-value", "200 /status enum", lambda: call(answer=invoice(status=99))),
    ("undocumented-format", "200 /id format", lambda: call(answer=invoice(id="INV-1"))),
    ("undocumented-type", "200 /status type", lambda: call(answer=invoice(status="Paid"))),
    ("undocumented-path", "GET /customers/{id}", lambda: call(path="/pay-int-api/customers/17", answer={})),
    ("undocumented-operation", "PATCH /invoices/{invoiceId}", lambda: call("PATCH", INVOICE, 200, {})),
    ("undocumented-request-field", "body /colour", lambda: call("POST", NEW, 200, CREATED, {"colour": 1})),
    ("undocumented-parameter", "query colour", lambda: call(path=f"{NEW}?colour=red", answer=LISTED)),
    ("accepted-request", "body /taxPercentage type", lambda: call("POST", NEW, 200, CREATED, {"taxPercentage": "1"})),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "subject", "make"), PLANTED, ids=[each[0] for each in PLANTED])
def test_a_single_difference_is_found_as_what_it_is(kind: str, subject: str, make: Callable[[], Any]) -> None:
    assert kinds(make()) == {kind: subject}


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("expiresInSeconds", None, "undocumented-null"),
        ("expiresInSeconds", "900", "undocumented-type"),
        ("method", "POST", "undocumented-value"),
        ("uploadId", "upload-1", "undocumented-format"),
    ],
)
def test_a_value_of_an_answer_is_looked_at(name: str, value: Any, kind: str) -> None:
    answer = {**example("presignUpload", "200"), name: value}
    body = {"filename": "a.pdf", "mimeType": "application/pdf", "size": 1}

    assert kind in kinds(call("POST", PRESIGN, 200, answer, body))


@pytest.mark.parametrize("name", ["Date", "ETAG", "x-request-id", "X-Amzn-Trace-Id", "CF-Ray", "X-Mock-Namespace"])
def test_a_header_that_comes_with_any_answer_is_no_drift_in_whatever_letters(name: str) -> None:
    assert kinds(call(answer=invoice(), headers={name: "1"})) == {}


@pytest.mark.parametrize("name", ["X-Arise-Trace-CorrelationId", "x-arise-trace-correlationid"])
def test_a_documented_header_is_known_in_whatever_letters(name: str) -> None:
    answer = example("getInvoice", "401")

    assert kinds(call(status=401, answer=answer, headers={name: "1"})) == {}


def test_the_value_of_an_undocumented_header_is_shown_under_its_name() -> None:
    (found,) = deviations(call(answer=invoice(), headers={"X-Colour": "red"}))

    assert (found.name, found.value, found.among) == ("x-colour", "red", "status")
    assert found.pointer.endswith("/responses/200")


def test_a_promised_member_that_is_missing_is_told_where_it_should_be() -> None:
    answer = without(example("presignUpload", "200"), "s3Key")
    (found,) = deviations(call("POST", PRESIGN, 200, answer))

    assert found.kind == "drift-missing-field"
    assert found.at == "/s3Key"
    assert found.pointer == "/components/schemas/PresignUploadResponse/required"


def test_a_member_behind_a_nullable_reference_is_told_by_itself() -> None:
    assert kinds(call(answer=invoice(customer={"firstName": 5}))) == {
        "undocumented-type": "200 /customer/firstName type"
    }


def test_what_is_refused_is_no_request_that_was_accepted() -> None:
    refused = call("POST", NEW, 400, example("createInvoice", "400"), {"taxPercentage": "1", "colour": 1})

    assert kinds(refused) == {}


def test_a_body_that_is_no_json_is_told_unless_it_was_cut() -> None:
    whole = call(answer="x")
    object.__setattr__(whole.answer, "content", b'{"id": ')
    assert kinds(whole) == {"unreadable-body": "200"}

    object.__setattr__(whole.answer, "is_whole", False)
    del whole.answer.__dict__["json"]
    assert kinds(whole) == {}


@pytest.mark.parametrize("status", [401, 403, 404, 405, 429, 301, 302, 500, 503])
def test_an_unknown_path_that_is_refused_is_no_drift(status: int) -> None:
    assert kinds(call(path="/pay-int-api/customers", status=status, answer={})) == {}


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
def test_what_servers_answer_by_themselves_is_no_drift(method: str) -> None:
    assert kinds(call(method, INVOICE, 200)) == {}


def test_a_masked_value_is_not_taken_for_what_was_sent() -> None:
    assert kinds(call(answer=invoice(id="***"))) == {}


def test_an_assumption_that_does_not_hold_is_told_as_one() -> None:
    body = {"taxPercentage": 101}
    (found,) = deviations(call("POST", NEW, 200, CREATED, body))

    assert (found.kind, found.provenance) == ("drift-accepted-request", "assumed")
    assert found.pointer.endswith("/properties/taxPercentage/maximum")


def test_members_deep_inside_are_found_with_a_star_for_places_in_lists() -> None:
    answer = example("listInvoices", "200")
    answer["items"][1]["colour"] = "red"
    (found,) = deviations(call(path=NEW, answer=answer))

    assert (found.subject, found.at) == ("200 /items/*/colour", "/items/1/colour")


def test_every_kind_is_planted_or_counted_somewhere() -> None:
    planted = {each[0] for each in PLANTED}
    elsewhere = {"undocumented-null", "missing-field", "unreadable-body"}
    of_made_up_schemas = {"forbidden-field", "missing-header", "out-of-bounds", "undocumented-shape"}
    of_tallies = {"unseen-operation", "unseen-status", "unseen-field"}

    assert {PREFIX + each for each in planted | elsewhere | of_made_up_schemas | of_tallies} == set(KINDS)


CAT = {"$ref": "#/components/schemas/Cat"}
TAGS = {"type": "object", "additionalProperties": {"type": "string"}}
FIELDS = Fields(
    {
        "Pet": {"oneOf": [CAT, {"$ref": "#/components/schemas/Dog"}]},
        "Cat": {"properties": {"lives": {"type": "integer"}, "kittens": {"type": "array", "items": CAT}}},
        "Dog": {"allOf": [{"properties": {"barks": {"type": "boolean"}}}, {"properties": {"tags": TAGS}}]},
        "Free": {"type": "object"},
        "Open": {"type": "object", "properties": {"a": {}}, "additionalProperties": True},
        "Closed": {"type": "object", "properties": {"a": {}}, "additionalProperties": False},
    }
)


@pytest.mark.parametrize(
    ("schema", "value", "extras"),
    [
        ("Cat", {"lives": 9}, []),
        ("Cat", {"lives": 9, "color": 1}, ["/color"]),
        ("Cat", {"kittens": [{"lives": 1}, {"kittens": [{"x": 1}]}]}, ["/kittens/1/kittens/0/x"]),
        ("Pet", {"lives": 9, "barks": True}, []),
        ("Dog", {"tags": {"any": "x", "name": "y"}}, []),
        ("Dog", {"barks": 1, "meows": 1}, ["/meows"]),
        ("Free", {"whatever": {"is": "there"}}, []),
        ("Open", {"b": 1}, []),
        ("Closed", {"b": 1}, ["/b"]),
        ("Cat", [1], []),
        ("Cat", None, []),
        ("Cat", {"a/b~c": 1}, ["/a~1b~0c"]),
    ],
)
def test_members_that_no_schema_names(schema: str, value: Any, extras: list[str]) -> None:
    found = list(FIELDS.extras(value, {"$ref": f"#/components/schemas/{schema}"}))

    assert [each.at for each in found] == extras
    assert all(each.is_forbidden == (schema == "Closed") for each in found)


def test_all_members_of_a_recursive_schema_are_listed_once() -> None:
    found = FIELDS.documented({"$ref": "#/components/schemas/Pet"})

    assert found == [("lives",), ("kittens",), ("barks",), ("tags",)]


NAMES = st.sampled_from(["lives", "kittens", "barks", "x"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner),
    max_leaves=12,
)


@settings(max_examples=200, derandomize=True, deadline=None, database=None)
@given(JSON, st.sampled_from(["Pet", "Cat", "Dog", "Free", "Closed"]))
def test_a_member_is_named_or_not_and_never_both(value: Any, schema: str) -> None:
    reference = {"$ref": f"#/components/schemas/{schema}"}
    extras = list(FIELDS.extras(value, reference))

    assert not {each.path for each in extras} & FIELDS.present(value, reference)
    for each in extras:
        assert json.dumps(each.value) in json.dumps(value)
    assert ABSENT not in {each.at for each in extras}


def test_the_list_of_ordinary_headers_is_in_small_letters_and_says_each_once() -> None:
    tables = tomllib.loads((Path(headers.__file__).parent / "ordinary_headers.toml").read_text())
    listed = [each for table in tables.values() for each in (*table.get("names", ()), *table.get("beginnings", ()))]

    assert listed == [each.lower() for each in listed]
    assert len(set(listed)) == len(listed) > 90
