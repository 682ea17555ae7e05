"""What faults do to bytes."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.core.steering.effects import MalformedJson, Slow, Truncate

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(JSON, st.booleans())
def test_a_garbled_answer_is_never_json(value: object, is_ascii: bool) -> None:
    content = json.dumps(value, ensure_ascii=is_ascii).encode()

    garbled = MalformedJson().garbled(content)

    with pytest.raises(ValueError):
        json.loads(garbled)


@given(st.binary(min_size=1, max_size=50), st.none() | st.integers(0, 60))
def test_what_is_kept_of_a_truncated_answer_is_its_beginning_and_never_all_of_it(
    content: bytes, keep: int | None
) -> None:
    kept = Truncate(keep).kept(content)

    assert content.startswith(kept)
    assert len(kept) < len(content)
    assert len(kept) == min(len(content) // 2 if keep is None else keep, len(content) - 1)


def test_nothing_is_kept_of_nothing() -> None:
    assert Truncate().kept(b"") == b""
    assert Truncate(5).kept(b"") == b""


@given(st.binary(max_size=300), st.integers(1, 400))
def test_a_slow_answer_is_whole_and_takes_its_time(content: bytes, rate: int) -> None:
    slow = Slow(rate)
    portions = slow.portions(content)

    assert b"".join(portions) == content
    assert sum(map(slow.seconds, portions)) == pytest.approx(len(content) / rate)
    assert all(0 < len(each) <= max(1, rate // 10) for each in portions)
