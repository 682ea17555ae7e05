"""Which version a changed contract should have, and whether `info.version` says so."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from contract_tests.gate.change import Change, Place
from contract_tests.gate.changelog import Group, group_of
from contract_tests.gate.report import Advice, Item, Part
from contract_tests.gate.semantic_version import Bump, SemanticVersion, says_enough, semantic_version
from contract_tests.gate.specification import Specification

BUMPS: Mapping[Group, Bump] = {
    Group.BREAKING: Bump.MAJOR,
    Group.REMOVED: Bump.MINOR,
    Group.CHANGED: Bump.MINOR,
    Group.ADDED: Bump.MINOR,
    Group.DEPRECATED: Bump.MINOR,
    Group.FIXED: Bump.PATCH,
}
"""What each group of changes asks for."""

KIND = "version-not-raised"
MEANS = "The contract has changed by more than its version says, so that clients can't tell from it what to expect."
_POINTER = "/info/version"


def bump_of(changes: Iterable[Change], *, is_edited: bool) -> Bump:
    """What changes ask for together; `is_edited`: the document is another one, even if nothing in it means a change."""
    least = Bump.PATCH if is_edited else Bump.NONE
    return max((BUMPS[group_of(each)] for each in changes), default=least)


def is_edited(old: Specification | None, new: Specification | None) -> bool:
    """Whether the documents differ in more than their version."""
    return bool(_unversioned(old) != _unversioned(new))


def _unversioned(specification: Specification | None) -> Any:
    document = specification.root.value if specification else {}
    info = document.get("info")
    return {**document, "info": {**info, "version": ""}} if isinstance(info, dict) else document


def advice(name: str, old: Specification | None, new: Specification | None, bump: Bump) -> Advice:
    """What is to be said of the version of one contract, which may be new or gone."""
    before, now = old.info_version if old else "", new.info_version if new else ""
    suggested, is_enough, says = _judged(before if old else None, now if new else None, bump)
    return Advice(name, before, now, bump.name.lower(), suggested, is_enough, says, _place(new))


def _judged(before: str | None, now: str | None, bump: Bump) -> tuple[str, bool | None, str]:
    """The suggested version, whether the one that is there is enough, and a sentence."""
    if now is None:
        return "", None, f"the contract is gone; its version was {before}"
    new = semantic_version(now)
    if before is None:
        return (str(new), True, f"a new contract, {now}") if new else ("", None, f"a new contract; {_no_version(now)}")
    old = semantic_version(before)
    if old is None or new is None:
        is_left = before == now and bump is not Bump.NONE
        says = f"{_no_version(now if new is None else before)}, so none can be suggested; {_asked(bump)}"
        return "", False if is_left else None, says + (f", and it is still {now}" if is_left else "")
    return _compared(old, new, bump)


def _compared(old: SemanticVersion, new: SemanticVersion, bump: Bump) -> tuple[str, bool, str]:
    least = old.raised(bump)
    if says_enough(old, new, bump):
        return str(new), True, f"{_step(old, new)} is enough; {_asked(bump)}"
    if new.precedence < old.precedence:
        return str(least), False, f"{old} → {new} goes back; {_asked(bump)}: at least {least}"
    return str(least), False, f"{_step(old, new)} is not enough; {_asked(bump)}: at least {least}"


def _step(old: SemanticVersion, new: SemanticVersion) -> str:
    return f"still {new}" if old == new else f"{old} → {new}"


def _asked(bump: Bump) -> str:
    return "nothing has changed" if bump is Bump.NONE else f"the changes ask for a {bump.name.lower()} version"


def _no_version(text: str) -> str:
    return f"{text!r} is no semantic version" if text else "there is no info.version"


def _place(specification: Specification | None) -> Place | None:
    node = specification.node(_POINTER) if specification else None
    return node.place if node else None


def item_of(advice: Advice) -> Item | None:
    """What a version that is too low amounts to in a report."""
    if advice.is_enough is not False:
        return None
    text = "|".join((KIND, advice.specification, advice.old, advice.suggested))
    return Item(
        part=Part.VERSIONS,
        kind=KIND,
        severity="version",
        says=f"The version of {advice.specification}: {advice.says}.",
        fingerprint=hashlib.sha256(text.encode()).hexdigest()[:16],
        subject=_POINTER.strip("/").replace("/", "."),
        new=advice.place,
        means=MEANS,
        hint=f"Set info.version to {advice.suggested}." if advice.suggested else "Raise info.version.",
    )
