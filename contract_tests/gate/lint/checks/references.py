"""Whether references lead somewhere, and whether what is defined is used."""

from __future__ import annotations

from collections.abc import Iterator

from contract_tests.errors import WrongUse
from contract_tests.gate.lint.check import Found, Weight, check
from contract_tests.gate.lint.roles import target_of
from contract_tests.gate.lint.subject import Subject
from contract_tests.gate.specification import Node
from openapi.documents import pointer_parts, to_pointer

OUTSIDE = ""
"""Stands for all of a document that is no component: what is reached from there is used."""

_KINDS = (
    *("schemas", "responses", "parameters", "examples", "requestBodies", "headers", "links", "callbacks", "pathItems"),
    "securitySchemes",
)


@check("reference", Weight.ESSENTIAL, "every reference leads somewhere", "name what is there, or define it")
def leads_somewhere(subject: Subject) -> Iterator[Found]:
    for each in subject.references:
        try:
            each.resolved()
        except WrongUse as error:
            reason = str(error).partition(f"{each.ref!r} ")[2] or str(error)
            yield Found(each, f"the reference {each.ref} {reason}")


@check(
    "reference-alone",
    Weight.ADVICE,
    "in OpenAPI 3.0 nothing stands beside a reference, for it is ignored",
    "put the reference into an `allOf` of one, and the rest beside that",
)
def stands_alone(subject: Subject) -> Iterator[Found]:
    for each in subject.references if subject.specification.dialect == "3.0" else ():
        ignored = [name for name in each.siblings if not name.startswith("x-")]
        if ignored and not _is_path(each):
            yield Found(each, f"{', '.join(ignored)} beside the reference {each.ref} is ignored")


@check(
    "component-used",
    Weight.STRICT,
    "every component is used",
    "use it, or remove it",
)
def is_used(subject: Subject) -> Iterator[Found]:
    """What is reached from the paths, the security and the extensions; components that only know each other are not."""
    used = _used(subject)
    for kind in _KINDS:
        for name, node in subject.components(kind):
            if to_pointer("components", kind, name) not in used:
                yield Found(node, f"nothing uses {name} of components/{kind}")


def _is_path(node: Node) -> bool:
    parts = pointer_parts(node.pointer)
    return len(parts) == 2 and parts[0] in {"paths", "webhooks"}


def _used(subject: Subject) -> set[str]:
    """The pointers of all components that are reached."""
    leads: dict[str, set[str]] = {}
    for owner, target in (*_referred(subject), *_named(subject)):
        leads.setdefault(owner, set()).add(target)
    used: set[str] = set()
    waiting = [OUTSIDE]
    while waiting:
        new = leads.get(waiting.pop(), set()) - used
        used |= new
        waiting += new
    return used


def _referred(subject: Subject) -> Iterator[tuple[str, str]]:
    """Each reference to a component: the component it stands in, and the one it leads to."""
    extensions = (each for node in subject.specification.extensions.values() for each in _references_in(node))
    for node in (*subject.references, *extensions):
        target = target_of(node)
        if target is not None and target.document is subject.root.document:
            yield _component(subject, node), _component(subject, target)


def _references_in(node: Node) -> Iterator[Node]:
    if node.ref is not None:
        yield node
    children = (node.own(name) for name in node.value) if isinstance(node.value, dict) else node.each()
    for child in children:
        if child is not None and isinstance(child.value, dict | list):
            yield from _references_in(child)


def _component(subject: Subject, node: Node) -> str:
    """The pointer of the component that a node is in; `OUTSIDE` where it is in none, or in another file."""
    parts = pointer_parts(node.pointer)
    is_inside = node.document is subject.root.document and len(parts) >= 3 and parts[0] == "components"
    return to_pointer(*parts[:3]) if is_inside else OUTSIDE


def _named(subject: Subject) -> Iterator[tuple[str, str]]:
    """Components that are named without a reference: by security, discriminators and lifecycles."""
    for owner in (subject.root, *subject.of("operation")):
        stated = owner.value.get("security")
        for entry in stated if isinstance(stated, list) else ():
            names = entry if isinstance(entry, dict) else ()
            yield from ((OUTSIDE, to_pointer("components", "securitySchemes", each)) for each in names)
    for node in subject.of("discriminator"):
        mapping = node.value.get("mapping")
        for each in mapping.values() if isinstance(mapping, dict) else ():
            yield _component(subject, node), to_pointer("components", "schemas", str(each).rpartition("/")[2])
    lifecycles = subject.root.value.get("x-lifecycle")
    for each in lifecycles.values() if isinstance(lifecycles, dict) else ():
        if isinstance(each, dict) and isinstance(each.get("schema"), str):
            yield OUTSIDE, to_pointer("components", "schemas", each["schema"])
