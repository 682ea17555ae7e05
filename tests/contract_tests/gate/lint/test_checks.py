"""Each single fault is found by the check named for it, and a sound contract by none."""

from __future__ import annotations

from pathlib import Path

import pytest

from contract_tests.gate.lint.check import PREFIX, Profile, Weight, checks
from openapi.locations import CONTRACTS
from tests.contract_tests.gate.lint.faults import FAULTS, INNOCENT, LAST_ERRORS, error
from tests.contract_tests.gate.lint.sound import SOUND, found, problems, write

CASES = [(name, *fault) for name, faults in FAULTS.items() for fault in faults]


def test_our_own_contracts_are_clean() -> None:
    assert [str(each.place) + " " + each.says for each in problems(str(CONTRACTS))] == []


def test_a_sound_contract_has_no_problem(tmp_path: Path) -> None:
    assert problems(write(tmp_path, SOUND)) == []


def test_each_check_has_a_fault_and_each_fault_a_check() -> None:
    assert set(FAULTS) == set(checks())
    assert all(FAULTS.values())


@pytest.mark.parametrize(("name", "right", "wrong"), CASES, ids=[f"{each[0]}-{at}" for at, each in enumerate(CASES)])
def test_a_fault_is_found_by_its_check_where_it_is(name: str, right: str, wrong: str, tmp_path: Path) -> None:
    assert SOUND.count(right), "there is nothing to make the fault of"
    text = SOUND.replace(right, wrong, 1)

    problem = found(write(tmp_path, text))[name]

    assert problem.severity == ("warning" if problem.check.weight is Weight.ADVICE else "error")
    assert problem.place.file == str(tmp_path / "orders.yaml")
    assert 1 <= problem.place.line <= text.count("\n") + 1
    assert problem.says
    assert "\n" not in problem.says


@pytest.mark.parametrize(
    ("right", "wrong", "name", "pointer", "line"),
    [
        ("[gift, own]", "[gift, gift]", "list-unique", "/components/schemas/Order/properties/kind/enum/1", "kind:"),
        ("      summary: Place an order\n", "", "operation-summary", "/paths/~1orders/post", "post:"),
        ("status: 404\n", "status: 410\n", "rule-status", "/x-rules/0", "- id: ORD-NOT-FOUND"),
        ("rule: ORD-CANCEL-STATE", "rule: ORD-X", "lifecycle-whole", "/x-lifecycle/order/transitions/1", "rule: ORD-X"),
        ("  title: Orders\n", "  title: Orders \n", "blanks", "", "  title: Orders "),
    ],
)
def test_a_problem_names_pointer_and_line(
    right: str, wrong: str, name: str, pointer: str, line: str, tmp_path: Path
) -> None:
    text = SOUND.replace(right, wrong, 1)
    place = found(write(tmp_path, text))[f"lint-{name}"].place

    assert place.pointer == pointer
    assert line in text.split("\n")[place.line - 1]


def test_an_example_that_is_wrong_names_the_keyword_of_its_schema(tmp_path: Path) -> None:
    text = SOUND.replace("example: {name: rope, count: 3}", "example: {name: rope, count: 0}")
    problem = found(write(tmp_path, text))["lint-example-conforms"]

    line = 1 + SOUND.split("\n").index("        count: {type: integer, minimum: 1, default: 1}")
    assert problem.says.endswith(f"see /components/schemas/Line/properties/count/minimum (line {line})")
    assert "at /count" in problem.says


def test_what_an_example_breaks_is_named_behind_all_references(tmp_path: Path) -> None:
    text = SOUND.replace("lines: [{name: rope, count: 3}], kind: gift", "lines: [{name: rope, count: 0}], kind: gift")
    told = [each.says for each in problems(write(tmp_path, text)) if each.check.id == "lint-example-conforms"]

    assert len(told) == 2
    assert all("at /lines/0/count" in each for each in told)
    assert all("see /components/schemas/Line/properties/count/minimum" in each for each in told)


@pytest.mark.parametrize(("right", "wrong"), INNOCENT, ids=range(len(INNOCENT)))
def test_what_only_looks_like_a_fault_is_none(right: str, wrong: str, tmp_path: Path) -> None:
    assert SOUND.count(right)
    assert problems(write(tmp_path, SOUND.replace(right, wrong, 1))) == []


@pytest.mark.parametrize("security", ["[]", "[{token: [orders]}, {}]"])
def test_who_lets_everybody_in_need_not_document_401(security: str, tmp_path: Path) -> None:
    text = SOUND.replace(LAST_ERRORS, LAST_ERRORS.replace(error(401), ""))
    assert set(found(write(tmp_path, text))) == {"lint-operation-error-responses"}

    open_to_all = text.replace(
        "      operationId: getLine\n", f"      operationId: getLine\n      security: {security}\n"
    )
    assert found(write(tmp_path, open_to_all)) == {}


def test_all_problems_are_told_and_not_the_first_alone(tmp_path: Path) -> None:
    text = SOUND.replace("to: Cancelled, rule", "to: Gone, rule").replace("status: 404\n", "status: 410\n")
    text = text.replace("    initial: Placed", "    initial: Begun")
    told = [
        each.says
        for each in problems(write(tmp_path, text))
        if each.check.id in {"lint-lifecycle-whole", "lint-rule-status"}
    ]

    assert any("Gone" in each for each in told)
    assert any("410" in each for each in told)
    assert any("Begun" in each for each in told)


@pytest.mark.parametrize("name", checks())
def test_a_check_has_an_id_and_says_what_it_demands_and_how_to_mend_it(name: str) -> None:
    check = checks()[name]

    assert name.startswith(PREFIX)
    assert name == name.lower()
    for text in (check.demands, check.mend):
        assert text.strip() == text != ""
        assert not text.endswith(".")


def test_a_vendors_document_gets_advice_and_is_no_failure(tmp_path: Path) -> None:
    text = SOUND.partition("\nx-lifecycle:")[0] + "\n"
    text = text.replace("      summary: Show a line\n", "").replace("          description: For the files.\n", "")

    assert {name: each.severity for name, each in found(write(tmp_path, text)).items()} == {
        "lint-operation-summary": "warning"
    }


def test_what_tools_cant_work_with_is_an_error_in_any_document(tmp_path: Path) -> None:
    text = SOUND.partition("\nx-lifecycle:")[0] + "\n"
    text = text.replace("operationId: getLine", "operationId: placeOrder")

    assert found(write(tmp_path, text))["lint-operation-id-unique"].severity == "error"


def test_a_profile_can_be_demanded(tmp_path: Path) -> None:
    ours = write(tmp_path, SOUND.replace("          description: For the files.\n", ""))
    text = Path(ours).read_text().partition("\nx-lifecycle:")[0] + "\n"
    vendors = write(tmp_path, text, "vendor.yaml")

    assert "lint-parameter-description" in found(ours)
    assert "lint-parameter-description" not in found(ours, Profile.GENERAL)
    assert "lint-parameter-description" not in found(vendors)
    assert "lint-parameter-description" in found(vendors, Profile.TOOLKIT)


def test_the_problems_of_one_place_can_be_told_apart(tmp_path: Path) -> None:
    text = SOUND.replace("enum: [gift, own]", "enum: [gift, own, gift, gift]").replace(
        "  title: Orders\n", "  title: Orders \n"
    )
    text = text.replace("  version: 1.0.0\n", "  version: 1.0.0 \n")
    all_problems = problems(write(tmp_path, text))

    assert [each.check.id for each in all_problems] == ["lint-blanks"] * 2 + ["lint-list-unique"] * 2
    assert len({each.fingerprint for each in all_problems}) == 4


def test_fingerprints_stay_where_lines_move(tmp_path: Path) -> None:
    text = SOUND.replace("      summary: Show a line\n", "")
    before = found(write(tmp_path, text))["lint-operation-summary"]
    after = found(write(tmp_path, "# One more line.\n" + text))["lint-operation-summary"]

    assert before.place.line + 1 == after.place.line
    assert before.fingerprint == after.fingerprint
