"""Idempotency keys: the first answer again for the same call, a refusal for another body, apart for everything else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.core.errors import StaleRecord
from mock_server.core.exchange import Response
from mock_server.core.idempotency import KEPT_ANSWERS, KeyReused, RepeatableCall
from mock_server.core.records import Query, Store, UnitOfWork, transact
from mock_server.storage import open_store

NAMESPACE = "default"
CALL = ("merchant", "POST", "/invoices", "key")


@pytest.fixture(scope="module")
def opened() -> Iterator[Store]:
    store = open_store("sqlite://", [KEPT_ANSWERS])
    yield store
    store.close()


@pytest.fixture
def store(opened: Store) -> Store:
    def forget(work: UnitOfWork) -> None:
        for each in work.records(KEPT_ANSWERS).find(Query()).items:
            work.records(KEPT_ANSWERS).remove(each)

    transact(opened, NAMESPACE, forget, write=True)
    return opened


def keep(store: Store, call: RepeatableCall, content: bytes = b'{"id":1}', content_type: str | None = "a/b") -> None:
    transact(store, NAMESPACE, lambda work: call.keep(work, 200, content, content_type), write=True)


def earlier(store: Store, call: RepeatableCall) -> Response | None:
    return transact(store, NAMESPACE, call.earlier_answer, write=False)


def test_the_first_time_there_is_no_earlier_answer(store: Store) -> None:
    assert earlier(store, RepeatableCall.of(*CALL, b"body")) is None


def test_the_same_call_gets_the_same_answer(store: Store) -> None:
    keep(store, RepeatableCall.of(*CALL, b"body"))

    assert earlier(store, RepeatableCall.of(*CALL, b"body")) == Response(200, content=b'{"id":1}', content_type="a/b")


def test_an_empty_answer_is_kept_too(store: Store) -> None:
    keep(store, RepeatableCall.of(*CALL, b""), b"", None)

    assert earlier(store, RepeatableCall.of(*CALL, b"")) == Response(200, content=b"", content_type=None)


def test_the_same_key_with_another_body_is_refused(store: Store) -> None:
    keep(store, RepeatableCall.of(*CALL, b"body"))

    for body in (b"", b"body ", b"BODY"):
        with pytest.raises(KeyReused):
            earlier(store, RepeatableCall.of(*CALL, body))


@pytest.mark.parametrize("place", range(4))
def test_another_merchant_method_path_or_key_is_another_call(place: int, store: Store) -> None:
    keep(store, RepeatableCall.of(*CALL, b"body"))
    merchant, method, path, key = (each + "x" if n == place else each for n, each in enumerate(CALL))

    assert earlier(store, RepeatableCall.of(merchant, method, path, key, b"another body")) is None


def test_whoever_keeps_an_answer_second_reads_again(store: Store) -> None:
    call = RepeatableCall.of(*CALL, b"body")
    keep(store, call, b"first")

    with pytest.raises(StaleRecord):
        transact(store, NAMESPACE, lambda work: call.keep(work, 200, b"second", None), write=True, attempts=1)

    answer = earlier(store, call)
    assert answer is not None
    assert answer.content == b"first"


def test_neither_key_nor_body_is_kept(store: Store) -> None:
    keep(store, RepeatableCall.of("merchant", "POST", "/invoices", "a-secret-key", b"4111111111111111"))

    (kept,) = transact(store, NAMESPACE, lambda work: work.records(KEPT_ANSWERS).find(Query()).items, write=False)
    assert "a-secret-key" not in repr(kept)
    assert "4111" not in repr(kept)
    assert len(kept.id) == len(kept.fingerprint) == 64


# The parts as they can be: neither a header value nor a path has a line break in it.
part = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)
parts = st.tuples(part, part, part, part, st.binary(max_size=8))


Parts = tuple[str, str, str, str, bytes]


@given(parts, parts)
def test_calls_are_the_same_only_where_everything_is(one: Parts, other: Parts) -> None:
    first, second = RepeatableCall.of(*one), RepeatableCall.of(*other)

    assert (first.id == second.id) == (one[:4] == other[:4])
    assert (first.fingerprint == second.fingerprint) == (one == other)
    assert RepeatableCall.of(*one) == first


@given(parts, st.binary(max_size=8))
def test_under_one_key_bodies_are_told_apart(one: Parts, body: bytes) -> None:
    first, second = RepeatableCall.of(*one), RepeatableCall.of(*one[:4], body)

    assert (first.fingerprint == second.fingerprint) == (one[4] == body)


def test_the_digest_of_a_body_can_not_be_found_by_trying_bodies() -> None:
    first, second = (RepeatableCall.of("m", "POST", "/p", key, b"4111111111111111") for key in ("one", "two"))

    assert first.fingerprint != second.fingerprint
