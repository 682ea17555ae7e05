"""Semantic versions (semver.org 2.0.0): reading, order, and what comes next."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum

_NUMBER = "(?:0|[1-9][0-9]{0,17})"
_LABEL = f"(?:{_NUMBER}|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)"
_VERSION = re.compile(
    rf"({_NUMBER})\.({_NUMBER})\.({_NUMBER})(?:-({_LABEL}(?:\.{_LABEL})*))?(?:\+[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*)?"
)


class Bump(IntEnum):
    """Which part of a version has to be raised."""

    NONE = 0
    PATCH = 1
    MINOR = 2
    MAJOR = 3


@dataclass(frozen=True)
class SemanticVersion:
    """`labels`: what makes it a prerelease, such as `rc` and `1`; empty for a release. Builds (`+...`) don't count."""

    major: int
    minor: int
    patch: int
    labels: tuple[str, ...] = ()

    def __str__(self) -> str:
        core = ".".join(map(str, self.core))
        return f"{core}-{'.'.join(self.labels)}" if self.labels else core

    @property
    def core(self) -> tuple[int, int, int]:
        return self.major, self.minor, self.patch

    @property
    def precedence(self) -> tuple[object, ...]:
        """What to compare: numbers come before words, and a prerelease before its release."""
        labels = [(0, int(each), "") if each.isdigit() else (1, 0, each) for each in self.labels]
        return self.core, not self.labels, labels

    @property
    def announces(self) -> Bump:
        """How much the release of a prerelease raises whatever came before it."""
        if self.patch:
            return Bump.PATCH
        return Bump.MINOR if self.minor and self.major else Bump.MAJOR

    def raised(self, bump: Bump) -> SemanticVersion:
        """The least version that says what has changed. While the major version is 0, the minor one says it."""
        if bump is Bump.NONE:
            return self
        if self.labels and bump <= self.announces:
            return SemanticVersion(*self.core, labels=_next(self.labels))
        labels = (self.labels[0] if not self.labels[0].isdigit() else "rc", "1") if self.labels else ()
        if bump is Bump.MAJOR and self.major:
            return SemanticVersion(self.major + 1, 0, 0, labels)
        if bump is Bump.PATCH:
            return SemanticVersion(self.major, self.minor, self.patch + 1, labels)
        return SemanticVersion(self.major, self.minor + 1, 0, labels)


def semantic_version(text: str) -> SemanticVersion | None:
    """The version that a text is, or `None` where it is no semantic version."""
    found = _VERSION.fullmatch(text)
    if found is None:
        return None
    labels = tuple(found[4].split(".")) if found[4] else ()
    return SemanticVersion(int(found[1]), int(found[2]), int(found[3]), labels)


def says_enough(old: SemanticVersion, new: SemanticVersion, bump: Bump) -> bool:
    """Whether going from one version to another tells as much as has changed. A prerelease speaks for its release."""
    if bump is Bump.NONE:
        return new.precedence >= old.precedence
    return new.precedence > old.precedence and new.core >= old.raised(bump).core


def _next(labels: tuple[str, ...]) -> tuple[str, ...]:
    """`rc.1` after `rc`, `rc.3` after `rc.2`."""
    if labels[-1].isdigit():
        return (*labels[:-1], str(int(labels[-1]) + 1))
    return (*labels, "1")
