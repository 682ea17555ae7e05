"""The checks of uploads and authorization find each fault around the mock, and nothing in the mock as it is."""

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
from contract_tests.suites import test_uploads
from contract_tests.transport import Recorder, Transport
from mock_server.live import LiveServer
from tests.contract_tests import access_faults, upload_faults
from tests.contract_tests.upload_faults import Fault

FAULTS = [*upload_faults.FAULTS, *access_faults.FAULTS]
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
    prepare(test_uploads.test_walk, SEED, 3)
    tokens = Tokens(transport, control.headers)
    yield Examiner(target, transport, tokens, Ledger(None, target.name, tag), control, tag, SEED)
    control.end()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_found_by_its_check(examiner: Examiner, fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    place, name = fault.place
    monkeypatch.setattr(place, name, fault.make(place.__dict__[name]))
    with pytest.raises(Broken) as found:
        fault.check(examiner)
    assert found.value.rule == fault.rule


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_without_its_fault_the_check_finds_nothing(examiner: Examiner, fault: Fault) -> None:
    fault.check(examiner)
