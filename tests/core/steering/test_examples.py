"""Answers that the contracts show: every one can be asked for, and nothing else."""

from __future__ import annotations

import pytest

from mock_server.core.steering.examples import Examples, NotShown
from mock_server.core.steering.prefer import Preferences
from openapi import Operation, contract_file, read_contract

CONTRACTS = [read_contract(contract_file(name)) for name in ("invoices", "invoice_uploads")]
OPERATIONS = {each.id: each for contract in CONTRACTS for each in contract.operations.values()}
STATUSES = [(each, int(status)) for each in OPERATIONS.values() for status in each.answers]
SHOWN = [
    pytest.param(operation, int(status), content.media_type, name, value, id=f"{operation.id}-{status}-{name}")
    for operation in OPERATIONS.values()
    for status, answer in operation.answers.items()
    for content in answer.contents
    for name, value in content.examples.items()
]


@pytest.mark.parametrize(("operation", "status"), STATUSES, ids=[f"{each.id}-{status}" for each, status in STATUSES])
def test_every_documented_status_has_an_answer(operation: Operation, status: int) -> None:
    response = Examples(operation).wanted(Preferences(code=status))

    contents = operation.answers[str(status)].contents
    assert response.status == status
    assert response.content_type == (contents[0].media_type if contents else None)
    if contents and response.content is None:
        assert response.json == next(iter(contents[0].examples.values()))


@pytest.mark.parametrize(("operation", "status", "media_type", "name", "value"), SHOWN)
def test_every_example_can_be_had_by_its_name(
    operation: Operation, status: int, media_type: str, name: str, value: object
) -> None:
    response = Examples(operation).wanted(Preferences(status, name), media_type)

    assert (response.status, response.content_type) == (status, media_type)
    assert value in {str(response.content, "utf-8")} if response.content is not None else response.json == value


def test_an_example_alone_is_one_of_the_accepted_call() -> None:
    assert Examples(OPERATIONS["getInvoice"]).wanted(Preferences(example="paid")).status == 200
    assert Examples(OPERATIONS["deleteUpload"]).success == 204


def test_an_answer_without_a_body_is_empty() -> None:
    for operation, status in (("cancelInvoice", 200), ("deleteUpload", 204)):
        response = Examples(OPERATIONS[operation]).wanted(Preferences(code=status))
        assert (response.status, response.content_type, response.content, response.json) == (status, None, None, None)


def test_a_refusal_that_documents_a_challenge_has_one() -> None:
    examples = Examples(OPERATIONS["getInvoice"])

    assert examples.wanted(Preferences(code=401)).headers == {"www-authenticate": "Bearer"}
    assert examples.wanted(Preferences(code=404)).headers == {}


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (Preferences(code=418), "getInvoice documents no status 418; documented: 200, 400, 401, 403, 404, 500."),
        (Preferences(code=200, example="void"), "getInvoice shows no example 'void' for 200; shown: draft, paid."),
        (Preferences(example="invoice"), "getInvoice shows no example 'invoice' for 200; shown: draft, paid."),
    ],
)
def test_what_the_contract_does_not_show_is_refused_with_what_it_shows(asked: Preferences, says: str) -> None:
    with pytest.raises(NotShown) as caught:
        Examples(OPERATIONS["getInvoice"]).wanted(asked)

    assert str(caught.value) == says


def test_an_example_of_an_empty_answer_is_not_shown() -> None:
    with pytest.raises(NotShown, match="shown: none"):
        Examples(OPERATIONS["cancelInvoice"]).wanted(Preferences(example="draft"))


def test_for_other_statuses_nothing_is_shown() -> None:
    examples = Examples(OPERATIONS["getInvoice"])

    assert examples.shown(418) is None
    shown = examples.shown(500)
    assert shown is not None
    assert shown.status == 500
