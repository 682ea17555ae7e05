"""How often, among how many, where first; what says nothing, and what never came."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from contract_tests.gate.drift import tally as module
from contract_tests.gate.drift.routes import Routes
from contract_tests.gate.drift.tally import Tally, told_share
from openapi import read_contract
from tests.contract_tests.gate.drift.recorded import CONTRACTS, INVOICE, ORIGIN, call, entry, example, seen, tallied

OWN = """\
openapi: 3.0.3
info: {title: Pets, version: "1"}
servers: [{url: /pets-api}]
paths:
  /pets/{id}:
    get:
      operationId: getPet
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses:
        "200":
          description: A pet.
          headers:
            X-Request-Id: {required: true, schema: {type: string}}
            X-Other: {schema: {type: string}}
          content:
            application/json:
              schema:
                type: object
                required: [name]
                additionalProperties: false
                properties:
                  name: {type: string, maxLength: 3}
                  kind: {oneOf: [{type: integer}, {type: string, minLength: 9}]}
                  nick: {nullable: true, anyOf: [{type: string, maxLength: 3}]}
                  home: {type: object, properties: {street: {type: string}, city: {type: string}}}
        4XX: {description: Wrong.}
        default: {description: Anything else.}
"""


def invoice(**changed: Any) -> dict[str, Any]:
    return {**example("getInvoice", "200"), **changed}


def pets(folder: Path) -> Routes:
    file = folder / "pets.yaml"
    file.write_text(OWN)
    return Routes({"pets": read_contract(file)}, {})


def pet(answer: Any, status: int = 200, headers: dict[str, str] | None = None) -> dict[str, Any]:
    return entry(
        path="/pets-api/pets/1", status=status, answer=answer, headers={"X-Request-Id": "1", **(headers or {})}
    )


def unseen_members(*entries: Any) -> list[str]:
    (told,) = [
        each.deviation.told for each in tallied(*entries).unseen() if each.deviation.kind == "drift-unseen-field"
    ]
    return told.removeprefix("documents ").partition(" of the answer")[0].split(", ")


def subjects(tally: Tally) -> dict[str, str]:
    return {each.deviation.kind.removeprefix("drift-"): each.deviation.subject for each in tally.deviations()}


def test_a_deviation_is_counted_among_the_answers_of_its_status() -> None:
    entries = [entry(answer=invoice())] * 7 + [entry(answer=invoice(colour="red"))] * 3
    entries += [entry(status=404, answer=example("getInvoice", "404"))] * 5
    (found,) = seen(*entries).values()

    assert (found.count, found.among) == (3, 10)
    assert told_share(found) == "3 of 10 times (30 %)"
    assert found.first is not None
    assert found.first.origin == "traffic.har, entry 8"


def test_several_of_a_kind_in_one_answer_count_once() -> None:
    answer = example("listInvoices", "200")
    for each in answer["items"]:
        each["colour"] = "red"
    (found,) = seen(entry(path="/pay-int-api/invoices", answer=answer)).values()

    assert len(answer["items"]) > 1
    assert (found.count, found.among) == (1, 1)


def test_a_status_is_counted_among_the_calls_of_its_operation() -> None:
    entries = [entry(answer=invoice())] * 3 + [entry(status=418, answer={})]
    found = seen(*entries)["drift-undocumented-status 418"]

    assert (found.count, found.among) == (1, 4)


def test_a_share_below_one_in_a_hundred_is_not_told_as_none() -> None:
    found = seen(*[entry(answer=invoice())] * 300, entry(answer=invoice(colour="red")))

    assert told_share(next(iter(found.values()))) == "1 of 301 times (<1 %)"


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (entry(origin="https://cdn.example", answer={}), "for something else than the API"),
        (entry(path="/styles.css"), "for something else than the API"),
        (entry(path="/pay-int-api/openapi.json", answer={}), "for something else than the API"),
        (entry(path="/pay-int-api-2/invoices", answer={}), "for something else than the API"),
        (entry(status=502, headers={"content-type": "text/html"}), "answered by a gateway"),
        (entry(status=304), "answered from a cache (304)"),
        (entry("OPTIONS", status=204), "asked by a browser beforehand (OPTIONS)"),
        (entry(status=503, answer={}, headers={"X-Mock-Steered": "fault"}), "steered by who tests with the mock"),
    ],
)  # fmt: skip
def test_what_says_nothing_about_the_api_is_counted_apart(made: Any, reason: str) -> None:
    tally = tallied(made)

    assert tally.passed_over == {reason: 1}
    assert tally.calls == 0
    assert list(tally.deviations()) == []


@pytest.mark.parametrize(
    "url",
    [
        ORIGIN + INVOICE,
        "https://STAGING.example" + INVOICE,
        "https://staging.example:443" + INVOICE,
        ORIGIN + INVOICE + "?a=1#b",
    ],
)
def test_a_call_is_known_by_its_origin_and_base_path(url: str) -> None:
    made = entry(answer=invoice())
    made["request"]["url"] = url

    assert tallied(made).calls == 1


@pytest.mark.parametrize("origin", ["http://staging.example", "https://staging.example:8443", "https://other.example"])
def test_a_call_of_another_deployment_is_not_the_targets(origin: str) -> None:
    assert tallied(entry(answer=invoice(), origin=origin)).calls == 0
    assert tallied(entry(answer=invoice(), origin=origin), routes=Routes(CONTRACTS, {})).calls == 1


def test_ids_in_unknown_paths_are_counted_together() -> None:
    entries = [entry(path=f"/pay-int-api/customers/{each}/notes", answer={}) for each in (1, 22, "a" * 32)]
    entries += [entry(path=f"/pay-int-api/customers/{call().path[-36:]}/notes", answer={})]
    (found,) = seen(*entries).values()

    assert (found.deviation.subject, found.count) == ("GET /customers/{id}/notes", 4)


def test_no_end_of_names_is_told_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_SUBJECTS", 3)
    tally = tallied(entry(answer=invoice(**{f"x{each}": 1 for each in range(9)})))

    assert len(list(tally.deviations())) == 3
    assert sum(tally.passed_over.values()) == 6


def test_what_never_came_is_told_of_operations_that_were_called() -> None:
    answer = {name: each for name, each in invoice().items() if name not in {"customer", "lineItems"}}
    told = {
        f"{each.operation} {each.deviation.kind}": each.deviation.told
        for each in tallied(entry(answer=answer)).unseen()
    }

    assert told["cancelInvoice drift-unseen-operation"] == "is documented, and was not called"
    assert "404" in told["getInvoice drift-unseen-status"]
    assert "200" not in told["getInvoice drift-unseen-status"].partition("which")[0].split()
    members = told["getInvoice drift-unseen-field"]
    assert "/customer" in members
    assert "/customer/" not in members
    assert "presignUpload drift-unseen-operation" not in told, "nobody called that API at all"


def test_a_member_that_came_once_is_not_told_as_missing() -> None:
    without = {name: each for name, each in invoice().items() if name != "customer"}

    assert "/customer" in unseen_members(entry(answer=without))
    assert "/customer" not in unseen_members(entry(answer=without), entry(answer=invoice()))


def test_what_our_contracts_do_not_say_is_looked_at_as_well(tmp_path: Path) -> None:
    routes = pets(tmp_path)

    assert subjects(tallied(pet({"name": "Rex", "kind": 1}), routes=routes)) == {}
    assert subjects(tallied(pet({"name": "Rex", "age": 1}), routes=routes)) == {"forbidden-field": "200 /age"}
    assert subjects(tallied(pet({"name": "Rexx"}), routes=routes)) == {"out-of-bounds": "200 /name maxLength"}
    assert subjects(tallied(pet({"name": "Rex", "kind": True}), routes=routes)) == {
        "undocumented-shape": "200 /kind oneOf"
    }
    assert subjects(tallied(pet({}), routes=routes)) == {"missing-field": "200 /name required"}
    bare = entry(path="/pets-api/pets/1", answer={"name": "Rex"})
    assert subjects(tallied(bare, routes=routes)) == {"missing-header": "200 x-request-id"}
    assert subjects(tallied(pet({"name": "Rex"}, headers={"X-Tail": "1"}), routes=routes)) == {
        "undocumented-header": "200 x-tail"
    }
    assert subjects(tallied(pet({"name": "Rex"}, headers={"x-OTHER": "1"}), routes=routes)) == {}


def test_how_often_an_undocumented_header_came_is_counted() -> None:
    answers = [entry(answer=invoice(), headers=headers) for headers in ({}, {"X-Colour": "red"}, {"x-colour": "blue"})]
    (found,) = seen(*answers).values()

    assert (found.deviation.subject, found.count, found.among) == ("200 x-colour", 2, 3)


@pytest.mark.parametrize("status", [404, 422, 500, 302])
def test_classes_of_statuses_and_the_default_are_documented_answers(status: int, tmp_path: Path) -> None:
    assert subjects(tallied(pet(None, status), routes=pets(tmp_path))) == {}


def test_a_keyword_behind_nullable_is_found_in_the_contract(tmp_path: Path) -> None:
    (found,) = tallied(pet({"name": "Rex", "nick": "Rexx"}), routes=pets(tmp_path)).deviations()

    assert found.deviation.kind == "drift-out-of-bounds"
    assert found.deviation.pointer.endswith("/properties/nick/anyOf/0/maxLength")


def test_a_class_of_statuses_has_come_with_any_of_them(tmp_path: Path) -> None:
    told = [each.deviation.told for each in tallied(pet(None, 404), routes=pets(tmp_path)).unseen()]

    assert told == ["documents the answers 200, which never came"]


def test_a_member_within_one_that_never_came_is_not_told_again(tmp_path: Path) -> None:
    (found,) = [
        each.deviation.told
        for each in tallied(pet({"name": "Rex"}), routes=pets(tmp_path)).unseen()
        if each.deviation.kind == "drift-unseen-field"
    ]

    assert found == "documents /kind, /nick, /home of the answer 200, which never came"
