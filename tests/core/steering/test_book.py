"""The book of faults: which fault takes a call, how often, and what is counted."""

from __future__ import annotations

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from mock_server.core.steering.book import Fault, FaultBook, FaultReport
from mock_server.core.steering.effects import AnswerWith, Close, Reset, Stale
from mock_server.core.steering.matching import Call, Match

GET = Call("GET", "/invoices/1", "getInvoice")
PUT = Call("PUT", "/invoices/1", "updateInvoice")
GETS = Match(operations=frozenset({"getInvoice"}))
MANY = 100


def book_of(*faults: Fault) -> FaultBook:
    book = FaultBook()
    for fault in faults:
        assert book.add(fault, MANY) is not None
    return book


def taken(book: FaultBook, *calls: Call) -> list[str | None]:
    """The id of the fault that took each call."""
    decisions = [book.decide(call) for call in calls]
    return [decision.fault_id if decision else None for decision in decisions]


def counts(report: FaultReport | None) -> tuple[int, int, int | None]:
    assert report is not None
    return report.matched, report.applied, report.remaining


def test_a_new_book_does_nothing() -> None:
    book = FaultBook()

    assert not book.is_active
    assert book.decide(GET) is None
    assert book.reports() == []


def test_what_is_decided_is_what_the_fault_says() -> None:
    book = book_of(Fault(GETS, delay_ms=20, effect=Close()))

    decision = book.decide(GET)

    assert decision is not None
    assert (decision.fault_id, decision.delay_ms, decision.effect) == ("fault-1", 20, Close())
    assert book.decide(PUT) is None


def test_without_times_a_fault_stays_until_it_is_cleared() -> None:
    book = book_of(Fault(effect=Reset()))

    assert taken(book, *[GET] * 50) == ["fault-1"] * 50
    assert counts(book.report("fault-1")) == (50, 50, None)


def test_a_fault_takes_as_many_calls_as_it_is_for_after_those_it_skips() -> None:
    book = book_of(Fault(GETS, skip=2, times=3, effect=Reset()))

    assert taken(book, GET, PUT, GET, GET, GET, PUT, GET, GET, GET) == [
        *[None] * 3, "fault-1", "fault-1", None, "fault-1", None, None,
    ]  # fmt: skip
    report = book.report("fault-1")
    assert counts(report) == (5, 3, 0)
    assert report is not None
    assert report.is_exhausted


def test_an_exhausted_fault_stays_listed_and_leaves_calls_to_others() -> None:
    book = book_of(Fault(times=1, effect=Reset()), Fault(effect=Close()))

    assert taken(book, GET, GET) == ["fault-1", "fault-2"]
    assert [each.is_exhausted for each in book.reports()] == [True, False]


def test_the_first_fault_that_applies_takes_the_call_and_the_others_do_not_count_it() -> None:
    book = book_of(Fault(GETS, skip=1, effect=Reset()), Fault(effect=Close()), Fault(effect=Reset()))

    assert taken(book, GET, GET, PUT) == ["fault-2", "fault-1", "fault-2"]
    assert [counts(each) for each in book.reports()] == [(2, 1, None), (2, 2, None), (0, 0, None)]


def test_the_book_is_active_while_one_of_its_faults_can_do_something() -> None:
    book = book_of(Fault(times=2, effect=Reset()))

    seen = [book.is_active]
    for _ in range(2):
        book.decide(GET)
        seen.append(book.is_active)
    book.add(Fault(effect=Reset()), MANY)
    seen.append(book.is_active)
    book.remove("fault-2")
    seen.append(book.is_active)

    assert seen == [True, True, False, True, False]


def test_a_call_that_the_dice_let_pass_can_exhaust_a_fault() -> None:
    book = book_of(Fault(times=1, probability=0, effect=Reset()))

    assert book.decide(GET) is None
    assert counts(book.report("fault-1")) == (1, 0, 0)
    assert not book.is_active


def test_the_same_seed_gives_the_same_sequence_and_another_seed_another_one() -> None:
    sequences = [taken(book_of(Fault(probability=0.5, seed=seed, effect=Reset())), *[GET] * 64) for seed in (1, 1, 2)]

    assert sequences[0] == sequences[1] != sequences[2]
    assert set(sequences[0]) == {"fault-1", None}


def test_the_sequence_of_one_fault_does_not_depend_on_others() -> None:
    fault = Fault(GETS, probability=0.5, seed=7, effect=Reset())
    others = [Fault(Match(method="PUT"), probability=0.5, seed=7, effect=Close())] * 2

    alone = taken(book_of(fault), *[GET] * 40)
    among = taken(book_of(fault, *others), *[GET, PUT] * 40)

    assert among[::2] == alone


def test_calls_that_are_skipped_throw_no_dice() -> None:
    skipping = book_of(Fault(skip=5, probability=0.5, seed=7, effect=Reset()))
    eager = book_of(Fault(probability=0.5, seed=7, effect=Reset()))

    assert taken(skipping, *[GET] * 45)[5:] == taken(eager, *[GET] * 40)


@pytest.mark.parametrize("probability", [0.1, 0.5, 0.9])
def test_a_probability_holds_in_the_long_run(probability: float) -> None:
    book = book_of(Fault(probability=probability, effect=Reset()))

    applied = sum(each is not None for each in taken(book, *[GET] * 2000))

    assert applied == pytest.approx(2000 * probability, rel=0.2)


@pytest.mark.parametrize(
    ("call", "is_taken"),
    [
        (GET, True),
        (PUT, False),
        (Call("GET", "/_s3/bucket/key"), False),
        (Call("GET", "/oauth2/authorize"), False),
    ],
)
def test_a_stale_fault_is_only_about_operations_that_read(call: Call, is_taken: bool) -> None:
    book = book_of(Fault(effect=Stale("copy")))

    assert (book.decide(call) is not None) is is_taken
    assert counts(book.report("fault-1"))[0] == int(is_taken)


def test_a_body_is_asked_for_only_when_it_can_matter() -> None:
    by_body = Match(method="PUT", body={"/a": 1})
    book = book_of(Fault(GETS, effect=Reset()), Fault(by_body, times=1, effect=Close()))

    assert not book.asks_for_body(GET)
    assert book.asks_for_body(PUT)
    assert taken(book, Call("PUT", "/", body={"a": 2}), Call("PUT", "/", body={"a": 1})) == [None, "fault-2"]
    assert not book.asks_for_body(PUT)


def test_there_are_at_most_so_many() -> None:
    book = FaultBook()
    faults = [book.add(Fault(effect=Reset()), 2) for _ in range(3)]

    assert [each.id if each else None for each in faults] == ["fault-1", "fault-2", None]
    book.remove("fault-1")
    assert book.add(Fault(effect=Reset()), 2) is not None


def test_an_id_never_comes_twice() -> None:
    book = book_of(Fault(effect=Reset()), Fault(effect=Reset()))
    book.clear()
    book.add(Fault(effect=Reset()), MANY)

    assert [each.id for each in book.reports()] == ["fault-3"]


def test_what_is_removed_is_returned_with_its_counts_and_gone() -> None:
    book = book_of(Fault(effect=Reset()), Fault(effect=Stale("copy")))
    book.decide(GET)

    removed = book.remove("fault-1")

    assert counts(removed) == (1, 1, None)
    assert book.remove("fault-1") is None
    assert book.report("fault-1") is None
    assert [each.fault.effect for each in book.clear()] == [Stale("copy")]
    assert not book.is_active


def test_a_copy_is_dropped_with_its_fault_and_not_before() -> None:
    dropped: list[str] = []
    book = FaultBook()
    book.drop_copy = dropped.append
    for copy in ("one", "two", "three"):
        book.add(Fault(times=1, effect=Stale(copy)), MANY)
    book.add(Fault(effect=Reset()), MANY)

    taken(book, GET, GET)
    assert dropped == []
    book.remove("fault-2")
    book.remove("fault-2")
    assert dropped == ["two"]
    book.clear()
    assert dropped == ["two", "one", "three"]


def test_many_threads_take_exactly_as_many_calls_as_there_are() -> None:
    book = book_of(Fault(times=50, effect=Reset()), Fault(probability=0.5, seed=3, effect=Close()))

    with ThreadPoolExecutor(16) as threads:
        results = list(threads.map(lambda _: taken(book, GET)[0], range(1600)))

    alone = taken(book_of(Fault(times=50), Fault(probability=0.5, seed=3)), *[GET] * 1600)
    assert Counter(results) == Counter(alone)
    assert [counts(each)[:2] for each in book.reports()] == [(50, 50), (1550, Counter(alone)["fault-2"])]


@given(
    skip=st.integers(0, 5),
    times=st.none() | st.integers(1, 5),
    probability=st.sampled_from([0.0, 0.3, 1.0]),
    seed=st.integers(0, 5),
    calls=st.lists(st.sampled_from([GET, PUT]), max_size=30),
)
def test_the_counts_add_up(skip: int, times: int | None, probability: float, seed: int, calls: list[Call]) -> None:
    book = book_of(Fault(GETS, times, skip, probability, seed, effect=Reset()))

    applied = [each for each in taken(book, *calls) if each]

    gets = calls.count(GET)
    in_force = max(min(gets - skip, gets if times is None else times), 0)
    expected_matched = gets if times is None else min(gets, skip + times)
    remaining = None if times is None else times - in_force
    assert counts(book.report("fault-1")) == (expected_matched, len(applied), remaining)
    assert len(applied) <= in_force
    assert probability < 1 or len(applied) == in_force
    assert probability > 0 or not applied


@dataclass
class Model:
    """One fault as a plain script: for each call in force, whether it applies."""

    method: str | None
    skip: int
    script: list[bool] | None
    matched: int = 0
    applied: int = 0

    def takes(self, method: str) -> bool:
        if self.method not in {None, method} or self.is_exhausted:
            return False
        self.matched += 1
        place = self.matched - self.skip - 1
        applies = place >= 0 and (self.script is None or self.script[place])
        self.applied += applies
        return applies

    @property
    def is_exhausted(self) -> bool:
        return self.script is not None and self.matched - self.skip >= len(self.script)


class FaultBooks(RuleBasedStateMachine):
    """The book beside a list of scripts that are walked through one by one."""

    made = Bundle("made")

    def __init__(self) -> None:
        super().__init__()
        self.book = FaultBook()
        self.models: dict[str, Model] = {}

    @rule(
        target=made,
        method=st.sampled_from([None, "GET", "PUT"]),
        skip=st.integers(0, 2),
        times=st.none() | st.integers(1, 3),
        seed=st.integers(0, 3),
    )
    def add(self, method: str | None, skip: int, times: int | None, seed: int) -> str:
        probability = 1.0 if times is None else 0.6
        fault = Fault(Match(method=method), times, skip, probability, seed, effect=AnswerWith(503))
        report = self.book.add(fault, 1000)
        assert report is not None
        dice = random.Random(seed)
        script = None if times is None else [dice.random() < probability for _ in range(times)]
        self.models[report.id] = Model(method, skip, script)
        return report.id

    @rule(fault_id=consumes(made))
    def remove(self, fault_id: str) -> None:
        assert (self.book.remove(fault_id) is None) == (self.models.pop(fault_id, None) is None)

    @rule()
    def clear(self) -> None:
        assert [each.id for each in self.book.clear()] == list(self.models)
        self.models.clear()

    @rule(method=st.sampled_from(["GET", "PUT", "DELETE"]))
    def call(self, method: str) -> None:
        expected = next((name for name, model in self.models.items() if model.takes(method)), None)

        assert taken(self.book, Call(method, "/")) == [expected]

    @invariant()
    def the_reports_agree(self) -> None:
        reports = self.book.reports()
        assert [each.id for each in reports] == list(self.models)
        for report in reports:
            model = self.models[report.id]
            assert (report.matched, report.applied) == (model.matched, model.applied)
            assert report.is_exhausted == model.is_exhausted
        assert self.book.is_active == any(not each.is_exhausted for each in self.models.values())


TestFaultBooks = FaultBooks.TestCase
