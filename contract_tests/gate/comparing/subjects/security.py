"""What lets clients in: schemes, scopes, and alternatives of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from contract_tests.gate.change import Severity
from contract_tests.gate.comparing.found import Found
from contract_tests.gate.pairing import OperationPair, Pair
from contract_tests.gate.parts.operation import Operation
from contract_tests.gate.parts.securing import Alternative, alternatives_of, meaning_of, schemes_of, security_of
from contract_tests.gate.specification import Node
from contract_tests.gate.witnesses import security_proof

_URLS = ("authorizationUrl", "tokenUrl", "refreshUrl", "deviceAuthorizationUrl")


def changes(pair: Pair) -> Iterator[Found]:
    old, new = schemes_of(pair.old), schemes_of(pair.new)
    names = _new_names(old, new)
    used: set[str] = set()
    for operation in pair.operations:
        if not operation.is_reversed:
            stood, stands = alternatives_of(operation.old), alternatives_of(operation.new)
            used.update(*(each.schemes for each in stood))
            yield from _Requirements(operation, [each.renamed(names) for each in stood], stands, new).differences()
    for name in sorted(used & old.keys()):
        if name in new:
            yield from _scheme(name, old[name], new[name])


def _new_names(old: Mapping[str, Node], new: Mapping[str, Node]) -> Mapping[str, str]:
    """Schemes that are there under another name."""
    free = {name: meaning_of(node) for name, node in new.items() if name not in old}
    found: dict[str, str] = {}
    for name, node in old.items():
        if name not in new:
            same = [other for other, meaning in free.items() if meaning == meaning_of(node)]
            if same:
                found[name] = same[0]
                del free[same[0]]
    return found


# Requirements of an operation


class _Requirements:
    """The alternatives of an operation on both sides, with the names of the new contract."""

    def __init__(
        self,
        operation: OperationPair,
        old: Sequence[Alternative],
        new: Sequence[Alternative],
        schemes: Mapping[str, Node],
    ) -> None:
        self.operation = operation
        self.old = old
        self.new = new
        self.schemes = schemes

    def differences(self) -> Iterator[Found]:
        for each in self.old:
            if not any(one.asks_no_more_than(each) for one in self.new):
                yield self._refused(each)
        for each in self.new:
            if not any(each == one or one.asks_no_more_than(each) for one in self.old):
                yield self._admitted(each)

    def _refused(self, old: Alternative) -> Found:
        if old.is_open:
            kind = "security-added" if len(self.old) == 1 else "security-became-required"
            return self._found(kind, old, self.new[0], name=" or ".join(each.told for each in self.new))
        for new in self.new:
            if new.schemes.keys() == old.schemes.keys():
                return self._found("security-scope-added", old, new, name=old.told, scopes=_missing(old, new))
        for new in self.new:
            if new.schemes.keys() > old.schemes.keys():
                others = ", ".join(sorted(new.schemes.keys() - old.schemes.keys()))
                return self._found("security-requirement-added", old, new, name=old.told, others=others)
        severity = Severity.RISKY if self._has_equal(old) else None
        return self._found("security-alternative-removed", old, None, severity, name=old.told)

    def _admitted(self, new: Alternative) -> Found:
        if new.is_open:
            return self._found("security-removed" if len(self.new) == 1 else "security-became-optional", None, new)
        for old in self.old:
            if new.schemes.keys() == old.schemes.keys():
                return self._found("security-scope-removed", old, new, name=new.told, scopes=_missing(new, old))
        for old in self.old:
            if new.schemes.keys() < old.schemes.keys():
                others = ", ".join(sorted(old.schemes.keys() - new.schemes.keys()))
                return self._found("security-requirement-removed", old, new, name=new.told, others=others)
        return self._found("security-alternative-added", None, new, name=new.told)

    def _has_equal(self, old: Alternative) -> bool:
        """Whether another alternative asks for the same under another name; whose tokens it means, nobody says."""
        meanings = _meanings(old, self.schemes)
        return bool(meanings) and any(_meanings(new, self.schemes) == meanings for new in self.new)

    def _found(
        self,
        kind: str,
        old: Alternative | None,
        new: Alternative | None,
        severity: Severity | None = None,
        **facts: str,
    ) -> Found:
        proof = security_proof(self.operation, old) if old is not None else None
        where = _where(old, self.operation.old), _where(new, self.operation.new)
        return Found(kind, "security", *where, self.operation, severity=severity, facts=facts, proof=proof)


def _where(alternative: Alternative | None, operation: Operation) -> Node | None:
    """The alternative, or else where it is said what lets in; where nothing is, nothing is needed."""
    return alternative.node if alternative is not None and alternative.node is not None else security_of(operation)


def _missing(old: Alternative, new: Alternative) -> str:
    """Scopes of the one that the other does not ask for."""
    return ", ".join(sorted({scope for name, scopes in new.schemes.items() for scope in scopes - old.schemes[name]}))


def _meanings(alternative: Alternative, schemes: Mapping[str, Node]) -> list[Any]:
    return sorted(repr(meaning_of(schemes[name])) for name in alternative.schemes if name in schemes)


# Schemes


def _scheme(name: str, old: Node, new: Node) -> Iterator[Found]:
    was, is_now = (_without_places(each) for each in (old, new))
    if was != is_now:
        facts = {"old": _told(was), "new": _told(is_now)}
        yield Found("security-scheme-changed", name, old, new, facts=facts)
        return
    yield from _url(name, "openIdConnectUrl", old, new)
    stood, stands = _flows(old), _flows(new)
    for flow, node in stood.items():
        if flow in stands:
            yield from _flow(f"{name}.{flow}", node, stands[flow])
        else:
            yield Found("security-flow-removed", f"{name}.{flow}", node, None)
    for flow, node in stands.items():
        if flow not in stood:
            yield Found("security-flow-added", f"{name}.{flow}", None, node)


def _without_places(scheme: Node) -> Mapping[str, Any]:
    """What a scheme is, without where tokens are to be had."""
    return {word: value for word, value in meaning_of(scheme) if word not in {"flows", "openIdConnectUrl"}}


def _told(scheme: Mapping[str, Any]) -> str:
    return " ".join(str(value) for value in scheme.values())


def _flows(scheme: Node) -> dict[str, Node]:
    found = scheme.get("flows")
    return {name: each for name, each in found.items() if not name.startswith("x-")} if found is not None else {}


def _flow(subject: str, old: Node, new: Node) -> Iterator[Found]:
    for word in _URLS:
        yield from _url(subject, word, old, new)
    stood, stands = (dict(_scopes(each)) for each in (old, new))
    for scope, node in stood.items():
        if scope not in stands:
            yield Found("security-scheme-scope-removed", subject, node, new, facts={"name": scope})
    for scope, node in stands.items():
        if scope not in stood:
            yield Found("security-scheme-scope-added", subject, old, node, facts={"name": scope})


def _scopes(flow: Node) -> Iterator[tuple[str, Node]]:
    found = flow.get("scopes")
    return found.items() if found is not None else iter(())


def _url(subject: str, word: str, old: Node, new: Node) -> Iterator[Found]:
    stood, stands = old.get(word), new.get(word)
    if stood is None or stands is None or stood.value == stands.value:
        return
    facts = {"name": word, "old": stood.value, "new": stands.value}
    is_same_path = urlsplit(str(stood.value)).path == urlsplit(str(stands.value)).path
    severity = Severity.RISKY if is_same_path else None
    yield Found("security-url-changed", f"{subject}.{word}", stood, stands, severity=severity, facts=facts)
