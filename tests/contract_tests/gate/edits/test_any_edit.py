"""Random edits of whole documents, our own, those of the corpus and made up ones: what must hold of every edit does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract_tests.errors import WrongUse
from contract_tests.gate.change import Change
from contract_tests.gate.diffing import compare
from openapi import contract_file, contract_names
from openapi.documents import read_document
from tests.contract_tests.gate.comparing.building import source
from tests.contract_tests.gate.corpus.oracle import problems
from tests.contract_tests.gate.corpus.pairs import REQUEST, documents
from tests.contract_tests.gate.corpus.rewriters import ALL, Rewriter
from tests.contract_tests.gate.corpus.running import SILENT, changes, summary, worst
from tests.contract_tests.gate.edits import of_agreements, of_messages, of_schemas
from tests.contract_tests.gate.edits.edit import Edit, Harm, Place, edited
from tests.contract_tests.gate.edits.made_documents import made_documents
from tests.contract_tests.gate.edits.wild import Wild, wild_edits
from tests.effort import examples

Json = Any
Document = Mapping[str, Json]
Made = tuple[Document, Edit, Place]
EDITS = (*of_schemas.EDITS, *of_messages.EDITS, *of_agreements.EDITS)

NOT_JUDGED = "security-"
"""How kinds begin of whose witnesses the oracle knows nothing: who may call."""


def calm(count: int) -> settings:
    return settings(
        derandomize=True,
        database=None,
        deadline=None,
        max_examples=examples(count),
        suppress_health_check=list(HealthCheck),
    )


@cache
def whole() -> Mapping[str, Document]:
    ours: dict[str, Document] = {name: read_document(contract_file(name)).data for name in contract_names()}
    return {**ours, **documents()}


@cache
def places(name: str, edit: Edit) -> Sequence[Place]:
    return tuple(edit.places(whole()[name]))


@cache
def editable(edit: Edit) -> Sequence[str]:
    """The documents in which an edit can be made."""
    return [name for name in whole() if places(name, edit)]


@st.composite
def whole_edits(draw: st.DrawFn) -> Made:
    """Of our own contracts and those of the corpus."""
    edit = draw(st.sampled_from(EDITS))
    name = draw(st.sampled_from(editable(edit)))
    return whole()[name], edit, draw(st.sampled_from(places(name, edit)))


@st.composite
def small_edits(draw: st.DrawFn) -> Made:
    """Of made up contracts."""
    document = draw(made_documents())
    possible = [(edit, found) for edit in EDITS if (found := list(edit.places(document)))]
    edit, found = draw(st.sampled_from(possible))
    return document, edit, draw(st.sampled_from(found))


BOTH = [pytest.param(whole_edits(), 40, id="whole"), pytest.param(small_edits(), 70, id="made-up")]


def between(old: Document, new: Document) -> list[Change]:
    return compare(source(old), source(new))


def agrees(harm: Harm, found: Sequence[Change]) -> bool:
    severity = worst(found)
    match harm:
        case Harm.BREAKS:
            return severity == "breaking"
        case Harm.FINE:
            return severity != "breaking"
        case Harm.SILENT:
            return severity == SILENT
    return True


@pytest.mark.parametrize("edit", EDITS, ids=str)
def test_each_edit_can_be_made_somewhere(edit: Edit) -> None:
    assert editable(edit)


@pytest.mark.parametrize(("made", "count"), BOTH)
def test_an_edit_harms_whom_it_must_and_nobody_else(made: st.SearchStrategy[Made], count: int) -> None:
    @calm(count)
    @given(made)
    def holds(each: Made) -> None:
        document, edit, place = each
        found = between(document, edited(document, edit, place))
        assert agrees(place.there, found), f"{edit} at {place}{summary(found)}"

    holds()


@pytest.mark.parametrize(("made", "count"), BOTH)
def test_taking_an_edit_back_harms_whom_it_must_and_nobody_else(made: st.SearchStrategy[Made], count: int) -> None:
    @calm(count)
    @given(made)
    def holds(each: Made) -> None:
        document, edit, place = each
        found = between(edited(document, edit, place), document)
        assert agrees(place.back, found), f"{edit} at {place}, taken back{summary(found)}"

    holds()


@pytest.mark.parametrize(("made", "count"), BOTH)
def test_every_witness_of_an_edit_was_fine_and_is_not(made: st.SearchStrategy[Made], count: int) -> None:
    @calm(count)
    @given(made, st.booleans())
    def holds(each: Made, is_back: bool) -> None:
        document, edit, place = each
        old, new = (document, edited(document, edit, place))[:: -1 if is_back else 1]
        for change in between(old, new):
            assert refuted(old, new, change) == "", f"{edit} at {place}: {change}"

    holds()


def refuted(old: Document, new: Document, change: Change) -> str:
    """Why a witness shows nothing; empty where it does, or where nobody can say whose it is."""
    witness = change.witness
    if witness is None or change.kind.startswith(NOT_JUDGED) or not (change.operation or "path" in witness.message):
        return ""
    allowing, refusing = (old, new) if witness.direction == REQUEST else (new, old)
    direction = str(witness.direction)
    if against := problems(allowing, change.operation, direction, witness.message):
        return f"was never fine: {against}"
    return "" if problems(refusing, change.operation, direction, witness.message) else "is still fine"


@calm(25)
@given(made_documents())
def test_a_made_up_contract_against_itself_is_silent(document: Document) -> None:
    assert between(document, document) == []


@calm(25)
@given(st.one_of(small_edits(), whole_edits()), st.lists(st.sampled_from(ALL), min_size=1, max_size=3, unique=True))
def test_an_edit_in_other_words_is_the_same_edit(each: Made, rewriters: list[Rewriter]) -> None:
    document, edit, place = each
    new = reworded = edited(document, edit, place)
    for rewriter in rewriters:
        reworded = rewriter(reworded)
    plain, other = between(document, new), between(document, reworded)
    assert worst(plain) == worst(other), f"{edit} at {place}{summary(plain)}\nin other words:{summary(other)}"
    assert told(plain) == told(other), f"{edit} at {place}{summary(plain)}\nin other words:{summary(other)}"


def told(found: Sequence[Change]) -> set[tuple[str, str]]:
    """Whom it harms and how badly."""
    return {(str(each.severity), str(each.direction)) for each in found}


@calm(40)
@given(st.one_of(made_documents(), st.sampled_from(sorted(whole())).map(whole().get)), st.data())
def test_whatever_is_done_to_a_document_it_is_compared_or_refused_in_a_line(
    document: Document, data: st.DataObject
) -> None:
    wild: Sequence[Wild] = data.draw(st.lists(wild_edits(document), min_size=1, max_size=3))
    new = document
    for each in wild:
        new = each.applied(new)
    for old, now in ((document, new), (new, document), (new, new)):
        told = _told(old, now)
        assert "\n" not in told if isinstance(told, str) else old is not now or told == []


def _told(old: Document, new: Document) -> Sequence[Change] | str:
    """The changes, or why the documents can't be compared."""
    try:
        return changes(old, new)
    except WrongUse as refusal:
        return str(refusal)
