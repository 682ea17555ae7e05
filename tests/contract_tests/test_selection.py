"""In which order checks are run: all suites are heard early, what tries many cases comes later."""

from __future__ import annotations

import re

from contract_tests.catalogue import checks
from contract_tests.selection import suites

FIRST = 60
SLOW = ("test_schema.py::test_anything", "test_stateful.py", "test_walk.py::test_walks[many]")


def test_every_suite_that_has_cheap_checks_is_heard_among_the_first() -> None:
    assert {each.suite for each in checks()[:FIRST]} == set(suites()) - {"stateful"}


def test_tests_of_many_cases_go_on_side_by_side() -> None:
    """The first cases of one suite are not all of one test."""
    of_uploads = [each.id for each in checks() if each.suite == "uploads"][:10]
    assert len({re.sub(r"\[.*", "", each) for each in of_uploads}) == len(of_uploads)


def test_what_tries_many_cases_comes_after_what_decides_by_a_few() -> None:
    ids = [each.id for each in checks()]
    last_cell = max(place for place, each in enumerate(ids) if "test_cell" in each)
    assert min(place for place, each in enumerate(ids) if each.startswith(SLOW)) > last_cell
