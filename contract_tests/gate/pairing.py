"""What belongs together in two sources: specifications by name, operations by where they are called."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from contract_tests.gate.change import Direction
from contract_tests.gate.parts.operation import Operation, operations_of
from contract_tests.gate.specification import Specification

Key = Callable[[Operation], Hashable]


@dataclass(frozen=True)
class OperationPair:
    """An operation in both contracts. `is_reversed`: the API calls and the client answers (webhooks, callbacks)."""

    old: Operation
    new: Operation

    @property
    def name(self) -> str:
        """As clients know it: by the old contract."""
        return self.old.name

    @property
    def is_reversed(self) -> bool:
        return self.old.is_reversed

    @property
    def request(self) -> Direction:
        """Whom what is called with concerns: sent by clients, unless the API is the one who calls."""
        return Direction.RESPONSE if self.is_reversed else Direction.REQUEST

    @property
    def response(self) -> Direction:
        return Direction.REQUEST if self.is_reversed else Direction.RESPONSE


@dataclass(frozen=True)
class Pair:
    """A contract before and after. `operations`: those that are in both; `removed` and `added`: those that are not.

    `today`: the day on which sunsets are over or not; `None` if nobody is to know.
    """

    old: Specification
    new: Specification
    operations: Sequence[OperationPair]
    removed: Sequence[Operation]
    added: Sequence[Operation]
    today: date | None = None

    @cached_property
    def calls(self) -> Sequence[OperationPair]:
        """The operations that are in both, and their callbacks that are."""
        callbacks = (each for operation in self.operations for each in paired_callbacks(operation)[0])
        return [*self.operations, *callbacks]

    @cached_property
    def new_names(self) -> Mapping[str, str]:
        """The operationIds of the new contract by those of the old one, for operations that are in both."""
        return {each.old.id: each.new.id for each in self.operations if each.old.id and each.new.id}


@dataclass(frozen=True)
class Pairs:
    """Two sources: the contracts in both, and those in one alone."""

    both: Sequence[Pair]
    removed: Sequence[Specification]
    added: Sequence[Specification]


def paired(old: Mapping[str, Specification], new: Mapping[str, Specification], today: date | None = None) -> Pairs:
    """The contracts of two sources, by name; one that is left over on each side is the same, renamed."""
    both = [(old[name], new[name]) for name in old if name in new]
    removed = [each for name, each in old.items() if name not in new]
    added = [each for name, each in new.items() if name not in old]
    if len(removed) == len(added) == 1 and (len(old) == 1 or _are_alike(removed[0], added[0])):
        both.append((removed.pop(), added.pop()))
    return Pairs([pair(*each, today) for each in both], removed, added)


def pair(old: Specification, new: Specification, today: date | None = None) -> Pair:
    """Two contracts with their operations: by the whole path, by the path below the servers, by operationId.

    Names of path parameters don't count, they are no part of what is sent.
    """
    matching = _Matching(list(operations_of(old)), list(operations_of(new)))
    for key in _KEYS:
        matching.match(key)
    found = [OperationPair(*each) for each in sorted(matching.found, key=lambda both: both[0].order)]
    return Pair(old, new, found, matching.old, matching.new, today)


def paired_callbacks(operation: OperationPair) -> tuple[list[OperationPair], list[Operation], list[Operation]]:
    """The callbacks of an operation in both contracts, those that are gone, and those that are new.

    They are the same by name and URL, or, where only one of a name is left, by the name.
    """
    matching = _Matching(list(operation.old.callbacks), list(operation.new.callbacks))
    for key in _CALLBACK_KEYS:
        matching.match(key)
    return [OperationPair(*each) for each in matching.found], matching.old, matching.new


def _by_whole_path(operation: Operation) -> Hashable:
    return operation.is_reversed, operation.method, operation.whole_path


def _by_path(operation: Operation) -> Hashable:
    return operation.is_reversed, operation.method, operation.shape


def _by_id(operation: Operation) -> Hashable:
    return (operation.is_reversed, operation.id) if operation.id else None


def _by_path_loosely(operation: Operation) -> Hashable:
    if operation.is_reversed:
        return None
    return operation.method, operation.shape.rstrip("/").lower()


def _by_callback(operation: Operation) -> Hashable:
    return operation.callback, operation.path, operation.method


def _by_callback_name(operation: Operation) -> Hashable:
    return operation.callback, operation.method


_KEYS: Sequence[Key] = (_by_whole_path, _by_path, _by_id, _by_path_loosely)
"""What says that two operations are the same, the surest first; `None` says nothing."""

_CALLBACK_KEYS: Sequence[Key] = (_by_callback, _by_callback_name)


@dataclass
class _Matching:
    """Operations waiting for their counterparts."""

    old: list[Operation]
    new: list[Operation]
    found: list[tuple[Operation, Operation]] = field(default_factory=list)

    def match(self, key: Key) -> None:
        """Take away those that a key tells to be the same; one that means several on a side tells nothing."""
        old, new = _by_unique_key(self.old, key), _by_unique_key(self.new, key)
        both = [name for name in old if name in new]
        self.found += [(old[name], new[name]) for name in both]
        gone = {id(each) for name in both for each in (old[name], new[name])}
        self.old = [each for each in self.old if id(each) not in gone]
        self.new = [each for each in self.new if id(each) not in gone]


def _by_unique_key(operations: Sequence[Operation], key: Key) -> dict[Hashable, Operation]:
    found: dict[Hashable, Operation] = {}
    several = set()
    for each in operations:
        name = key(each)
        several |= {name} & found.keys()
        found[name] = each
    return {name: each for name, each in found.items() if name is not None and name not in several}


def _are_alike(old: Specification, new: Specification) -> bool:
    """Whether at least half of the operations are in both."""
    found = pair(old, new)
    return 2 * len(found.operations) >= max(len(found.removed), len(found.added)) + len(found.operations)
