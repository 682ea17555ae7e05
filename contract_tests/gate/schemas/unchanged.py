"""Whether two schemas are written alike, with all that they refer to: then nothing need be compared."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from contract_tests.gate.schemas.dialect import version_of
from contract_tests.gate.specification import Node


@dataclass
class Texts:
    """The texts of the schemas of one source, and what they refer to."""

    _texts: dict[Node, str] = field(default_factory=dict)
    _targets: dict[Node, frozenset[Node]] = field(default_factory=dict)
    _closures: dict[Node, bytes] = field(default_factory=dict)
    _reached: dict[Node, bytes] = field(default_factory=dict)
    _digests: dict[Node, bytes] = field(default_factory=dict)

    def text(self, node: Node) -> str:
        """What is written there."""
        if node not in self._texts:
            self._texts[node] = json.dumps(node.value, sort_keys=True, default=str)
        return self._texts[node]

    def closure(self, node: Node) -> bytes:
        """A digest of what is written there and everywhere it leads to."""
        if node not in self._closures:
            targets = sorted(self._reached_from(each) for each in self._targets_of(node))
            self._closures[node] = hashlib.blake2b(b"\0".join([self.text(node).encode(), *targets])).digest()
        return self._closures[node]

    def _reached_from(self, target: Node) -> bytes:
        """A digest of all that can be reached from what is referred to."""
        if target not in self._reached:
            reached, waiting = set[Node](), [target]
            while waiting:
                each = waiting.pop()
                if each not in reached:
                    reached.add(each)
                    waiting.extend(self._targets_of(each))
            told = sorted(self._digest(each) for each in reached)
            self._reached[target] = hashlib.blake2b(b"\0".join([target.pointer.encode(), *told])).digest()
        return self._reached[target]

    def _digest(self, node: Node) -> bytes:
        if node not in self._digests:
            text = f"{node.pointer} {self.text(node)}"
            self._digests[node] = hashlib.blake2b(text.encode(), digest_size=16).digest()
        return self._digests[node]

    def _targets_of(self, node: Node) -> frozenset[Node]:
        if node not in self._targets:
            self._targets[node] = frozenset(_targets(node)) if '"$ref"' in self.text(node) else frozenset()
        return self._targets[node]


def _targets(node: Node) -> Iterator[Node]:
    waiting = [node]
    while waiting:
        each = waiting.pop()
        if each.ref is not None:
            yield each.target()
        if isinstance(each.value, dict):
            waiting.extend(child for name in each.value if (child := each.own(name)) is not None)
        elif isinstance(each.value, list):
            waiting.extend(each.each())


@dataclass
class Unchanged:
    """Compares the texts of two sources. The same words may mean something else in another version."""

    old: Texts = field(default_factory=Texts)
    new: Texts = field(default_factory=Texts)

    def __call__(self, old: Node, new: Node) -> bool:
        if version_of(old) != version_of(new):
            return False
        return self.old.text(old) == self.new.text(new) and self.old.closure(old) == self.new.closure(new)
