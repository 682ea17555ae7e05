"""The same contract in other words, over whole documents: the gate has nothing to say."""

from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.contract_tests.gate.corpus.files import in_two_files
from tests.contract_tests.gate.corpus.pairs import all_pairs, documents
from tests.contract_tests.gate.corpus.rewriters import ALL, Rewriter
from tests.contract_tests.gate.corpus.running import NAME, changes, changes_of_files, summary, worst

NAMES = list(documents())


@pytest.mark.parametrize("name", NAMES)
def test_a_contract_against_itself_is_silent(name: str) -> None:
    assert changes(documents()[name], documents()[name]) == []


@pytest.mark.parametrize("rewriter", ALL)
@pytest.mark.parametrize("name", NAMES)
def test_other_words_are_no_change(name: str, rewriter: Rewriter) -> None:
    found = changes(documents()[name], rewriter(documents()[name]))
    assert found == [], summary(found)


@settings(derandomize=True, database=None, deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(NAMES), st.lists(st.sampled_from(ALL), min_size=2, max_size=4, unique=True))
def test_other_words_of_other_words_are_no_change(name: str, rewriters: list[Rewriter]) -> None:
    document = documents()[name]
    for rewriter in rewriters:
        document = rewriter(document)
    found = changes(documents()[name], document)
    assert found == [], summary(found)


@settings(derandomize=True, database=None, deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(all_pairs()), st.sampled_from(ALL))
def test_a_change_stays_what_it_is_in_other_words(pair, rewriter) -> None:  # type: ignore[no-untyped-def]
    plain = {(each.severity, each.direction) for each in changes(pair.old, pair.new)}
    reworded = {(each.severity, each.direction) for each in changes(pair.old, rewriter(pair.new))}
    assert reworded == plain


@pytest.mark.parametrize("name", NAMES)
def test_yaml_and_json_are_the_same(name: str) -> None:
    document = documents()[name]
    written = {"contract.yaml": yaml.safe_dump(document, sort_keys=False, allow_unicode=True)}
    assert changes_of_files({NAME: json.dumps(document)}, written) == []


@pytest.mark.parametrize("name", NAMES)
def test_schemas_in_a_file_of_their_own_are_the_same(name: str) -> None:
    document = documents()[name]
    assert changes_of_files({NAME: json.dumps(document)}, in_two_files(document, NAME)) == []


def test_a_change_in_a_file_of_its_own_is_found_there() -> None:
    old, new = (in_two_files(documents()["bookings"], NAME) for _ in range(2))
    shared = json.loads(new["shared.json"])
    shared["schemas"]["Guest"]["required"] = ["name", "email"]
    found = changes_of_files(old, {**new, "shared.json": json.dumps(shared)})
    assert worst(found) == "breaking", summary(found)
    assert found[0].new is not None
    assert found[0].new.file.endswith("shared.json")
