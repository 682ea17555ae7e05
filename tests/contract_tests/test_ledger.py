"""The ledger: what was made is known, also to those who come after a crash."""

from __future__ import annotations

from pathlib import Path

import pytest

from contract_tests.ledger import Ledger, LeftOver, left_over


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "ledgers" / "run.ndjson"


def crashed(ledger: Ledger) -> None:
    """The process is gone: its file is no longer locked, and nothing more is written."""
    assert ledger._file is not None
    ledger._file.close()


def left(file: Path) -> LeftOver:
    (found,) = left_over(file.parent)
    return found


def test_what_was_made_and_not_settled_is_left_over_the_latest_first(file: Path) -> None:
    ledger = Ledger(file, "staging", "tag")
    for each in ("a", "b", "c"):
        ledger.note("invoice", each)
    ledger.settle("b")
    crashed(ledger)

    assert [(each.kind, each.id) for each in left(file).records] == [("invoice", "c"), ("invoice", "a")]
    assert (left(file).target, left(file).tag, left(file).is_unsure) == ("staging", "tag", False)


def test_a_record_that_was_about_to_be_made_may_be_there(file: Path) -> None:
    ledger = Ledger(file, "staging", "tag")
    ledger.resolve(ledger.intend("invoice"))
    ledger.intend("invoice")
    crashed(ledger)

    assert left(file).is_unsure
    assert left(file).tag == "tag"
    assert left(file).records == ()


def test_a_run_that_is_at_work_is_left_alone(file: Path) -> None:
    ledger = Ledger(file, "staging", "tag")
    ledger.note("invoice", "a")
    assert left_over(file.parent) == []

    crashed(ledger)
    assert len(left_over(file.parent)) == 1


def test_a_line_that_was_cut_off_is_passed_over(file: Path) -> None:
    ledger = Ledger(file, "staging", "tag")
    ledger.note("invoice", "a")
    crashed(ledger)
    with file.open("a") as out:
        out.write('{"made": {"kind": "inv')

    assert [each.id for each in left(file).records] == ["a"]


def test_a_clean_ledger_leaves_no_file(file: Path) -> None:
    ledger = Ledger(file, "staging", "tag")
    ledger.note("invoice", "a")
    ledger.settle("A")
    ledger.close()

    assert not file.exists()


def test_what_is_left_stays_in_the_file(file: Path) -> None:
    ledger = Ledger(file, "staging", "tag")
    ledger.note("invoice", "a")
    ledger.close()

    assert [each.id for each in left(file).records] == ["a"]


def test_who_takes_over_goes_on_where_the_other_has_ended(file: Path) -> None:
    first = Ledger(file, "staging", "tag")
    first.note("invoice", "a")
    first.note("upload", "b")
    crashed(first)

    second = Ledger(file, "staging", "tag")
    second.take_over(left(file))
    second.settle("b")
    second.close()
    assert [each.id for each in left(file).records] == ["a"]

    third = Ledger(file, "staging", "tag")
    third.take_over(left(file))
    third.settle("a")
    third.close()
    assert not file.exists()


def test_a_record_is_known_also_when_it_is_gone_and_however_its_id_is_spelled() -> None:
    ledger = Ledger(None, "staging", "tag")
    ledger.note("invoice", "aB")
    ledger.settle("AB")

    assert ledger.has("ab")
    assert not ledger.has("abc")
    assert ledger.open_records() == []


def test_noting_twice_does_not_bring_back_what_is_gone() -> None:
    ledger = Ledger(None, "staging", "tag")
    ledger.note("invoice", "a")
    ledger.settle("a")
    ledger.note("invoice", "a")

    assert ledger.is_clean


def test_without_a_file_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ledger = Ledger(None, "mock", "tag")
    ledger.note("invoice", "a")
    ledger.close()

    assert list(tmp_path.iterdir()) == []
