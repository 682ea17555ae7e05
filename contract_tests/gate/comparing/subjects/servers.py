"""Where operations are offered: base paths, hosts, and what variables stand for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from contract_tests.gate.change import Severity
from contract_tests.gate.comparing.found import Found
from contract_tests.gate.pairing import OperationPair, Pair
from contract_tests.gate.parts.operation import Operation
from contract_tests.gate.parts.servers import VARIABLE, Server, default_of
from contract_tests.gate.specification import Node

Address = tuple[str, str]
"""Host and path; with the operation's own path where a part of it has moved there or from there."""


def changes(pair: Pair) -> Iterator[Found]:
    for operation in pair.operations:
        if not operation.is_reversed:
            yield from _addresses(operation)
            yield from _defaults(operation)


def _addresses(pair: OperationPair) -> Iterator[Found]:
    old, new = _whole(pair.old, pair.new), _whole(pair.new, pair.old)
    if old.keys() == new.keys():
        return
    gone = [address for address in old if address not in new]
    facts = {"new": ", ".join(each.url for each in new.values())}
    paths = {path for _, path in new}
    for address in gone:
        server = old[address]
        is_offered = address[1] in paths
        kind = "server-removed" if is_offered else "server-base-path-changed"
        severity = Severity.RISKY if not is_offered and "{}" in server.path else None
        where = (server.node or pair.old.node, next(iter(new.values())).node or pair.new.node, pair)
        yield Found(kind, server.url, *where, severity=severity, facts={"name": server.url, **facts})
    for address, server in new.items():
        if address not in old and not gone:
            yield Found(
                "server-added", server.url, None, server.node or pair.new.node, pair, facts={"name": server.url}
            )


def _whole(operation: Operation, other: Operation) -> Mapping[Address, Server]:
    """The addresses of an operation: of its servers, or its own where what is below the host may be the same."""
    own = {each.path + operation.shape for each in operation.servers}
    theirs = {each.path + other.shape for each in other.servers}
    below = operation.shape if operation.shape != other.shape and own & theirs else ""
    return {(each.origin, each.path + below): each for each in operation.servers}


def _defaults(pair: OperationPair) -> Iterator[Found]:
    """What clients get that choose no value for a variable of the address."""
    old, new = _by_template(pair.old), _by_template(pair.new)
    for template in old.keys() & new.keys():
        for name in VARIABLE.findall(template):
            stood, stands = default_of(old[template], name), default_of(new[template], name)
            if stood is not None and stands is not None and stood.value != stands.value:
                facts = {"name": name, "old": stood.value, "new": stands.value}
                yield Found("server-variable-default-changed", template, stood, stands, pair, facts=facts)


def _by_template(operation: Operation) -> Mapping[str, Node]:
    nodes = (each.node for each in operation.servers)
    return {str(url.value): node for node in nodes if node is not None and (url := node.get("url")) is not None}
