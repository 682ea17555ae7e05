"""`mock-server ctl journal`: what the mock was asked, on the command line."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from mock_server.cli.ctl.journal import FILTERS
from mock_server.core.journal import filters
from tests.cli.fake import Fake
from tests.process import MOCK_SERVER, serving

EXCHANGE = {
    "id": "0b9a7c52",
    "at": "2026-11-02T09:30:00Z",
    "milliseconds": 2.1,
    "group": "invoices",
    "operation": "cancelInvoice",
    "merchantId": None,
    "method": "PUT",
    "path": "/pay-int-api/invoices/7/cancel",
    "query": "a=1",
    "status": 400,
    "rules": ["INV-CANCEL-STATE"],
    "steered": "",
}
LINE = "0b9a7c52  400  PUT     cancelInvoice             /pay-int-api/invoices/7/cancel?a=1  INV-CANCEL-STATE"


def journal(url: str, *arguments: str, stdin: str = "", as_json: bool = False) -> subprocess.CompletedProcess[str]:
    more = ["--json"] if as_json else []
    return subprocess.run(
        [MOCK_SERVER, "ctl", "--url", url, *more, "journal", *arguments],
        capture_output=True,
        text=True,
        timeout=30,
        input=stdin,
    )


def call(url: str, path: str) -> str:
    """The id of an exchange that the mock at this address has had."""
    parts = urlsplit(url)
    with closing(HTTPConnection(parts.hostname or "", parts.port, timeout=30)) as connection:
        connection.request("GET", path)
        return str(connection.getresponse().headers["x-request-id"])


@pytest.fixture(scope="module")
def mock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("mock")) as url:
        yield url


def test_each_exchange_is_a_line(fake: Fake) -> None:
    fake.answers(200, {"exchanges": [EXCHANGE, {**EXCHANGE, "operation": None, "steered": "fault-1"}], "matched": 2})

    run = journal(fake.url)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.splitlines()[0] == f"2026-11-02T09:30:00Z  {LINE}"
    assert run.stdout.splitlines()[1].endswith("INV-CANCEL-STATE  (fault-1)")


def test_an_empty_journal_says_so(fake: Fake) -> None:
    fake.answers(200, {"exchanges": []})

    assert journal(fake.url).stdout == "nothing was asked\n"


def test_every_filter_of_the_journal_is_an_option() -> None:
    assert list(FILTERS) == [*filters.FILTERS, "after", "before"]


def test_what_is_looked_for_is_asked_for(fake: Fake) -> None:
    fake.answers(200, {"exchanges": []})
    given = {name: f"some {name}" for name in FILTERS}
    journal(fake.url, *(part for name, text in given.items() for part in (f"--{name}", text)), "--limit", "7")

    asked = parse_qs(urlsplit(fake.last.target).query)
    assert asked == {**{name: [text] for name, text in given.items()}, "limit": ["7"]}


def test_an_export_goes_to_a_file_or_to_standard_output(mock: str, tmp_path: Path) -> None:
    call(mock, "/exported")
    written = journal(mock, "--export", "har", "--path", "/exported", "-o", str(tmp_path / "calls.har"))
    printed = journal(mock, "--export", "curl", "--path", "/exported")

    assert (written.returncode, written.stdout) == (0, "")
    assert len(json.loads((tmp_path / "calls.har").read_text())["log"]["entries"]) == 1
    assert printed.stdout.count("\ncurl ") == 1


def test_an_exchange_is_shown_with_its_messages(mock: str) -> None:
    found = journal(mock, "show", call(mock, "/shown"))

    assert found.returncode == 0
    assert "GET     -                         /shown  CTL-ROUTE" in found.stdout
    assert '"rule": "CTL-ROUTE"' in found.stdout


def test_an_unknown_exchange_is_refused_in_one_line(mock: str) -> None:
    run = journal(mock, "show", "nobody")

    assert run.returncode == 1
    assert "none with the id nobody" in run.stderr
    assert run.stderr.count("\n") == 1


def test_a_verification_says_what_is_missing_and_exits_with_1(mock: str, tmp_path: Path) -> None:
    call(mock, "/verified")
    (tmp_path / "expected.json").write_text(json.dumps({"match": {"path": "/verified", "method": "PUT"}}))
    wrong = journal(mock, "verify", str(tmp_path / "expected.json"))
    right = journal(mock, "verify", "-", stdin='{"match": {"path": "/verified"}}')

    assert (right.returncode, right.stderr) == (0, "")
    assert right.stdout.startswith("expected at least 1 of path /verified; found 1 among ")
    assert (wrong.returncode, wrong.stderr) == (1, "")
    assert '/method: "PUT" was expected, there is "GET"' in wrong.stdout


def test_a_cleared_journal_is_empty(mock: str) -> None:
    call(mock, "/cleared")

    assert journal(mock, "clear").returncode == 0
    assert journal(mock, "--path", "/cleared").stdout == "nothing was asked\n"


@pytest.mark.parametrize(
    ("arguments", "stdin"),
    [
        (["--follow", "--export", "har"], ""),
        (["--limit", "3", "--export", "har"], ""),
        (["-o", "file"], ""),
        (["--follow", "--before", "x"], ""),
        (["--limit", "1001"], ""),
        (["--export", "pdf"], ""),
        (["verify", "-"], "{"),
        (["verify", "no such file"], ""),
        (["show"], ""),
    ],
)
def test_what_makes_no_sense_is_wrong_use(fake: Fake, arguments: list[str], stdin: str) -> None:
    run = journal(fake.url, *arguments, stdin=stdin)

    assert (run.returncode, run.stdout) == (2, "")
    assert fake.asked == []


def test_a_file_that_can_not_be_written_is_wrong_use(mock: str, tmp_path: Path) -> None:
    assert journal(mock, "--export", "ndjson", "-o", str(tmp_path / "no" / "file")).returncode == 2


def test_what_comes_is_shown_as_it_comes(mock: str) -> None:
    journal(mock, "clear")
    first = call(mock, "/followed/1")
    with subprocess.Popen(
        [MOCK_SERVER, "ctl", "--url", mock, "journal", "--follow", "--path", "/followed/*"],
        stdout=subprocess.PIPE,
        text=True,
    ) as following:
        assert following.stdout is not None
        assert first in following.stdout.readline()
        call(mock, "/elsewhere")
        second = call(mock, "/followed/2")
        assert second in following.stdout.readline()
        following.terminate()
