"""What an operation asks for to let a client in: alternatives of schemes with scopes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contract_tests.gate.parts.operation import Operation
from contract_tests.gate.specification import Node, Specification

_TELLING = ("type", "in", "name", "scheme", "openIdConnectUrl", "flows")
"""What tells schemes apart; the rest is prose, or a hint such as `bearerFormat`."""
_CASELESS = {"scheme"}


@dataclass(frozen=True)
class Alternative:
    """Schemes that together let a client in, each with its scopes; none of them: anybody may."""

    schemes: Mapping[str, frozenset[str]]
    node: Node | None = field(default=None, compare=False)

    @property
    def is_open(self) -> bool:
        return not self.schemes

    @property
    def told(self) -> str:
        """As `bearer (read, write) and key`."""
        return " and ".join(
            f"{name} ({', '.join(sorted(scopes))})" if scopes else name for name, scopes in self.schemes.items()
        )

    def asks_no_more_than(self, other: Alternative) -> bool:
        """Whether a client that the other lets in is let in by this one, too."""
        return all(name in other.schemes and scopes <= other.schemes[name] for name, scopes in self.schemes.items())

    def renamed(self, names: Mapping[str, str]) -> Alternative:
        return Alternative({names.get(name, name): scopes for name, scopes in self.schemes.items()}, self.node)


OPEN = Alternative({})


def security_of(operation: Operation) -> Node | None:
    """Where it is said: at the operation, else for the whole contract."""
    own = operation.node.get("security")
    return own if own is not None else operation.specification.root.get("security")


def alternatives_of(operation: Operation) -> Sequence[Alternative]:
    """Any of them lets a client in; there is at least one."""
    stated = security_of(operation)
    found = [_alternative(each) for each in stated.each()] if stated is not None else []
    return found or [OPEN]


def _alternative(node: Node) -> Alternative:
    return Alternative({name: frozenset(map(str, scopes.value or ())) for name, scopes in node.items()}, node)


def schemes_of(specification: Specification) -> Mapping[str, Node]:
    """The security schemes by their names."""
    found = specification.root.at("components", "securitySchemes")
    return {name: node.resolved() for name, node in found.items()} if found is not None else {}


def meaning_of(scheme: Node) -> Any:
    """What tells a scheme from others, whatever its name: equal for those that a client satisfies in the same way."""
    value = scheme.value if isinstance(scheme.value, dict) else {}
    is_header = value.get("in") == "header"
    return [
        (word, str(value[word]).lower() if word in _CASELESS or (word == "name" and is_header) else _plain(value[word]))
        for word in _TELLING
        if word in value
    ]


def _plain(value: Any) -> Any:
    """Without what scopes are said to be for."""
    if not isinstance(value, dict):
        return value
    return {name: sorted(each) if name == "scopes" else _plain(each) for name, each in value.items()}
