"""Every operation as its schemas have it: what they allow is taken, what they forbid is refused, and nothing fails."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract_tests import named_exchanges
from contract_tests.asking import Asking
from contract_tests.attacking import Attack, unchanged
from contract_tests.edge_requests import allowed, forbidden, texts
from contract_tests.elsewhere import Elsewhere
from contract_tests.envelopes import named
from contract_tests.examiner import Examiner, contract
from contract_tests.feeding import states
from contract_tests.properties import examples
from contract_tests.tally import require_none
from contract_tests.target import GROUPS
from openapi import Contract

if TYPE_CHECKING:
    from contract_tests.trying import Trials

REFUSING = ("PARAMETER", "BODY-SCHEMA", "MEDIA-TYPE", "METHOD")
ANSWERING = ("RESPONSE", "INTERNAL")
MOST_POSITIVE = 32
MOST_NEGATIVE = 40


def rules_of(held: Contract, operation_id: str, names: tuple[str, ...]) -> list[str]:
    """The rules of these names that bear on the operation; those of routing bear on all."""
    found = [held.rules[named(held, name)] for name in names if named(held, name) in held.rules]
    return [each.id for each in found if operation_id in each.applies_to or not each.applies_to]


def operations(*names: str) -> list[Any]:
    """Every operation of both groups, proving those rules of these names that bear on it."""
    return [
        pytest.param(
            group,
            operation_id,
            id=operation_id,
            marks=[
                pytest.mark.proves(*rules_of(contract(group), operation_id, names)),
                pytest.mark.about(operation_id),
            ],
        )
        for group in GROUPS
        for operation_id in contract(group).operations
    ]


def trials(examiner: Examiner, group: str) -> Trials:
    """Schemathesis is imported by the first test that needs it: it takes a second."""
    from contract_tests.generation import generated
    from contract_tests.trying import Trials

    examiner.api(group)
    return Trials(examiner, generated(contract(group)))


@pytest.fixture
def made(examiner: Examiner, group: str) -> Trials:
    """Made-up requests to a group; the examples of a property share the records that they don't change."""
    return trials(examiner, group)


@pytest.mark.priority(15)
@pytest.mark.parametrize(("group", "operation_id"), operations(*ANSWERING))
def test_examples(examiner: Examiner, group: str, operation_id: str) -> None:
    """The examples of the contract, about a record in each state."""
    from contract_tests.generation import generated

    made = trials(examiner, group)
    require_none(
        broken
        for case in generated(contract(group)).examples(operation_id)
        for state in states(contract(group), operation_id)[:3]
        for broken in made.found(case, state)
    )


@pytest.mark.priority(40)
@pytest.mark.parametrize(("group", "operation_id"), operations(*ANSWERING))
def test_edges_that_are_allowed(examiner: Examiner, group: str, operation_id: str) -> None:
    """Both sides of every constraint: what is allowed."""
    from schemathesis import GenerationMode

    most = scaled(examiner, MOST_POSITIVE)
    require_none(edges(examiner, group, operation_id, GenerationMode.POSITIVE, most))


@pytest.mark.priority(35)
@pytest.mark.parametrize(("group", "operation_id"), operations(*REFUSING, *ANSWERING))
def test_edges_that_are_forbidden(examiner: Examiner, group: str, operation_id: str) -> None:
    """Both sides of every constraint: what is forbidden, and methods that the path does not offer."""
    from schemathesis import GenerationMode

    most = scaled(examiner, MOST_NEGATIVE)
    require_none(edges(examiner, group, operation_id, GenerationMode.NEGATIVE, most))


@pytest.mark.priority(50)
@pytest.mark.parametrize(("group", "operation_id"), operations(*ANSWERING))
@examples(5)
@given(data=st.data())
def test_anything_that_is_allowed(made: Trials, group: str, operation_id: str, data: st.DataObject) -> None:
    """Any well-formed request, about a record in any state."""
    from schemathesis import GenerationMode

    fuzz(made, operation_id, GenerationMode.POSITIVE, data)


@pytest.mark.priority(45)
@pytest.mark.parametrize(("group", "operation_id"), operations(*REFUSING, *ANSWERING))
@examples(5)
@given(data=st.data())
def test_anything_that_is_forbidden(made: Trials, group: str, operation_id: str, data: st.DataObject) -> None:
    """Any request that breaks a schema, about a record with which the operation is possible."""
    from schemathesis import GenerationMode

    fuzz(made, operation_id, GenerationMode.NEGATIVE, data)


def edges(examiner: Examiner, group: str, operation_id: str, mode: Any, most: int) -> Iterator[Any]:
    """What is wrong about the answers to the cases at the edges of an operation's schemas."""
    from contract_tests.generation import generated

    made = trials(examiner, group)
    known = states(contract(group), operation_id)
    cases = generated(contract(group)).coverage(operation_id, mode, most, examiner.seed)
    for number, case in enumerate(cases):
        is_elsewhere = mode.is_positive and number % 4 == 3
        is_helped = mode.is_positive and number % 4 in {0, 1}
        state = known[number // 4 % len(known)] if is_elsewhere else known[0]
        yield from made.found(case, state, keeps_references=is_elsewhere, is_helped=is_helped)


def fuzz(made: Trials, operation_id: str, mode: Any, data: st.DataObject) -> None:
    """One case of schemathesis'."""
    known = states(made.contract, operation_id)
    case = data.draw(made.generated.any(operation_id, mode))
    state = data.draw(st.sampled_from(known)) if mode.is_positive else known[0]
    is_kept = data.draw(st.sampled_from([False, False, True]))
    is_helped = mode.is_positive and data.draw(st.booleans())
    found = made.found(case, state, keeps_references=is_kept, is_helped=is_helped)
    if found:
        raise found[0]


def scaled(examiner: Examiner, count: int) -> int:
    """How many of so many cases a run of its length has time for."""
    return max(3, round(count * examiner.scale))


def with_body(*names: str) -> list[Any]:
    """The operations that take a body."""
    return [each for each in operations(*names) if contract(each.values[0]).operations[each.values[1]].body]


def with_parameters(*names: str) -> list[Any]:
    """The operations that take parameters."""
    return [each for each in operations(*names) if contract(each.values[0]).operations[each.values[1]].parameters]


def with_ids(*names: str) -> list[Any]:
    """The operations that have ids in their paths."""
    return [each for each in operations(*names) if contract(each.values[0]).operations[each.values[1]].is_templated]


@pytest.mark.priority(20)
@pytest.mark.parametrize(("group", "operation_id"), with_body("BODY-SCHEMA", "REFUSAL-CHANGES-NOTHING"))
def test_what_bodies_must_not_hold(examiner: Examiner, group: str, operation_id: str) -> None:
    """Each constraint of the body's schema, one step beyond it: refused, the field named, the record as it was."""
    attack = Attack(examiner, group, operation_id)
    bodies = forbidden(contract(group), attack.operation, attack.start())
    require_none(unchanged(attack, [partial(attack.refused, body) for body in bodies]))


@pytest.mark.priority(25)
@pytest.mark.parametrize(("group", "operation_id"), with_body("BODY-SCHEMA"))
def test_what_bodies_may_hold(examiner: Examiner, group: str, operation_id: str) -> None:
    """Each constraint of the body's schema at its edge, and members that nobody knows: taken."""
    asking = Asking(examiner, group, operation_id)
    start = asking.start()
    bodies = allowed(contract(group), asking.operation, start)
    require_none(broken for body in bodies for broken in asking.taken(body))


@pytest.mark.priority(20)
@pytest.mark.parametrize(("group", "operation_id"), with_parameters("PARAMETER"))
def test_parameters(examiner: Examiner, group: str, operation_id: str) -> None:
    """Each parameter on both sides of the constraints of its schema."""
    asking = Asking(examiner, group, operation_id)
    require_none(
        broken
        for parameter in asking.operation.parameters
        for text, what, is_allowed in texts(contract(group), parameter)
        for broken in asking.parameter(parameter, text, what, is_allowed)
    )


@pytest.mark.priority(10)
@pytest.mark.parametrize(("group", "operation_id"), operations("AUTH-MISSING", "AUTH-INVALID"))
def test_authentication_is_asked_for(examiner: Examiner, group: str, operation_id: str) -> None:
    """Without a token, and with one that is none: refused, whatever else is asked."""
    asking = Asking(examiner, group, operation_id)
    tokens = {"": "AUTH-MISSING", "no-token-at-all": "AUTH-INVALID"}
    require_none(broken for token, name in tokens.items() for broken in asking.unauthorized(token, name))


@pytest.mark.priority(10)
@pytest.mark.proves(*[named(contract(group), "METHOD") for group in GROUPS])
@pytest.mark.parametrize("group", GROUPS)
def test_other_methods(examiner: Examiner, group: str) -> None:
    """A path of the contract, asked for by a method that it does not offer."""
    asked = Elsewhere(examiner, group)
    require_none(broken for path in asked.paths() for broken in asked.methods(path))


@pytest.mark.priority(10)
@pytest.mark.proves(*[named(contract(group), "ROUTE") for group in GROUPS])
@pytest.mark.parametrize("group", GROUPS)
def test_other_paths(examiner: Examiner, group: str) -> None:
    """Paths that the contract does not have."""
    asked = Elsewhere(examiner, group)
    require_none(broken for path in asked.unknown() for broken in asked.nowhere(path))


@pytest.mark.priority(10)
@pytest.mark.parametrize(("group", "operation_id"), operations("RESPONSE", "INTERNAL"))
def test_answers_in_every_state(examiner: Examiner, group: str, operation_id: str) -> None:
    """Whatever is answered to a good request is in its envelope, and says so of itself."""
    require_none(Asking(examiner, group, operation_id).anywhere())


@pytest.mark.priority(10)
@pytest.mark.parametrize(("group", "operation_id"), with_ids("PARAMETER"))
def test_ids_in_other_letters(examiner: Examiner, group: str, operation_id: str) -> None:
    """A UUID is the same in capitals (RFC 9562)."""
    require_none(Asking(examiner, group, operation_id).in_capitals())


@pytest.mark.priority(10)
@pytest.mark.proves(*[named(contract(group), "RESPONSE") for group in GROUPS])
@pytest.mark.parametrize("group", GROUPS)
def test_headers_name_the_exchange(examiner: Examiner, group: str) -> None:
    """The headers that all answers have are there, whatever is answered, and different in each exchange."""
    require_none(named_exchanges.problems(examiner, group))
