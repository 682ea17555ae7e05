"""Each format in the shape its readers expect."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema_rs
import pytest

from contract_tests.errors import WrongUse
from contract_tests.gate import formats
from contract_tests.gate.report import Report
from tests.contract_tests.gate.formats.building import advice, item, one_of_each, report, waiver
from tests.contract_tests.reports.shapes import SARIF

SCHEMA = json.loads((Path(formats.__file__).parent / "report.schema.json").read_text(encoding="utf-8"))


def rendered(name: str, made: Report) -> str:
    return formats.format_named(name).render(made)


def sarif(made: Report) -> dict[str, Any]:
    return json.loads(rendered("sarif", made))  # type: ignore[no-any-return]


def junit(made: Report) -> ElementTree.Element:
    return ElementTree.fromstring(rendered("junit", made))


def annotated(made: Report) -> list[str]:
    return rendered("github", made).splitlines()


def full() -> Report:
    """A report with one of each severity, one waived, one known, and all that a gate adds."""
    more = item("breaking", fingerprint="waived"), item("error", fingerprint="known")
    return report(
        *one_of_each(),
        *more,
        waivers=(waiver("waived"),),
        known=("known",),
        versions=[
            advice(),
            advice(specification="orders", new="2.0.0", is_enough=True, says="1.0.0 → 2.0.0 is enough"),
            advice(specification="quiet", bump="none", is_enough=True),
        ],
        notes=["a note"],
        changelog="## shop: 1.0.0 → 1.0.0\n",
    )


def test_all_formats_are_there_and_each_writes_a_file_of_its_own(tmp_path: Path) -> None:
    assert formats.formats() == ["github", "json", "junit", "markdown", "sarif", "text"]
    files = formats.write(full(), formats.formats(), tmp_path / "new" / "folder")
    assert len(set(files)) == 6
    assert all(each.read_text(encoding="utf-8") for each in files)
    assert len(list((tmp_path / "new" / "folder").iterdir())) == 6


@pytest.mark.parametrize("name", formats.formats())
def test_every_format_can_tell_of_nothing(name: str) -> None:
    assert rendered(name, report()).endswith("\n")


def test_an_unknown_format_is_wrong_use() -> None:
    with pytest.raises(WrongUse, match="no format is called 'pdf'; possible: github, json"):
        formats.format_named("pdf")


@pytest.mark.parametrize("made", [report(), full(), report(item(new=None, near=None, old=None, witness=None))])
def test_json_has_the_documented_shape_and_nothing_undocumented(made: Report) -> None:
    document = json.loads(rendered("json", made))
    jsonschema_rs.Draft202012Validator(SCHEMA).validate(document)
    assert document.keys() == SCHEMA["properties"].keys()
    for name, found in (("item", document["items"]), ("version", document["versions"])):
        assert all(each.keys() == SCHEMA["$defs"][name]["properties"].keys() for each in found)


def test_json_says_what_fails_and_what_there_is() -> None:
    document = json.loads(rendered("json", full()))
    assert document["failed"] is True
    assert document["summary"] == {
        **dict.fromkeys(("version", "risky", "warning", "safe", "note"), 1),
        **dict.fromkeys(("failed", "breaking", "error"), 2),
    }
    assert {each["standing"] for each in document["items"]} == {"failed", "told", "waived", "known"}


def test_sarif_has_the_shape_of_the_standard() -> None:
    log = sarif(full())
    jsonschema_rs.Draft202012Validator(SARIF, validate_formats=True).validate(log)
    run = log["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert len({each["id"] for each in rules}) == len(rules) == 7
    assert all(rules[each["ruleIndex"]]["id"] == each["ruleId"] for each in run["results"])
    assert "Give it a default." in rules[0]["help"]["text"]


def test_sarif_has_levels_by_severity_and_suppresses_what_is_waived() -> None:
    results = sarif(full())["runs"][0]["results"]
    assert [(each["properties"]["severity"], each["level"], "suppressions" in each) for each in results] == [
        ("breaking", "error", False),
        ("breaking", "note", True),
        ("error", "error", False),
        ("error", "note", False),
        ("version", "warning", False),
        ("risky", "warning", False),
        ("warning", "warning", False),
        ("safe", "note", False),
        ("note", "note", False),
    ]
    assert results[1]["suppressions"][0]["justification"] == "known (known, until 2027-01-31)"
    assert [each["baselineState"] for each in results].count("unchanged") == 1
    assert results[0]["partialFingerprints"] == {"contractChange/v1": "breaking-0123"}


def test_sarif_does_not_suppress_what_has_a_waiver_that_is_over() -> None:
    made = report(item(), waivers=(waiver("breaking-0123", "2020-01-01"),))
    (result,) = sarif(made)["runs"][0]["results"]
    assert (result["level"], "suppressions" in result) == ("error", False)


def test_sarif_points_to_the_new_file() -> None:
    where = sarif(report(item()))["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert where == {"artifactLocation": {"uri": "openapi/shop.yaml"}, "region": {"startLine": 12}}


def test_junit_has_a_suite_for_each_part_with_the_right_numbers() -> None:
    root = junit(full())
    assert [each.attrib["name"] for each in root] == ["changes", "lint", "versions", "drift"]
    assert root.attrib["failures"] == "2"
    for suite in root:
        cases = suite.findall("testcase")
        assert int(suite.attrib["tests"]) == len(cases)
        for name, tag in (("failures", "failure"), ("skipped", "skipped")):
            assert int(suite.attrib[name]) == len(suite.findall(f"testcase/{tag}"))
    (failure,) = root.findall("testsuite[@name='changes']/testcase/failure")
    assert failure.attrib == {"message": item().says, "type": item().kind}
    assert "openapi/shop.yaml:12" in str(failure.text)


def test_junit_of_nothing_has_a_case_that_passes() -> None:
    root = junit(report())
    assert len(root.findall("testsuite/testcase")) == int(root.attrib["tests"]) == 1
    assert root.find("testsuite/testcase/failure") is None


def test_annotations_stand_at_the_new_line_and_what_is_safe_or_known_has_none() -> None:
    lines = annotated(full())
    assert lines[0].startswith(
        "::error file=openapi/shop.yaml,line=12,title=request-property-became-required POST /payments::"
    )
    assert [each.split(" ")[0].strip(":") for each in lines] == [
        *("error", "error", "notice", "warning", "warning", "warning"),
        "error",
    ]
    assert lines[-1] == "::error title=contract-tests gate::Failed: 1 breaking change, 1 error"


def test_there_are_no_more_annotations_than_github_shows_and_what_fails_comes_first() -> None:
    many = [item("breaking", fingerprint=f"{number}") for number in range(60)]
    waived = tuple(waiver(f"{number}") for number in range(50))
    lines = annotated(report(*many, waivers=waived))
    assert len(lines) == 50
    assert [each.startswith("::error file") for each in lines] == [True] * 10 + [False] * 40
    assert lines[48] == "::warning title=contract-tests::and 12 more"


def test_as_many_annotations_as_fit_are_shown_without_a_remark() -> None:
    lines = annotated(report(*(item("breaking", fingerprint=f"{number}") for number in range(48))))
    assert len(lines) == 49
    assert not any("more" in each for each in lines)


def test_the_text_has_all_a_person_has_to_know() -> None:
    told = rendered("text", full())
    for each in (
        "Breaking changes (2)\n  ✗ request-property-became-required  POST /payments\n    POST /payments needs body",
        "    openapi/shop.yaml:12 /paths/~1payments/post\n",
        "    git:abc:openapi/shop.yaml:10 /paths/~1payments/post (before)\n",
        'a request that was fine: {"method": "POST", "path": "/payments", "body": {"amount": 1}}',
        "now: customer is missing",
        "hint: Give it a default.",
        "fingerprint breaking-0123",
        "~ request-property-became-required",
        "waiver of known until 2027-01-31: known",
        "  1 that stood at the base already; contract-tests lint shows it\n",
        "Versions\n  orders: 1.0.0 → 2.0.0 is enough\n",
        "a note",
        "\nFailed: 1 breaking change, 1 error\n",
    ):
        assert each in told, each


def test_the_text_says_that_a_waiver_is_over() -> None:
    told = rendered("text", report(item(), waivers=(waiver("breaking-0123", "2020-01-01"),)))
    assert "waiver of known until 2020-01-01, which is over: known" in told


def test_only_a_terminal_gets_colours() -> None:
    from contract_tests.gate.formats import text

    assert "\x1b" not in text.render(full())
    assert "\x1b[31m" in text.on_terminal(full())
    assert "Failed: 1 breaking change, 1 error" in text.on_terminal(full())


def test_many_safe_changes_do_not_bury_the_rest() -> None:
    many = [item("safe", fingerprint=f"{number}") for number in range(60)]
    told = rendered("text", report(item("breaking"), *many))
    assert told.count("operation-added") == 50
    assert "and 10 more" in told


def test_markdown_begins_with_the_verdict_and_unfolds_each_item() -> None:
    told = rendered("markdown", full())
    assert told.startswith("<!-- contract-tests gate -->\n## ❌ Failed&#58; 1 breaking change, 1 error\n")
    assert told.count("<details>") == told.count("</details>") == 9
    assert "\n1 that stood at the base already; contract-tests lint shows it.\n" in told
    assert "| <code>shop</code> | 1.0.0 | 1.0.0 | major | 2.0.0 | **no** |\n| <code>orders" in told
    assert "quiet" not in told
    assert "<summary>Changelog</summary>\n\n## shop: 1.0.0 → 1.0.0\n" in told
    assert '```json\n{\n "method": "POST"' in told


def test_markdown_fits_into_a_comment() -> None:
    many = [item("breaking", fingerprint=f"{number}", says="<" * 900) for number in range(60)]
    told = rendered("markdown", report(*many, item("safe"), changelog="x" * 60_000))
    assert len(told) < 65_536
    assert told.count("<details>") == told.count("</details>") > 5
    left = 61 - told.count("<details>")
    assert f"… and {left} more" in told
