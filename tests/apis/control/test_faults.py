"""Faults through the control API: they are made, shown, counted and forgotten, each in its namespace."""

from __future__ import annotations

from typing import Any

import pytest
from httpx2 import Response

from mock_server.core.namespace import NAMESPACE_STATES
from openapi import contract_file, read_contract
from tests.mock import Mock
from tests.storage.steps import at_once
from tests.worlds import World

CONTRACT = read_contract(contract_file("control"))
EXAMPLES = CONTRACT.operations["createFault"].body
MOST = CONTRACT.limit("CTL-FAULT-COUNT", "maximum")
EFFECTS = ("status", "reset", "close", "truncate", "slow", "malformedJson", "stale")


@pytest.fixture
def world(shared_mock: Mock) -> World:
    return World(shared_mock)


def refused(response: Response, status: int, rule: str) -> str:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert (problem["status"], problem["rule"], response.headers["x-mock-rule"]) == (status, rule, rule)
    return str(problem["detail"])


def listed(world: World) -> list[dict[str, Any]]:
    response = world.control("GET", "/faults")
    assert response.status_code == 200
    faults: list[dict[str, Any]] = response.json()["faults"]
    return faults


def test_a_new_namespace_has_no_faults(world: World) -> None:
    assert listed(world) == []


@pytest.mark.parametrize("name", EXAMPLES.contents[0].examples if EXAMPLES else [])
def test_every_example_of_the_contract_makes_a_fault(world: World, name: str) -> None:
    assert EXAMPLES is not None
    stated = EXAMPLES.contents[0].examples[name]

    response = world.control("POST", "/faults", stated)

    assert response.status_code == 201, response.text
    counts = {"matched": 0, "applied": 0, "exhausted": False}
    remaining = {"remaining": stated["times"]} if "times" in stated else {}
    assert response.json() == {**stated, "id": "fault-1", **counts, **remaining}
    assert response.headers["location"] == "/_mock/faults/fault-1"
    assert world.control("GET", "/faults/fault-1").json() == response.json()
    assert listed(world) == [response.json()]


def test_faults_are_listed_in_the_order_they_were_made(world: World) -> None:
    made = [world.fault(status=status) for status in (503, 500, 429)]

    assert [(each["id"], each["status"]) for each in listed(world)] == list(zip(made, (503, 500, 429), strict=True))


def test_a_fault_is_forgotten_by_its_id_and_the_others_stay(world: World) -> None:
    first, second = world.fault(status=503), world.fault(status=500)

    response = world.control("DELETE", f"/faults/{first}")

    assert (response.status_code, response.content) == (204, b"")
    assert [each["id"] for each in listed(world)] == [second]
    assert "there are: fault-2" in refused(world.control("GET", f"/faults/{first}"), 404, "CTL-FAULT-ABSENT")
    assert "no fault fault-1" in refused(world.control("DELETE", f"/faults/{first}"), 404, "CTL-FAULT-ABSENT")


def test_all_faults_are_forgotten_at_once_and_no_id_comes_again(world: World) -> None:
    world.fault(status=503)
    world.fault(status=500)

    assert world.control("DELETE", "/faults").status_code == 204
    assert world.control("DELETE", "/faults").status_code == 204

    assert listed(world) == []
    assert world.fault(status=503) == "fault-3"


def test_what_is_no_id_of_a_fault_is_refused(world: World) -> None:
    refused(world.control("GET", "/faults/first"), 400, "CTL-PARAMETER")


def test_a_fault_that_would_do_nothing_is_refused_with_what_is_possible(world: World) -> None:
    for stated in ({}, {"times": 3}, {"match": {"method": "GET"}}, {"delayMs": 0}):
        detail = refused(world.control("POST", "/faults", stated), 400, "CTL-FAULT-EFFECT")
        assert all(effect in detail for effect in (*EFFECTS, "delayMs"))

    assert listed(world) == []


def test_a_call_without_a_body_is_refused(world: World) -> None:
    refused(world.control("POST", "/faults"), 400, "CTL-BODY-EMPTY")


@pytest.mark.parametrize(
    ("stated", "rule"),
    [
        ({"status": 503, "reset": True}, "CTL-FAULT-EFFECT"),
        ({"close": True, "text": "bye"}, "CTL-FAULT-ANSWER"),
        ({"status": 204, "body": {}}, "CTL-FAULT-ANSWER"),
        ({"status": 200, "body": {}, "text": "x"}, "CTL-FAULT-ANSWER"),
        ({"status": 200, "headers": {"Connection": "close"}}, "CTL-FAULT-ANSWER"),
        ({"reset": True, "match": {"operations": "fetchInvoice"}}, "CTL-FAULT-MATCH"),
        ({"reset": True, "match": {"operations": "getHealth"}}, "CTL-FAULT-MATCH"),
        ({"reset": True, "match": {"operations": "requestToken"}}, "CTL-FAULT-MATCH"),
        ({"reset": True, "match": {"body": {"email": 1}}}, "CTL-FAULT-MATCH"),
        ({"reset": False}, "CTL-BODY-SCHEMA"),
        ({"status": 199}, "CTL-BODY-SCHEMA"),
        ({"status": 600}, "CTL-BODY-SCHEMA"),
        ({"reset": True, "times": 0}, "CTL-BODY-SCHEMA"),
        ({"reset": True, "skip": -1}, "CTL-BODY-SCHEMA"),
        ({"reset": True, "probability": 1.1}, "CTL-BODY-SCHEMA"),
        ({"reset": True, "delayMs": 60_001}, "CTL-BODY-SCHEMA"),
        ({"slow": {}}, "CTL-BODY-SCHEMA"),
        ({"slow": {"bytesPerSecond": 0}}, "CTL-BODY-SCHEMA"),
        ({"truncate": {"keepBytes": -1}}, "CTL-BODY-SCHEMA"),
        ({"reset": True, "match": {"method": "FETCH"}}, "CTL-BODY-SCHEMA"),
        ({"reset": True, "match": {"headers": {"a": {"is": True}}}}, "CTL-BODY-SCHEMA"),
        ({"reset": True, "surprise": 1}, "CTL-BODY-SCHEMA"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_made(world: World, stated: dict[str, Any], rule: str) -> None:
    refused(world.control("POST", "/faults", stated), 400, rule)

    assert listed(world) == []


def test_an_unknown_operation_is_told_the_known_ones(world: World) -> None:
    stated = {"reset": True, "match": {"operations": ["getInvoice", "getInvoices"]}}

    detail = refused(world.control("POST", "/faults", stated), 400, "CTL-FAULT-MATCH")

    assert detail.startswith("There is no operation getInvoices; possible: ")
    assert "listInvoices" in detail
    assert "confirmUpload" in detail
    assert "getHealth" not in detail


def test_there_are_never_more_than_the_limit(world: World) -> None:
    for _ in range(MOST):
        world.fault(status=503)

    detail = refused(world.control("POST", "/faults", {"status": 503}), 409, "CTL-FAULT-COUNT")

    assert f"has {MOST} faults" in detail
    assert len(listed(world)) == MOST
    assert world.control("DELETE", "/faults/fault-1").status_code == 204
    assert world.fault(status=503) == f"fault-{MOST + 1}"


def test_faults_that_are_made_at_once_are_counted_once_each(world: World) -> None:
    for _ in range(MOST - 8):
        world.fault(status=503)

    answers = at_once([lambda: world.control("POST", "/faults", {"stale": True}) for _ in range(16)])

    statuses = sorted(each.status_code for each in answers if isinstance(each, Response))
    assert statuses == [201] * 8 + [409] * 8
    assert len({each["id"] for each in listed(world)}) == MOST


def test_a_fault_of_one_namespace_is_not_seen_in_another(world: World) -> None:
    other = World(world.mock)
    world.fault(status=503)

    assert listed(other) == []
    assert other.control("DELETE", "/faults").status_code == 204
    assert [each["id"] for each in listed(world)] == ["fault-1"]
    assert other.fault(reset=True) == "fault-1"


def test_no_copy_of_the_state_is_left_when_stale_faults_are_gone(world: World) -> None:
    """Copies are made by stale faults only, and each is dropped with its fault."""
    before = copies(world)
    kept = world.fault(stale=True)
    dropped = world.fault(stale=True)
    world.fault(status=503)
    assert len(copies(world) - before) == 2

    world.control("DELETE", f"/faults/{dropped}")
    assert len(copies(world) - before) == 1

    world.control("DELETE", f"/faults/{kept}")
    world.fault(stale=True)
    world.control("DELETE", "/faults")
    assert copies(world) == before

    world.fault(stale=True)
    assert world.control("POST", "/reset").status_code == 200
    assert (listed(world), copies(world)) == ([], before)


def test_a_stale_fault_too_many_leaves_no_copy(world: World) -> None:
    for _ in range(MOST):
        world.fault(status=503)
    before = copies(world)

    refused(world.control("POST", "/faults", {"stale": True}), 409, "CTL-FAULT-COUNT")

    assert copies(world) == before


def copies(world: World) -> set[str]:
    """The names under which anything is stored that belongs to this namespace."""
    stored = world.mock.server.store.everywhere(NAMESPACE_STATES)
    return {name for name, _ in stored if name.startswith(f"{world.name}@")}
