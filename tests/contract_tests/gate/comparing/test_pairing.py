"""Which contracts and operations of two sources are the same."""

from __future__ import annotations

from typing import Any

import pytest

from contract_tests.gate.diffing import compare
from contract_tests.gate.pairing import pair, paired
from tests.contract_tests.gate.comparing.building import contract, source, specification

Json = Any


def offering(*operations: str, **ids: str) -> Json:
    """A contract with operations such as `GET /things/{id}`; `ids`: operationIds by the names of the last segments."""
    paths: Json = {"/things": None}
    for each in operations:
        method, path = each.split()
        name = path.rstrip("/").rsplit("/", 1)[-1].strip("{}")
        own = {"operationId": ids[name]} if name in ids else {}
        paths.setdefault(path, {})[method.lower()] = {**own, "responses": {"200": {"description": "x"}}}
    return contract({"paths": paths})


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("GET /a", "GET /a", True),
        ("GET /a", "POST /a", False),
        ("GET /a", "GET /b", False),
        ("GET /a/{x}", "GET /a/{y}", True),
        ("GET /a/{x}/b/{y}", "GET /a/{y}/b/{x}", True),
        ("GET /a/{x}", "GET /a/x", False),
        ("GET /a/{x}.json", "GET /a/{y}.json", True),
        ("GET /a/{x}.json", "GET /a/{x}.xml", False),
        ("GET /a", "GET /a/", True),
        ("GET /a/b", "GET /A/b", True),
    ],
)
def test_operations_are_the_same_by_method_and_path_without_the_names_in_it(old: str, new: str, same: bool) -> None:
    found = pair(specification(offering(old)), specification(offering(new)))

    assert bool(found.operations) is same
    assert bool(found.removed) is bool(found.added) is not same


def test_the_path_tells_more_than_the_operation_id() -> None:
    old = offering("GET /a", "GET /b", a="one", b="two")
    new = offering("GET /a", "GET /b", a="two", b="one")

    found = pair(specification(old), specification(new))

    assert [(each.old.path, each.new.path) for each in found.operations] == [("/a", "/a"), ("/b", "/b")]


def test_an_operation_that_has_moved_is_known_by_its_id() -> None:
    found = pair(specification(offering("GET /a", a="one")), specification(offering("PUT /b/c", c="one")))

    assert [each.name for each in found.operations] == ["GET /a"]
    assert found.new_names == {"one": "one"}


def test_of_two_operations_that_could_be_meant_none_is() -> None:
    found = pair(specification(offering("GET /a")), specification(offering("GET /A", "GET /a/")))

    assert not found.operations


def test_contracts_are_the_same_by_name() -> None:
    old = source(contract({}), contract({}), names=("one", "two")).specifications
    new = source(contract({}), contract({}), names=("two", "three")).specifications

    found = paired({"one": old["one"], "two": old["two"]}, {"two": new["two"]})

    assert [each.old.name for each in found.both] == ["two"]
    assert [each.name for each in found.removed] == ["one"]


def test_two_files_are_compared_whatever_they_are_called() -> None:
    old, new = source(offering("GET /a"), names=("old",)), source(offering("GET /b"), names=("new",))

    assert [each.kind for each in compare(old, new)] == ["operation-removed-without-deprecation", "operation-added"]


def test_a_file_that_is_called_otherwise_among_others_is_the_same_if_it_offers_the_same() -> None:
    old = source(offering("GET /a", "GET /b"), offering("GET /c"), names=("one", "both"))
    new = source(offering("GET /a", "GET /b"), offering("GET /c"), names=("other", "both"))

    assert compare(old, new) == []


def test_a_file_that_offers_something_else_is_another() -> None:
    old = source(offering("GET /a"), offering("GET /c"), names=("one", "both"))
    new = source(offering("GET /b"), offering("GET /c"), names=("other", "both"))

    assert [(each.kind, each.subject) for each in compare(old, new)] == [
        ("specification-removed", "one"),
        ("specification-added", "other"),
    ]
