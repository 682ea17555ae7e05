"""The stream of events: what was written can be read, however the run ended."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract_tests.events import EVENTS_FILE, CheckEnded, Outcome, RunEnded, forget, from_line, read, to_line
from contract_tests.results import fold, results_in
from tests.contract_tests.reports.runs import ENDED, STARTED, check, failed, finding, results

TEXTS = st.text(st.characters(codec="utf-8"), max_size=40)


@given(reason=TEXTS, message=TEXTS)
def test_an_event_is_one_line_and_reads_back_as_it_was(reason: str, message: str) -> None:
    event = check(Outcome.FAILED, reason=reason, findings=[finding(message=message)], rules=["A"], walked=[["a", "b"]])
    line = to_line(event)
    found = from_line(line)
    assert line.count(b"\n") == 1
    assert isinstance(found, CheckEnded)
    assert (found.reason, found.findings, to_line(found)) == (reason, event.findings, line)


def test_half_characters_do_not_stop_the_stream() -> None:
    event = from_line(to_line(check(reason="half of \ud83d")))
    assert isinstance(event, CheckEnded)
    assert event.reason == "half of ?"


def test_what_a_killed_run_has_written_can_be_read(tmp_path: Path) -> None:
    program = (
        "import os, signal, sys; from pathlib import Path\n"
        "from contract_tests.events import *\n"
        "writer = Writer(Path(sys.argv[1]))\n"
        "writer.write(RunStarted('t', 'mock', {}, 1, '', True, '', ''))\n"
        "writer.write(CheckEnded('s', 'c', 'passed'))\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    run = subprocess.run([sys.executable, "-c", program, str(tmp_path)], timeout=30)
    assert run.returncode == -signal.SIGKILL
    found = results_in(tmp_path)
    assert [each.check for each in found.checks] == ["c"]
    assert found.ended is None
    assert "cut off" in found.verdict[1]


def test_a_line_that_was_cut_off_and_a_kind_nobody_knows_are_passed_over(tmp_path: Path) -> None:
    lines = [to_line(STARTED), b'{"event": "Later", "what": 1}\n', b"[]\n", to_line(check()), to_line(check())[:40]]
    (tmp_path / EVENTS_FILE).write_bytes(b"".join(lines))
    assert [type(each).__name__ for each in read(tmp_path)] == ["RunStarted", "CheckEnded"]


def test_members_that_only_a_later_version_knows_are_left_out() -> None:
    line = to_line(check()).replace(b"{", b'{"later": 1, ', 1)
    found = from_line(line)
    assert found is not None
    assert to_line(found) == to_line(check())


def test_a_separator_within_a_text_ends_no_line(tmp_path: Path) -> None:
    results([check(reason="one\u2028two\x85three")], tmp_path)
    assert [each.reason for each in results_in(tmp_path).checks] == ["one\u2028two\x85three"]


def test_a_check_whose_cleaning_up_failed_went_wrong(tmp_path: Path) -> None:
    twice = [check(answers={"getInvoice 200": 1}), check(Outcome.ERROR, reason="teardown")]
    found = fold([STARTED, *twice, ENDED], tmp_path)
    assert [(each.outcome, each.reason) for each in found.checks] == [("error", "teardown")]
    assert found.answers["getInvoice", "200"] == 1


def test_a_fault_that_several_checks_find_is_one_finding(tmp_path: Path) -> None:
    other = finding(fingerprint="ffff", standing="refuted")
    found = fold([failed(other), failed(finding(), "test_a"), failed(finding(), "test_b")], tmp_path).findings
    assert [(each.standing, len(each.checks)) for each in found] == [("failed", 2), ("refuted", 1)]


@pytest.mark.parametrize(
    ("checks", "ended", "kind"),
    [
        ([check()], ENDED, "good"),
        ([check(), failed(finding(), "test_b")], ENDED, "bad"),
        ([check(), failed(finding(standing="refuted"), "test_b")], ENDED, "good"),
        ([check(), check(Outcome.ERROR, "test_b")], ENDED, "unsure"),
        ([check(Outcome.NOT_REACHED)], ENDED, "unsure"),
        ([], ENDED, "unsure"),
        ([check()], None, "unsure"),
        ([check()], RunEnded(1, 1, {}, 3, reason="nobody is there"), "unsure"),
        ([check()], RunEnded(1, 1, {}, 2, reason="interrupted"), "unsure"),
    ],
)
def test_the_verdict_is_good_only_where_something_was_shown_and_nothing_is_broken(
    checks: list[CheckEnded], ended: RunEnded | None, kind: str, tmp_path: Path
) -> None:
    assert results(checks, tmp_path, ended).verdict[0] == kind


def test_events_are_with_the_operating_system_before_the_next_thing_happens(tmp_path: Path) -> None:
    from contract_tests.events import Writer

    writer = Writer(tmp_path)
    writer.write(check())
    assert (tmp_path / EVENTS_FILE).stat().st_size == len(to_line(check()))
    writer.close()


def test_what_an_earlier_run_has_written_is_forgotten_and_nothing_else(tmp_path: Path) -> None:
    for name in (EVENTS_FILE, "traffic-gw0.ndjson", "traffic-main.ndjson", "report.html", "notes.ndjson"):
        (tmp_path / name).touch()
    forget(tmp_path)
    forget(tmp_path / "not there")
    assert {each.name for each in tmp_path.iterdir()} == {"report.html", "notes.ndjson"}
