"""Our own contracts: against themselves nothing is found, and whatever is changed in them is."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import pytest

from contract_tests.gate.diffing import compare
from contract_tests.gate.sources import Source
from openapi import contract_file, contract_names
from openapi.documents import read_document
from tests.contract_tests.gate.comparing.building import source
from tests.contract_tests.gate.comparing.mutations import Mutation, mutations
from tests.contract_tests.gate.corpus.other_references import inlined
from tests.effort import one_of

EACH = one_of(25)
"""One of so many is tried of the larger contracts; neighbours are alike."""


@lru_cache(maxsize=8)
def document(name: str) -> Mapping[str, Any]:
    data: Mapping[str, Any] = read_document(contract_file(name)).data
    return data


@lru_cache(maxsize=8)
def unchanged(name: str) -> Source:
    return source(document(name))


def chosen() -> list[tuple[str, Mutation]]:
    every = [(name, each) for name in contract_names() for each in mutations(document(name))]
    return every[::EACH]


@pytest.mark.parametrize("name", contract_names())
def test_a_contract_against_itself_is_silent(name: str) -> None:
    assert compare(source(document(name)), source(document(name))) == []


@pytest.mark.parametrize("name", contract_names())
def test_a_contract_with_all_references_inlined_is_no_change_either_way(name: str) -> None:
    whole = inlined(dict(document(name)))

    assert "$ref" not in str(whole["paths"])
    assert compare(source(document(name)), source(whole)) == []
    assert compare(source(whole), source(document(name))) == []


@pytest.mark.parametrize(("name", "mutation"), chosen(), ids=str)
def test_whatever_is_changed_in_a_contract_is_found(name: str, mutation: Mutation) -> None:
    assert compare(unchanged(name), source(mutation.applied(document(name))))


def test_there_are_many_of_them() -> None:
    assert len(chosen()) > 120
