"""How requests are sent: how often, how fast, and what is made of answers that come from something else."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from contract_tests import transport as module
from contract_tests.errors import NotReached, TargetUnreachable
from contract_tests.exchange import NO_ANSWER, Sent
from contract_tests.pace import BudgetSpent, Pace
from contract_tests.target import Limits, Target
from contract_tests.transport import Recorder, Transport
from tests.contract_tests.scripted import DROPPED, HTML, Reply, Scripted, scripted


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scripted]:
    monkeypatch.setattr(module, "RETRY_PAUSE_SECONDS", 0.0)
    with scripted() as found:
        yield found


def transport(server: Scripted, *, is_mock: bool = False, **limits: float) -> Transport:
    target = Target("here", {"invoices": f"{server.origin}/pay-int-api"}, f"{server.origin}/oauth2/token")
    target = replace(target, limits=Limits(**limits), mock_origin=server.origin if is_mock else "")  # type: ignore[arg-type]
    return Transport(target, Recorder())


def test_a_reading_request_is_sent_again_when_the_connection_ends(server: Scripted) -> None:
    server.replies = [DROPPED, DROPPED, Reply()]

    assert transport(server, retries=2).send("GET", server.origin).status == 200
    assert len(server.asked) == 3


def test_a_writing_request_is_sent_once(server: Scripted) -> None:
    server.replies = [DROPPED, Reply()]
    sending = transport(server, is_mock=True)
    with pytest.raises(TargetUnreachable, match="found nobody") as error:
        sending.send("POST", server.origin, operation_id="createInvoice")

    assert len(server.asked) == 1
    assert [(each.operation_id, each.status) for each in sending.recorder.steps] == [("createInvoice", NO_ANSWER)]
    assert error.value.is_dropped
    assert error.value.operation_id == "createInvoice"


def test_who_is_too_slow_is_not_asked_again(server: Scripted) -> None:
    server.replies = [Reply(after=0.5)]
    with pytest.raises(TargetUnreachable, match=r"was not answered within 0\.1 seconds") as error:
        transport(server, timeout_seconds=0.1).send("GET", server.origin)

    assert len(server.asked) == 1
    assert not error.value.is_dropped


def test_who_wants_to_be_asked_later_is_asked_later_also_for_what_writes(server: Scripted) -> None:
    server.replies = [Reply(429, headers={"Retry-After": "0"}), Reply()]

    assert transport(server, is_mock=True).send("POST", server.origin).status == 200


def test_a_date_to_come_back_at_is_by_the_clock_of_the_server(server: Scripted) -> None:
    headers = {"Retry-After": "Sun, 06 Nov 1994 08:49:37 GMT", "Date": "Sun, 06 Nov 1994 08:49:37 GMT"}
    server.replies = [Reply(429, headers=headers), Reply()]

    assert transport(server).send("GET", server.origin).status == 200


@pytest.mark.parametrize("asked", ["3600", "0"])
def test_who_keeps_us_out_for_long_can_t_be_examined(asked: str, server: Scripted) -> None:
    server.replies = [Reply(429, headers={"Retry-After": asked})]
    began = time.monotonic()
    with pytest.raises(TargetUnreachable, match="takes no more requests"):
        transport(server, retries=2).send("GET", server.origin)

    assert time.monotonic() - began < 5
    assert len(server.asked) == (1 if asked == "3600" else 3)


@pytest.mark.parametrize("reply", [HTML, Reply(502), Reply(503), Reply(504, b"", {})])
def test_a_page_or_a_gateway_is_not_the_api(reply: Reply, server: Scripted) -> None:
    server.replies = [reply]
    with pytest.raises(TargetUnreachable, match="by something else than the API"):
        transport(server).send("GET", server.origin)


def test_a_mock_s_own_errors_are_answers_and_a_proxy_s_are_none(server: Scripted) -> None:
    server.replies = [Reply(503), HTML, Reply(503, b"", {})]
    mock = transport(server, is_mock=True)

    assert mock.send("GET", server.origin).status == 503
    assert mock.send("GET", server.origin).status == 200
    with pytest.raises(TargetUnreachable):
        mock.send("GET", server.origin)


def test_proxies_of_the_machine_are_not_used(server: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    assert transport(server).send("GET", server.origin).status == 200


def test_the_target_s_headers_go_along_with_everything(server: Scripted) -> None:
    sender = transport(server)
    sender.target = replace(sender.target, headers={"X-Gateway-Key": "k"})
    sender.send("GET", server.origin)

    assert server.asked[0][2]["x-gateway-key"] == "k"


OWN = {
    "the API": "{origin}/pay-int-api/invoices",
    "beside it": "{origin}/elsewhere?a=b",
    "the authorization server": "{tokens}/oauth2/token",
}
FOREIGN = {
    "another host": "{foreign}/bucket/key?X-Amz-Signature=0",
    "the name before it": "{at}@{foreign_netloc}/pay-int-api",
    "the same path": "{foreign}/pay-int-api/invoices",
}


@pytest.mark.parametrize("url", OWN.values(), ids=list(OWN))
def test_the_target_s_headers_go_to_all_of_its_origins(server: Scripted, url: str) -> None:
    with scripted() as tokens:
        sender = gated(server, tokens.origin)
        sender.send("GET", url.format(origin=server.origin, tokens=tokens.origin))
        asked = [*server.asked, *tokens.asked]

    assert [each[2].get("x-gateway-key") for each in asked] == ["k"]


@pytest.mark.parametrize("url", FOREIGN.values(), ids=list(FOREIGN))
def test_the_target_s_headers_go_to_nobody_else(server: Scripted, url: str) -> None:
    """Presigned URLs may lead to another host, to which a gateway's key is none of its business."""
    with scripted() as foreign:
        sender = gated(server, server.origin)
        netloc = foreign.origin.removeprefix("http://")
        written = url.format(foreign=foreign.origin, at=server.origin, foreign_netloc=netloc)
        sender.send("GET", written)
        sender.send_bytes(Sent("GET", written, {}, b""), [], b"")

    assert server.asked == []
    assert len(foreign.asked) == 2
    assert all("x-gateway-key" not in {name.lower() for name in headers} for _, _, headers in foreign.asked)


def gated(server: Scripted, tokens: str) -> Transport:
    """To a target that is behind a gateway, which wants a key."""
    sender = transport(server)
    sender.target = replace(sender.target, headers={"X-Gateway-Key": "k"}, token_url=f"{tokens}/oauth2/token")
    return sender


def test_a_redirect_to_somebody_else_is_not_followed(server: Scripted) -> None:
    with scripted() as foreign:
        server.replies = [Reply(307, b"", {"Location": f"{foreign.origin}/pay-int-api/invoices"})]

        assert gated(server, server.origin).send("GET", f"{server.origin}/pay-int-api/invoices").status == 307
        assert foreign.asked == []


def test_redirects_are_answers(server: Scripted) -> None:
    server.replies = [Reply(302, b"", {"Location": "/elsewhere"})]

    assert transport(server).send("GET", server.origin).status == 302
    assert len(server.asked) == 1


def test_a_target_that_allows_no_writes_is_not_written_to(server: Scripted) -> None:
    with pytest.raises(NotReached, match="allows no writes"):
        transport(server).send("POST", f"{server.origin}/pay-int-api/invoices", body=b"{}")

    assert server.asked == []


def test_tokens_may_be_asked_for_all_the_same(server: Scripted) -> None:
    assert transport(server).send("POST", f"{server.origin}/oauth2/token", body=b"a=b").status == 200


def test_no_more_requests_are_sent_than_a_run_may_send(server: Scripted) -> None:
    sender = transport(server, max_requests=2)
    sender.send("GET", server.origin)
    sender.send("GET", server.origin)
    with pytest.raises(BudgetSpent):
        sender.send("GET", server.origin)

    assert len(server.asked) == 2


def test_requests_are_kept_back_to_clean_up_with() -> None:
    pace = Pace(None, 5, to_clean_up=lambda: 2)
    pace.wait()
    with pytest.raises(BudgetSpent):
        pace.wait()
    pace.is_cleaning_up = True
    for _ in range(4):
        pace.wait()
    with pytest.raises(BudgetSpent):
        pace.wait()


def test_all_threads_together_keep_the_rate() -> None:
    pace = Pace(100, None)
    began = time.monotonic()

    def send_five() -> None:
        for _ in range(5):
            pace.wait()

    threads = [threading.Thread(target=send_five) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(10)

    assert time.monotonic() - began >= 0.19
    assert pace.count == 20
