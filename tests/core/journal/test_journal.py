"""The journal keeps the latest exchanges, and shows each to whoever watches."""

from __future__ import annotations

import threading
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mock_server.core.journal.entry import Exchanged
from mock_server.core.journal.journal import OVERHEAD_BYTES, Journal, Page, size_of
from mock_server.core.journal.subscription import Subscription
from tests.core.journal.builders import entry, message


def noted(journal: Journal, count: int, **changes: Any) -> list[Exchanged]:
    entries = [entry(**changes) for _ in range(count)]
    for each in entries:
        journal.note(each)
    return entries


def everyone(entry: Exchanged) -> bool:
    return True


def ids(page: Page) -> list[str]:
    return [each.id for each in page.entries]


def test_what_was_noted_is_found_by_its_id_and_in_its_order() -> None:
    journal = Journal()
    entries = noted(journal, 3)

    assert journal.get(entries[1].id) == entries[1]
    assert journal.get("another") is None
    assert journal.find(everyone) == Page(tuple(entries), 3)
    assert len(journal) == 3


def test_the_oldest_go_when_there_are_too_many() -> None:
    journal = Journal(max_entries=2)
    entries = noted(journal, 5)

    assert journal.find(everyone).entries == tuple(entries[3:])
    assert journal.get(entries[2].id) is None
    assert (len(journal), journal.dropped) == (2, 3)


def test_the_oldest_go_when_they_are_too_large() -> None:
    body = message({"notes": "x" * 10_000})
    one = size_of(entry(request=body))
    journal = Journal(max_bytes=3 * one)
    entries = noted(journal, 4, request=body)

    assert one > 10_000 + OVERHEAD_BYTES
    assert journal.find(everyone).entries == tuple(entries[1:])
    assert journal.dropped == 1


def test_one_that_is_too_large_is_kept_while_it_is_the_latest() -> None:
    journal = Journal(max_bytes=100)
    first, second = noted(journal, 2)

    assert journal.find(everyone).entries == (second,)
    assert journal.get(first.id) is None


@given(st.lists(st.sampled_from(["note", "clear"]), max_size=30), st.integers(1, 5))
def test_kept_and_dropped_make_up_all_since_the_last_clear(steps: list[str], most: int) -> None:
    journal = Journal(max_entries=most)
    count = 0
    for step in steps:
        if step == "note":
            noted(journal, 1)
            count += 1
        else:
            journal.clear()
            count = 0
        assert len(journal) + journal.dropped == count
        assert len(journal) == min(count, most)


def test_an_id_that_comes_twice_names_the_later_exchange() -> None:
    journal = Journal()
    journal.note(entry(id="same", status=200))
    journal.note(entry(id="same", status=404))

    found = journal.get("same")
    assert found is not None
    assert (found.status, len(journal)) == (404, 1)


def test_pages_after_one_another_show_everything_once() -> None:
    journal = Journal()
    entries = noted(journal, 7)
    seen = ids(journal.find(everyone, before=entries[2].id, limit=2))
    while page := ids(journal.find(everyone, after=seen[-1], limit=2)):
        seen += page

    assert seen == [each.id for each in entries]


def test_pages_before_one_another_show_everything_once() -> None:
    journal = Journal()
    entries = noted(journal, 7)
    seen = ids(journal.find(everyone, limit=2))
    while page := ids(journal.find(everyone, before=seen[0], limit=2)):
        seen = page + seen

    assert seen == [each.id for each in entries]


def test_the_latest_are_shown_where_nothing_else_is_asked_for() -> None:
    journal = Journal()
    entries = noted(journal, 5)

    assert journal.find(everyone, limit=2) == Page(tuple(entries[3:]), 5)
    assert journal.find(everyone, limit=0) == Page((), 5)


def test_only_what_matches_counts() -> None:
    journal = Journal()
    noted(journal, 3)
    refused = noted(journal, 2, status=404)

    assert journal.find(lambda each: each.status == 404, limit=1) == Page((refused[1],), 2)


def test_after_an_entry_that_has_gone_everything_comes() -> None:
    journal = Journal(max_entries=2)
    entries = noted(journal, 4)

    assert journal.find(everyone, after=entries[0].id).entries == tuple(entries[2:])
    assert journal.find(everyone, before=entries[0].id).entries == ()


def test_whoever_watches_is_woken_once_and_takes_all() -> None:
    journal = Journal()
    woken: list[bool] = []
    noted(journal, 1)
    with journal.subscribed(lambda: woken.append(True)) as watching:
        entries = noted(journal, 3)
        assert (woken, watching.take()) == ([True], (entries, 0))
        more = noted(journal, 1)
        assert (woken, watching.take()) == ([True, True], (more, 0))
    noted(journal, 1)

    assert watching.take() == ([], 0)


def test_whoever_comes_back_gets_what_was_missed() -> None:
    journal = Journal()
    entries = noted(journal, 4)

    with journal.subscribed(lambda: None, after=entries[1].id) as watching:
        assert watching.take() == (entries[2:], 0)
    with journal.subscribed(lambda: None, after="gone") as watching:
        assert watching.take() == ([], 0)


def test_whoever_is_slow_loses_the_oldest_and_is_told_how_many() -> None:
    watching = Subscription(lambda: None, capacity=2)
    entries = [entry() for _ in range(5)]
    watching.fill(entries)

    assert watching.take() == (entries[3:], 3)
    assert watching.take() == ([], 0)


def test_notes_from_many_threads_are_all_kept() -> None:
    journal = Journal(max_entries=1000)
    threads = [threading.Thread(target=noted, args=(journal, 50)) for _ in range(8)]
    with journal.subscribed(lambda: None) as watching:
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        taken, lost = watching.take()

    assert len(journal) == len(taken) + lost == 400
