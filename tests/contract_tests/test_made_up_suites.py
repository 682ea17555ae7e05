"""The suites of made-up requests find each fault that a proxy adds, by the rule it breaks, and none without one."""

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
from contract_tests.suites import test_robustness, test_schema
from contract_tests.transport import Recorder, Transport
from mock_server.live import LiveServer
from tests.contract_tests.faulty_proxy import Proxy, proxied
from tests.contract_tests.made_up_faults import FAULTS, Fault

SEED = 7
PROPERTIES = (
    test_schema.test_anything_that_is_allowed,
    test_schema.test_anything_that_is_forbidden,
    test_robustness.test_bytes_that_were_changed,
)

pytestmark = pytest.mark.faults


@pytest.fixture(scope="module")
def proxy() -> Iterator[Proxy]:
    server = LiveServer.start()
    with proxied(server.url) as found:
        yield found
    server.stop()


@pytest.fixture
def examiner(proxy: Proxy) -> Iterator[Examiner]:
    target = mock_target(proxy.origin)
    transport = Transport(target, Recorder())
    tag = new_tag()
    control = Control(transport, tag)
    control.begin()
    tokens = Tokens(transport, control.headers)
    for check in PROPERTIES:
        prepare(check, SEED, 3)
    yield Examiner(target, transport, tokens, Ledger(None, target.name, tag), control, tag, SEED)
    proxy.change = None
    control.end()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_found_by_its_check(examiner: Examiner, proxy: Proxy, fault: Fault) -> None:
    examiner.tokens.get("invoices")
    examiner.tokens.get("invoice_uploads")
    proxy.change = fault.change()
    with pytest.raises((Broken, ExceptionGroup)) as found:
        fault.check(examiner)
    assert fault.rule in rules(found.value)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_without_its_fault_the_check_finds_nothing(examiner: Examiner, fault: Fault) -> None:
    fault.check(examiner)


def rules(error: BaseException) -> set[str]:
    """The rules that were found to be broken, together or alone."""
    if isinstance(error, BaseExceptionGroup):
        return {rule for each in error.exceptions for rule in rules(each)}
    return {error.rule} if isinstance(error, Broken) else set()
