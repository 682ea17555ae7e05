"""How sure statements are, and whether they have become surer."""

from __future__ import annotations

from collections.abc import Iterator

from contract_tests.gate.comparing.found import Found
from contract_tests.gate.specification import Node
from openapi import Provenance

_SUREST_FIRST = [each.value for each in Provenance]


def provenance_differences(subject: str, old: str, new: str, where: tuple[Node, Node]) -> Iterator[Found]:
    """What has become of the standing of a statement; words that are no provenance say nothing."""
    if old != new and old in _SUREST_FIRST and new in _SUREST_FIRST:
        is_weaker = _SUREST_FIRST.index(new) > _SUREST_FIRST.index(old)
        kind = "provenance-weakened" if is_weaker else "provenance-strengthened"
        facts = {"name": subject, "old": old, "new": new}
        yield Found(kind, subject, *where, facts=facts, provenance=new)
