"""Whether two parts of contracts are written alike, with all that they refer to: then nothing need be compared."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import cast

from contract_tests.errors import WrongUse
from contract_tests.gate.schemas.closures import Closures, digest_of
from contract_tests.gate.schemas.dialect import version_of
from contract_tests.gate.specification import Node, pointer_part


@dataclass
class Texts:
    """The texts of the parts of one source, and what they refer to."""

    _texts: dict[Node, str] = field(default_factory=dict)
    _targets: dict[Node, frozenset[Node]] = field(default_factory=dict)
    _digests: dict[Node, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._closures = Closures(self._digest, self._targets_of)

    def text(self, node: Node) -> str:
        """What is written there."""
        if node not in self._texts:
            self._texts[node] = json.dumps(node.value, sort_keys=True, default=str)
        return self._texts[node]

    def closure(self, node: Node) -> bytes:
        """A digest of what is written there and everywhere it leads to."""
        return digest_of(self.text(node).encode(), *sorted(map(self._closures.digest, self._targets_of(node))))

    def _digest(self, node: Node) -> bytes:
        if node not in self._digests:
            self._digests[node] = digest_of(node.pointer.encode(), self.text(node).encode())
        return self._digests[node]

    def _targets_of(self, node: Node) -> frozenset[Node]:
        if node not in self._targets:
            self._targets[node] = frozenset(_targets(node)) if '"$ref"' in self.text(node) else frozenset()
        return self._targets[node]


def _targets(node: Node) -> Iterator[Node]:
    waiting = [(node.value, node.pointer)]
    while waiting:
        value, pointer = waiting.pop()
        if isinstance(value, dict):
            each = Node(value, pointer, node.document, node.library)
            if each.ref is not None:
                yield each.target()
            waiting.extend((child, pointer + pointer_part(name)) for name, child in value.items())
        elif isinstance(value, list):
            waiting.extend((child, pointer + pointer_part(index)) for index, child in enumerate(value))


@dataclass
class Unchanged:
    """Compares the texts of two sources. The same words may mean something else in another version."""

    old: Texts
    new: Texts

    def __call__(self, old: Node, new: Node) -> bool:
        if version_of(old) != version_of(new) or self.old.text(old) != self.new.text(new):
            return False
        return self.old.closure(old) == self.new.closure(new)


def is_unchanged(old: Node, new: Node) -> bool:
    """Whether two parts are written alike, and so is all that they refer to.

    What looks like a reference in an example may lead nowhere: such parts are taken as not alike.
    """
    try:
        return unchanged(cast("Hashable", old.library), cast("Hashable", new.library))(old, new)
    except WrongUse:
        return False


@lru_cache(maxsize=12)
def unchanged(old: Hashable, new: Hashable) -> Unchanged:
    """The texts of two sources, as far as they were asked for."""
    return Unchanged(_texts(old), _texts(new))


@lru_cache(maxsize=12)
def _texts(library: Hashable) -> Texts:
    return Texts()
