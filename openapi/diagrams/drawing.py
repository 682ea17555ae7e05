"""A lifecycle as a picture: one SVG without scripts, fonts or anything else from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from openapi.diagrams.arrows import Action, Arrow, Step, steps
from openapi.diagrams.graph import LINE, MARK_ROOM, PADDING, TEXT_SIZE, wire_text
from openapi.diagrams.layout import Box, Layout, Run, layout
from openapi.diagrams.legend import legend
from openapi.diagrams.marks import check, event_mark
from openapi.diagrams.style import STYLE
from openapi.diagrams.texts import mono_width, xml
from openapi.diagrams.words import described
from openapi.model import Lifecycle

MARGIN = 24.0
TIP = 8.0
_NOT_IN_IDS = re.compile(r"[^A-Za-z0-9]+")


def svg(lifecycle: Lifecycle, walked: Collection[Step] | None = None) -> str:
    """The picture as an element that stands alone or within an HTML page.

    `walked`: the steps that have been taken. Where it is given, they are marked and the others are paler; `None` draws
    all alike. Steps that the table doesn't allow are left out. A page with several diagrams of one lifecycle has the
    ids of title and description twice.
    """
    return _Drawing(lifecycle, walked).svg()


class _Drawing:
    """Writes one picture, piece by piece."""

    def __init__(self, lifecycle: Lifecycle, walked: Collection[Step] | None) -> None:
        self.lifecycle = lifecycle
        self.layout: Layout = layout(lifecycle)
        self.walked = None if walked is None else set(walked).intersection(steps(lifecycle))

    def svg(self) -> str:
        key, key_width, key_height = legend(self.lifecycle, self.layout.width, is_marked=self.walked is not None)
        width = max(self.layout.width, key_width) + 2 * MARGIN
        height = self.layout.height + key_height + 2 * MARGIN
        shift = (width - self.layout.width) / 2
        return "\n".join(
            [
                self._opening(width, height),
                f"<style>{STYLE}</style>",
                f'<rect class="paper" width="{width:.0f}" height="{height:.0f}" rx="8"/>',
                f'<g transform="translate({shift:.1f} {MARGIN:.1f})">',
                *self._parts(),
                "</g>",
                f'<g transform="translate({MARGIN:.1f} {MARGIN + self.layout.height:.1f})">{key}</g>',
                "</svg>",
                "",
            ]
        )

    def _opening(self, width: float, height: float) -> str:
        name = "lifecycle-" + (_NOT_IN_IDS.sub("-", self.lifecycle.name).strip("-") or "diagram")
        size = f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}"'
        labels = f'role="img" aria-labelledby="{name}-title {name}-description"'
        title = xml(f"Lifecycle: {self.lifecycle.name}")
        description = xml(described(self.lifecycle, self.walked))
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="lifecycle" {labels} {size}>\n'
            f'<title id="{name}-title">{title}</title>\n<desc id="{name}-description">{description}</desc>'
        )

    def _parts(self) -> Iterator[str]:
        """Lines first: what has a text is drawn over them; walked ones over the others."""
        lines = [(each.arrow, self._line(each.runs, is_upward=each.is_upward)) for each in self.layout.routes]
        lines += [(loop, _loop(self.layout.states[loop.source])) for loop, _ in self.layout.loops]
        for arrow, line in sorted(lines, key=lambda each: self._manner(each[0]) == "walked"):
            yield f'<g class="{self._manner(arrow)}">{line}</g>'
        if self.layout.start:
            yield f'<circle class="dot" {_circle(self.layout.start, 0)}/>'
        for box in self.layout.ends.values():
            yield f'<circle class="ring" {_circle(box, 1)}/><circle class="dot" {_circle(box, 4)}/>'
        for state, box in self.layout.states.items():
            yield self._state(state, box)
        for arrow, label in self.layout.labels():
            yield self._label(arrow, label)

    def _line(self, runs: Collection[Run], *, is_upward: bool) -> str:
        first, *_, last = [*runs, *runs]
        start = first.start_y + (TIP - 1 if is_upward else 0)
        end = last.end_y - (0 if is_upward else TIP - 1)
        path = f"M{first.start_x:.1f} {start:.1f}" + "".join(
            _curve(run, end if run is last else run.end_y) for run in runs
        )
        tip = _tip(first.start_x, first.start_y, 1) if is_upward else _tip(last.end_x, last.end_y, -1)
        return f'<path class="line" d="{path}"/>{tip}'

    def _state(self, state: str, box: Box) -> str:
        wire = wire_text(self.lifecycle, state)
        inner = f'<rect class="inner" {_rect(box, inset=4)} rx="7"/>' if self._is_final(state) else ""
        name = _centered("name", box.middle, box.center + (-3 if wire else 5), state)
        value = _centered("wire", box.middle, box.center + 15, wire) if wire else ""
        card = f'<rect class="card" {_rect(box)} rx="10"/>{inner}'
        return f'<g class="{self._visited(state)}" data-state="{xml(state)}">{card}{name}{value}</g>'

    def _label(self, arrow: Arrow, box: Box) -> str:
        lines = "".join(
            self._action(arrow, action, box.left, box.top + PADDING / 2 + (index + 0.5) * LINE)
            for index, action in enumerate(arrow.actions)
        )
        ground = "" if arrow.is_loop else f'<rect class="paper" {_rect(box)} rx="6"/>'
        return f'<g data-from="{xml(arrow.source)}" data-to="{xml(arrow.target)}">{ground}{lines}</g>'

    def _action(self, arrow: Arrow, action: Action, x: float, y: float) -> str:
        """One line of a label, around the height `y`."""
        is_walked = self.walked is not None and (action.name, arrow.source, arrow.target) in self.walked
        manner = " pale" if self.walked is not None and not is_walked else ""
        after = x + MARK_ROOM + mono_width(action.name, TEXT_SIZE) + 4
        marks = (check(x + 2, y) if is_walked else "") + (event_mark(after, y, manner) if action.is_event else "")
        style = ' font-style="italic"' if action.is_event else ""
        text = f'<text class="action{manner}"{style} x="{x + MARK_ROOM:.1f}" y="{y + 4:.1f}">{xml(action.name)}</text>'
        return text + marks

    def _manner(self, arrow: Arrow) -> str:
        if self.walked is None:
            return "plain"
        return "walked" if self.walked.intersection(arrow.steps()) else "pale"

    def _visited(self, state: str) -> str:
        if self.walked is None:
            return "plain"
        return "walked" if any(state in (source, target) for _, source, target in self.walked) else "pale"

    def _is_final(self, state: str) -> bool:
        return not any(
            each.source == state and target != state for each in self.lifecycle.transitions for target in each.targets
        )


def _curve(run: Run, end_y: float) -> str:
    middle = (run.leave_y + run.enter_y) / 2
    return (
        f"V{run.leave_y:.1f}C{run.start_x:.1f} {middle:.1f} {run.end_x:.1f} {middle:.1f} "
        f"{run.end_x:.1f} {run.enter_y:.1f}V{end_y:.1f}"
    )


def _loop(state: Box) -> str:
    """From the right side out and back again."""
    x, y, out = state.right, state.center, state.right + 32
    path = f"M{x:.1f} {y - 9:.1f}C{out:.1f} {y - 22:.1f} {out:.1f} {y + 22:.1f} {x + TIP - 1:.1f} {y + 10:.1f}"
    return f'<path class="line" d="{path}"/><path class="tip" d="M{x:.1f} {y + 8:.1f}l{TIP:.1f} -2.2l-1.4 8z"/>'


def _centered(kind: str, x: float, y: float, text: str) -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="middle">{xml(text)}</text>'


def _tip(x: float, y: float, direction: int) -> str:
    """A triangle whose point is at (x, y); direction 1: its foot is below, the arrow points upwards."""
    return f'<path class="tip" d="M{x:.1f} {y:.1f}l-4.5 {direction * TIP:.1f}h9z"/>'


def _rect(box: Box, inset: float = 0.0) -> str:
    return (
        f'x="{box.left + inset:.1f}" y="{box.top + inset:.1f}" '
        f'width="{box.width - 2 * inset:.1f}" height="{box.height - 2 * inset:.1f}"'
    )


def _circle(box: Box, inset: float) -> str:
    return f'cx="{box.middle:.1f}" cy="{box.center:.1f}" r="{box.width / 2 - inset:.1f}"'
