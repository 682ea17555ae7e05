"""Who may use the mock's own API: whoever has the admin token; without one, callers on this machine alone."""

from __future__ import annotations

import logging
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from httpx2 import Response

from mock_server.cli.running import run
from mock_server.core.errors import SetupError
from mock_server.http.guard import Guard
from mock_server.settings import Settings
from tests.mock import Mock
from tests.process import MOCK_SERVER, running
from tests.worlds import new_name

TOKEN = "letters-and-digits-0815"


@pytest.fixture(scope="module")
def guarded_mock() -> Iterator[Mock]:
    with Mock.running(admin_token=TOKEN) as mock:
        yield mock


def clock(mock: Mock, **headers: str) -> Response:
    return mock.client.get("/_mock/clock", headers={name.replace("_", "-"): value for name, value in headers.items()})


def is_refused(response: Response) -> bool:
    if response.status_code == 200:
        return False
    assert (response.status_code, response.json()["rule"]) == (401, "CTL-ADMIN"), response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["www-authenticate"].startswith("Bearer")
    return True


@pytest.mark.parametrize(
    "host",
    [
        *(
            "localhost",
            "LOCALHOST",
            "localhost:8080",
            "127.0.0.1",
            "127.0.0.1:8080",
            "127.9.9.9",
            "[::1]",
            "[::1]:8080",
        ),
        *("shop.localhost", "shop.localhost:8080"),
    ],
)
def test_callers_on_this_machine_are_let_in(shared_mock: Mock, host: str) -> None:
    assert not is_refused(clock(shared_mock, host=host))


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "evil.example:8080", "localhost.evil.example", "127.0.0.1.evil.example", "evil-localhost"),
        *("evil.example@localhost", "localhost@evil.example", "localhost:x@evil.example", "localhost/evil.example"),
        *("localhost#evil.example", "localhost?evil.example", "localhost\\evil.example", "localhost evil.example"),
        *(
            "0.0.0.0",
            "0",
            "127.1",
            "2130706433",
            "0x7f000001",
            "[::]",
            "[::ffff:1.2.3.4]",
            "[::1",
            "10.0.0.1",
            "",
            ":8080",
        ),
        *("localhost:8080:8080", "localhost:abc", "localhost,evil.example", "\u2460\u2461\u2466.0.0.1"),
    ],
)
def test_another_name_of_the_host_is_refused(shared_mock: Mock, host: str) -> None:
    """A page of somebody else's whose name was made to lead here has that name in its requests."""
    scope = {"headers": [(b"host", host.encode("utf-8"))]}
    with pytest.raises(Exception, match="under a name that is not this machine's"):
        Guard(None).check(scope)


@pytest.mark.parametrize(
    "origin",
    [
        *(
            "http://localhost",
            "http://localhost:3000",
            "https://127.0.0.1:8443",
            "http://[::1]:3000",
            "http://app.localhost",
        ),
    ],
)
def test_pages_of_this_machine_are_let_in(shared_mock: Mock, origin: str) -> None:
    assert not is_refused(clock(shared_mock, host="localhost", origin=origin))


FOREIGN = [
    *("https://evil.example", "null", "", "file://", "http://localhost.evil.example", "http://127.0.0.1.evil.example"),
    *("http://evil.example#localhost", "http://localhost@evil.example", "chrome-extension://abc", "http://0.0.0.0"),
    *("http://[::ffff:1.2.3.4]", "http://evil.example:80", "localhost", "http://", "http://[::1"),
]


@pytest.mark.parametrize("origin", FOREIGN)
def test_pages_of_other_origins_are_refused(shared_mock: Mock, origin: str) -> None:
    assert is_refused(clock(shared_mock, host="localhost", origin=origin))


def test_one_good_header_does_not_hide_a_bad_one() -> None:
    for name, bad in ((b"host", b"evil.example"), (b"origin", b"https://evil.example")):
        good = {b"host": b"localhost", b"origin": b"http://localhost"}[name]
        for values in ([good, bad], [bad, good]):
            with pytest.raises(Exception, match="open to callers on this machine"):
                Guard(None).check({"headers": [(name, value) for value in values]})


def test_a_request_without_a_host_is_let_in() -> None:
    """No browser sends such a one."""
    Guard(None).check({"headers": []})


@pytest.mark.parametrize(("method", "path"), [("POST", "/reset"), ("PUT", "/clock"), ("DELETE", "/faults")])
def test_a_preflight_opens_no_way_in(shared_mock: Mock, method: str, path: str) -> None:
    """Any page may call the APIs that are stood in for, so preflights are answered alike; the call is refused."""
    evil = {"host": "localhost", "origin": "https://evil.example"}
    asked = {**evil, "access-control-request-method": method, "access-control-request-headers": "x-mock-namespace"}
    assert shared_mock.client.options(f"/_mock{path}", headers=asked).status_code == 200
    assert is_refused(shared_mock.client.request(method, f"/_mock{path}", headers=evil))


def test_a_simple_request_of_another_page_changes_nothing(shared_mock: Mock) -> None:
    name = new_name()
    headers = {"host": f"{name}.localhost", "origin": "https://evil.example", "content-type": "text/plain"}
    assert is_refused(shared_mock.client.post("/_mock/snapshots", content="{}", headers=headers))
    assert name not in [each.name for each in shared_mock.server.namespaces.list()]


def test_health_is_open_to_all(shared_mock: Mock, guarded_mock: Mock) -> None:
    for mock in (shared_mock, guarded_mock):
        headers = {"host": "evil.example", "origin": "https://evil.example"}
        assert mock.client.get("/_mock/health", headers=headers).status_code == 200


def test_every_operation_but_health_is_guarded(shared_mock: Mock, guarded_mock: Mock) -> None:
    contract = shared_mock.server.contracts["control"]
    for operation in contract.operations.values():
        path = contract.base_path + operation.path.replace("{", "").replace("}", "")
        for mock in (shared_mock, guarded_mock):
            headers = {"host": "evil.example"}
            response = mock.client.request(operation.method, path, headers=headers)
            assert is_refused(response) == (operation.id != "getHealth"), operation.id


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        f"Basic {TOKEN}",
        TOKEN,
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN[:-1]}",
        f"Bearer {TOKEN.upper()}",
        f"Bearer {TOKEN} {TOKEN}",
        "Bearer \u00e4",
        f"Token {TOKEN}",
    ],
)
def test_without_the_admin_token_nobody_is_let_in(guarded_mock: Mock, authorization: str | None) -> None:
    headers = {"host": "localhost", **({} if authorization is None else {"authorization": authorization})}
    encoded = [(name.encode(), value.encode("utf-8")) for name, value in headers.items()]
    response = guarded_mock.client.get("/_mock/clock", headers=encoded)
    assert is_refused(response)
    assert TOKEN not in response.text


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_whoever_has_the_admin_token_is_let_in_from_anywhere(guarded_mock: Mock, scheme: str) -> None:
    headers = {"authorization": f"{scheme} {TOKEN}", "host": "mock.example", "origin": "https://app.example"}
    assert guarded_mock.client.get("/_mock/clock", headers=headers).status_code == 200


def test_a_token_of_the_apis_is_no_admin_token(guarded_mock: Mock) -> None:
    headers = {"authorization": f"Bearer {guarded_mock.token('invoices')}"}
    assert is_refused(guarded_mock.client.get("/_mock/clock", headers=headers))


def test_the_apis_need_no_admin_token(guarded_mock: Mock) -> None:
    assert guarded_mock.caller("invoices")("GET", "/invoices").status_code == 200


def test_a_call_that_is_refused_makes_no_namespace(guarded_mock: Mock) -> None:
    name = new_name()
    assert is_refused(clock(guarded_mock, x_mock_namespace=name))
    assert name not in [each.name for each in guarded_mock.server.namespaces.list()]


def test_the_admin_token_shows_nowhere(guarded_mock: Mock, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    headers = {"authorization": f"Bearer {TOKEN}"}
    answers = [guarded_mock.client.get(path, headers=headers).text for path in ("/_mock/clock", "/_mock/x", "/x")]
    shown = [repr(Settings(admin_token=TOKEN)), repr(guarded_mock.server), caplog.text, *answers]
    assert [each for each in shown if TOKEN in each] == []


@pytest.mark.parametrize(
    ("host", "token", "reason"),
    [
        ("0.0.0.0", None, "can be reached by others"),
        ("::", None, "can be reached by others"),
        ("", None, "can be reached by others"),
        ("127.0.0.1", "fifteen-letters", "too short"),
        ("127.0.0.1", "", "too short"),
        ("127.0.0.1", "sixteen letters of it", "ASCII"),
        ("127.0.0.1", "sixteen-letters-\u00e4", "ASCII"),
    ],
)
def test_a_server_that_others_could_use_does_not_start(host: str, token: str | None, reason: str) -> None:
    with pytest.raises(SetupError) as error:
        run(Settings(host=host, port=0, admin_token=token))
    assert reason in str(error.value)
    assert not token or token not in str(error.value)


def test_it_says_so_in_one_line(tmp_path: Path) -> None:
    arguments = [MOCK_SERVER, "serve", "--port", "0", "--host", "0.0.0.0"]
    environment = {"MOCK_SERVER_SERVE_ADMIN_TOKEN": "  "}
    ended = subprocess.run(arguments, capture_output=True, text=True, timeout=60, env=environment)
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (2, "", 1), ended.stderr


def test_a_running_server_shows_its_token_to_nobody(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    with running(tmp_path, ["--admin-token-file", str(tmp_path / "token")]) as (process, origin):
        environment = {"MOCK_SERVER_CTL_ADMIN_TOKEN": f" {TOKEN}\n", "MOCK_SERVER_CTL_URL": origin}
        shown = subprocess.run([MOCK_SERVER, "ctl", "clock"], capture_output=True, text=True, env=environment)
        assert shown.returncode == 0, shown.stderr
        wrong = {**environment, "MOCK_SERVER_CTL_ADMIN_TOKEN": "wrong-token-wrong-token"}
        refused = subprocess.run([MOCK_SERVER, "ctl", "clock"], capture_output=True, text=True, env=wrong)
        assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
        arguments = Path(f"/proc/{process.pid}/cmdline").read_text() if Path("/proc").is_dir() else ""
    log = (tmp_path / "stderr.txt").read_text()
    assert log
    assert [text for text in (arguments, log, shown.stdout, refused.stderr) if TOKEN in text] == []
