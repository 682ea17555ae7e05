"""Lifecycles can be asked for as tables and as diagrams, with what a namespace has walked."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from typing import Any

import pytest

from openapi.diagrams import mermaid, svg
from tests.apis.control.asking import ask, told
from tests.mock import Mock
from tests.worlds import World

SVG, MERMAID = "image/svg+xml", "text/vnd.mermaid"


def test_all_lifecycles_are_listed(shared_mock: Mock) -> None:
    found = told(shared_mock, "/lifecycles")["lifecycles"]
    assert [(each["lifecycle"], each["group"]) for each in found] == [
        ("invoice", "invoices"),
        ("upload", "invoice_uploads"),
    ]
    assert found[0] == told(shared_mock, "/lifecycles/invoice")


@pytest.mark.parametrize(("group", "name"), [("invoices", "invoice"), ("invoice_uploads", "upload")])
def test_a_table_has_every_cell_once(shared_mock: Mock, group: str, name: str) -> None:
    lifecycle = shared_mock.server.contracts[group].lifecycles[name]
    table = told(shared_mock, f"/lifecycles/{name}")
    assert {each["state"]: each["value"] for each in table["states"]} == lifecycle.states
    assert table["initial"] == list(lifecycle.initial)
    cells = {(each["action"], each["state"]): each for each in table["cells"]}
    assert len(cells) == len(table["cells"]) == len(lifecycle.transitions) + len(lifecycle.refusals)
    for transition in lifecycle.transitions:
        cell = cells[transition.action, transition.source]
        assert (cell["isAllowed"], cell["targets"]) == (True, list(transition.targets))
        assert (cell["rule"], cell["isEvent"]) == (transition.rule, transition.is_event)
    for refusal in lifecycle.refusals:
        cell = cells[refusal.action, refusal.state]
        assert (cell["isAllowed"], cell["targets"], cell["rule"]) == (False, [], refusal.rule)


@pytest.mark.parametrize(
    ("asked", "accept", "media_type"),
    [
        ("", "*/*", "application/json"),
        ("", "application/json", "application/json"),
        ("", SVG, SVG),
        ("", "text/html, image/*;q=0.9", SVG),
        ("", MERMAID, MERMAID),
        ("?format=json", SVG, "application/json"),
        ("?format=svg", "application/json", SVG),
        ("?format=mermaid", "*/*", MERMAID),
    ],
)
def test_the_format_goes_before_the_accept_header(shared_mock: Mock, asked: str, accept: str, media_type: str) -> None:
    response = ask(shared_mock, f"/lifecycles/invoice{asked}", accept=accept)
    assert (response.status_code, response.headers["content-type"]) == (200, media_type)


def test_the_diagrams_are_those_of_the_contract(shared_mock: Mock) -> None:
    lifecycle = shared_mock.server.contracts["invoice_uploads"].lifecycles["upload"]
    assert ask(shared_mock, "/lifecycles/upload?format=svg").text == svg(lifecycle)
    assert ask(shared_mock, "/lifecycles/upload?format=mermaid").text == mermaid(lifecycle)


@pytest.mark.parametrize(("name", "helps"), [("invoce", "invoice"), ("customer", "upload, invoice")])
def test_an_unknown_lifecycle_is_told_with_those_there_are(shared_mock: Mock, name: str, helps: str) -> None:
    response = ask(shared_mock, f"/lifecycles/{name}")
    assert (response.status_code, response.json()["rule"]) == (404, "CTL-LIFECYCLE-ABSENT")
    assert helps in response.json()["detail"]


def walked(world: World) -> dict[tuple[str, str], list[str]]:
    table: Any = told(world, "/lifecycles/invoice?walked=true")
    return {(each["action"], each["state"]): each["walked"] for each in table["cells"] if each.get("walked")}


def test_what_a_namespace_has_walked_is_marked_there_and_nowhere_else(shared_mock: Mock) -> None:
    here, elsewhere = World(shared_mock), World(shared_mock)
    invoices = here.invoices()
    invoices.ask("publishInvoice", invoices.create())
    assert walked(here) == {
        ("createInvoice", "absent"): ["Draft"],
        ("publishInvoice", "Draft"): ["Published"],
    }
    assert walked(elsewhere) == {}
    picture = ElementTree.fromstring(ask(here, "/lifecycles/invoice?format=svg&walked=true").text)
    assert "2 of" in (picture.findtext("{http://www.w3.org/2000/svg}desc") or "")
    assert "✓ createInvoice" in ask(here, "/lifecycles/invoice?format=mermaid&walked=true").text


def test_without_the_question_nothing_is_marked(shared_mock: Mock) -> None:
    assert not any("walked" in each for each in told(shared_mock, "/lifecycles/invoice")["cells"])
