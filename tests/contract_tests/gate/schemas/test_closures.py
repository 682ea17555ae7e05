"""Digests are equal where, and only where, the same is said by the same thing and by all that it leads to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations, permutations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from contract_tests.gate.schemas.closures import Closures

Graph = Mapping[str, tuple[str, tuple[str, ...]]]
"""By name: what a thing says, and the names of those it leads to."""

NAMES = "abcde"
SAID = st.tuples(st.sampled_from(["x", "y"]), st.lists(st.sampled_from(NAMES), max_size=2, unique=True).map(tuple))
GRAPHS = st.fixed_dictionaries(dict.fromkeys(NAMES, SAID))


def closures(graph: Graph) -> Closures[str]:
    return Closures(lambda name: repr((name, graph[name])).encode(), lambda name: graph[name][1])


def reached(graph: Graph, start: str) -> Graph:
    """All that can be reached, with what it says: found in the plainest way."""
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = graph[name]
            waiting.extend(graph[name][1])
    return found


@settings(derandomize=True, database=None, deadline=None, max_examples=300)
@given(GRAPHS, GRAPHS, st.permutations(NAMES))
def test_digests_are_equal_where_the_same_can_be_reached_and_nowhere_else(
    one: Graph, other: Graph, order: list[str]
) -> None:
    first, second = closures(one), closures(other)
    for name in order:
        is_same = reached(one, name) == reached(other, name)
        assert (first.digest(name) == second.digest(name)) is is_same


@settings(derandomize=True, database=None, deadline=None, max_examples=100)
@given(GRAPHS)
def test_things_that_lead_to_each_other_can_be_told_apart(graph: Graph) -> None:
    found = closures(graph)

    assert len({found.digest(name) for name in NAMES}) == len(NAMES)


def every_small_graph() -> Iterator[Graph]:
    """All that three things can lead to each other, no thing to more than two."""
    names = NAMES[:3]
    ways = [found for count in range(3) for found in combinations(names, count)]
    for targets in product(ways, repeat=len(names)):
        yield {name: ("x", each) for name, each in zip(names, targets, strict=True)}


def test_a_change_shows_in_all_that_lead_to_it_and_nowhere_else() -> None:
    for graph in every_small_graph():
        for changed, order in product(graph, permutations(graph)):
            before, after = closures(graph), closures({**graph, changed: ("y", graph[changed][1])})
            for name in order:
                assert (before.digest(name) != after.digest(name)) is (changed in reached(graph, name)), graph


def test_a_long_chain_is_no_matter_of_pythons_stack() -> None:
    long = {str(number): ("x", (str(number + 1),)) for number in range(20_000)} | {"20000": ("x", ())}

    assert closures(long).digest("0") != closures({**long, "20000": ("y", ())}).digest("0")
