"""Which checks are run, and in which order."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pytest

from contract_tests.listening import SUITES

DEFAULT_PRIORITY = 50
HIGHEST_OF_SINGLE = 25
"""Checks with a number up to this one make a few calls each; walks do more, and find the most for what they take."""

_OPTIONS = ("suite", "operation", "rule")


def suite_of(item: pytest.Item) -> str:
    """The suite a check belongs to, as its module is called."""
    return item.path.stem.removeprefix("test_")


def suites() -> list[str]:
    """The names of all suites."""
    return sorted(each.stem.removeprefix("test_") for each in SUITES.glob("test_*.py"))


def check_name(node_id: str) -> str:
    """What a check is called in reports: its module without the folders, and its own name."""
    path, separator, name = node_id.partition("::")
    return path.rpartition("/")[2] + separator + name


def marked(item: pytest.Item, name: str) -> tuple[str, ...]:
    """What all marks of a name say together."""
    return tuple(dict.fromkeys(str(each) for mark in item.iter_markers(name) for each in mark.args))


def is_selected(item: pytest.Item, config: pytest.Config) -> bool:
    """Whether the options let a check be run; with none of them all are."""
    suites, operations, rules = (set(config.getoption(f"contract_{name}")) for name in _OPTIONS)
    return (
        (not suites or suite_of(item) in suites)
        and (not operations or not operations.isdisjoint(marked(item, "about")))
        and (not rules or not rules.isdisjoint(marked(item, "proves")))
    )


def require_known(config: pytest.Config) -> None:
    """Return where the options name suites, operations and rules that there are.

    Raises:
        pytest.UsageError: one is not known; says which may have been meant.
    """
    from contract_tests.errors import WrongUse

    try:
        known_names({kind: config.getoption(f"contract_{kind}") for kind in _OPTIONS})
    except WrongUse as error:
        raise pytest.UsageError(str(error)) from error


def known_names(asked: Mapping[str, Sequence[str]]) -> None:
    """Return where these are suites, operations and rules that there are. Raises `WrongUse`, with near matches."""
    from contract_tests.errors import WrongUse
    from contract_tests.target import nearest

    for kind, names in asked.items():
        known = set(_KNOWN[kind]()) if names else set()
        for name in names:
            if name not in known:
                raise WrongUse(f"there is no {kind} {name}{nearest(name, known)}")


def in_order(items: Iterable[pytest.Item], config: pytest.Config) -> list[pytest.Item]:
    """Checks that make a few calls each, and walks, come before those that try many; what failed before comes first
    among its like.

    Among them all suites go on side by side, small ones faster, and in a suite all tests: the next case of a test says
    the more, the less the others have said, so all of them are heard early, however slow the target is. Where it is
    asked for, what failed before comes before all else.
    """
    from contract_tests.beginning import remembered

    failed, is_first = remembered(config)
    known = list(items)
    cases = _turns(known, lambda item: item.nodeid.partition("[")[0], lambda item: (item.nodeid,))
    sizes = Counter((_class(item), suite_of(item)) for item in known)
    turns = _turns(
        known, lambda item: (_class(item), suite_of(item)), lambda item: (cases[item], _priority(item), item.nodeid)
    )

    def key(item: pytest.Item) -> tuple[Any, ...]:
        has_failed = check_name(item.nodeid) in failed
        turn = turns[item] / math.sqrt(sizes[_class(item), suite_of(item)])
        return not (is_first and has_failed), _class(item), not has_failed, turn, item.nodeid

    return sorted(known, key=key)


def _turns(
    items: Iterable[pytest.Item],
    group: Callable[[pytest.Item], object],
    order: Callable[[pytest.Item], tuple[Any, ...]],
) -> dict[pytest.Item, int]:
    """Which item of its group each one is."""
    counts: Counter[object] = Counter()
    found: dict[pytest.Item, int] = {}
    for item in sorted(items, key=order):
        found[item] = counts[group(item)]
        counts[group(item)] += 1
    return found


def _class(item: pytest.Item) -> int:
    """What is decided by a few calls each is one class; beyond it, each priority is one."""
    return max(_priority(item), HIGHEST_OF_SINGLE)


def _priority(item: pytest.Item) -> int:
    mark = item.get_closest_marker("priority")
    return int(mark.args[0]) if mark else DEFAULT_PRIORITY


def _operations() -> Sequence[str]:
    from contract_tests.examiner import contract
    from contract_tests.target import GROUPS

    return [each for group in GROUPS for each in contract(group).operations]


def _rules() -> Sequence[str]:
    from contract_tests.examiner import contract
    from contract_tests.target import GROUPS

    return [each for group in GROUPS for each in contract(group).rules]


_KNOWN: dict[str, Callable[[], Sequence[str]]] = {"suite": suites, "operation": _operations, "rule": _rules}
