"""Semantic versions: what semver.org says, and what comes next."""

from __future__ import annotations

from itertools import pairwise

import pytest

from contract_tests.gate.semantic_version import Bump, SemanticVersion, says_enough, semantic_version

VALID = """
0.0.4 1.2.3 10.20.30 1.1.2-prerelease+meta 1.1.2+meta 1.1.2+meta-valid 1.0.0-alpha 1.0.0-beta 1.0.0-alpha.beta
1.0.0-alpha.beta.1 1.0.0-alpha.1 1.0.0-alpha0.valid 1.0.0-alpha.0valid 1.0.0-alpha-a.b-c-somethinglong+build.1-aef.1
1.0.0-rc.1+build.1 2.0.0-rc.1+build.123 1.2.3-beta 10.2.3-DEV-SNAPSHOT 1.2.3-SNAPSHOT-123 2.0.0+build.1848
2.0.1-alpha.1227 1.0.0-alpha+beta 1.2.3----RC-SNAPSHOT.12.9.1--.12+788 1.0.0+0.build.1-rc.10000aaa-kk-0.1
1.0.0-0A.is.legal
"""
INVALID = """
1 1.2 1.2.3-0123 1.2.3-0123.0123 1.1.2+.123 +invalid -invalid alpha alpha.beta 1.0.0-alpha_beta 1.0.0-alpha..
1.0.0-alpha..1 01.1.1 1.01.1 1.1.01 1.2.3.DEV 1.2-SNAPSHOT -1.0.3-gamma+b7718 v1.2.3 2024-10-01 2024.10.01 1.2.3-
9999999999999999999999999.0.0 ١.٢.٣
"""
ASCENDING = """
0.9.9 1.0.0-0 1.0.0-2 1.0.0-10 1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11
1.0.0-rc.1 1.0.0 1.0.1-rc 1.0.1 1.1.0 2.0.0 2.1.0 2.1.1 10.0.0
"""


def read(text: str) -> SemanticVersion:
    found = semantic_version(text)
    assert found is not None, text
    return found


@pytest.mark.parametrize("text", VALID.split())
def test_what_the_standard_allows_is_a_version(text: str) -> None:
    assert str(read(text)) == text.partition("+")[0]


@pytest.mark.parametrize("text", ["", "1.0.0\n", *INVALID.split()])
def test_what_the_standard_forbids_is_none(text: str) -> None:
    assert semantic_version(text) is None


def test_the_order_is_that_of_the_standard() -> None:
    for lower, higher in pairwise(map(read, ASCENDING.split())):
        assert lower.precedence < higher.precedence


def test_builds_have_no_part_in_the_order() -> None:
    assert read("1.0.0+a").precedence == read("1.0.0+b").precedence


@pytest.mark.parametrize(
    ("old", "bump", "expected"),
    [
        ("1.4.2", Bump.NONE, "1.4.2"),
        ("1.4.2", Bump.PATCH, "1.4.3"),
        ("1.4.2", Bump.MINOR, "1.5.0"),
        ("1.4.2", Bump.MAJOR, "2.0.0"),
        ("0.4.2", Bump.PATCH, "0.4.3"),
        ("0.4.2", Bump.MINOR, "0.5.0"),
        ("0.4.2", Bump.MAJOR, "0.5.0"),
        ("2.0.0-rc.1", Bump.MAJOR, "2.0.0-rc.2"),
        ("2.0.0-rc", Bump.MINOR, "2.0.0-rc.1"),
        ("1.3.0-rc.2", Bump.MINOR, "1.3.0-rc.3"),
        ("1.3.0-rc.2", Bump.MAJOR, "2.0.0-rc.1"),
        ("1.3.1-beta.4", Bump.MINOR, "1.4.0-beta.1"),
        ("1.3.1-4", Bump.MAJOR, "2.0.0-rc.1"),
        ("0.3.0-rc.1", Bump.MAJOR, "0.3.0-rc.2"),
        ("0.3.1-rc.1", Bump.MAJOR, "0.4.0-rc.1"),
        ("1.2.3+build", Bump.PATCH, "1.2.4"),
    ],
)
def test_the_next_version_says_what_has_changed(old: str, bump: Bump, expected: str) -> None:
    assert str(read(old).raised(bump)) == expected
    assert says_enough(read(old), read(expected), bump)


@pytest.mark.parametrize(
    ("old", "new", "bump", "expected"),
    [
        ("1.4.0", "2.0.0", Bump.MAJOR, True),
        ("1.4.0", "3.1.0", Bump.MAJOR, True),
        ("1.4.0", "2.0.0-rc.1", Bump.MAJOR, True),
        ("1.4.0", "1.5.0", Bump.MAJOR, False),
        ("1.4.0", "1.5.0", Bump.MINOR, True),
        ("1.4.0", "1.4.1", Bump.MINOR, False),
        ("1.4.0", "1.4.1", Bump.PATCH, True),
        ("1.4.0", "1.4.0", Bump.PATCH, False),
        ("1.4.0", "1.4.0", Bump.NONE, True),
        ("1.4.0", "1.3.9", Bump.NONE, False),
        ("0.4.0", "0.5.0", Bump.MAJOR, True),
        ("0.4.0", "1.0.0", Bump.MAJOR, True),
        ("0.4.0", "0.4.1", Bump.MAJOR, False),
        ("2.0.0-rc.1", "2.0.0-rc.2", Bump.MAJOR, True),
        ("2.0.0-rc.1", "2.0.0", Bump.MAJOR, True),
        ("2.0.0-rc.1", "2.0.0-rc.1", Bump.MAJOR, False),
        ("2.0.0-rc.2", "2.0.0-rc.1", Bump.NONE, False),
        ("1.3.0-rc.1", "1.3.0", Bump.MAJOR, False),
        ("1.3.0-rc.1", "1.3.0", Bump.MINOR, True),
        ("1.4.0", "1.4.0+build.2", Bump.PATCH, False),
    ],
)
def test_a_version_is_enough_or_it_is_not(old: str, new: str, bump: Bump, expected: bool) -> None:
    assert says_enough(read(old), read(new), bump) is expected
