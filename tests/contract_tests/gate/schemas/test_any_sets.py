"""What holds for any two schemas: verdicts are checked by values, by laws of sets, and by another implementation."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, given, settings
from jsonschema_rs.canonical import Containment

from contract_tests.gate.schemas import inclusion
from contract_tests.gate.schemas.inclusion import Verdict
from contract_tests.gate.schemas.terms.holding import holds_of
from contract_tests.gate.schemas.terms.reading import Reader
from tests.contract_tests.gate.schemas.made_schemas import Maker, altered, makers, whole
from tests.contract_tests.gate.schemas.relations import checked

QUICK = settings(
    max_examples=250,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
POOL = [Maker(Random(seed)).value(3) for seed in range(600)]
DRAFT = jsonschema_rs.Draft202012


@pytest.fixture(autouse=True)
def _no_guesses(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is proven must be found by reasoning."""
    monkeypatch.setattr(inclusion, "guessed", lambda schema: [])


def is_schema(schema: Any) -> bool:
    """Whether the validator takes it; combinations made by chance may make no sense."""
    try:
        jsonschema_rs.Draft202012Validator(schema)
    except (jsonschema_rs.ValidationError, ValueError):
        return False
    return True


def pair_of_any(maker: Maker) -> tuple[Any, Any]:
    definitions = maker.definitions()
    return whole(maker.schema(), definitions), whole(maker.schema(), maker.definitions())


def pair_of_neighbours(maker: Maker) -> tuple[Any, Any]:
    schema = whole(maker.schema(), maker.definitions())
    return schema, altered(maker, schema)


def pair_of_choices(maker: Maker) -> tuple[Any, Any]:
    definitions, parts = maker.definitions(), [maker.schema(2), maker.schema(2)]
    return whole({"anyOf": parts}, definitions), whole({"oneOf": parts}, definitions)


PAIRS = [pair_of_any, pair_of_neighbours, pair_of_choices]


@pytest.mark.parametrize("pair", PAIRS)
def test_no_value_contradicts_a_verdict_and_every_witness_is_confirmed(
    pair: Callable[[Maker], tuple[Any, Any]],
) -> None:
    verdicts = set[Verdict]()

    @QUICK
    @given(makers())
    def check(maker: Maker) -> None:
        small, big = pair(maker)
        if is_schema(small) and is_schema(big):
            found = checked(small, big)
            verdicts.add(found.verdict)
            if found.verdict is Verdict.INCLUDED:
                assert not _counter_examples(small, big)

    check()
    assert verdicts >= {Verdict.INCLUDED, Verdict.NOT_INCLUDED}


def _counter_examples(small: Any, big: Any) -> list[Any]:
    validators = [jsonschema_rs.Draft202012Validator(each, validate_formats=True) for each in (small, big)]
    return [value for value in POOL if validators[0].is_valid(value) and not validators[1].is_valid(value)]


@pytest.mark.parametrize("pair", PAIRS)
def test_another_implementation_never_proves_the_opposite(pair: Callable[[Maker], tuple[Any, Any]]) -> None:
    agreed = list[bool]()

    @QUICK
    @given(makers())
    def check(maker: Maker) -> None:
        small, big = pair(maker)
        if is_schema(small) and is_schema(big) and (other := _other_opinion(small, big)) is not None:
            verdict = checked(small, big).verdict
            assert verdict is not (Verdict.NOT_INCLUDED if other else Verdict.INCLUDED)
            agreed.append(verdict is (Verdict.INCLUDED if other else Verdict.NOT_INCLUDED))

    check()
    assert sum(agreed) > 0.95 * len(agreed) > 100


def _other_opinion(small: Any, big: Any) -> bool | None:
    """What jsonschema-rs says of its canonical forms; `None` where it does not know."""
    try:
        forms = [jsonschema_rs.canonicalize(each, draft=DRAFT, validate_formats=True) for each in (small, big)]
        opinion = forms[1].covers(forms[0])
    except jsonschema_rs.canonical.CanonicalizationError:
        return None
    return None if opinion == Containment.UNKNOWN else opinion == Containment.YES


@QUICK
@given(makers())
def test_a_set_includes_itself(maker: Maker) -> None:
    schema = whole(maker.schema(), maker.definitions())
    assert checked(schema, schema).verdict is Verdict.INCLUDED


@QUICK
@given(makers())
def test_what_two_sets_share_is_included_in_each(maker: Maker) -> None:
    definitions, (one, two) = maker.definitions(), (maker.schema(), maker.schema())
    assert checked(whole({"allOf": [one, two]}, definitions), whole(one, definitions)).verdict is Verdict.INCLUDED


@QUICK
@given(makers())
def test_a_set_is_included_in_what_it_makes_with_another(maker: Maker) -> None:
    definitions, (one, two) = maker.definitions(), (maker.schema(), maker.schema())
    assert checked(whole(one, definitions), whole({"anyOf": [two, one]}, definitions)).verdict is Verdict.INCLUDED


@QUICK
@given(makers())
def test_a_set_has_nothing_in_common_with_all_else(maker: Maker) -> None:
    definitions, schema = maker.definitions(), maker.schema(2)
    both = whole({"allOf": [schema, {"not": schema}]}, definitions)
    assert checked(both, False).verdict is Verdict.INCLUDED


@QUICK
@given(makers())
def test_whether_a_value_belongs_to_a_set_is_what_the_validator_says(maker: Maker) -> None:
    schema, value = whole(maker.schema(), maker.definitions()), maker.value(3)
    if is_schema(schema):
        is_valid = jsonschema_rs.Draft202012Validator(schema, validate_formats=True).is_valid(value)
        assert holds_of(Reader(schema).read(schema), value) in (is_valid, None)
