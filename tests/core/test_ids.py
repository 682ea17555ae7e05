"""Ids: version 4 uuids, never twice; the seeded ones the same for the same seed, from any number of threads."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.core.ids import Ids, RandomIds, SeededIds
from tests.mock import Mock

THREADS = 8
EACH = 250


@pytest.mark.parametrize("ids", [RandomIds(), SeededIds("a seed"), SeededIds("")], ids=lambda each: type(each).__name__)
def test_an_id_is_a_uuid_of_version_4_in_lower_case_and_new(ids: Ids) -> None:
    made = [ids.new() for _ in range(500)]

    assert len(set(made)) == len(made)
    for each in made:
        parsed = uuid.UUID(each)
        assert (parsed.version, parsed.variant) == (4, uuid.RFC_4122)
        assert str(parsed) == each


@given(st.text())
def test_the_same_seed_gives_the_same_ids_in_the_same_order(seed: str) -> None:
    one, other = SeededIds(seed), SeededIds(seed)

    assert [one.new() for _ in range(5)] == [other.new() for _ in range(5)]


@given(st.lists(st.text(max_size=5), min_size=2, max_size=5, unique=True))
def test_other_seeds_give_other_ids(seeds: list[str]) -> None:
    made = [ids.new() for ids in map(SeededIds, seeds) for _ in range(20)]

    assert len(set(made)) == len(made)


def test_seeded_ids_stay_the_same_from_release_to_release() -> None:
    ids = SeededIds("demo")

    assert [ids.new(), ids.new()] == ["2913c693-cc5e-4951-8ea1-e50cc034b0b8", "ad2e09ba-8cda-46ef-8bc8-8942733ffe27"]


def test_threads_that_share_seeded_ids_get_each_id_once() -> None:
    ids, barrier = SeededIds("shared"), threading.Barrier(THREADS)

    def take() -> list[str]:
        barrier.wait(30)
        return [ids.new() for _ in range(EACH)]

    with ThreadPoolExecutor(THREADS) as pool:
        futures = [pool.submit(take) for _ in range(THREADS)]
        made = [each for future in futures for each in future.result(30)]

    alone = SeededIds("shared")
    assert sorted(made) == sorted(alone.new() for _ in range(THREADS * EACH))


def test_a_mock_with_an_id_seed_gives_the_same_ids_every_time() -> None:
    assert first_upload_id("tests") == first_upload_id("tests")


def first_upload_id(id_seed: str) -> str:
    mock = Mock.start(id_seed=id_seed, seed="none")
    body = {"filename": "a.pdf", "mimeType": "application/pdf", "size": 5}
    response = mock.caller("invoice-uploads")("POST", "/invoice-uploads/presign", body)
    mock.stop()
    return str(response.json()["uploadId"])
