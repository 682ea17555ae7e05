"""Members of objects and items of arrays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from contract_tests.gate.change import Direction
from contract_tests.gate.schemas.comparing import Both
from contract_tests.gate.schemas.comparison import Side, Verdict
from contract_tests.gate.schemas.dialect import NOT_OF, is_marked
from contract_tests.gate.schemas.finding import Finding, Pair, Step, Weight
from contract_tests.gate.schemas.terms.term import EVERYTHING, Term, Word, all_of, other_than, term
from contract_tests.gate.schemas.viewing import View, all_names
from contract_tests.gate.specification import Node

MARKS: Mapping[str, str] = {"readOnly": "read-only", "writeOnly": "write-only"}


def properties(both: Both) -> Iterator[Finding | Pair]:
    """Properties that came, went, are required or not, and those that stayed."""
    hidden = _hidden(both, both.old), _hidden(both, both.new)
    old_names, new_names = all_names(both.old), all_names(both.new)
    for name in sorted({*both.old.properties, *both.new.properties, *both.old.required, *both.new.required}):
        is_hidden = name in hidden[0], name in hidden[1]
        if any(is_hidden):
            yield from _marked(both, name, is_hidden)
        elif name in both.old.properties and name not in new_names:
            yield _removed(both, name)
        elif name in both.new.properties and name not in old_names:
            yield _added(both, name)
        else:
            yield from _required(both, name)
            yield from _kept(both, name)


def _hidden(both: Both, view: View) -> frozenset[str]:
    """Properties that are no part of this direction."""
    word = NOT_OF.get(both.direction)
    if word is None:
        return frozenset()
    return frozenset(name for name, nodes in view.properties.items() if any(is_marked(each, word) for each in nodes))


def _marked(both: Both, name: str, is_hidden: tuple[bool, bool]) -> Iterator[Finding]:
    """Properties that are no part of this direction any more, or are one now."""
    if all(is_hidden):
        return
    nodes = _property(both.old, name), _property(both.new, name)
    if is_hidden[0] and name in both.new.required and both.direction is Direction.REQUEST:
        there = term(Word.REQUIRED, name)
        narrows = both.comparison.ask([both.comparison.old.sent(both.old.node)], [there])
        places = nodes[0], both.new.required[name]
        yield _became_required(name, places, narrows)
        return
    mark = MARKS[NOT_OF[both.direction]]
    kind = f"property-became-{mark}" if is_hidden[1] else f"property-became-not-{mark}"
    if all(nodes):
        yield Finding(kind, *nodes, facts={"name": name}, weight=Weight.WORDS, explains_all=True)


def _property(view: View, name: str) -> Node | None:
    found = view.properties.get(name)
    return found[0] if found else None


def _is_required(view: View, name: str) -> bool:
    return name in view.required


def _added(both: Both, name: str) -> Finding:
    """One that is required is refused when left out; one that is not may be refused where any member was allowed."""
    comparison, node = both.comparison, _property(both.new, name)
    assert node is not None
    is_required = _is_required(both.new, name)
    said = term(Word.REQUIRED, name) if is_required else _of_property(comparison.new, name, node)
    refusing = _others_term(both.old, comparison.old)
    there = term(Word.REQUIRED, name)
    return Finding(
        "required-property-added" if is_required else "property-added",
        None,
        node,
        narrows=comparison.ask([comparison.old.sent(both.old.node)], [said]),
        widens=comparison.ask([comparison.new.sent(both.new.node), there], [refusing]),
        facts={"name": name},
        weight=Weight.WORDS,
        lost=other_than(said),
        gained=all_of([there, other_than(refusing)]),
    )


def _removed(both: Both, name: str) -> Finding:
    comparison, node = both.comparison, _property(both.old, name)
    assert node is not None
    is_required = _is_required(both.old, name)
    refusing = _others_term(both.new, comparison.new)
    there = term(Word.REQUIRED, name)
    missing = there if is_required else _of_property(comparison.old, name, node)
    return Finding(
        "required-property-removed" if is_required else "property-removed",
        node,
        None,
        narrows=comparison.ask([comparison.old.sent(both.old.node), there], [refusing]),
        widens=comparison.ask([comparison.new.sent(both.new.node)], [missing]),
        facts={"name": name},
        weight=Weight.WORDS,
        lost=all_of([there, other_than(refusing)]),
        gained=other_than(missing),
    )


def _of_property(side: Side, name: str, node: Node) -> Term:
    inner = side.taken(node)
    return EVERYTHING if inner is EVERYTHING else term(Word.PROPERTY, name, inner)


def _required(both: Both, name: str) -> Iterator[Finding]:
    was, is_now = _is_required(both.old, name), _is_required(both.new, name)
    if was is is_now:
        return
    comparison, there = both.comparison, term(Word.REQUIRED, name)
    nodes = _property(both.old, name), _property(both.new, name)
    if is_now:
        verdict = comparison.ask([comparison.old.sent(both.old.node)], [there])
        yield _became_required(name, (nodes[0], both.new.required[name]), verdict)
    else:
        verdict = comparison.ask([comparison.new.sent(both.new.node)], [there])
        places = both.old.required[name], nodes[1] or both.new.node
        gained = other_than(there)
        yield Finding("property-became-optional", *places, widens=verdict, facts={"name": name}, gained=gained)


def _became_required(name: str, places: tuple[Node | None, Node | None], narrows: Verdict) -> Finding:
    lost = other_than(term(Word.REQUIRED, name))
    return Finding("property-became-required", *places, narrows=narrows, facts={"name": name}, lost=lost)


def _kept(both: Both, name: str) -> Iterator[Finding | Pair]:
    old, new = both.old.properties.get(name, []), both.new.properties.get(name, [])
    if old and len(old) == len(new):
        for first, second in zip(old, new, strict=True):
            yield Pair(Step(name), first, second)
            yield from _deprecated(name, first, second)


def _deprecated(name: str, old: Node, new: Node) -> Iterator[Finding]:
    was, is_now = is_marked(old, "deprecated"), is_marked(new, "deprecated")
    if was is not is_now:
        kind = "property-deprecated" if is_now else "property-not-deprecated"
        yield Finding(kind, old, new, facts={"name": name}, weight=Weight.WORDS)


def others(both: Both) -> Iterator[Finding | Pair]:
    """Members that are not described, those of patterns of names, and items."""
    yield from _others(both)
    yield from _items(both)


def _others(both: Both) -> Iterator[Finding | Pair]:
    old, new = _others_node(both.old), _others_node(both.new)
    terms = _others_term(both.old, both.comparison.old), _others_term(both.new, both.comparison.new)
    if old is not None and new is not None and isinstance(old.value, dict) and isinstance(new.value, dict):
        yield Pair(Step(), old, new)
        return
    allowed = [_allows_others(old), _allows_others(new)]
    if allowed[0] == allowed[1]:
        return
    kind = "additional-properties-" + _OTHERS_KINDS.get((allowed[0], allowed[1]), "changed")
    comparison = both.comparison
    yield Finding(
        kind,
        old,
        new,
        narrows=comparison.ask([comparison.old.taken(both.old.node)], [_with_names(terms[1], both)]),
        widens=comparison.ask([comparison.new.taken(both.new.node)], [_with_names(terms[0], both)]),
        is_open=True,
        lost=other_than(_with_names(terms[1], both)),
        gained=other_than(_with_names(terms[0], both)),
    )


def _others_node(view: View) -> Node | None:
    """Where a schema says what members it does not describe may be."""
    return view.first("additionalProperties") or view.first("unevaluatedProperties")


_OTHERS_KINDS: Mapping[tuple[str, str], str] = {
    ("any", "none"): "forbidden",
    ("some", "none"): "forbidden",
    ("none", "any"): "allowed",
    ("none", "some"): "allowed",
}


def _allows_others(node: Node | None) -> str:
    if node is None or node.value is True or node.value == {}:
        return "any"
    return "none" if node.value is False else "some"


def _others_term(view: View, side: Side) -> Term:
    """What a schema says of the members it does not describe."""
    found = []
    for part in view.parts:
        node = part.own("additionalProperties")
        if node is not None:
            described = (part.own(each) for each in ("properties", "patternProperties"))
            names, patterns = (frozenset(each.value) if each is not None else frozenset() for each in described)
            inner = side.taken(node)
            found.append(EVERYTHING if inner is EVERYTHING else term(Word.OTHER_PROPERTIES, names, patterns, inner))
    if (unevaluated := view.first("unevaluatedProperties")) is not None and not found:
        inner = side.taken(unevaluated)
        patterns = frozenset(name for each in view.values("patternProperties") for name in each)
        found.append(term(Word.OTHER_PROPERTIES, frozenset(all_names(view)), patterns, inner))
    return all_of(found)


def _with_names(said: Term, both: Both) -> Term:
    """The same, but for what either side describes: that is told by itself."""
    if said.word is not Word.OTHER_PROPERTIES:
        return said
    names, patterns, inner = said.parts
    return term(Word.OTHER_PROPERTIES, names | frozenset(all_names(both.old) | all_names(both.new)), patterns, inner)


def _items(both: Both) -> Iterator[Pair]:
    old, new = both.old.first("items"), both.new.first("items")
    if old is not None and new is not None:
        yield Pair(Step(is_item=True), old, new)
    prefixes = [view.first("prefixItems") for view in (both.old, both.new)]
    if prefixes[0] is not None and prefixes[1] is not None:
        for index, (first, second) in enumerate(zip(prefixes[0].each(), prefixes[1].each(), strict=False)):
            yield Pair(Step(index=index, is_item=True), first, second)
    patterns = [
        dict(node.items()) if (node := view.first("patternProperties")) else {} for view in (both.old, both.new)
    ]
    for name in sorted(patterns[0].keys() & patterns[1].keys()):
        yield Pair(Step(), patterns[0][name], patterns[1][name])
