"""Each report in the shape its readers expect."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema_rs
import pytest

from contract_tests import reports
from contract_tests.errors import WrongUse
from contract_tests.events import CheckEnded, Outcome
from contract_tests.results import Results, fold
from openapi import contract_file
from tests.contract_tests.reports.runs import (
    ENDED,
    RULE,
    STARTED,
    check,
    failed,
    finding,
    one_of_each,
    results,
    step,
    traffic,
)
from tests.contract_tests.reports.shapes import HAR, SARIF


def conforms(value: Any, schema: dict[str, Any]) -> None:
    """Raise for the first place where a value does not have the shape."""
    jsonschema_rs.Draft202012Validator(schema, validate_formats=True).validate(value)


def sarif_of(run: Results) -> dict[str, Any]:
    return json.loads("".join(reports.format_named("sarif").render(run)))["runs"][0]  # type: ignore[no-any-return]


def test_every_module_is_a_format_and_writes_a_file_of_its_own(tmp_path: Path) -> None:
    results(one_of_each(), tmp_path)
    assert set(reports.formats()) >= {"console", "html", "junit", "ndjson", "har", "sarif", "github", "summary"}
    files = reports.write(tmp_path, reports.formats())
    assert len(set(files)) == len(reports.formats())
    assert all(each.stat().st_size for each in files)


def test_every_report_can_be_made_of_a_run_that_was_cut_off_at_once(tmp_path: Path) -> None:
    (tmp_path / "events.ndjson").write_bytes(b"")
    assert len(reports.write(tmp_path, reports.formats())) == len(reports.formats())


def test_an_unknown_format_and_a_folder_without_a_run_are_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="no report is called 'pdf'; possible: console"):
        reports.write(tmp_path, ["pdf"])
    with pytest.raises(WrongUse, match="holds no run"):
        reports.write(tmp_path, ["junit"])


def test_sarif_has_the_shape_of_the_standard_and_levels_by_standing(tmp_path: Path) -> None:
    run = sarif_of(results(one_of_each(), tmp_path))
    conforms({"version": "2.1.0", "runs": [run]}, SARIF)
    assert [(each["level"], "suppressions" in each) for each in run["results"]] == [
        ("error", False),
        ("note", False),
        ("none", True),
    ]
    assert all(run["tool"]["driver"]["rules"][each["ruleIndex"]]["id"] == each["ruleId"] for each in run["results"])


def test_a_finding_points_to_the_line_of_its_rule_in_the_contract(tmp_path: Path) -> None:
    run = sarif_of(results([failed(finding(rule=RULE))], tmp_path))
    where = run["results"][0]["locations"][0]["physicalLocation"]
    lines = contract_file("invoices").read_text(encoding="utf-8").splitlines()
    assert where["artifactLocation"]["uri"] == "openapi/invoices.yaml"
    assert lines[where["region"]["startLine"] - 1].strip() == f"- id: {RULE}"


def test_what_a_schema_says_points_to_its_operation(tmp_path: Path) -> None:
    run = sarif_of(results([failed(finding(rule="SCHEMA:getInvoice:200"))], tmp_path))
    line = run["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"]
    lines = contract_file("invoices").read_text(encoding="utf-8").splitlines()
    assert any("operationId: getInvoice" in each for each in lines[line - 1 : line + 2])


def test_the_same_finding_has_the_same_fingerprint_in_every_run(tmp_path: Path) -> None:
    first, second = (sarif_of(results([failed(finding(), name)], tmp_path)) for name in ("test_a", "test_b"))
    assert first["results"][0]["partialFingerprints"] == second["results"][0]["partialFingerprints"]


def test_the_archive_of_the_traffic_has_the_shape_of_har(tmp_path: Path) -> None:
    sent = step(method="POST", url="http://api.test/x?a=1&b=", body="a=1&b=2", body_bytes=7, operation="")
    form = {**sent, "headers": {"content-type": "application/x-www-form-urlencoded"}}
    binary = step(answer="", answer_bytes=5)
    traffic(tmp_path, step(), form, worker="gw0")
    traffic(tmp_path, binary, {"left_out": 3}, worker="gw1")
    log = json.loads("".join(reports.format_named("har").render(results([], tmp_path))))
    conforms(log, HAR)
    entries = log["log"]["entries"]
    assert [each["request"]["method"] for each in entries] == ["PUT", "POST", "PUT"]
    assert entries[1]["request"]["postData"]["params"] == [{"name": "a", "value": "1"}, {"name": "b", "value": "2"}]
    assert entries[1]["request"]["queryString"] == [{"name": "a", "value": "1"}, {"name": "b", "value": ""}]
    assert "5 bytes" in entries[2]["response"]["content"]["comment"]
    assert "3 more exchanges" in log["log"]["comment"]


def test_traffic_that_was_cut_off_is_shown_as_far_as_it_goes(tmp_path: Path) -> None:
    traffic(tmp_path, step())
    file = tmp_path / "traffic-main.ndjson"
    file.write_bytes(file.read_bytes() + b'{"at": 1')
    log = json.loads("".join(reports.format_named("har").render(results([], tmp_path))))
    assert len(log["log"]["entries"]) == 1


def junit(checks: list[CheckEnded], folder: Path) -> ElementTree.Element:
    return ElementTree.fromstring("".join(reports.format_named("junit").render(results(checks, folder))))


def test_junit_has_the_usual_shape(tmp_path: Path) -> None:
    root = junit(one_of_each(), tmp_path)
    assert root.tag == "testsuites"
    for suite in root:
        cases = suite.findall("testcase")
        assert suite.tag == "testsuite"
        assert int(suite.attrib["tests"]) == len(cases)
        for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(suite.attrib[name]) == len(suite.findall(f"testcase/{tag}"))
        assert all({"classname", "name", "time"} <= case.attrib.keys() and len(case) <= 1 for case in cases)
        assert all(float(case.attrib["time"]) >= 0 for case in cases)


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("test_refuted", "assumption refuted: INV-UPDATE-STATE"),
        ("test_waived", "waived: INV-SMS-STATE"),
        ("test_expired", "not reached: an invoice in Expired can't be had"),
    ],
)
def test_what_is_no_failure_is_skipped_and_says_why(name: str, begins: str, tmp_path: Path) -> None:
    case = junit(one_of_each(), tmp_path).find(f".//testcase[@name='{name}']/skipped")
    assert case is not None
    assert case.attrib["message"].startswith(begins)


def test_annotations_stand_at_the_rule(tmp_path: Path) -> None:
    lines = list(reports.format_named("github").render(results([failed(finding())], tmp_path)))
    assert lines[0].startswith("::error file=openapi/invoices.yaml,line=")
    assert "cancelInvoice must be refused%0Astatus: expected 400, received 200%0A" in lines[0]


def test_the_step_summary_is_added_to_what_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tmp_path / "step.md"
    before.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(before))
    results(one_of_each(), tmp_path)
    file = reports.write(tmp_path, ["summary"])[0]
    assert before.read_text() == "before\n" + file.read_text() + "\n"


def test_annotations_are_printed_only_in_a_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    results([failed(finding())], tmp_path)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    reports.write(tmp_path, ["github"])
    assert capsys.readouterr().out == ""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    reports.write(tmp_path, ["github"])
    assert "\n::error file=openapi/invoices.yaml" in capsys.readouterr().out


def test_the_console_tells_all_a_person_has_to_know(tmp_path: Path) -> None:
    told = "".join(reports.format_named("console").render(results(one_of_each(), tmp_path)))
    for each in (
        "1 finding: the target does not keep its contract",
        f"✗ {RULE}  documented, openapi/invoices.yaml:",
        "status: expected 400, received 200",
        "1. PUT /pay-int-api/invoices/1/cancel → 200",
        "Assumptions refuted",
        "an invoice in Expired can't be had",
        "waiver of Ada until 2027-01-31",
        "Again: contract-tests run --target staging --seed 7",
    ):
        assert each in told


def page(run: Results) -> str:
    return "".join(reports.format_named("html").render(run))


def test_the_page_marks_the_steps_of_a_lifecycle_that_were_walked(tmp_path: Path) -> None:
    walked = [["invoice", "cancelInvoice", "Published", "Canceled"], ["invoice", "cancelInvoice", "Paid", "Canceled"]]
    shown = page(results([check(walked=walked)], tmp_path))
    assert "1 of 36 steps were walked" in shown
    assert "<code>publishInvoice: Draft → Published</code>" in shown
    assert "<code>cancelInvoice: Published → Canceled</code>" not in shown


def test_the_page_of_a_large_run_stays_small(tmp_path: Path) -> None:
    long = '{"a": "<b>&"}' * 200
    steps = [step(body=long, answer=long) for _ in range(60)]
    many = [
        failed(
            finding(fingerprint=f"{number:016x}", steps=steps, curl="x'<" * 6000, pytest='y"&' * 6000), f"test_{number}"
        )
        for number in range(300)
    ]
    more = [check(Outcome.NOT_REACHED, f"test_n{number}", reason=f"reason {number} " * 40) for number in range(3000)]
    shown = page(fold([STARTED, *many, *more, ENDED], tmp_path))
    assert len(shown.encode()) < 3_000_000
    assert "There is no room for their steps here" in shown
    assert shown.count("<article") > 1


def test_a_page_can_be_made_of_a_run_of_nothing(tmp_path: Path) -> None:
    assert "Nothing was shown" in page(results([], tmp_path))


def test_reports_come_from_the_folder_alone(tmp_path: Path) -> None:
    first = results(one_of_each(), tmp_path)
    file = reports.write(tmp_path, ["html"])[0]
    assert file.read_text() == page(first)
    assert (STARTED.target in file.read_text(), ENDED.requests) == (True, 99)
