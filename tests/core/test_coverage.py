"""Coverage counts what was really exercised, and names what was not."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from typing import Any

import pytest

from mock_server.core.coverage import Coverage
from mock_server.core.trace import CellUse
from openapi import ABSENT, Contract, contract_file, contract_names, read_contract
from openapi.diagrams import steps

CONTRACTS: dict[str, Contract] = {name: read_contract(contract_file(name)) for name in contract_names()}


def group(coverage: Coverage, name: str = "invoices") -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in coverage.report(CONTRACTS)["groups"] if each["group"] == name)
    return found


def operation(coverage: Coverage, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in group(coverage)["operations"] if each["operation"] == name)
    return found


def walked(coverage: Coverage) -> dict[tuple[str, str, str], int]:
    cells = group(coverage)["lifecycles"][0]["transitions"]
    return {(each["action"], each["state"], each["target"]): each["calls"] for each in cells if each["calls"]}


def refused(coverage: Coverage) -> dict[tuple[str, str], int]:
    cells = group(coverage)["lifecycles"][0]["refusals"]
    return {(each["action"], each["state"]): each["calls"] for each in cells if each["calls"]}


def use(action: str, state: str, target: str | None = None, *, is_allowed: bool = True) -> CellUse:
    return CellUse("invoice", action, state, "some-id", is_allowed, target)


def noted(status: int, *cells: CellUse, operation_id: str = "cancelInvoice", rules: Sequence[str] = ()) -> Coverage:
    coverage = Coverage()
    coverage.note("invoices", operation_id, status, rules, cells)
    return coverage


def test_nothing_is_exercised_at_first_and_everything_is_named() -> None:
    report = Coverage().report(CONTRACTS)
    assert [each["group"] for each in report["groups"]] == ["invoice_uploads", "invoices", "oauth"]
    for each in report["groups"]:
        contract = CONTRACTS[each["group"]]
        assert [one["operation"] for one in each["operations"]] == list(contract.operations)
        assert [one["rule"] for one in each["rules"]] == list(contract.rules)
        assert {total["exercised"] for total in each["totals"].values()} == {0}
    lifecycle = CONTRACTS["invoices"].lifecycles["invoice"]
    cells = group(Coverage())["lifecycles"][0]
    assert [(each["action"], each["state"], each["target"]) for each in cells["transitions"]] == [
        (each.action, each.source, target) for each in lifecycle.transitions for target in each.targets
    ]
    assert len(cells["refusals"]) == len(lifecycle.refusals)


def test_a_documented_status_nobody_has_met_counts_zero() -> None:
    coverage = noted(200, operation_id="getInvoice")
    assert operation(coverage, "getInvoice")["calls"] == 1
    assert {each["status"]: each["calls"] for each in operation(coverage, "getInvoice")["statuses"]} == {
        200: 1,
        **{int(each): 0 for each in CONTRACTS["invoices"].operations["getInvoice"].answers if each != "200"},
    }
    assert operation(coverage, "cancelInvoice")["calls"] == 0


def test_a_status_nobody_documents_is_shown_but_not_counted_as_covered() -> None:
    coverage = noted(418, operation_id="getInvoice")
    found = [each for each in operation(coverage, "getInvoice")["statuses"] if not each["isDocumented"]]
    assert found == [{"status": 418, "isDocumented": False, "calls": 1}]
    assert group(coverage)["totals"]["statuses"]["exercised"] == 0
    assert group(coverage)["totals"]["operations"]["exercised"] == 1


def test_answers_to_no_operation_stand_elsewhere() -> None:
    coverage = Coverage()
    coverage.note("invoices", None, 404, ["INV-ROUTE"])
    coverage.note(None, None, 404, ["CTL-ROUTE"])
    assert group(coverage)["elsewhere"] == [{"status": 404, "isDocumented": False, "calls": 1}]
    assert group(coverage)["totals"]["operations"]["exercised"] == 0


def test_every_rule_that_refused_counts_and_only_those_that_can_refuse_are_in_the_total() -> None:
    coverage = noted(400, rules=["INV-CARD-NUMBER", "INV-CARD-CVV"])
    coverage.note("invoices", "submitInvoice", 400, ["INV-CARD-CVV"])
    counts = {each["rule"]: each["calls"] for each in group(coverage)["rules"] if each["calls"]}
    assert counts == {"INV-CARD-NUMBER": 1, "INV-CARD-CVV": 2}
    rules = CONTRACTS["invoices"].rules.values()
    assert group(coverage)["totals"]["rules"] == {
        "exercised": 2,
        "all": sum(1 for each in rules if each.refuses),
        "percent": round(200 / sum(1 for each in rules if each.refuses), 1),
    }


def test_a_transition_counts_by_where_it_led() -> None:
    assert walked(noted(200, use("submitInvoice", "Published", "Paid"))) == {("submitInvoice", "Published", "Paid"): 1}
    declined = noted(200, use("submitInvoice", "Published", "Published"))
    assert walked(declined) == {("submitInvoice", "Published", "Published"): 1}


def test_a_read_leaves_the_record_where_it_is() -> None:
    assert walked(noted(200, use("getInvoice", "Paid"))) == {("getInvoice", "Paid", "Paid"): 1}


def test_a_deletion_leads_to_nowhere() -> None:
    assert walked(noted(200, use("deleteInvoice", "Draft"))) == {("deleteInvoice", "Draft", ABSENT): 1}


def test_what_was_refused_by_another_rule_has_walked_nothing() -> None:
    coverage = noted(400, use("submitInvoice", "Published"), rules=["INV-CARD-AMOUNT"])
    assert walked(coverage) == {}
    assert refused(coverage) == {}


def test_a_met_refusal_counts_as_its_cell() -> None:
    coverage = noted(400, use("cancelInvoice", "Draft", is_allowed=False), rules=["INV-CANCEL-STATE"])
    assert refused(coverage) == {("cancelInvoice", "Draft"): 1}
    assert walked(coverage) == {}


def test_an_arrival_that_the_table_does_not_know_is_no_coverage() -> None:
    assert walked(noted(200, use("cancelInvoice", "Published", "Paid"))) == {}
    assert walked(noted(200, use("cancelInvoice", "Draft", "Canceled"))) == {}


def test_a_cell_of_another_lifecycle_is_not_mixed_up() -> None:
    coverage = noted(200, CellUse("upload", "cancelInvoice", "Published", "some-id", True, "Canceled"))
    assert walked(coverage) == {}


def test_events_count_whoever_made_them_happen() -> None:
    coverage = Coverage()
    coverage.note("control", "moveClock", 200, (), [use("settle", "ProcessingPayment", "Paid")])
    assert walked(coverage) == {("settle", "ProcessingPayment", "Paid"): 1}
    assert {each["totals"]["operations"]["exercised"] for each in coverage.report(CONTRACTS)["groups"]} == {0}


def test_walked_steps_are_those_of_one_lifecycle() -> None:
    coverage = noted(200, use("publishInvoice", "Draft", "Published"), use("getInvoice", "Draft"))
    invoice, upload = CONTRACTS["invoices"].lifecycles["invoice"], CONTRACTS["invoice_uploads"].lifecycles["upload"]
    assert coverage.walked(invoice) == {("publishInvoice", "Draft", "Published"), ("getInvoice", "Draft", "Draft")}
    assert coverage.walked(upload) == set()


def test_walking_everything_is_all_there_is() -> None:
    lifecycle = CONTRACTS["invoices"].lifecycles["invoice"]
    coverage = noted(200, *[use(action, state, target) for action, state, target in steps(lifecycle)])
    assert group(coverage)["totals"]["transitions"]["percent"] == 100.0
    assert coverage.walked(lifecycle) == set(steps(lifecycle))


def test_totals_add_up() -> None:
    coverage = noted(200, use("getInvoice", "Paid"), operation_id="getInvoice")
    coverage.note("oauth", "getJwks", 200)
    report = coverage.report(CONTRACTS)
    for part, total in report["totals"].items():
        assert total["exercised"] == sum(each["totals"][part]["exercised"] for each in report["groups"])
        assert total["all"] == sum(each["totals"][part]["all"] for each in report["groups"])
    assert report["totals"]["operations"]["exercised"] == 2


def test_where_there_is_nothing_nothing_is_missing() -> None:
    assert group(Coverage(), "oauth")["totals"]["transitions"] == {"exercised": 0, "all": 0, "percent": 100.0}


def test_clearing_begins_anew() -> None:
    coverage = noted(400, use("cancelInvoice", "Draft", is_allowed=False), rules=["INV-CANCEL-STATE"])
    coverage.clear()
    assert coverage.report(CONTRACTS) == Coverage().report(CONTRACTS)


@pytest.mark.parametrize("threads", [8])
def test_nothing_is_lost_when_many_count_at_once(threads: int) -> None:
    coverage = Coverage()

    def count() -> None:
        for _ in range(500):
            coverage.note("invoices", "getInvoice", 200, ["INV-ROUTE"], [use("getInvoice", "Paid")])

    running = [threading.Thread(target=count) for _ in range(threads)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for each in running:
            each.start()
        for each in running:
            each.join()
    finally:
        sys.setswitchinterval(interval)
    assert operation(coverage, "getInvoice")["calls"] == threads * 500
    assert walked(coverage) == {("getInvoice", "Paid", "Paid"): threads * 500}
