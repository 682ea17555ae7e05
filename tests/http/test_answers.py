"""Every answer is held to the contract: what was found good is recognized by its very bytes, and by nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from mock_server.core.errors import Refused
from mock_server.core.exchange import Response
from mock_server.http import answer
from mock_server.http.answer import MOST_REMEMBERED, AnswerCheck
from mock_server.http.violations import violations
from openapi import contract_file, read_contract

CONTRACT = read_contract(contract_file("invoices"))
RULE = "INV-RESPONSE"
GOOD: dict[str, Any] = {
    "items": [
        {
            "id": f"497f6eca-6276-4993-bfeb-53cbbbba6f{number:02}",
            "number": None,
            "status": 1,
            "issueDate": None,
            "dueDate": "2030-01-31T00:00:00Z",
            "paymentDate": None,
            "totalAmount": Decimal("10.50"),
            "customerId": None,
            "customerName": "Ada",
        }
        for number in range(10, 13)
    ],
    "total": 3,
}


def with_total(total: Any) -> dict[str, Any]:
    return {**GOOD, "total": total}


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The values that were held to a schema."""
    seen: list[Any] = []
    really = violations

    def noting(validator: Any, value: Any, where: str, rule: str) -> Any:
        seen.append(value)
        return really(validator, value, where, rule)

    monkeypatch.setattr(answer, "violations", noting)
    return seen


@pytest.fixture
def check() -> AnswerCheck:
    return AnswerCheck(CONTRACT, CONTRACT.operations["listInvoices"], RULE)


def test_the_same_answer_is_checked_once(check: AnswerCheck, looks: list[Any]) -> None:
    contents = [check.checked(Response.of({**GOOD})).content for _ in range(3)]

    assert len(set(contents)) == 1
    assert len(looks) == 1


def test_an_answer_that_differs_in_anything_is_checked(check: AnswerCheck, looks: list[Any]) -> None:
    for total in (3, 4, 5, 3):
        check.checked(Response.of(with_total(total)))

    assert [each["total"] for each in looks] == [3, 4, 5]


@pytest.mark.parametrize("total", ["3", None, 3.5, -(2**40)])
def test_a_broken_answer_is_refused_however_often_it_comes(check: AnswerCheck, looks: list[Any], total: Any) -> None:
    check.checked(Response.of(GOOD))
    for _ in range(3):
        with pytest.raises(Refused) as caught:
            check.checked(Response.of(with_total(total)))
        assert caught.value.rule == RULE

    assert len(looks) == 4


def test_what_is_good_for_one_status_is_checked_for_another(check: AnswerCheck) -> None:
    check.checked(Response.of(GOOD))

    with pytest.raises(Refused):
        check.checked(Response.of(GOOD, status=400))


def test_short_answers_are_not_worth_remembering(looks: list[Any]) -> None:
    check = AnswerCheck(CONTRACT, CONTRACT.operations["createInvoice"], RULE)
    for _ in range(2):
        check.checked(Response.of({"id": "497f6eca-6276-4993-bfeb-53cbbbba6f08"}))

    assert len(looks) == 2


def test_so_many_are_remembered_and_no_more(check: AnswerCheck, looks: list[Any]) -> None:
    for total in range(MOST_REMEMBERED + 1):
        check.checked(Response.of(with_total(total)))
    check.checked(Response.of(with_total(MOST_REMEMBERED)))
    assert len(looks) == MOST_REMEMBERED + 1

    check.checked(Response.of(with_total(0)))
    assert len(looks) == MOST_REMEMBERED + 2


@dataclass(frozen=True)
class Total:
    """A value that can't change. `made`: how often it was turned into JSON."""

    total: Any
    made: list[None] = field(default_factory=list, compare=False)


def as_json(value: Total) -> Any:
    value.made.append(None)
    return with_total(value.total)


def test_the_same_value_is_turned_into_json_once(check: AnswerCheck, looks: list[Any]) -> None:
    value = Total(3)

    answers = [check.checked(Response.shown(value, as_json)) for _ in range(3)]

    assert {each.content for each in answers} == {check.checked(Response.of(GOOD)).content}
    assert (len(value.made), len(looks)) == (1, 1)


def test_an_equal_value_is_another_one(check: AnswerCheck) -> None:
    """What makes two values equal need not be all that is shown of them."""
    one, other = Total(3), Total(3)
    for value in (one, other, one, other):
        check.checked(Response.shown(value, as_json))

    assert (len(one.made), len(other.made)) == (1, 1)


def test_a_value_shown_in_another_way_is_another_answer(check: AnswerCheck) -> None:
    value = Total(3)
    check.checked(Response.shown(value, as_json))

    answer = check.checked(Response.shown(value, lambda shown: with_total(shown.total + 1)))

    assert answer.content == check.checked(Response.of(with_total(4))).content


def test_a_value_whose_json_breaks_the_contract_is_refused_however_often_it_is_shown(check: AnswerCheck) -> None:
    value = Total("3")
    for _ in range(3):
        with pytest.raises(Refused):
            check.checked(Response.shown(value, as_json))


def test_so_many_values_are_remembered_and_each_answer_is_its_own(check: AnswerCheck) -> None:
    """Values that are gone leave their identity to others."""
    for total in range(2 * MOST_REMEMBERED):
        answer = check.checked(Response.shown(Total(total), as_json))
        assert answer.content.endswith(b'"total":%d}' % total)

    assert len(check._shown) == MOST_REMEMBERED
