"""A changelog in Markdown, to be put where users of the contract read it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum

from contract_tests.escaping import markdown_words
from contract_tests.gate.change import Change, Severity


class Group(StrEnum):
    """The headings, in their order."""

    BREAKING = "Breaking"
    REMOVED = "Removed"
    DEPRECATED = "Deprecated"
    CHANGED = "Changed"
    ADDED = "Added"
    FIXED = "Fixed"


_GROUPS: Sequence[tuple[re.Pattern[str], Group]] = tuple(
    (re.compile(pattern), group)
    for pattern, group in (
        (r"^operation-removed", Group.REMOVED),
        (r"deprecated|^sunset-", Group.DEPRECATED),
        (r"^example-|^provenance-|^operation-id-added$", Group.FIXED),
        (r"-(enum|format|pattern|unique-items|default|discriminator)-added$", Group.CHANGED),
        (r"-added\b", Group.ADDED),
    )
)
"""What the id of a kind tells of changes that break nothing; the first that fits counts."""

_RISKY = frozenset({Group.REMOVED, Group.DEPRECATED})
"""Where risky changes are told; all others are under `CHANGED`, where nobody overlooks them."""

_EDITED = "Nothing that a client depends on, such as descriptions."
_LONGEST = 1000


def group_of(change: Change) -> Group:
    """Under which heading a change is told."""
    if change.severity is Severity.BREAKING:
        return Group.BREAKING
    told = next((group for pattern, group in _GROUPS if pattern.search(change.kind)), Group.CHANGED)
    return Group.CHANGED if change.severity is Severity.RISKY and told not in _RISKY else told


def changelog(name: str, before: str, now: str, changes: Sequence[Change], *, is_edited: bool = False) -> str:
    """The entry of one contract; empty where nothing has changed.

    `before`, `now`: versions, if there are any. `is_edited`: the document is another one, even without a change.
    """
    return "".join(_lines(name, before, now, changes)) if changes or is_edited else ""


def _lines(name: str, before: str, now: str, changes: Sequence[Change]) -> Iterator[str]:
    versions = " → ".join(markdown_words(each) for each in (before or "new", now or "removed"))
    yield f"## {markdown_words(name)}: {versions}\n"
    for group in Group:
        told = dict.fromkeys(_line(each) for each in changes if group_of(each) is group)
        if told:
            yield f"\n### {group}\n\n"
            yield from told
    if not changes:
        yield f"\n### {Group.FIXED}\n\n- {_EDITED}\n"


def _line(change: Change) -> str:
    """The sentence, behind the operation it is about if it does not begin with that."""
    about = change.operation or change.subject
    if about and change.says.startswith(f"{about} "):
        return f"- **{markdown_words(about)}** {markdown_words(change.says.removeprefix(about), _LONGEST)}\n"
    return f"- **{markdown_words(change.operation or 'In general')}**: {markdown_words(change.says, _LONGEST)}\n"
