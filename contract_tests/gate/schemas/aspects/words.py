"""What a schema says that no value shows: defaults."""

from __future__ import annotations

from collections.abc import Iterator

from contract_tests.gate.schemas.comparing import Both
from contract_tests.gate.schemas.finding import Finding, Weight
from contract_tests.gate.schemas.terms.values import frozen


def said(both: Both) -> Iterator[Finding]:
    """What is meant where a value is left out."""
    old, new = both.old.first("default"), both.new.first("default")
    if old is None and new is None:
        return
    if old is not None and new is not None and frozen(old.value) == frozen(new.value):
        return
    kind = "default-added" if old is None else "default-removed" if new is None else "default-changed"
    facts = {name: each.value for name, each in (("old", old), ("new", new)) if each is not None}
    yield Finding(kind, old, new, facts=facts, weight=Weight.WORDS)
