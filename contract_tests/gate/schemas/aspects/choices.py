"""Alternatives of `oneOf` and `anyOf`, and what tells them apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from contract_tests.errors import WrongUse
from contract_tests.gate.schemas.comparing import Both
from contract_tests.gate.schemas.finding import Finding, Pair, Weight
from contract_tests.gate.schemas.viewing import View
from contract_tests.gate.specification import Node

MOST_COMPARED = 12
"""So many alternatives on each side are compared with each other."""

Match = Callable[[Both, Node, Node], bool]


@dataclass
class Matched:
    """Which alternatives are still there, as what, and which went and came."""

    pairs: list[tuple[Node, Node]]
    went: list[Node]
    came: list[Node]


def alternatives(both: Both) -> Iterator[Finding | Pair]:
    """Alternatives that came and went, and those that stayed; and the discriminators."""
    matched = _matched(both, _alternatives(both.old, both.new), _alternatives(both.new, both.old))
    yield from (Pair(None, *pair) for pair in matched.pairs if pair != (both.old.node, both.new.node))
    yield from (_removed(both, each) for each in matched.went)
    yield from (_added(both, each) for each in matched.came)
    yield from _discriminator(both, matched)


def _alternatives(view: View, other: View) -> list[Node]:
    """The alternatives of a schema. One without any is the only one where the other side has them and says no more."""
    if len(view.choices) == 1:
        return view.choices[0]
    is_only = not view.choices and len(other.choices) == 1 and not other.properties and not other.required
    return [view.node] if is_only else []


def _matched(both: Both, old: list[Node], new: list[Node]) -> Matched:
    if not (old and new):
        return Matched([], [], [])
    pairs: list[tuple[Node, Node]] = []
    for match in _MATCHES:
        pairs += _pairs_by(both, [each for each in old if each not in _firsts(pairs)], new, pairs, match)
    went = [each for each in old if each not in _firsts(pairs)]
    came = [each for each in new if each not in [second for _, second in pairs]]
    if len(went) == len(came) == 1 and len(old) == len(new):
        pairs.append((went.pop(), came.pop()))
    is_whole = both.old.node in old or both.new.node in new
    return Matched([] if is_whole else pairs, went, came)


def _firsts(pairs: list[tuple[Node, Node]]) -> list[Node]:
    return [first for first, _ in pairs]


def _pairs_by(
    both: Both, old: list[Node], new: list[Node], known: list[tuple[Node, Node]], match: Match
) -> Iterator[tuple[Node, Node]]:
    free = [each for each in new if each not in [second for _, second in known]]
    if match is _has_values_in_common and max(len(old), len(free)) > MOST_COMPARED:
        return
    for first in old:
        second = next((each for each in free if match(both, first, each)), None)
        if second is not None:
            free.remove(second)
            yield first, second


def _is_same(both: Both, old: Node, new: Node) -> bool:
    return both.comparison.is_same(old, new)


def _has_name(both: Both, old: Node, new: Node) -> bool:
    names = _name(old), _name(new)
    return names[0] is not None and names[0] == names[1]


def _name(node: Node) -> str | None:
    if node.ref is not None:
        return node.target().name
    title = node.value.get("title") if isinstance(node.value, dict) else None
    return title if isinstance(title, str) else None


def _has_values_in_common(both: Both, old: Node, new: Node) -> bool:
    comparison = both.comparison
    return comparison.narrows(old, new).harms is False or comparison.widens(old, new).harms is False


_MATCHES: tuple[Match, ...] = (_is_same, _has_name, _has_values_in_common)


def _removed(both: Both, node: Node) -> Finding:
    comparison = both.comparison
    sent = comparison.old.sent(node)
    narrows = comparison.ask([sent, comparison.old.taken(both.old.node)], [comparison.new.taken(both.new.node)])
    return Finding("alternative-removed", node, _place(both.new), narrows=narrows, facts=_facts(node), lost=sent)


def _added(both: Both, node: Node) -> Finding:
    comparison = both.comparison
    sent = comparison.new.sent(node)
    widens = comparison.ask([sent, comparison.new.taken(both.new.node)], [comparison.old.taken(both.old.node)])
    return Finding("alternative-added", _place(both.old), node, widens=widens, facts=_facts(node), gained=sent)


def _place(view: View) -> Node:
    return view.choice_nodes[0] if view.choice_nodes else view.node


def _facts(node: Node) -> Mapping[str, str]:
    return {"name": _name(node) or node.name}


def _discriminator(both: Both, matched: Matched) -> Iterator[Finding]:
    old, new = both.old.first("discriminator"), both.new.first("discriminator")
    if old is None or new is None:
        if old is not new:
            kind = "discriminator-added" if old is None else "discriminator-removed"
            yield Finding(kind, old, new, facts=_property_facts(old, new), weight=Weight.WORDS)
        return
    names = [each.get("propertyName") for each in (old, new)]
    if (names[0] and names[0].value) != (names[1] and names[1].value):
        facts = _property_facts(old, new)
        yield Finding("discriminator-property-changed", names[0], names[1], facts=facts, weight=Weight.WORDS)
    yield from _mapping(both, old, new, matched)


def _property_facts(old: Node | None, new: Node | None) -> dict[str, str]:
    nodes = {name: each.get("propertyName") for name, each in (("old", old), ("new", new)) if each is not None}
    return {name: str(each.value) for name, each in nodes.items() if each is not None}


def _mapping(both: Both, old: Node, new: Node, matched: Matched) -> Iterator[Finding]:
    """What each value of the discriminating property leads to. Names of components count where nothing else is said.

    That a value of an alternative that went or came is gone or there goes without saying.
    """
    before, after = _targets(both.old, old), _targets(both.new, new)
    went, came = ({_target_name(each) for each in nodes} for nodes in (matched.went, matched.came))
    for name in sorted(before.keys() | after.keys()):
        facts = {"name": name}
        if name not in after and _target_name(before[name]) not in went:
            yield Finding("discriminator-mapping-removed", before[name], new, facts=facts, weight=Weight.WORDS)
        elif name not in before and _target_name(after[name]) not in came:
            yield Finding("discriminator-mapping-added", old, after[name], facts=facts, weight=Weight.WORDS)
        elif name in before and name in after and (kind := _led_elsewhere(both, before[name], after[name], matched)):
            facts |= {"old": _target_name(before[name]), "new": _target_name(after[name])}
            yield Finding(kind, before[name], after[name], facts=facts, weight=Weight.WORDS)


def _targets(view: View, discriminator: Node) -> dict[str, Node]:
    mapping = discriminator.get("mapping")
    explicit = dict(mapping.items()) if mapping is not None else {}
    mapped = {_target_name(each) for each in explicit.values()}
    choices = [each for each in view.alternatives if each.ref is not None]
    implicit = {name: each for each in choices if (name := _target_name(each)) not in mapped}
    return {**implicit, **explicit}


def _target_name(node: Node) -> str:
    """The name of the component that a reference, or a value of a mapping, leads to."""
    target = node.ref if node.ref is not None else str(node.value)
    return target.rpartition("/")[2].removesuffix(".yaml").removesuffix(".json")


def _led_elsewhere(both: Both, old: Node, new: Node, matched: Matched) -> str:
    """What has changed by where two values of mappings lead; nothing if it is the same component, or its new name.

    Open objects with other optional members allow the same values. What is described by one and not by the other is
    lost all the same to those who follow the description.
    """
    if _target_name(old) == _target_name(new):
        return ""
    before, after = _component(old), _component(new)
    if before is None or after is None:
        return "discriminator-mapping-changed"
    targets = before, after
    if targets in [(first.resolved(), second.resolved()) for first, second in matched.pairs]:
        return ""
    comparison = both.comparison
    if any(ask(*targets).harms is not False for ask in (comparison.narrows, comparison.widens)):
        return "discriminator-mapping-changed"
    described = comparison.ask([comparison.old.sent(targets[0])], [comparison.new.sent(targets[1])])
    return "" if described.harms is False else "discriminator-mapping-redescribed"


def _component(node: Node) -> Node | None:
    """The component that a reference, or a value of a mapping, leads to; `None` if none can be found there."""
    if node.ref is not None:
        return node.resolved()
    target = str(node.value)
    reference = target if "/" in target or "#" in target else f"#/components/schemas/{target}"
    try:
        return Node({"$ref": reference}, node.pointer, node.document, node.library).resolved()
    except WrongUse:
        return None
