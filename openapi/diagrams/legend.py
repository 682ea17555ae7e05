"""The line that explains the marks of a picture."""

from __future__ import annotations

from collections.abc import Iterator

from openapi.diagrams.marks import check, event_mark
from openapi.diagrams.texts import mono_width
from openapi.model import ABSENT, Lifecycle

SIZE = 12.0
ROW = 22.0
ABOVE = 30.0
MARK = 20.0
BETWEEN = 24.0
NARROWEST = 560.0


def legend(lifecycle: Lifecycle, width: float, *, is_marked: bool) -> tuple[str, float, float]:
    """The legend from the origin, with its width and height; as many rows as the width makes needed."""
    x, y, widest = 0.0, ABOVE, 0.0
    parts = []
    for mark, text in _entries(lifecycle, is_marked=is_marked):
        taken = MARK + mono_width(text, SIZE)
        if x and x + taken > max(width, NARROWEST):
            x, y = 0.0, y + ROW
        text_element = f'<text class="legend" x="{x + MARK:.1f}" y="{y + 4:.1f}">{text}</text>'
        parts.append(f'<g><g transform="translate({x:.1f} {y:.1f})">{mark}</g>{text_element}</g>')
        widest = max(widest, x + taken)
        x += taken + BETWEEN
    return "".join(parts), widest, (y + 8 if parts else 0.0)


def _entries(lifecycle: Lifecycle, *, is_marked: bool) -> Iterator[tuple[str, str]]:
    if any(each.is_event for each in lifecycle.transitions):
        yield event_mark(0, 0), "event: no operation, it happens by itself or is made to"
    if any(each.source == ABSENT for each in lifecycle.transitions):
        yield '<circle class="dot" cx="6" cy="0" r="6"/>', "comes into being"
    if any(ABSENT in each.targets for each in lifecycle.transitions):
        yield '<circle class="ring" cx="6" cy="0" r="6"/><circle class="dot" cx="6" cy="0" r="3"/>', "is gone"
    if is_marked:
        yield check(0, 0), "walked"
        yield f'<g class="pale">{_DASHES}</g>', "not walked"


_DASHES = '<path class="line" d="M0 0h14"/>'
