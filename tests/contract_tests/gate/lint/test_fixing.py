"""What needs no thought is mended, and nothing else of a file is touched."""

from __future__ import annotations

import difflib
import json
import stat
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract_tests.errors import WrongUse
from contract_tests.gate.lint import fixing
from contract_tests.gate.lint.check import Profile, checks
from contract_tests.gate.lint.checks import texts
from contract_tests.gate.lint.fixing import fix
from openapi.locations import CONTRACTS
from tests.contract_tests.gate.lint.faults import FAULTS
from tests.contract_tests.gate.lint.sound import SOUND, found, write

FIXABLE = [name for name, each in checks().items() if each.fixes]
CASES = [(name, *fault) for name in FIXABLE for fault in FAULTS[name]]


def fixed(folder: Path, text: str, name: str = "orders.yaml") -> str:
    """The text after fixing it."""
    path = write(folder, text, name)
    fix(path)
    return Path(path).read_bytes().decode("utf-8")


def changed(before: str, after: str) -> list[str]:
    """The lines that are different, with `-` and `+`."""
    lines = difflib.ndiff(before.splitlines(keepends=True), after.splitlines(keepends=True))
    return [each.rstrip("\n") for each in lines if each[0] in "-+"]


@pytest.mark.parametrize(("name", "right", "wrong"), CASES, ids=[f"{each[0]}-{at}" for at, each in enumerate(CASES)])
def test_a_fault_that_is_fixed_is_gone_and_the_rest_stays(name: str, right: str, wrong: str, tmp_path: Path) -> None:
    text = SOUND.replace(right, wrong, 1)
    after = fixed(tmp_path, text)

    assert name not in found(str(tmp_path / "orders.yaml"))
    assert 1 <= len(changed(text, after)) <= 2
    assert fix(str(tmp_path / "orders.yaml")) == []


@pytest.mark.parametrize(
    ("wrong", "mended"),
    [
        ("get: {responses: {}}", "get: {operationId: getA, responses: {}}"),
        (
            "get:   # why\n      # first\n      responses: {}",
            "get:   # why\n      operationId: getA\n      # first\n      responses: {}",
        ),
        ("get:\n\n      responses: {}", "get:\n      operationId: getA\n\n      responses: {}"),
        ('"get": {"responses": {}}', '"get": {operationId: getA, "responses": {}}'),
        ("get: {\n      responses: {}\n    }", "get: {\n      operationId: getA,\n      responses: {}\n    }"),
        ("get: &a\n      responses: {}\n    put: *a", "get: &a\n      responses: {}\n    put: *a"),
    ],
)
def test_an_operation_id_is_the_first_member_in_the_manner_of_the_file(wrong: str, mended: str, tmp_path: Path) -> None:
    head = 'openapi: 3.0.3\ninfo: {title: a, version: "1"}\npaths:\n  /a:\n    '

    assert fixed(tmp_path, f"{head}{wrong}\n") == f"{head}{mended}\n"


def test_an_operation_id_that_is_made_up_is_free(tmp_path: Path) -> None:
    text = 'openapi: 3.0.3\ninfo: {title: a, version: "1"}\npaths:\n'
    text += "  /a/b: {get: {responses: {}}}\n  /a-b: {get: {responses: {}}}\n"
    text += "  /c: {get: {operationId: getAB2, responses: {}}}\n"

    ids = [each["get"]["operationId"] for each in yaml.safe_load(fixed(tmp_path, text))["paths"].values()]

    assert ids == ["getAB", "getAB3", "getAB2"]


@pytest.mark.parametrize(
    ("wrong", "mended"),
    [
        (" [a, b, a]", " [a, b]"),
        (" [a, a, b, a]", " [a, b]"),
        (" [a,\n  b,\n  a]", " [a,\n  b]"),
        ("\n        - a\n        - b\n        - a\n        # the end", "\n        - a\n        - b\n        # the end"),
        ("\n        - a\n        - a\n        - a\n        - b", "\n        - a\n        - b"),
        ("\n        - a\n        # once more\n        - a", "\n        - a\n        # once more"),
        (" [a, b, # no\n  a]", " [a, b, # no\n  a]"),
        ("\n        - a\n        - a # why", "\n        - a\n        - a # why"),
        ("\n        - &x a\n        - *x", "\n        - &x a\n        - *x"),
    ],
)  # fmt: skip
def test_what_stands_twice_is_removed_and_comments_are_not(wrong: str, mended: str, tmp_path: Path) -> None:
    head = 'openapi: 3.0.3\ninfo: {title: a, version: "1"}\npaths: {}\n'
    head += "components:\n  schemas:\n    A:\n      type: string\n      enum:"

    assert fixed(tmp_path, f"{head}{wrong}\n") == f"{head}{mended}\n"


@pytest.mark.parametrize(
    "word", ["no", "Yes", "on", "OFF", "2026-01-31", "2026-01-31T10:00:00Z", "12:30", "1_000", "0b11"]
)
def test_words_that_readers_disagree_about_are_quoted_and_stay_texts(word: str, tmp_path: Path) -> None:
    text = SOUND.replace("example: too late", f"example: {word}")

    after = fixed(tmp_path, text)

    assert f'example: "{word}"' in after
    assert yaml.safe_load(after)["paths"]["/orders/{orderId}"]["delete"]["parameters"][0]["example"] == word


@pytest.mark.parametrize("word", ["true", "null", "~", "1", "-1.5", "1e3", "no way", '"no"', "'on'"])
def test_what_all_readers_agree_about_is_left_alone(word: str, tmp_path: Path) -> None:
    text = SOUND.replace("example: too late", f"example: {word}")

    assert fixed(tmp_path, text) == text


def test_blanks_within_texts_count_and_stay(tmp_path: Path) -> None:
    paid = "      description: |\n        Gives back  \n        what was paid.\n      \n"
    text = SOUND.replace("      description: Gives back what was paid.\n", paid)

    assert fixed(tmp_path, text) == text
    assert found(str(tmp_path / "orders.yaml")) == {}


@pytest.mark.parametrize("line_break", ["\u2028", "\u0085", "\r"])
def test_line_breaks_that_only_yaml_knows_lead_to_no_wrong_place(line_break: str, tmp_path: Path) -> None:
    text = SOUND.replace("title: Orders", f'title: "Or{line_break}ders"').replace(
        "  - name\n", "  - name\n        - name\n"
    )
    after = fixed(tmp_path, text)

    assert yaml.safe_load(after)["info"] == yaml.safe_load(text)["info"]
    assert len(changed(text, after)) <= 1


def test_line_breaks_and_the_byte_order_mark_stay(tmp_path: Path) -> None:
    text = "\ufeff" + SOUND.replace("      operationId: getLine\n", "").replace("\n", "\r\n")
    after = fixed(tmp_path, text)

    assert after.startswith("\ufeff# A comment")
    assert after.count("\r\n") == after.count("\n") == text.count("\n") + 1
    assert "\r\n      operationId: getOrders" in after


def test_characters_of_any_width_before_a_place_do_not_move_it(tmp_path: Path) -> None:
    text = (
        SOUND.replace("# A comment", "# Größe 😀 山")
        .replace("title: Orders", "title: 😀山")
        .replace("[gift, own]", "[gift, own, gift]")
    )

    assert changed(text, fixed(tmp_path, text)) == [
        "-         kind: {type: string, enum: [gift, own, gift]}",
        "+         kind: {type: string, enum: [gift, own]}",
    ]


@pytest.mark.parametrize("indent", [None, 2, "\t"])
def test_json_stays_json(indent: int | str | None, tmp_path: Path) -> None:
    parameter = {"name": "b", "in": "path", "schema": {"type": "string", "enum": ["x", "x"]}}
    paths = {"/a/{b}": {"get": {"parameters": [parameter], "responses": {}}}}
    text = json.dumps({"openapi": "3.0.3", "info": {"title": "a", "version": "1"}, "paths": paths}, indent=indent)

    after = fixed(tmp_path, text, "a.json")

    operation = json.loads(after)["paths"]["/a/{b}"]["get"]
    schema = {"type": "string", "enum": ["x"]}
    assert operation["operationId"] == "getAByB"
    assert operation["parameters"] == [{"name": "b", "in": "path", "required": True, "schema": schema}]
    assert after.count("\n") == (0 if indent is None else text.count("\n") + 1)


def test_a_folder_is_fixed_file_by_file(tmp_path: Path) -> None:
    texts = {"a.yaml": SOUND, "b.yaml": SOUND.replace("[gift, own]", "[gift, own, gift]")}
    for name, text in texts.items():
        write(tmp_path, text, name)
    before = (tmp_path / "a.yaml").stat().st_mtime_ns

    assert [each.problem.place.file for each in fix(str(tmp_path))] == [f"{tmp_path}/b.yaml"]
    assert (tmp_path / "b.yaml").read_text() == SOUND
    assert (tmp_path / "a.yaml").stat().st_mtime_ns == before


def test_a_file_keeps_its_rights_and_a_link_stays_a_link(tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.mkdir()
    path = Path(write(real, SOUND.replace("[gift, own]", "[gift, own, gift]")))
    path.chmod(0o640)
    link = tmp_path / "link.yaml"
    link.symlink_to(path)

    fix(str(link))

    assert link.is_symlink()
    assert path.read_text() == SOUND
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_fix_that_would_change_more_than_it_says_is_not_made(tmp_path: Path) -> None:
    """The list of the anchor is the list of the alias, too."""
    text = SOUND.replace("enum: [gift, own]}", "enum: &kinds [gift, own, gift]}").replace(
        "properties: {message: {type: string}}", "properties: {message: {type: string, enum: *kinds}}"
    )

    assert fixed(tmp_path, text) == text


def test_one_fix_that_can_not_be_made_keeps_no_other_from_it(tmp_path: Path) -> None:
    text = SOUND.replace("enum: [gift, own]}", "enum: &kinds [gift, own, gift]}").replace(
        "properties: {message: {type: string}}", "properties: {message: {type: string, enum: *kinds}}"
    )
    both = text.replace("      operationId: getLine\n", "")

    assert changed(both, fixed(tmp_path, both)) == ["+       operationId: getOrdersByOrderIdLinesByLineNumber"]


@pytest.mark.parametrize("path", ["git:HEAD:openapi", "https://vendor.example/openapi.json", "nowhere.yaml"])
def test_only_files_of_this_machine_are_fixed(path: str) -> None:
    with pytest.raises(WrongUse, match="only files and folders of this machine"):
        fix(path)


def test_a_file_is_complete_or_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = SOUND.replace("[gift, own]", "[gift, own, gift]")
    path = write(tmp_path, text)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(fixing, "write_whole", full)
    with pytest.raises(WrongUse, match=r"orders\.yaml can't be written: No space left on device"):
        fix(path)

    assert Path(path).read_text() == text
    assert [each.name for each in tmp_path.iterdir()] == ["orders.yaml"]


def test_our_own_contracts_have_nothing_to_fix(tmp_path: Path) -> None:
    for file in CONTRACTS.glob("*.yaml"):
        (tmp_path / file.name).write_bytes(file.read_bytes())

    assert fix(str(tmp_path)) == []


def test_only_what_the_profile_asks_for_is_fixed(tmp_path: Path) -> None:
    text = SOUND.replace("[gift, own]", "[gift, own, gift]")
    path = write(tmp_path, text)

    assert [each.problem.severity for each in fix(path, Profile.GENERAL)] == ["warning"]


BREAKS = [fault for name in FIXABLE for fault in FAULTS[name]]


@settings(
    max_examples=20,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.sampled_from(BREAKS), max_size=6, unique=True), st.sampled_from(["\n", "\r\n"]))
def test_fixing_twice_is_fixing_once_and_mends_all(
    tmp_path: Path, faults: list[tuple[str, str]], line_break: str
) -> None:
    text = SOUND
    for right, wrong in faults:
        text = text.replace(right, wrong, 1)
    once = fixed(tmp_path, text.replace("\n", line_break))

    assert fixed(tmp_path, once) == once
    assert not set(FIXABLE) & found(str(tmp_path / "orders.yaml")).keys()
    kept = [each for each in SOUND.splitlines() if "#" in each and "$" not in each]
    assert [each for each in once.splitlines() if "#" in each and "$" not in each] == kept


@settings(max_examples=300, derandomize=True, deadline=None, database=None)
@given(st.text("0123456789_:.-+bxeynoYNOfFtT", min_size=1, max_size=12))
def test_a_quick_look_misses_no_word_that_needs_quotes(word: str) -> None:
    try:
        told = yaml.safe_load(f"a: {word}")["a"]
    except (yaml.YAMLError, ValueError, TypeError):
        return
    needs_quotes = not isinstance(told, str) and texts.is_text(word)

    assert not needs_quotes or texts.MAY_NEED_QUOTES.search(f"a: {word}\n")
    assert not needs_quotes or texts.MAY_NEED_QUOTES.search(f"a: [b, {word}]\n")
    assert not needs_quotes or texts.MAY_NEED_QUOTES.search(f"  {word}: b\n")
