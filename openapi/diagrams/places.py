"""Where the nodes of ordered layers stand from left to right: near their neighbours, and never upon each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from openapi.diagrams.layers import Link

GAP = 22.0
PORT_STEP = 26.0
SWEEPS = 80
STRAIGHT = {0: 1.0, 1: 6.0, 2: 24.0}
"""How much a link wants to be straight, by how many of its ends are bends."""


@dataclass(frozen=True)
class Block:
    """The room a node takes, left and right of its axis. `ports`: half the width over which its links may spread."""

    left: float
    right: float
    height: float
    ports: float = 0.0

    @property
    def is_bend(self) -> bool:
        return not self.height


@dataclass(frozen=True)
class Placement:
    """`axis`: of each node. `port_below`, `port_above`: where a link leaves its upper and enters its lower node."""

    axis: Mapping[str, float]
    port_below: Mapping[Link, float]
    port_above: Mapping[Link, float]

    def ends(self, link: Link) -> tuple[float, float]:
        """Where a link leaves its upper node and enters its lower one."""
        upper, lower = link
        return self.axis[upper] + self.port_below[link], self.axis[lower] + self.port_above[link]


def placement(order: Sequence[Sequence[str]], links: Sequence[Link], blocks: Mapping[str, Block]) -> Placement:
    """Sweeps down and up; each layer settles as near to its neighbours as the room it takes allows."""
    place = {node: index for layer in order for index, node in enumerate(layer)}
    below = _ports(links, blocks, place, side=0)
    above = _ports(links, blocks, place, side=1)
    axis = {node: x for layer in order for node, x in zip(layer, _packed(layer, blocks), strict=True)}
    pulls = _pulls(Placement(axis, below, above), links, blocks)
    for sweep in range(SWEEPS):
        for layer in order if sweep % 2 == 0 else reversed(order):
            _settle(layer, axis, pulls, blocks)
    return Placement(axis, below, above)


def settled(wanted: Sequence[float], weights: Sequence[float], gaps: Sequence[float]) -> list[float]:
    """The positions nearest to the wanted ones (least squares) that keep their order and these gaps between them.

    Pool adjacent violators: nodes that want into each other form a group that stands where its mean wants to.
    """
    offsets = [0.0]
    for gap in gaps:
        offsets.append(offsets[-1] + gap)
    groups: list[tuple[float, float, int]] = []
    for want, weight, offset in zip(wanted, weights, offsets, strict=True):
        groups.append(((want - offset) * weight, weight, 1))
        while len(groups) > 1 and groups[-2][0] / groups[-2][1] > groups[-1][0] / groups[-1][1]:
            one, other = groups.pop(-2), groups.pop()
            groups.append((one[0] + other[0], one[1] + other[1], one[2] + other[2]))
    means = [total / weight for total, weight, count in groups for _ in range(count)]
    return [mean + offset for mean, offset in zip(means, offsets, strict=True)]


Pull = tuple[str, float, float]
"""A neighbour, how far from its axis the own one wants to be, and how much."""


def _pulls(at: Placement, links: Sequence[Link], blocks: Mapping[str, Block]) -> dict[str, list[Pull]]:
    found: dict[str, list[Pull]] = {}
    for link in links:
        upper, lower = link
        straight = STRAIGHT[blocks[upper].is_bend + blocks[lower].is_bend]
        shift = at.port_below[link] - at.port_above[link]
        found.setdefault(lower, []).append((upper, shift, straight))
        found.setdefault(upper, []).append((lower, -shift, straight))
    return found


def _settle(
    layer: Sequence[str], axis: dict[str, float], pulls: Mapping[str, Sequence[Pull]], blocks: Mapping[str, Block]
) -> None:
    weights = [sum(weight for _, _, weight in pulls.get(node, ())) for node in layer]
    wanted = [
        sum((axis[other] + shift) * pull for other, shift, pull in pulls[node]) / weight if weight else axis[node]
        for node, weight in zip(layer, weights, strict=True)
    ]
    settling = settled(wanted, [weight or 1.0 for weight in weights], _gaps(layer, blocks))
    axis.update(zip(layer, settling, strict=True))


def _gaps(layer: Sequence[str], blocks: Mapping[str, Block]) -> list[float]:
    return [blocks[one].right + GAP + blocks[other].left for one, other in pairwise(layer)]


def _packed(layer: Sequence[str], blocks: Mapping[str, Block]) -> list[float]:
    gaps = _gaps(layer, blocks)
    return settled([0.0] * len(layer), [1.0] * len(layer), gaps)


def _ports(
    links: Sequence[Link], blocks: Mapping[str, Block], place: Mapping[str, int], side: int
) -> dict[Link, float]:
    """How far from the axis of its upper (0) or lower (1) node each link is fastened."""
    fastened: dict[str, list[Link]] = {}
    for link in links:
        fastened.setdefault(link[side], []).append(link)
    found: dict[Link, float] = {}
    for node, mine in fastened.items():
        mine.sort(key=lambda link: place[link[1 - side]])
        step = min(PORT_STEP, 2 * blocks[node].ports / max(1, len(mine) - 1))
        for index, link in enumerate(mine):
            found[link] = (index - (len(mine) - 1) / 2) * step
    return found
