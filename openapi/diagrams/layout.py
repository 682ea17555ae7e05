"""The layout of a state diagram: which box stands where, and which way each arrow takes. No XML here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from openapi.diagrams.arrows import Arrow
from openapi.diagrams.graph import LOOP_ROOM, START, Graph, label_size, name_height, state_node
from openapi.diagrams.layers import Link, ordered
from openapi.diagrams.places import Block, Placement, placement
from openapi.model import Lifecycle

NEAREST, FURTHEST = 26.0, 72.0
"""Between two layers, depending on how far their links go sideways."""
SLOPE = 0.22
Band = tuple[float, float]
"""Top and bottom of a layer."""


@dataclass(frozen=True)
class Box:
    """A rectangle."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height

    @property
    def middle(self) -> float:
        return self.left + self.width / 2

    @property
    def center(self) -> float:
        """Halfway down."""
        return self.top + self.height / 2


@dataclass(frozen=True)
class Run:
    """One piece of an arrow, downwards: straight to where its layer ends, a curve, and straight on into the next."""

    start_x: float
    start_y: float
    leave_y: float
    enter_y: float
    end_x: float
    end_y: float


@dataclass(frozen=True)
class Route:
    """An arrow in the picture. `is_upward`: it points to where its first run starts. `label`: none without actions."""

    arrow: Arrow
    runs: tuple[Run, ...]
    is_upward: bool
    label: Box | None


@dataclass(frozen=True)
class Layout:
    """All that is to be drawn, from the origin. `ends`: where records go, by the state they leave."""

    width: float
    height: float
    states: Mapping[str, Box]
    start: Box | None
    ends: Mapping[str, Box]
    routes: Sequence[Route]
    loops: Sequence[tuple[Arrow, Box]]

    def labels(self) -> list[tuple[Arrow, Box]]:
        """Every label with the arrow it belongs to."""
        return [*((each.arrow, each.label) for each in self.routes if each.label), *self.loops]

    def boxes(self) -> list[Box]:
        """Everything with a text or a meaning of its own."""
        dots = [*([self.start] if self.start else []), *self.ends.values()]
        return [*self.states.values(), *dots, *(box for _, box in self.labels())]


def layout(lifecycle: Lifecycle) -> Layout:
    """The layout of the diagram, the same for the same table."""
    graph = Graph(lifecycle)
    chains = graph.chains()
    links = [link for chain in chains for link in pairwise(chain)]
    order = ordered(graph.layers(), links)
    placed = _from_origin(placement(order, links, graph.blocks), graph.blocks)
    bands = _bands(order, links, graph.blocks, placed)
    boxes = {
        node: _box(graph, node, placed.axis[node], band)
        for layer, band in zip(order, bands, strict=True)
        for node in layer
    }
    routes = [
        Route(arrow, _runs(graph.rank[chain[0]], chain, placed, boxes, bands), is_upward, boxes.get(label or ""))
        for arrow, chain, is_upward, label in zip(
            graph.arrows, chains, graph.upward(), graph.label_nodes(), strict=True
        )
    ]
    return Layout(
        width=max((placed.axis[node] + block.right for node, block in graph.blocks.items()), default=0.0),
        height=bands[-1][1] if bands else 0.0,
        states={each: boxes[state_node(each)] for each in lifecycle.states},
        start=boxes.get(START),
        ends={state: boxes[node] for node, state in graph.ends.items()},
        routes=routes,
        loops=[(loop, _beside(boxes[state_node(state)], loop)) for state, loop in graph.loops.items()],
    )


def _from_origin(placed: Placement, blocks: Mapping[str, Block]) -> Placement:
    left = min((x - blocks[node].left for node, x in placed.axis.items()), default=0.0)
    axis = {node: x - left for node, x in placed.axis.items()}
    return Placement(axis, placed.port_below, placed.port_above)


def _bands(
    order: Sequence[Sequence[str]], links: Sequence[Link], blocks: Mapping[str, Block], placed: Placement
) -> list[Band]:
    """The further the curves between two layers have to go sideways, the further apart these are."""
    rank = {node: index for index, layer in enumerate(order) for node in layer}
    sideways = [0.0] * len(order)
    for link in links:
        start, end = placed.ends(link)
        sideways[rank[link[1]]] = max(sideways[rank[link[1]]], abs(start - end))
    bands: list[Band] = []
    bottom = 0.0
    for index, layer in enumerate(order):
        top = bottom + (min(FURTHEST, max(NEAREST, sideways[index] * SLOPE)) if index else 0.0)
        bottom = top + max((blocks[node].height for node in layer), default=0.0)
        bands.append((top, bottom))
    return bands


def _box(graph: Graph, node: str, axis: float, band: Band) -> Box:
    block = graph.blocks[node]
    height = name_height(graph.lifecycle, graph.states[node]) if node in graph.states else block.height
    return Box(axis - block.left, (sum(band) - height) / 2, 2 * block.left, height)


def _runs(
    rank: int, chain: Sequence[str], placed: Placement, boxes: Mapping[str, Box], bands: Sequence[Band]
) -> tuple[Run, ...]:
    """The pieces of the arrow that passes these nodes, the first of which has this rank."""
    runs = []
    for index, link in enumerate(pairwise(chain), rank):
        start_x, end_x = placed.ends(link)
        upper, lower = (boxes[node] for node in link)
        runs.append(Run(start_x, upper.bottom, bands[index][1], bands[index + 1][0], end_x, lower.top))
    return tuple(runs)


def _beside(state: Box, loop: Arrow) -> Box:
    width, height = label_size(loop)
    return Box(state.right + LOOP_ROOM, state.center - height / 2, width, height)
