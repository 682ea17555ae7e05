"""Diagrams show the whole table and nothing else, and nobody has to guess what lies beneath what."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from itertools import combinations, pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openapi import ABSENT, Lifecycle, Provenance, Transition, contract_file, read_contract
from openapi.diagrams import Step, mermaid, steps, svg
from openapi.diagrams.layers import crossings, ordered, ranks, turned
from openapi.diagrams.layout import Box, Run, layout
from openapi.diagrams.places import settled

NOISE = 1e-6
SVG = "{http://www.w3.org/2000/svg}"
REAL = [
    read_contract(contract_file(group)).lifecycles[name]
    for group, name in (("invoices", "invoice"), ("invoice_uploads", "upload"))
]
NAMES = st.text(min_size=1, max_size=12).filter(lambda name: name != ABSENT)


def table(states: list[str], entries: list[Step], initial: tuple[str, ...] = (), **more: object) -> Lifecycle:
    """A lifecycle with these transitions; actions that end in ! are events."""
    transitions = tuple(
        Transition(action, source, (target,), action.endswith("!"), None, Provenance.ASSUMED)
        for action, source, target in entries
    )
    values = dict.fromkeys(states, None)
    return Lifecycle("thing", values, initial, None, "THING-ABSENT", transitions, ())


@st.composite
def lifecycles(draw: st.DrawFn) -> Lifecycle:
    """Any table: cycles, loops, states nobody reaches, names in any script."""
    states = draw(st.lists(NAMES, min_size=1, max_size=6, unique_by=plain))
    ends = st.sampled_from([*states, ABSENT])
    actions = st.sampled_from(["go", "fetchEverything", "lapse!", "a<b>&\"c'"])
    entries = draw(st.lists(st.tuples(actions, ends, ends), max_size=14))
    initial = draw(st.lists(st.sampled_from(states), max_size=2, unique=True))
    return table(states, entries, tuple(initial))


def shown(text: str) -> str:
    """What XML can hold of a text, as a reader gets it back."""
    text = re.sub("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def plain(text: str | None) -> str:
    """Attributes and texts with their white space made equal."""
    return re.sub(r"\s", " ", shown(text or ""))


def pairs(picture: ElementTree.Element) -> dict[tuple[str, str], list[str]]:
    """The labelled arrows of a picture: (from, to) -> actions."""
    found = [each for each in picture.iter(f"{SVG}g") if "data-from" in each.attrib]
    return {
        (plain(each.attrib["data-from"]), plain(each.attrib["data-to"])): [
            plain(text.text) for text in each.iter(f"{SVG}text")
        ]
        for each in found
    }


def overlap(one: Box, other: Box) -> bool:
    """Whether two boxes have more in common than an edge and the noise of arithmetic."""
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.bottom, other.bottom) - max(one.top, other.top)
    return width > NOISE and height > NOISE


def touches(run: Run, box: Box) -> bool:
    """Whether one of the straight parts of a run goes through a box, or the room in which its curve stays."""
    left, right = sorted((run.start_x, run.end_x))
    return (
        overlap(box, _upright(run.start_x, run.start_y, run.leave_y))
        or overlap(box, _upright(run.end_x, run.enter_y, run.end_y))
        or overlap(box, Box(left, run.leave_y, right - left, run.enter_y - run.leave_y))
    )


def _upright(x: float, top: float, bottom: float) -> Box:
    return Box(x - 0.5, top, 1.0, bottom - top)


@settings(deadline=None, max_examples=150)
@given(lifecycles())
def test_a_picture_is_xml_with_every_state_and_every_pair(lifecycle: Lifecycle) -> None:
    picture = ElementTree.fromstring(svg(lifecycle))
    states = [each.attrib["data-state"] for each in picture.iter(f"{SVG}g") if "data-state" in each.attrib]
    assert [plain(each) for each in states] == [plain(each) for each in lifecycle.states]
    allowed: dict[tuple[str, str], list[str]] = {}
    for action, source, target in steps(lifecycle):
        allowed.setdefault((plain(source), plain(target)), []).append(plain(action))
    assert pairs(picture) == allowed


@settings(deadline=None, max_examples=150)
@given(lifecycles())
def test_no_two_boxes_lie_upon_each_other_and_none_is_cut(lifecycle: Lifecycle) -> None:
    found = layout(lifecycle)
    boxes = found.boxes()
    assert not [(one, other) for one, other in combinations(boxes, 2) if overlap(one, other)]
    for box in boxes:
        assert -NOISE <= box.left < box.right <= found.width + NOISE
        assert -NOISE <= box.top < box.bottom <= found.height + NOISE


@settings(deadline=None, max_examples=150)
@given(lifecycles())
def test_no_arrow_runs_through_a_box(lifecycle: Lifecycle) -> None:
    found = layout(lifecycle)
    runs = [run for route in found.routes for run in route.runs]
    assert not [(run, box) for run, box in product(runs, found.boxes()) if touches(run, box)]


@settings(deadline=None, max_examples=100)
@given(lifecycles())
def test_each_arrow_starts_and_ends_at_what_it_connects(lifecycle: Lifecycle) -> None:
    found = layout(lifecycle)
    for route in found.routes:
        source = found.states.get(route.arrow.source, found.start)
        target = found.states.get(route.arrow.target) or found.ends[route.arrow.source]
        upper, lower = (target, source) if route.is_upward else (source, target)
        assert upper is not None
        assert lower is not None
        assert route.runs[0].start_y == upper.bottom
        assert upper.left <= route.runs[0].start_x <= upper.right
        assert route.runs[-1].end_y == lower.top
        assert lower.left <= route.runs[-1].end_x <= lower.right


@settings(deadline=None, max_examples=100)
@given(lifecycles())
def test_between_two_layers_is_room_for_every_curve(lifecycle: Lifecycle) -> None:
    runs = [run for route in layout(lifecycle).routes for run in route.runs]
    assert all(run.enter_y - run.leave_y > 20 for run in runs)


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[str], list[tuple[str, str]]]:
    nodes = [f"n{number}" for number in range(draw(st.integers(1, 6)))]
    ends = st.sampled_from(nodes)
    return nodes, draw(st.lists(st.tuples(ends, ends).filter(lambda link: link[0] != link[1]), max_size=12))


@settings(deadline=None)
@given(graphs())
def test_links_lead_downwards_once_those_that_close_a_cycle_are_turned(
    graph: tuple[list[str], list[tuple[str, str]]],
) -> None:
    nodes, links = graph
    closing = turned(nodes, links)
    down = [link[::-1] if index in closing else link for index, link in enumerate(links)]
    found = ranks(nodes, down)
    assert all(found[source] < found[target] for source, target in down)
    for node in nodes:  # and as little as possible: each stands right below one of those above it
        above = [found[source] for source, target in down if target == node]
        assert found[node] == max(above, default=-1) + 1


def test_no_link_is_turned_where_there_is_no_cycle() -> None:
    assert turned(["a", "b", "c"], [("a", "b"), ("a", "c"), ("b", "c")]) == set()
    assert turned(["a", "b", "c"], [("a", "b"), ("b", "c"), ("c", "a")]) == {2}


def test_crossings_are_taken_away_where_that_is_possible() -> None:
    layers, links = [["a", "b", "c"], ["x", "y", "z"]], [("a", "z"), ("b", "y"), ("c", "x")]
    order = ordered(layers, links)
    assert [sorted(layer) for layer in order] == layers
    assert crossings(order, {"a": ["z"], "b": ["y"], "c": ["x"]}) == 0
    assert crossings(layers, {"a": ["z"], "b": ["y"], "c": ["x"]}) == 3


@given(st.lists(st.tuples(st.floats(-1e3, 1e3), st.floats(0.1, 9), st.floats(1, 50)), min_size=1, max_size=8))
def test_what_stands_in_a_row_keeps_its_distance_and_moves_no_more_than_it_must(
    row: list[tuple[float, float, float]],
) -> None:
    wanted, weights, gaps = [each[0] for each in row], [each[1] for each in row], [each[2] for each in row[1:]]
    found = settled(wanted, weights, gaps)
    for (one, other), gap in zip(pairwise(found), gaps, strict=True):
        assert other - one >= gap - NOISE
    pull = sum((want - is_at) * weight for want, is_at, weight in zip(wanted, found, weights, strict=True))
    assert abs(pull) < 1e-3  # a row that could move as a whole to be nearer would pull


@settings(deadline=None, max_examples=50)
@given(lifecycles())
def test_the_same_table_gives_the_same_diagrams(lifecycle: Lifecycle) -> None:
    again = Lifecycle(**{name: getattr(lifecycle, name) for name in lifecycle.__dataclass_fields__})
    assert svg(lifecycle) == svg(again)
    assert mermaid(lifecycle) == mermaid(again)


@settings(deadline=None, max_examples=150)
@given(lifecycles())
def test_a_text_for_mermaid_has_one_line_for_every_pair_and_safe_ids(lifecycle: Lifecycle) -> None:
    first, *lines, last = mermaid(lifecycle).split("\n")
    assert (first, last) == ("stateDiagram-v2", "")
    state = r"[A-Za-z][A-Za-z0-9_]*"
    label = r"[^:;\n\"{}\[\]]|#\d+;|<br/>"
    kinds = {
        "state": re.compile(rf'    (?:{state}|state "(?:[\w .,()/-]|#\d+;)*" as {state})'),
        "pair": re.compile(rf"    (?:{state}|\[\*\]) --> (?:{state}|\[\*\])(?:: (?:{label})*)?"),
    }
    counts = {kind: sum(1 for line in lines if pattern.fullmatch(line)) for kind, pattern in kinds.items()}
    entered = {target for _, source, target in steps(lifecycle) if source == ABSENT}
    unnamed = [each for each in lifecycle.initial if each not in entered]
    expected = {(source, target) for _, source, target in steps(lifecycle)}
    assert counts == {"state": len(lifecycle.states), "pair": len(expected) + len(unnamed)}
    assert len(lines) == sum(counts.values())


@pytest.mark.parametrize("word", ["state", "End", "note", "accTitle", "scale", "href", "styled", "direction"])
def test_a_state_named_like_a_word_of_mermaid_keeps_its_name_as_a_label_only(word: str) -> None:
    text = mermaid(table([word], [("make", ABSENT, word)]))
    assert f'state "{word}" as s_0' in text
    assert "[*] --> s_0: make" in text


def test_mermaid_groups_actions_and_marks_events() -> None:
    text = mermaid(table(["A", "B"], [("go", "A", "B"), ("lapse!", "A", "B"), ("drop", "B", ABSENT)], ("A",)))
    assert "    A --> B: go<br/>«lapse#33;»\n" in text
    assert "    B --> [*]: drop\n" in text
    assert "    [*] --> A\n" in text


def test_mermaid_ticks_what_has_been_walked() -> None:
    text = mermaid(table(["A", "B"], [("go", "A", "B"), ("run", "A", "B"), ("go", "B", "A")]), {("go", "A", "B")})
    assert "    A --> B: ✓ go<br/>run\n    B --> A: go\n" in text


@pytest.mark.parametrize("lifecycle", REAL, ids=lambda each: each.name)
def test_steps_are_the_cells_that_the_table_allows(lifecycle: Lifecycle) -> None:
    allowed = [(each.action, each.source, target) for each in lifecycle.transitions for target in each.targets]
    assert sorted(steps(lifecycle)) == sorted(set(allowed))


@pytest.mark.parametrize("lifecycle", REAL, ids=lambda each: each.name)
def test_a_picture_needs_nothing_from_elsewhere_and_is_told_to_those_who_do_not_see_it(lifecycle: Lifecycle) -> None:
    text = svg(lifecycle)
    picture = ElementTree.fromstring(text)
    title, description = picture.find(f"{SVG}title"), picture.find(f"{SVG}desc")
    assert title is not None
    assert description is not None
    assert picture.attrib["role"] == "img"
    assert picture.attrib["aria-labelledby"].split() == [title.attrib["id"], description.attrib["id"]]
    assert "prefers-color-scheme: dark" in text
    assert not re.search(r"<script|<image|<use|href|url\(|@import|http(?!://www.w3.org/2000/svg)", text)
    for action, source, target in steps(lifecycle):
        assert action in (description.text or "")
        assert {source, target} - {ABSENT} <= set(re.findall(r"\w+", description.text or ""))


def test_the_description_says_what_becomes_of_a_record() -> None:
    one = table(["A", "B"], [("make", ABSENT, "A"), ("look", "A", "A"), ("lapse!", "A", "B"), ("drop", "B", ABSENT)])
    description = ElementTree.fromstring(svg(one, [("look", "A", "A")])).findtext(f"{SVG}desc")
    assert description == (
        "2 states: A, B. 1 of 4 steps have been walked. Begins as A by make. A stays by look. "
        "A becomes B by lapse! (event). B is gone by drop."
    )


def manners(picture: ElementTree.Element) -> dict[str, int]:
    """How many lines of the picture are drawn in each manner."""
    found = [
        each.attrib["class"] for each in picture.iter(f"{SVG}g") if each.find(f"{SVG}path[@class='line']") is not None
    ]
    return {manner: found.count(manner) for manner in ("plain", "walked", "pale")}


def test_without_walked_steps_all_arrows_look_alike() -> None:
    assert manners(ElementTree.fromstring(svg(REAL[1])))["walked"] == 0
    assert manners(ElementTree.fromstring(svg(REAL[1])))["pale"] == 0


def test_walked_steps_are_marked_and_the_others_paler() -> None:
    one = table(["A", "B", "C"], [("go", "A", "B"), ("run", "A", "B"), ("leave", "B", "C"), ("look", "A", "A")], ("A",))
    picture = ElementTree.fromstring(svg(one, [("go", "A", "B")]))
    assert manners(picture) == {"plain": 0, "walked": 1, "pale": 4 - 1 + 1}  # the unnamed one, and the legend's
    actions = {
        text.text: text.attrib["class"] for text in picture.iter(f"{SVG}text") if "action" in text.attrib["class"]
    }
    assert actions == {"go": "action", "run": "action pale", "leave": "action pale", "look": "action pale"}
    checks = [each for each in picture.iter(f"{SVG}path") if each.attrib["class"] == "check"]
    assert len(checks) == 1 + 1  # the legend's
    visited = {
        each.attrib["data-state"]: each.attrib["class"]
        for each in picture.iter(f"{SVG}g")
        if "data-state" in each.attrib
    }
    assert visited == {"A": "walked", "B": "walked", "C": "pale"}


def test_having_walked_nothing_is_not_the_same_as_not_knowing() -> None:
    assert manners(ElementTree.fromstring(svg(REAL[0], [])))["plain"] == 0
    assert "0 of" in svg(REAL[0], ())
    assert " of " not in svg(REAL[0]).partition("<desc")[2].partition("</desc>")[0]


def test_steps_that_the_table_does_not_allow_are_not_marked() -> None:
    assert svg(REAL[0], [("cancelInvoice", "Draft", "Canceled"), ("no", "such", "step")]) == svg(REAL[0], [])


def test_states_that_nothing_leaves_have_a_second_frame() -> None:
    picture = ElementTree.fromstring(svg(REAL[0]))
    framed = {
        each.attrib["data-state"]
        for each in picture.iter(f"{SVG}g")
        if "data-state" in each.attrib and each.find(f"{SVG}rect[@class='inner']") is not None
    }
    assert framed == {"Expired", "Canceled", "Refunded"}


def test_the_value_on_the_wire_stands_in_the_state_where_there_is_one() -> None:
    texts = [each.text for each in ElementTree.fromstring(svg(REAL[0])).iter(f"{SVG}text")]
    assert "status = 6" in texts
    assert not [each for each in ElementTree.fromstring(svg(REAL[1])).iter(f"{SVG}text") if "=" in (each.text or "")]


def test_markup_in_names_is_text() -> None:
    hostile = "</text><script>alert(1)</script>"
    picture = ElementTree.fromstring(svg(table([hostile], [(hostile, hostile, hostile)], (hostile,))))
    assert not list(picture.iter(f"{SVG}script"))
    assert [each.text for each in picture.iter(f"{SVG}text")].count(hostile) == 2
