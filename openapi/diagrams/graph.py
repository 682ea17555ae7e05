"""The graph behind a state diagram: states, dots, labels and bends in layers, and the room that each takes."""

from __future__ import annotations

from openapi.diagrams.arrows import Arrow, arrows
from openapi.diagrams.layers import ranks, turned
from openapi.diagrams.places import Block
from openapi.diagrams.texts import mono_width, sans_width
from openapi.model import ABSENT, Lifecycle

NAME_SIZE = 15.0
TEXT_SIZE = 12.0
LINE = 18.0
PADDING = 10.0
MARK_ROOM = 18.0
"""Left of an action's name for the mark of what has been walked, right of it for that of events."""
LOOP_ROOM = 28.0
NARROWEST = 92.0
PORT_ROOM = 16.0
DOT = 9.0
BEND = 5.0
START = "start"


def state_node(name: str) -> str:
    """The node of a state."""
    return f"state:{name}"


def label_size(arrow: Arrow) -> tuple[float, float]:
    """Width and height of a label: a line for each action."""
    widest = max(mono_width(each.name, TEXT_SIZE) for each in arrow.actions)
    return 2 * MARK_ROOM + widest, LINE * len(arrow.actions) + PADDING


def wire_text(lifecycle: Lifecycle, state: str) -> str:
    """How a state shows on the wire; empty where it doesn't."""
    value = lifecycle.states[state]
    return "" if lifecycle.property is None or value is None else f"{lifecycle.property} = {value}"


def name_height(lifecycle: Lifecycle, state: str) -> float:
    """The height of a state's own box."""
    return 54.0 if wire_text(lifecycle, state) else 42.0


class Graph:
    """Nodes by name, their ranks and blocks, and for each arrow the chain of nodes it passes.

    States and dots have even ranks. An arrow passes one node in each rank between its ends: its label in one of the
    odd ranks, bends in the others. So all texts are nodes, and where nodes don't overlap, texts don't.
    """

    def __init__(self, lifecycle: Lifecycle) -> None:
        found = arrows(lifecycle)
        self.lifecycle = lifecycle
        self.arrows = [each for each in found if not each.is_loop]
        self.loops = {each.source: each for each in found if each.is_loop}
        self.states = {state_node(each): each for each in lifecycle.states}
        self.ends = {_end(each): each.source for each in self.arrows if each.target == ABSENT}
        starts = [START] if any(each.source == ABSENT for each in self.arrows) else []
        self._nodes = [*starts, *self.states, *self.ends]
        self._turned = turned(self._nodes, [(_from(each), _to(each)) for each in self.arrows])
        self._ways = [self._way(index, arrow) for index, arrow in enumerate(self.arrows)]
        self.rank = {node: 2 * rank for node, rank in ranks(self._nodes, self._ways).items()}
        self._label_ranks = self._rank_labels()
        self.blocks = {**{each: self._block(each) for each in self._nodes}, **self._blocks_between()}

    def chains(self) -> list[list[str]]:
        """The nodes each arrow passes, downwards."""
        return [self._chain(index) for index in range(len(self.arrows))]

    def upward(self) -> list[bool]:
        """Whether each arrow points upwards."""
        return [index in self._turned for index in range(len(self.arrows))]

    def label_nodes(self) -> list[str | None]:
        """The node of each arrow's label."""
        ranked = [self._label_ranks.get(index) for index in range(len(self.arrows))]
        return [None if rank is None else self._between(index, rank) for index, rank in enumerate(ranked)]

    def layers(self) -> list[list[str]]:
        """The nodes by rank; those between stand in the order of their arrows."""
        found: list[list[str]] = [[] for _ in range(max(self.rank.values(), default=-1) + 1)]
        for node in self._nodes:
            found[self.rank[node]].append(node)
        for index in range(len(self.arrows)):
            for rank in self._span(index):
                found[rank].append(self._between(index, rank))
        return found

    def _way(self, index: int, arrow: Arrow) -> tuple[str, str]:
        """The upper and the lower end of an arrow."""
        return (_to(arrow), _from(arrow)) if index in self._turned else (_from(arrow), _to(arrow))

    def _span(self, index: int) -> range:
        """The ranks between the two ends of an arrow."""
        upper, lower = self._ways[index]
        return range(self.rank[upper] + 1, self.rank[lower])

    def _chain(self, index: int) -> list[str]:
        upper, lower = self._ways[index]
        return [upper, *(self._between(index, rank) for rank in self._span(index)), lower]

    def _between(self, index: int, rank: int) -> str:
        return f"{'label' if self._label_ranks.get(index) == rank else 'bend'}:{index}:{rank}"

    def _rank_labels(self) -> dict[int, int]:
        """The rank of each arrow's label: the one with the most room on its way, rather near its upper end."""
        taken: dict[int, float] = {}
        found: dict[int, int] = {}
        spans = {index: self._span(index) for index, arrow in enumerate(self.arrows) if arrow.actions}
        for index in sorted(spans, key=lambda each: len(spans[each])):
            rank = min(spans[index][::2], key=lambda each: taken.get(each, 0.0))
            taken[rank] = taken.get(rank, 0.0) + label_size(self.arrows[index])[0]
            found[index] = rank
        return found

    def _block(self, node: str) -> Block:
        name = self.states.get(node)
        if name is None:
            return Block(DOT, DOT, 2 * DOT)
        text = max(sans_width(name, NAME_SIZE), mono_width(wire_text(self.lifecycle, name), TEXT_SIZE))
        links = sum(1 for way in self._ways if node in way)
        half = max(text + 2 * PADDING, NARROWEST, PORT_ROOM * links) / 2
        loop = self.loops.get(name)
        loop_width, loop_height = label_size(loop) if loop else (-LOOP_ROOM, 0.0)
        height = max(name_height(self.lifecycle, name), loop_height)
        return Block(half, half + LOOP_ROOM + loop_width, height, ports=half - PORT_ROOM)

    def _blocks_between(self) -> dict[str, Block]:
        found: dict[str, Block] = {}
        for index, arrow in enumerate(self.arrows):
            for rank in self._span(index):
                found[self._between(index, rank)] = Block(BEND, BEND, 0.0)
            if index in self._label_ranks:
                width, height = label_size(arrow)
                found[self._between(index, self._label_ranks[index])] = Block(width / 2, width / 2, height)
        return found


def _end(arrow: Arrow) -> str:
    return f"end:{arrow.source}"


def _from(arrow: Arrow) -> str:
    return START if arrow.source == ABSENT else state_node(arrow.source)


def _to(arrow: Arrow) -> str:
    return _end(arrow) if arrow.target == ABSENT else state_node(arrow.target)
