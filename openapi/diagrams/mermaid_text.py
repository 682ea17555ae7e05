"""A lifecycle as text for mermaid (`stateDiagram-v2`)."""

from __future__ import annotations

import re
from collections.abc import Collection

from openapi.diagrams.arrows import Action, Arrow, Step, arrows
from openapi.model import ABSENT, Lifecycle

_PLAIN_ID = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_WORDS_OF_MERMAID = (
    "acc",
    "as",
    "class",
    "click",
    "default",
    "direction",
    "end",
    "fork",
    "choice",
    "join",
    "hide",
    "href",
    "note",
    "scale",
    "state",
    "style",
    "title",
)
"""What its grammar takes for its own, or might: states that begin so get another id and keep their name as a label."""
_PLAIN_TEXT = re.compile(r"[^\w .,()/-]")
NOWHERE = "[*]"


def mermaid(lifecycle: Lifecycle, walked: Collection[Step] = ()) -> str:
    """The diagram; every arrow is a line labelled with its actions, events in angle quotes.

    `walked`: steps that have been taken; they get a tick.
    """
    ids = {state: _id(state, index) for index, state in enumerate(lifecycle.states)}
    named = [f'    state "{_text(state)}" as {name}' for state, name in ids.items() if name != state]
    bare = [f"    {name}" for state, name in ids.items() if name == state]
    lines = [_line(arrow, {**ids, ABSENT: NOWHERE}, walked) for arrow in arrows(lifecycle)]
    return "\n".join(["stateDiagram-v2", *named, *bare, *lines, ""])


def _id(state: str, index: int) -> str:
    is_plain = _PLAIN_ID.fullmatch(state) and not state.casefold().startswith(_WORDS_OF_MERMAID)
    return state if is_plain else f"s_{index}"


def _line(arrow: Arrow, ids: dict[str, str], walked: Collection[Step]) -> str:
    steps = zip(arrow.actions, arrow.steps(), strict=True)
    label = "<br/>".join(f"{'✓ ' if step in walked else ''}{_label(action)}" for action, step in steps)
    return f"    {ids[arrow.source]} --> {ids[arrow.target]}" + (f": {label}" if label else "")


def _label(action: Action) -> str:
    return f"«{_text(action.name)}»" if action.is_event else _text(action.name)


def _text(text: str) -> str:
    """Text that ends neither a label nor a quotation; the rest by number, as mermaid writes entities."""
    return _PLAIN_TEXT.sub(lambda found: f"#{ord(found[0])};", text)
