"""What a URL leads to: a mock, also behind a proxy; a deployment, or as much of it as there is; or nothing."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from contract_tests import transport as module
from contract_tests.control import Control
from contract_tests.errors import TargetUnreachable, WrongUse
from contract_tests.reaching import HEALTH, require_there, target_at
from contract_tests.target import Limits, Target
from contract_tests.transport import Recorder, Transport
from tests.contract_tests.scripted import DROPPED, HTML, Reply, Scripted, scripted

HEALTHY = Reply(body=json.dumps({"status": "ok", "groups": ["invoices"]}).encode())
UNAUTHORIZED = Reply(401)
NOT_FOUND = Reply(404)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scripted]:
    monkeypatch.setattr(module, "RETRY_PAUSE_SECONDS", 0.0)
    with scripted() as found:
        yield found


def test_a_mock_may_stand_behind_a_path(server: Scripted) -> None:
    server.decide = lambda method, path: HEALTHY if path == f"/teams/a{HEALTH}" else NOT_FOUND
    target = target_at(f"{server.origin}/teams/a/", admin_token="t")

    assert target.mock_origin == f"{server.origin}/teams/a"
    assert target.bases["invoices"] == f"{server.origin}/teams/a/pay-int-api"
    assert target.token_url == f"{server.origin}/teams/a/oauth2/token"
    assert target.may_pay


def test_the_control_api_of_a_guarded_mock_gets_its_token(server: Scripted) -> None:
    server.decide = lambda method, path: HEALTHY
    Control(Transport(target_at(server.origin, admin_token="secret"), Recorder())).begin()

    method, path, headers = server.asked[-1]
    assert (method, path) == ("POST", "/_mock/namespaces")
    assert headers["authorization"] == "Bearer secret"


def test_what_is_no_mock_is_only_read(server: Scripted) -> None:
    server.replies = [UNAUTHORIZED]
    target = target_at(server.origin)

    assert set(target.bases) == {"invoices", "invoice_uploads"}
    assert not target.may_write
    assert not target.is_mock


@pytest.mark.parametrize("missing", [NOT_FOUND, HTML])
def test_of_a_deployment_those_apis_are_examined_that_are_there(missing: Reply, server: Scripted) -> None:
    server.decide = lambda method, path: UNAUTHORIZED if path.startswith("/api/v1/") else missing

    assert set(target_at(server.origin).bases) == {"invoice_uploads"}


NOTHING = {
    "nobody": (DROPPED, "found nobody"),
    "a page": (HTML, "by something else than the API: 200 with text/html"),
    "a gateway": (Reply(502), "by something else than the API: 502"),
    "another server": (NOT_FOUND, r"is not found \(404\)"),
}


@pytest.mark.parametrize("case", NOTHING)
def test_where_no_api_is_nothing_can_be_examined(case: str, server: Scripted) -> None:
    reply, message = NOTHING[case]
    server.replies = [reply]
    with pytest.raises(TargetUnreachable, match=message):
        target_at(server.origin)


def test_a_target_that_is_too_slow_is_not_examined(server: Scripted) -> None:
    server.replies = [Reply(401, after=0.5)]
    slow = Target("slow", {"invoices": f"{server.origin}/pay-int-api"}, limits=Limits(timeout_seconds=0.1))
    with pytest.raises(TargetUnreachable, match=r"was not answered within 0\.1 seconds"):
        require_there(slow)


@pytest.mark.parametrize(
    "url", ["staging.example", "ftp://staging.example", "https://", "https://a b", "https://staging.example:65536"]
)
def test_what_is_no_url_is_wrong_use(url: str) -> None:
    with pytest.raises(WrongUse, match="is no URL"):
        target_at(url)


def test_a_password_in_a_url_is_not_told() -> None:
    with pytest.raises(TargetUnreachable) as caught:
        target_at("http://me:hidden-word@127.0.0.1:1")
    assert str(caught.value) == "GET http://***@127.0.0.1:1/_mock/health found nobody: ConnectionError"


def test_a_guarded_command_ends_with_whoever_started_it() -> None:
    command = [sys.executable, "-c", "import time; print('on', flush=True); time.sleep(60)"]
    guard = subprocess.Popen(
        [sys.executable, "-m", "contract_tests.guarding", *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert guard.stdin is not None
    assert guard.stdout is not None
    with guard:
        assert guard.stdout.readline() == b"on\n"
        began = time.monotonic()
        guard.stdin.close()
        guard.wait(20)

    assert time.monotonic() - began < 20
    assert guard.returncode != 0
