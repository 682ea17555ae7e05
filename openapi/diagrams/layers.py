"""Which layer each node of a graph belongs to, and the order within the layers, so that few links cross.

The steps of Sugiyama's method: links that close a cycle are turned round, the longest way decides the layer, and
sweeps put each node among its neighbours. Everything is decided by the order of nodes and links, nothing by chance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

Link = tuple[str, str]
SWEEPS = 12


def turned(nodes: Sequence[str], links: Sequence[Link]) -> set[int]:
    """The indices of the links that close a cycle when the nodes are walked in their order, depth first."""
    leaving: dict[str, list[int]] = {node: [] for node in nodes}
    for number, (source, _) in enumerate(links):
        leaving[source].append(number)
    done: set[str] = set()
    found: set[int] = set()
    for root in nodes:
        if root in done:
            continue
        way = [(root, iter(leaving[root]))]
        on_way = {root}
        while way:
            node, rest = way[-1]
            index = next(rest, None)
            if index is None:
                way.pop()
                on_way.discard(node)
                done.add(node)
                continue
            target = links[index][1]
            if target in on_way:
                found.add(index)
            elif target not in done:
                way.append((target, iter(leaving[target])))
                on_way.add(target)
    return found


def ranks(nodes: Sequence[str], links: Sequence[Link]) -> dict[str, int]:
    """The length of the longest way to each node; the links must have no cycle."""
    waiting = dict.fromkeys(nodes, 0)
    for _, target in links:
        waiting[target] += 1
    found = dict.fromkeys(nodes, 0)
    ready = [node for node in nodes if not waiting[node]]
    for node in ready:  # grows while it is walked
        for source, target in links:
            if source == node:
                found[target] = max(found[target], found[node] + 1)
                waiting[target] -= 1
                if not waiting[target]:
                    ready.append(target)
    return found


def ordered(layers: Sequence[Sequence[str]], links: Sequence[Link]) -> list[list[str]]:
    """The layers with their nodes in an order of few crossings; every link leads to the next layer."""
    above, below = _neighbours(links)
    order = [list(layer) for layer in layers]
    best, fewest = order, crossings(order, below)
    for sweep in range(SWEEPS):
        if not fewest:
            break
        downwards = sweep % 2 == 0
        order = _swept(order, above if downwards else below, downwards=downwards)
        order = _swapped(order, above, below)
        count = crossings(order, below)
        if count < fewest:
            best, fewest = order, count
    return best


def crossings(order: Sequence[Sequence[str]], below: Mapping[str, Sequence[str]]) -> int:
    """How many pairs of links cross."""
    return sum(_crossings_between(upper, lower, below) for upper, lower in pairwise(order))


def _crossings_between(upper: Sequence[str], lower: Sequence[str], below: Mapping[str, Sequence[str]]) -> int:
    place = {node: index for index, node in enumerate(lower)}
    ends = [end for node in upper for end in sorted(place[each] for each in below.get(node, ()))]
    return sum(1 for index, end in enumerate(ends) for later in ends[index + 1 :] if later < end)


def _neighbours(links: Sequence[Link]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    above: dict[str, list[str]] = {}
    below: dict[str, list[str]] = {}
    for source, target in links:
        below.setdefault(source, []).append(target)
        above.setdefault(target, []).append(source)
    return above, below


def _swept(order: list[list[str]], fixed: Mapping[str, Sequence[str]], *, downwards: bool) -> list[list[str]]:
    """Each layer sorted by where its neighbours in the layer before stand on average."""
    result = [list(layer) for layer in order]
    indices = range(1, len(order)) if downwards else range(len(order) - 2, -1, -1)
    for index in indices:
        before = {node: place for place, node in enumerate(result[index - 1 if downwards else index + 1])}
        own = {node: place for place, node in enumerate(result[index])}
        wanted = {node: _mean([before[each] for each in fixed.get(node, ())], own[node]) for node in own}
        result[index].sort(key=lambda node, wanted=wanted, own=own: (wanted[node], own[node]))  # type: ignore[misc]
    return result


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _swapped(
    order: list[list[str]], above: Mapping[str, Sequence[str]], below: Mapping[str, Sequence[str]]
) -> list[list[str]]:
    """Neighbours change places where that takes crossings away."""
    for index, layer in enumerate(order):
        for place in range(len(layer) - 1):
            before = _around(order, index, above, below)
            layer[place], layer[place + 1] = layer[place + 1], layer[place]
            if _around(order, index, above, below) >= before:
                layer[place], layer[place + 1] = layer[place + 1], layer[place]
    return order


def _around(
    order: Sequence[Sequence[str]], index: int, above: Mapping[str, Sequence[str]], below: Mapping[str, Sequence[str]]
) -> int:
    over = _crossings_between(order[index - 1], order[index], below) if index else 0
    under = _crossings_between(order[index], order[index + 1], below) if index + 1 < len(order) else 0
    return over + under
