"""Small marks beside a text, drawn so that no font has to have them."""

from __future__ import annotations


def check(x: float, y: float) -> str:
    """A tick: this has been walked. (x, y): the middle of its left side."""
    return f'<path class="check" d="M{x + 1:.1f} {y + 0.5:.1f}l3.2 3.4l6.3 -7.6"/>'


def event_mark(x: float, y: float, manner: str = "") -> str:
    """A diamond: an event, no operation."""
    return f'<path class="event-mark mark{manner}" d="M{x + 1:.1f} {y:.1f}l5 -5l5 5l-5 5z"/>'
