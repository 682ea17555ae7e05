"""The checks of invoices find each fault around the mock, by the rule it breaks, and none in the mock as it is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from contract_tests.broken import Broken
from contract_tests.control import Control
from contract_tests.credentials import Tokens
from contract_tests.examiner import Examiner, new_tag
from contract_tests.ledger import Ledger
from contract_tests.properties import prepare
from contract_tests.reaching import mock_target
from contract_tests.suites import test_amounts, test_listing
from contract_tests.transport import Recorder, Transport
from mock_server.live import LiveServer
from tests.contract_tests.invoice_faults import FAULTS, Fault

SCALE = 0.5
SEED = 7

pytestmark = pytest.mark.faults


@pytest.fixture(scope="module")
def live() -> Iterator[LiveServer]:
    server = LiveServer.start()
    yield server
    server.stop()


@pytest.fixture
def examiner(live: LiveServer) -> Iterator[Examiner]:
    target = mock_target(live.url)
    transport = Transport(target, Recorder())
    tag = new_tag()
    control = Control(transport, tag)
    control.begin()
    tokens = Tokens(transport, control.headers)
    ledger = Ledger(None, target.name, tag)
    for check in (test_amounts.test_figures, test_listing.test_combinations):
        prepare(check, SEED, SCALE)
    yield Examiner(target, transport, tokens, ledger, control, tag, SEED, scale=SCALE)
    control.end()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_found_by_its_check(examiner: Examiner, fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    place, name = fault.place
    original = place.__dict__[name]
    monkeypatch.setattr(place, name, fault.make(original))
    with pytest.raises(Broken) as found:
        run(fault, examiner)
    assert found.value.rule == fault.rule


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_without_its_fault_the_check_finds_nothing(examiner: Examiner, fault: Fault) -> None:
    run(fault, examiner)


def run(fault: Fault, examiner: Examiner) -> None:
    fault.check(examiner)
