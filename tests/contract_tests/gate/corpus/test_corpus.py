"""The corpus itself: that it is large and varied enough, that it is valid, and that its labels are true."""

from __future__ import annotations

import importlib.util
import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from tests.contract_tests.gate.corpus.pairs import LABELS, REQUEST, Pair, all_pairs, documents, every_pair
from tests.contract_tests.gate.corpus.references import pointed_to
from tests.contract_tests.gate.corpus.rewriters import ALL, Rewriter
from tests.contract_tests.gate.corpus.sets import validator
from tests.contract_tests.gate.corpus.values import values

Json = Any

WITH_WRONG_NAMES = "swashbuckle"
"""Its generator writes names of components that the standard does not allow; the gate has to bear them."""

KNOWN = ("PagedResult`1", "'5xx'")
"""What is meant to be wrong in the documents of some pairs."""

UNKNOWN_TO_OLD_CLIENTS = frozenset(
    {
        "objects: an optional member is added, in a request",
        "objects: a read-only member may be written, in a request",
    }
)
"""Only what no client sends, because it was not declared, is refused now."""

SCHEMA_PAIRS = [pytest.param(pair, id=pair.id) for pair in all_pairs() if pair.schema]


def test_the_corpus_is_large() -> None:
    assert len(all_pairs()) >= 800
    assert sum(pair.is_breaking for pair in all_pairs()) >= 240
    assert sum(pair.is_harmless for pair in all_pairs()) >= 450
    assert sum(pair.labels == {"silent"} for pair in all_pairs()) >= 270


def test_both_versions_of_openapi_and_the_way_between_them_are_in_it() -> None:
    for pairs, least in ((all_pairs(), 300), (every_pair(), 700)):
        counted = Counter(pair.dialect for pair in pairs)
        assert counted["3.0"] >= least
        assert counted["3.1"] >= least
        assert counted["3.0 -> 3.1"] >= 14


def test_most_labels_leave_no_choice() -> None:
    assert sum(len(pair.labels) == 1 for pair in all_pairs()) > 0.8 * len(all_pairs())


def test_labels_and_names_are_in_order() -> None:
    assert {label for pair in every_pair() for label in pair.labels} == set(LABELS)
    assert max(Counter(pair.id for pair in every_pair()).values()) == 1
    assert all(pair.why for pair in every_pair())
    assert [pair.id for pair in every_pair() if "silent" not in pair.labels and not pair.at] == []


def test_every_pair_is_two_documents() -> None:
    assert [pair.id for pair in every_pair() if json.dumps(pair.old) == json.dumps(pair.new)] == []


def test_all_documents_keep_to_the_standard() -> None:
    wrong = [pair.id for pair in every_pair() for side in (pair.old, pair.new) if not _is_valid(side)]
    assert wrong == []


@pytest.mark.parametrize("rewriter", ALL)
@pytest.mark.parametrize("name", [name for name in documents() if name != WITH_WRONG_NAMES])
def test_what_rewriters_make_keeps_to_the_standard(name: str, rewriter: Rewriter) -> None:
    assert _is_valid(rewriter(documents()[name]))


def test_every_rewriter_does_something_to_some_document() -> None:
    idle = [
        rewriter.__name__
        for rewriter in ALL
        if all(json.dumps(rewriter(each)) == json.dumps(each) for each in documents().values())
    ]
    assert idle == []


@pytest.mark.parametrize("pair", SCHEMA_PAIRS)
def test_values_that_are_tried_agree_with_the_label(pair: Pair) -> None:
    """What may be lost: values clients send that are refused now, values that come and could not."""
    small, big = ("old", "new") if pair.direction == REQUEST else ("new", "old")
    sets = {side: _Set(document, str(pair.schema), str(pair.direction)) for side, document in _sides(pair).items()}
    tried = [*sets["old"].values, *sets["new"].values, *pair.tries]
    lost = [each for each in tried if sets[small].has(each) and not sets[big].has(each)]
    gained = [each for each in tried if sets[big].has(each) and not sets[small].has(each)]

    if pair.is_breaking:
        assert lost
    if pair.is_harmless and pair.title not in UNKNOWN_TO_OLD_CLIENTS:
        assert lost == []
    if pair.labels == {"silent"}:
        assert gained == []


def _sides(pair: Pair) -> dict[str, Json]:
    return {"old": pair.old, "new": pair.new}


class _Set:
    """What a schema of a document allows, and values to try it with."""

    def __init__(self, document: Json, pointer: str, direction: str) -> None:
        schema = pointed_to(document, pointer)
        self.values = values(schema, document)
        self.has = validator(document, schema, direction).is_valid


def _is_valid(document: Json) -> bool:
    messages = [error.message for error in _standard(document["openapi"][:3]).iter_errors(document)]
    return all(any(known in message for known in KNOWN) for message in messages)


@cache
def _standard(version: str) -> jsonschema_rs.Draft202012Validator | jsonschema_rs.Draft4Validator:
    package = importlib.util.find_spec("openapi_spec_validator")
    assert package is not None
    assert package.origin is not None
    file = Path(package.origin).parent / "resources" / "schemas" / f"v{version}" / "schema.json"
    return jsonschema_rs.validator_for(json.loads(file.read_text(encoding="utf-8")))  # type: ignore[return-value]
