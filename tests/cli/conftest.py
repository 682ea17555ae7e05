"""A server that pretends to be a mock."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cli.fake import Fake, faking


@pytest.fixture
def fake() -> Iterator[Fake]:
    with faking() as found:
        yield found
