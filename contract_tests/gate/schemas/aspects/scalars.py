"""Types, null, listed values, formats and bounds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from contract_tests.gate.schemas.comparing import Both
from contract_tests.gate.schemas.comparison import Verdict
from contract_tests.gate.schemas.dialect import format_bounds
from contract_tests.gate.schemas.facets import CARRIED, FACETS, Facet, format_of
from contract_tests.gate.schemas.finding import Finding, Weight
from contract_tests.gate.schemas.terms.holding import holds
from contract_tests.gate.schemas.terms.reading import Reader
from contract_tests.gate.schemas.terms.term import EVERYTHING, Term, of_values, other_than
from contract_tests.gate.schemas.terms.values import NULL, Frozen, frozen, thawed
from contract_tests.gate.schemas.texts.formats import HINTS
from contract_tests.gate.schemas.viewing import View
from contract_tests.gate.specification import Node

NULL_VALUE: Frozen = (NULL, None)
UNSURE = Verdict(None, "no validator looks at it, but clients may")


def types(both: Both) -> Iterator[Finding]:
    """Other types; null is looked at by itself."""
    old, new = _types(both.old), _types(both.new)
    nodes = both.old.first("type"), both.new.first("type")
    named = (("old", old), ("new", new))
    if old != new and not _is_told_by_choices(both, old, new):
        kind = _type_kind(old, new)
        asked = [_type_term(each) for each in (old, new)]
        finding = _by_terms(both, kind, nodes, (asked[0], asked[1]))
        yield replace(finding, facts={name: " or ".join(sorted(each)) for name, each in named if each is not None})
    if old is not None and new is not None:
        yield from _null(both)


def _is_told_by_choices(both: Both, old: frozenset[str] | None, new: frozenset[str] | None) -> bool:
    """Whether a side names no type because its alternatives do."""
    return (old is None and bool(both.old.choices)) or (new is None and bool(both.new.choices))


def _types(view: View) -> frozenset[str] | None:
    """The types a schema names, null aside; `None` if it names none."""
    found: frozenset[str] | None = None
    for value in view.values("type"):
        named = frozenset([value] if isinstance(value, str) else value)
        found = named if found is None else frozenset(_common(found, named))
    return None if found is None or found == {"null"} else found - {"null"}


def _common(first: frozenset[str], second: frozenset[str]) -> Iterator[str]:
    for each in first | second:
        if all(each in names or (each == "integer" and "number" in names) for names in (first, second)):
            yield each


def _type_kind(old: frozenset[str] | None, new: frozenset[str] | None) -> str:
    if old is None or new is None:
        return "type-narrowed" if old is None else "type-widened"
    common = frozenset(_common(old, new))
    if not common:
        return "type-changed"
    return "type-widened" if common == old else "type-narrowed" if common == new else "type-changed"


def _type_term(types: frozenset[str] | None) -> Term:
    return EVERYTHING if types is None else Reader({}).read({"type": [*sorted(types), "null"]})


def _null(both: Both) -> Iterator[Finding]:
    allowed = [holds(side, NULL_VALUE) for side in _taken(both)]
    focus = of_values([NULL_VALUE])
    nodes = both.old.node, both.new.node
    if allowed == [False, True]:
        yield Finding("became-nullable", *nodes, widens=Verdict(True), gained=focus)
    if allowed == [True, False]:
        yield Finding("became-not-nullable", *nodes, narrows=Verdict(True), lost=focus)


def _taken(both: Both) -> tuple[Term, Term]:
    return both.comparison.old.taken(both.old.node), both.comparison.new.taken(both.new.node)


def limits(both: Both) -> Iterator[Finding]:
    """Listed values, formats and bounds."""
    yield from _listed(both)
    yield from _formats(both)
    for facet in FACETS:
        yield from _facet(both, facet)


def _facet(both: Both, facet: Facet) -> Iterator[Finding]:
    terms = facet.term(both.old, both.comparison.old.dialect), facet.term(both.new, both.comparison.new.dialect)
    if terms[0] is not terms[1]:
        nodes = facet.node(both.old), facet.node(both.new)
        yield _by_terms(both, facet.name(*terms), nodes, terms)


def _by_terms(both: Both, kind: str, nodes: tuple[Node | None, Node | None], terms: tuple[Term, Term]) -> Finding:
    """Looks whether what is sent by one side breaks what the other side says."""
    comparison = both.comparison
    facts = {name: node.value for name, node in zip(("old", "new"), nodes, strict=True) if node is not None}
    return Finding(
        kind,
        *nodes,
        narrows=comparison.ask([comparison.old.sent(both.old.node)], [terms[1]]),
        widens=comparison.ask([comparison.new.sent(both.new.node)], [terms[0]]),
        facts=facts,
        lost=other_than(terms[1]),
        gained=other_than(terms[0]),
    )


def _listed(both: Both) -> Iterator[Finding]:
    old, new = _values(both.old), _values(both.new)
    nodes = _values_node(both.old), _values_node(both.new)
    if old == new:
        return
    if old is None or new is None:
        kind = "enum-added" if old is None else "enum-removed"
        terms = [EVERYTHING if each is None else of_values([*each, NULL_VALUE]) for each in (old, new)]
        yield _by_terms(both, kind, nodes, (terms[0], terms[1]))
    elif len(old) == len(new) == 1:
        yield _by_terms(both, "const-changed", nodes, (of_values([*old, NULL_VALUE]), of_values([*new, NULL_VALUE])))
    else:
        yield from _listed_values(both, old, new, nodes)


def _listed_values(
    both: Both, old: frozenset[Frozen], new: frozenset[Frozen], nodes: tuple[Node | None, Node | None]
) -> Iterator[Finding]:
    taken = _taken(both)
    for value in sorted(old - new, key=repr):
        verdict = both.comparison.ask([of_values([value]), taken[0]], [taken[1]])
        facts = {"value": thawed(value)}
        yield Finding("enum-value-removed", *nodes, narrows=verdict, facts=facts, lost=of_values([value]))
    for value in sorted(new - old, key=repr):
        verdict = both.comparison.ask([of_values([value]), taken[1]], [taken[0]])
        facts = {"value": thawed(value)}
        yield Finding("enum-value-added", *nodes, widens=verdict, facts=facts, gained=of_values([value]))


def _values(view: View) -> frozenset[Frozen] | None:
    """The values that are listed, null aside; `None` if any may be."""
    lists = [frozenset(map(frozen, each)) for each in view.values("enum") if isinstance(each, list)]
    lists += [frozenset([frozen(each)]) for each in view.values("const")]
    return None if not lists else frozenset.intersection(*lists) - {NULL_VALUE}


def _values_node(view: View) -> Node | None:
    return view.first("enum") or view.first("const")


def _formats(both: Both) -> Iterator[Finding]:
    (old, old_node), (new, new_node) = format_of(both.old), format_of(both.new)
    if old == new:
        return
    kind = "format-added" if not old else "format-removed" if not new else "format-changed"
    terms = _format_term(old), _format_term(new)
    finding = _by_terms(both, kind, (old_node, new_node), terms)
    if {old, new} & CARRIED:
        yield replace(finding, narrows=UNSURE, widens=UNSURE, weight=Weight.WORDS, is_open=True)
    elif {old, new} <= HINTS | {""}:
        yield replace(finding, weight=Weight.WORDS)
    else:
        yield finding


def _format_term(name: str) -> Term:
    if not name:
        return EVERYTHING
    return Reader({}).read(format_bounds(name) or {"format": name})
