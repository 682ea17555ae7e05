"""Faults as the control API writes them: what is understood, and what is refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from mock_server.core.errors import Refused
from mock_server.core.steering.book import FaultBook
from mock_server.core.steering.effects import (
    AnswerWith,
    Close,
    Effect,
    MalformedJson,
    Reset,
    Slow,
    Stale,
    Truncate,
)
from mock_server.core.steering.matching import Match
from mock_server.core.steering.wire import EFFECTS, fault_of, report_json

OPERATIONS = ("getInvoice", "listInvoices")


@pytest.mark.parametrize(
    ("stated", "effect"),
    [
        ({"status": 503}, AnswerWith(503)),
        ({"status": 503, "text": "down"}, AnswerWith(503, None, "down")),
        ({"status": 503, "headers": {"Retry-After": "1"}}, AnswerWith(503, headers={"retry-after": "1"})),
        ({"status": 200, "body": {"a": [1]}}, AnswerWith(200, ({"a": [1]},))),
        ({"status": 200, "body": None}, AnswerWith(200, (None,))),
        ({"status": 204}, AnswerWith(204)),
        ({"reset": True}, Reset()),
        ({"close": True}, Close()),
        ({"truncate": {}}, Truncate(None)),
        ({"truncate": {"keepBytes": 0}}, Truncate(0)),
        ({"slow": {"bytesPerSecond": 10}}, Slow(10)),
        ({"malformedJson": True}, MalformedJson()),
        ({"stale": True}, Stale()),
        ({"delayMs": 1}, None),
    ],
)
def test_every_effect_can_be_asked_for(stated: dict[str, Any], effect: Effect | None) -> None:
    assert fault_of(stated, OPERATIONS).effect == effect


def test_all_effects_are_tried_here() -> None:
    assert set(EFFECTS) == {"status", "reset", "close", "truncate", "slow", "malformedJson", "stale"}


def test_a_fault_is_for_all_calls_unless_it_says_otherwise() -> None:
    fault = fault_of({"reset": True}, OPERATIONS)

    assert (fault.match, fault.times, fault.skip, fault.probability, fault.seed, fault.delay_ms) == (
        Match(), None, 0, 1.0, 0, 0,
    )  # fmt: skip


def test_everything_that_is_asked_for_is_understood() -> None:
    stated = {
        "match": {
            "operations": ["getInvoice", "listInvoices"],
            "method": "GET",
            "path": "/pay-int-api/*",
            "headers": {"x-one": "1", "x-two": {"present": False}},
            "body": {"/a": 1},
        },
        "times": 3,
        "skip": 2,
        "probability": Decimal("0.5"),
        "seed": 7,
        "delayMs": 20,
        "close": True,
    }

    fault = fault_of(stated, OPERATIONS)

    assert fault.match == Match(
        frozenset(OPERATIONS), "GET", "/pay-int-api/*", {"x-one": "1", "x-two": False}, {"/a": 1}
    )
    assert (fault.times, fault.skip, fault.probability, fault.seed, fault.delay_ms) == (3, 2, 0.5, 7, 20)


def test_one_operation_needs_no_list() -> None:
    assert fault_of({"match": {"operations": "getInvoice"}, "reset": True}, OPERATIONS).match == Match(
        frozenset({"getInvoice"})
    )


@pytest.mark.parametrize(
    ("stated", "rule", "says"),
    [
        ({}, "CTL-FAULT-EFFECT", "would do nothing"),
        ({"times": 3}, "CTL-FAULT-EFFECT", "possible: one of status, reset, close"),
        ({"delayMs": 0}, "CTL-FAULT-EFFECT", "would do nothing"),
        ({"status": 503, "reset": True}, "CTL-FAULT-EFFECT", "not status and reset"),
        ({"reset": True, "text": "x"}, "CTL-FAULT-ANSWER", "text can only stand beside a status"),
        ({"delayMs": 1, "body": 1, "headers": {}}, "CTL-FAULT-ANSWER", "body and headers can only"),
        ({"text": "x"}, "CTL-FAULT-ANSWER", "beside a status"),
        ({"status": 200, "body": 1, "text": "1"}, "CTL-FAULT-ANSWER", "not both"),
        ({"status": 204, "text": ""}, "CTL-FAULT-ANSWER", "204 can have no body"),
        ({"status": 304, "body": 1}, "CTL-FAULT-ANSWER", "304 can have no body"),
        ({"status": 200, "headers": {"Content-Length": "1"}}, "CTL-FAULT-ANSWER", "Content-Length is the server's"),
        ({"status": 200, "headers": {"X-Mock-Steered": "no"}}, "CTL-FAULT-ANSWER", "the server's own"),
        ({"status": 200, "headers": {"a b": "1"}}, "CTL-FAULT-ANSWER", "'a b' can't be sent"),
        ({"status": 200, "headers": {"a": "1\r\nb: 2"}}, "CTL-FAULT-ANSWER", "'a' can't be sent"),
        ({"status": 200, "headers": {"a": "\N{SNOWMAN}"}}, "CTL-FAULT-ANSWER", "plain ASCII"),
        ({"reset": True, "match": {"operations": "fetchInvoice"}}, "CTL-FAULT-MATCH", "possible: getInvoice, list"),
        ({"reset": True, "match": {"operations": ["getInvoice", "x"]}}, "CTL-FAULT-MATCH", "no operation x;"),
        ({"reset": True, "match": {"body": {"a": 1}}}, "CTL-FAULT-MATCH", "'a' is no JSON pointer"),
        ({"reset": True, "match": {"body": {"/a~2": 1}}}, "CTL-FAULT-MATCH", "no JSON pointer"),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_would(stated: dict[str, Any], rule: str, says: str) -> None:
    with pytest.raises(Refused, match=says) as caught:
        fault_of(stated, OPERATIONS)

    assert caught.value.rule == rule


def test_a_fault_is_shown_as_it_was_asked_for_with_what_became_of_it() -> None:
    stated = {"match": {"operations": "getInvoice"}, "times": 2, "status": 503}
    book = FaultBook()
    book.add(fault_of(stated, OPERATIONS), 5)
    book.add(fault_of({"reset": True}, OPERATIONS), 5)

    first, second = map(report_json, book.reports())

    assert first == {**stated, "id": "fault-1", "matched": 0, "applied": 0, "remaining": 2, "exhausted": False}
    assert second == {"reset": True, "id": "fault-2", "matched": 0, "applied": 0, "exhausted": False}
