"""Edits of what is agreed about whole operations: where they are, who may call, lifecycles, rules, how sure it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from openapi.documents import pointer_parts, to_pointer
from tests.contract_tests.gate.edits.edit import Document, Edit, Harm, Place
from tests.contract_tests.gate.edits.uses import REQUEST, at, operations

Json = Any
SAFE_METHODS = frozenset({"get", "put", "post", "delete", "patch"})


def _operations(document: Document) -> Iterator[str]:
    return (pointer for pointer, direction in operations(document) if direction == REQUEST)


def _remove(holder: Json, key: Any) -> None:
    del holder[key]


def _say(**words: Json) -> Callable[[Json, Any], None]:
    return lambda holder, key: holder[key].update(words)


# Operations


def _to_lose(document: Document) -> Iterator[Place]:
    for pointer in _operations(document):
        if not at(document, pointer).get("deprecated"):
            yield Place(pointer, Harm.BREAKS, Harm.FINE)


def _everywhere(there: Harm, back: Harm) -> Callable[[Document], Iterator[Place]]:
    return lambda document: (Place(pointer, there, back) for pointer in _operations(document))


def _paths(document: Document) -> Iterator[Place]:
    for path, item in document["paths"].items():
        if SAFE_METHODS & item.keys() and f"{path}/moved" not in document["paths"]:
            yield Place(to_pointer("paths", path), Harm.BREAKS, Harm.BREAKS)


def _move(holder: Json, key: Any) -> None:
    holder[f"{key}/moved"] = holder.pop(key)


def _methods(document: Document) -> Iterator[Place]:
    for pointer in _operations(document):
        item = at(document, pointer.rpartition("/")[0])
        if "trace" not in item and at(document, pointer).get("operationId"):
            yield Place(pointer, Harm.BREAKS, Harm.BREAKS)


def _trace(holder: Json, key: Any) -> None:
    holder["trace"] = holder.pop(key)


def _bases(document: Document) -> Iterator[Place]:
    is_alone = len(document.get("servers", ())) == 1
    if is_alone and not any("servers" in item or _has_own_servers(item) for item in document["paths"].values()):
        yield Place("/servers/0", Harm.BREAKS, Harm.BREAKS)


def _has_own_servers(item: Mapping[str, Json]) -> bool:
    return any("servers" in each for each in item.values() if isinstance(each, dict))


def _below(holder: Json, key: Any) -> None:
    holder[key]["url"] = holder[key]["url"].rstrip("/") + "/below"


def _prose(document: Document) -> Iterator[Place]:
    yield Place("/info", Harm.SILENT, Harm.SILENT)


# Who may call


def _alternatives(document: Document, operation: str) -> Json:
    return at(document, operation).get("security", document.get("security")) or [{}]


def _guarded(document: Document) -> Iterator[str]:
    return (each for each in _operations(document) if {} not in _alternatives(document, each))


def _to_open(document: Document) -> Iterator[Place]:
    for pointer in _guarded(document):
        yield Place(pointer, Harm.FINE, Harm.BREAKS)


def _to_guard(document: Document) -> Iterator[Place]:
    for pointer in _operations(document):
        if {} in _alternatives(document, pointer) and document.get("components", {}).get("securitySchemes"):
            yield Place(pointer, Harm.BREAKS, Harm.FINE)


def _guard(holder: Json, key: Any) -> None:
    holder[key]["security"] = [{"a scheme that is nowhere": ["a scope"]}]


def _scopes(document: Document) -> Iterator[Place]:
    for pointer in _guarded(document):
        for index, alternative in enumerate(at(document, pointer).get("security", ())):
            if len(at(document, pointer)["security"]) == 1:
                for name in alternative:
                    yield Place(f"{pointer}/security/{index}{to_pointer(name)}", Harm.BREAKS, Harm.FINE)


def _add_scope(holder: Json, key: Any) -> None:
    holder[key] = [*holder[key], "another"]


# Lifecycles and rules


def _known(document: Document) -> set[str]:
    return {str(at(document, each).get("operationId")) for each in _operations(document)}


def _entries(document: Document, member: str) -> Iterator[str]:
    """Of operations that are there."""
    for name, lifecycle in document.get("x-lifecycle", {}).items():
        for index, entry in enumerate(lifecycle.get(member, ())):
            if entry.get("on") in _known(document):
                yield to_pointer("x-lifecycle", name, member, index)


def _transitions(there: Harm, back: Harm) -> Callable[[Document], Iterator[Place]]:
    return lambda document: (Place(each, there, back) for each in _entries(document, "transitions"))


def _refusals(document: Document) -> Iterator[Place]:
    for pointer in _entries(document, "refusals"):
        yield Place(pointer, Harm.FINE, Harm.BREAKS)


def _lead_elsewhere(holder: Json, key: Any) -> None:
    holder[key]["to"] = "Elsewhere"


def _states(document: Document) -> Iterator[Place]:
    for name, lifecycle in document.get("x-lifecycle", {}).items():
        for state in lifecycle["states"]:
            yield Place(to_pointer("x-lifecycle", name, "states", state), Harm.BREAKS, Harm.FINE)


def _is_called(document: Document, rule: Mapping[str, Json]) -> bool:
    on = rule.get("on")
    return isinstance(on, list) and bool(on) and set(on) <= _known(document)


def _rules(document: Document) -> Iterator[tuple[str, Mapping[str, Json]]]:
    for index, rule in enumerate(document.get("x-rules", ())):
        if _is_called(document, rule) and rule.get("refuses") is not False:
            yield f"/x-rules/{index}", rule


def _rules_to_lose(document: Document) -> Iterator[Place]:
    for pointer, _ in _rules(document):
        yield Place(pointer, Harm.FINE, Harm.BREAKS)


def _rules_with_a_status(document: Document) -> Iterator[Place]:
    for pointer, rule in _rules(document):
        if isinstance(rule.get("status"), int):
            yield Place(f"{pointer}/status", Harm.BREAKS, Harm.BREAKS)


def _next(holder: Json, key: Any) -> None:
    holder[key] += 1


def _limits(document: Document) -> Iterator[Place]:
    for index, rule in enumerate(document.get("x-rules", ())):
        for name, value in rule.get("limits", {}).items():
            if name.startswith("maximum") and type(value) is int and value > 1:
                yield Place(to_pointer("x-rules", index, "limits", name), Harm.BREAKS, Harm.FINE)


def _halve(holder: Json, key: Any) -> None:
    holder[key] //= 2


def _sentences(document: Document) -> Iterator[Place]:
    for pointer, _ in _rules(document):
        yield Place(pointer, Harm.FINE, Harm.FINE)


def _standings(document: Document) -> Iterator[Place]:
    for index, rule in enumerate(document.get("x-rules", ())):
        if rule.get("provenance") == "documented":
            yield Place(f"/x-rules/{index}", Harm.FINE, Harm.FINE)


def is_of_operation(pointer: str) -> bool:
    """Whether an edit is made in one operation alone."""
    parts = pointer_parts(pointer)
    return parts[:1] == ["paths"] and len(parts) > 2


EDITS: tuple[Edit, ...] = (
    Edit("an operation is taken away", _to_lose, _remove),
    Edit("an operation is deprecated", _everywhere(Harm.FINE, Harm.FINE), _say(deprecated=True)),
    Edit("an operation is summed up otherwise", _everywhere(Harm.SILENT, Harm.SILENT), _say(summary="Other words.")),
    Edit("a path is another", _paths, _move),
    Edit("a method is another", _methods, _trace),
    Edit("a base path is another", _bases, _below),
    Edit("the contract is described otherwise", _prose, _say(title="Another", description="Other words.")),
    Edit("an operation is opened", _to_open, _say(security=[])),
    Edit("an operation is guarded", _to_guard, _guard),
    Edit("a scope is asked for", _scopes, _add_scope),
    Edit("a transition is taken away", _transitions(Harm.BREAKS, Harm.FINE), _remove),
    Edit("a transition leads elsewhere", _transitions(Harm.BREAKS, Harm.BREAKS), _lead_elsewhere),
    Edit("a refusal is taken away", _refusals, _remove),
    Edit("a state is taken away", _states, _remove),
    Edit("a rule is taken away", _rules_to_lose, _remove),
    Edit("a rule has another status", _rules_with_a_status, _next),
    Edit("a rule says something else", _sentences, _say(says="something else")),
    Edit("a rule is only assumed", _standings, _say(provenance="assumed")),
    Edit("a limit is half as large", _limits, _halve),
)
