"""`mock-server ctl` on namespaces, clock, snapshots, documents and records of a mock that runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mock_server.cli.commands.ctl import command
from mock_server.live import LiveServer
from mock_server.settings import Settings
from tests.worlds import new_name

AT = "2026-11-02T09:30:00Z"


@pytest.fixture(scope="module")
def live() -> Iterator[LiveServer]:
    server = LiveServer.start(Settings(access_log=False))
    yield server
    server.stop()


class Shell:
    """Runs commands for one namespace."""

    def __init__(self, url: str, namespace: str) -> None:
        self.url = url
        self.namespace = namespace

    def __call__(self, *arguments: str, given: str | None = None) -> Result:
        options = ["--url", self.url, "--namespace", self.namespace]
        return CliRunner().invoke(command, [*options, *arguments], input=given)

    def says(self, *arguments: str, given: str | None = None) -> str:
        """What a command that succeeds prints."""
        result = self(*arguments, given=given)
        assert result.exit_code == 0, result.output
        assert result.stderr == ""
        return result.stdout

    def refuses(self, *arguments: str) -> str:
        """The one line in which the mock refuses."""
        result = self(*arguments)
        assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (1, "", 1), result.output
        return result.stderr


@pytest.fixture
def ctl(live: LiveServer) -> Shell:
    """In a namespace whose clock stands still."""
    name = new_name()
    Shell(live.url, "default").says("namespaces", "create", name, "--id-seed", "abc", "--frozen-at", AT)
    return Shell(live.url, name)


def test_a_namespace_is_made_listed_and_deleted(live: LiveServer) -> None:
    default, name = Shell(live.url, "default"), new_name()
    made = default.says("namespaces", "create", name, "--seed", "empty", "--id-seed", "abc", "--frozen-at", AT)
    assert made == f"{name}: seed empty, ids by 'abc', frozen at {AT}\n"
    assert made in default.says("namespaces", "list")
    assert default.says("namespaces", "delete", name) == f"{name} is gone\n"
    assert name not in default.says("namespaces", "list")
    assert name in default.refuses("namespaces", "delete", name)


def test_a_namespace_without_a_name_gets_one(ctl: Shell) -> None:
    made = json.loads(ctl.says("--json", "namespaces", "create", "--fork-of", ctl.namespace))
    assert made["clock"]["now"] == AT
    assert made["name"] in ctl.says("namespaces", "list")


def test_the_clock_is_shown_and_moved(ctl: Shell) -> None:
    assert ctl.says("clock").startswith(f"frozen at {AT}")
    assert ctl.says("clock", "advance", "P3DT1H").startswith("frozen at 2026-11-05T10:30:00Z")
    assert "allowBackwards" in ctl.refuses("clock", "set", AT)
    assert ctl.says("clock", "set", AT, "--allow-backwards").startswith(f"frozen at {AT}")
    assert ctl.says("clock", "run").startswith("running at 2026-11-02T09:30:0")
    assert ctl.says("clock", "freeze").startswith("frozen at 2026-11-02T09:30:0")
    assert json.loads(ctl.says("--json", "clock"))["mode"] == "frozen"


@pytest.mark.parametrize("arguments", [("advance", "yesterday"), ("set", "2026-02-30T00:00:00Z"), ("advance", "-P1D")])
def test_what_no_clock_can_do_is_refused_in_one_line(ctl: Shell, arguments: tuple[str, ...]) -> None:
    result = ctl("clock", *arguments)
    assert result.exit_code in {1, 2}
    assert result.stdout == ""
    assert ctl.says("clock").startswith(f"frozen at {AT}")


def test_snapshots_are_saved_restored_forked_and_deleted(ctl: Shell) -> None:
    assert ctl.says("snapshots", "list") == ""
    assert ctl.says("snapshots", "save") == f"snapshot-1: seed demo, clock frozen at {AT}\n"
    before = ctl.says("export")
    ctl.says("invoices", "place")
    assert ctl.says("export") != before
    assert ctl.namespace in ctl.says("snapshots", "restore", "snapshot-1")
    assert ctl.says("export") == before

    fork = Shell(ctl.url, new_name())
    assert fork.namespace in ctl.says("snapshots", "fork", "snapshot-1", fork.namespace)
    assert fork.says("export") == before
    assert "snapshot-1" in ctl.refuses("snapshots", "save", "snapshot-1")
    ctl.says("snapshots", "save", "snapshot-1", "--replace")
    assert ctl.says("snapshots", "delete", "snapshot-1") == "snapshot-1 is gone\n"
    assert "snapshot-1" in ctl.refuses("snapshots", "restore", "snapshot-1")


def test_a_namespace_goes_into_a_file_and_back(ctl: Shell, tmp_path: Path) -> None:
    file = tmp_path / "shop.json"
    ctl.says("invoices", "place", "--status", "Paid")
    assert ctl.says("export", "--output", str(file)) == ""
    text = file.read_text(encoding="utf-8")
    assert text == ctl.says("export")
    other = Shell(ctl.url, new_name())
    assert other.namespace in other.says("import", str(file))
    assert other.says("export") == text
    assert other.says("import", "-", given=text)


def test_an_export_that_fails_leaves_the_file_as_it_is(ctl: Shell, tmp_path: Path) -> None:
    file = tmp_path / "shop.json"
    file.write_text("kept", encoding="utf-8")
    failed = Shell("http://127.0.0.1:1", "shop")("export", "--output", str(file))

    assert (failed.exit_code, file.read_text(encoding="utf-8")) == (3, "kept")


@pytest.mark.parametrize("output", [".", "missing/shop.json"])
def test_an_export_that_can_not_be_written_is_wrong_use(output: str, ctl: Shell, tmp_path: Path) -> None:
    result = ctl("export", "--output", str(tmp_path / output))

    assert result.exit_code != 0
    assert isinstance(result.exception, SystemExit)


@pytest.mark.parametrize("content", ["", "{", "[" * 100_000])
def test_a_file_that_holds_no_json_is_wrong_use(ctl: Shell, tmp_path: Path, content: str) -> None:
    (tmp_path / "shop.json").write_text(content)
    result = ctl("import", str(tmp_path / "shop.json"))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "holds no JSON" in result.stderr


def test_a_file_that_holds_something_else_is_refused(ctl: Shell, tmp_path: Path) -> None:
    (tmp_path / "shop.json").write_text("{}")
    assert "format" in ctl.refuses("import", str(tmp_path / "shop.json"))


def test_a_reset_puts_the_namespace_back(ctl: Shell) -> None:
    before = ctl.says("export")
    ctl.says("invoices", "place")
    assert (
        ctl.says("reset")
        == f"{ctl.namespace}: seed demo, ids by 'abc', frozen at {AT}, next due 2099-01-01T00:00:00Z\n"
    )
    assert ctl.says("export") == before
    assert "seed none" in ctl.says("reset", "--seed", "none")
    assert "nothing" in ctl.refuses("reset", "--seed", "nothing")


def test_invoices_are_placed_and_events_happen_to_them(ctl: Shell, tmp_path: Path) -> None:
    (tmp_path / "body.json").write_text('{"lineItems": [{"name": "Rope", "quantity": 3, "unitPrice": 19.99}]}')
    body = str(tmp_path / "body.json")
    placed = json.loads(ctl.says("--json", "invoices", "place", "--status", "ProcessingPayment", "--body", body))
    assert (placed["status"], placed["totalAmount"]) == ("ProcessingPayment", 59.97)
    assert ctl.says("invoices", "event", placed["id"], "settle").startswith(f"{placed['id']}: Paid, ")
    assert "settle" in ctl.refuses("invoices", "event", placed["id"], "settle")
    assert ctl.refuses("invoices", "place", "--status", "Lost")


def test_a_payment_request_is_made_and_its_id_printed(ctl: Shell) -> None:
    assert len(ctl.says("payment-requests", "--description", "Garden").strip()) == 36
