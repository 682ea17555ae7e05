"""The check that a fault names finds it, by the rule it breaks, and finds nothing where there is no fault.

So every fault is shown to change an answer: a check sees nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from contract_tests.broken import Broken
from mock_server.live import LiveServer
from tests.faults.every import faults
from tests.faults.fault import Fault
from tests.faults.naming import checks, examining, rules_broken

pytestmark = pytest.mark.faults


@pytest.fixture(scope="module")
def live() -> Iterator[LiveServer]:
    server = LiveServer.start()
    yield server
    server.stop()


@pytest.mark.parametrize("fault", faults(), ids=lambda fault: fault.name)
def test_a_fault_is_found_by_its_check(live: LiveServer, fault: Fault) -> None:
    raises = pytest.raises((Broken, ExceptionGroup))
    with fault.plant(live) as origin, examining(origin) as examiner, raises as found:
        checks()[fault.check].run(examiner)
    assert fault.rule in rules_broken(found.value)


@pytest.mark.parametrize("check", sorted({fault.check for fault in faults()}))
def test_without_a_fault_its_check_finds_nothing(live: LiveServer, check: str) -> None:
    with examining(live.url) as examiner:
        checks()[check].run(examiner)
