"""A lifecycle in sentences, for those who don't see the picture."""

from __future__ import annotations

from collections.abc import Collection

from openapi.diagrams.arrows import Arrow, Step, arrows, steps
from openapi.model import ABSENT, Lifecycle


def described(lifecycle: Lifecycle, walked: Collection[Step] | None = None) -> str:
    """One sentence for each arrow, in the order of the states, and how much has been walked where that is known."""
    found = arrows(lifecycle)
    sources = [ABSENT, *lifecycle.states]
    sentences = [_sentence(arrow) for source in sources for arrow in found if arrow.source == source]
    count = len(lifecycle.states)
    told = f"{count} {'state' if count == 1 else 'states'}: {', '.join(lifecycle.states)}."
    share = "" if walked is None else f" {len(walked)} of {len(steps(lifecycle))} steps have been walked."
    return " ".join([told + share, *sentences])


def _sentence(arrow: Arrow) -> str:
    actions = ", ".join(f"{each.name} (event)" if each.is_event else each.name for each in arrow.actions)
    if arrow.source == ABSENT:
        return f"Begins as {arrow.target}" + (f" by {actions}." if actions else ".")
    if arrow.is_loop:
        return f"{arrow.source} stays by {actions}."
    if arrow.target == ABSENT:
        return f"{arrow.source} is gone by {actions}."
    return f"{arrow.source} becomes {arrow.target} by {actions}."
