"""What an attempt makes of a delivery."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.core.outbox import Attempt, Claim, Delivery, DeliveryState
from mock_server.outbox.schedule import Schedule, asked_again, attempted, claimed, given_up

AT = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)
RETRIES = [10 * SECOND, 60 * SECOND, 300 * SECOND]
SCHEDULE = Schedule(RETRIES, time_limit=5 * SECOND, kept_attempts=6)
NEW = Delivery("m:w", "m", 1, "w", "http://localhost", AT)


def failing(delivery: Delivery, times: int) -> Delivery:
    """The delivery after so many attempts, each made when it was due."""
    for _ in range(times):
        assert delivery.due_at is not None
        delivery = attempted(claimed(delivery, "me", AT, SCHEDULE), Attempt(delivery.due_at, 500), SCHEDULE)
    return delivery


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_any_2xx_is_success(status: int) -> None:
    after = attempted(NEW, Attempt(AT, status), SCHEDULE)

    assert (after.state, after.due_at) == (DeliveryState.DELIVERED, None)


@pytest.mark.parametrize(
    "attempt",
    [Attempt(AT, status) for status in (100, 199, 300, 302, 400, 404, 410, 500)]
    + [Attempt(AT, None, "the connection was refused"), Attempt(AT, 200, "the answer ended too early")],
)
def test_everything_else_is_tried_again(attempt: Attempt) -> None:
    after = attempted(NEW, attempt, SCHEDULE)

    assert (after.state, after.due_at) == (DeliveryState.PENDING, AT + 10 * SECOND)


def test_the_waits_follow_each_other_and_after_the_last_it_is_given_up() -> None:
    due = [failing(NEW, times).due_at for times in range(4)]

    assert due == [AT, AT + 10 * SECOND, AT + 70 * SECOND, AT + 370 * SECOND]
    last = failing(NEW, 4)
    assert (last.state, last.due_at, last.tries) == (DeliveryState.FAILED, None, 4)


def test_a_late_success_is_one() -> None:
    after = attempted(failing(NEW, 3), Attempt(AT, 200), SCHEDULE)

    assert (after.state, after.due_at, len(after.attempts)) == (DeliveryState.DELIVERED, None, 4)


@pytest.mark.parametrize("times", [1, 4])
def test_what_is_asked_for_again_begins_from_the_start_and_forgets_nothing(times: int) -> None:
    again = asked_again(failing(NEW, times), AT + 3600 * SECOND)

    assert (again.state, again.due_at) == (DeliveryState.PENDING, AT + 3600 * SECOND)
    assert len(again.attempts) == times
    assert failing(again, 3).state is DeliveryState.PENDING
    assert failing(again, 4).state is DeliveryState.FAILED


@given(st.integers(0, 20))
def test_only_the_latest_attempts_are_remembered(times: int) -> None:
    endless = replace(SCHEDULE, retry_after=[SECOND] * 100)
    delivery = NEW
    for number in range(times):
        delivery = attempted(delivery, Attempt(AT + number * SECOND, 500), endless)

    assert [each.at for each in delivery.attempts] == [AT + n * SECOND for n in range(max(0, times - 6), times)]
    assert delivery.tries == times


def test_a_claim_ends_with_the_attempt() -> None:
    taken = claimed(NEW, "me", AT, SCHEDULE)

    assert taken.claim == Claim("me", AT + SCHEDULE.lease)
    assert attempted(taken, Attempt(AT, 500), SCHEDULE).claim is None
    assert attempted(taken, Attempt(AT, 200), SCHEDULE).claim is None


def test_a_claim_lasts_longer_than_an_attempt_takes() -> None:
    assert SCHEDULE.lease > SCHEDULE.time_limit


def test_what_is_given_up_is_never_due() -> None:
    after = given_up(claimed(failing(NEW, 1), "me", AT, SCHEDULE))

    assert (after.state, after.due_at, after.claim, len(after.attempts)) == (DeliveryState.FAILED, None, None, 1)


def test_a_retry_beyond_the_end_of_the_calendar_is_due_at_its_end() -> None:
    last = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)

    after = attempted(NEW, Attempt(last, 500), SCHEDULE)

    assert after.due_at is not None
    assert after.due_at >= last
