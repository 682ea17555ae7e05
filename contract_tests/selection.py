"""Which checks are run, and in which order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

import pytest

from contract_tests.plugin import SUITES

DEFAULT_PRIORITY = 50
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
    """Checks of a lower priority number come first; then what failed before; then each suite in its turn.

    A suite's next check says the more, the less the suite has said: so all of them are heard early. Where it is asked
    for, what failed before comes before all else.
    """
    from contract_tests.beginning import remembered

    failed, is_first = remembered(config)
    known = sorted(items, key=lambda item: (_priority(item), item.nodeid))
    heard: Counter[tuple[int, str]] = Counter()
    keys: dict[pytest.Item, tuple[bool, int, bool, int, str]] = {}
    for item in known:
        has_failed = check_name(item.nodeid) in failed
        place = (_priority(item), suite_of(item))
        keys[item] = (not (is_first and has_failed), place[0], not has_failed, heard[place], item.nodeid)
        heard[place] += 1
    return sorted(known, key=keys.__getitem__)


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
