"""Every labelled pair, through the gate."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from contract_tests.gate.change import Change
from tests.contract_tests.gate.corpus.pairs import Pair, all_pairs
from tests.contract_tests.gate.corpus.running import ALARMS, SILENT, found, numbered, summary, worst

BY_ID = [pytest.param(number, id=pair.id) for number, pair in numbered()]


@pytest.mark.parametrize("number", BY_ID)
def test_a_pair_is_judged_as_it_is_labelled(number: int) -> None:
    pair, changes = all_pairs()[number], found(number)
    severity = worst(changes)

    assert severity in pair.labels, f"{pair.why}; found:{summary(changes) or ' nothing'}"
    if severity != SILENT:
        decisive = [each for each in changes if each.severity == severity]
        assert pair.direction in {None, *(str(each.direction) for each in decisive)}, summary(decisive)
        assert _is_there(pair, decisive), f"{pair.at} expected, found {_pointers(decisive)}"


def test_every_breaking_pair_is_found() -> None:
    missed = [pair.id for number, pair in numbered() if pair.is_breaking and worst(found(number)) != "breaking"]
    assert not missed


def test_no_harmless_pair_raises_an_alarm() -> None:
    alarmed = [pair.id for number, pair in numbered() if pair.is_harmless and worst(found(number)) in ALARMS]
    assert not alarmed


def _is_there(pair: Pair, changes: Sequence[Change]) -> bool:
    """Whether one of the changes stands at or below one of the places."""
    return not pair.at or any(
        f"{pointer}/".startswith(f"{place}/") for pointer in _pointers(changes) for place in pair.at
    )


def _pointers(changes: Sequence[Change]) -> list[str]:
    return [place.pointer for change in changes for place in (change.old, change.new) if place]
