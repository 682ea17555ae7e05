"""`mock-server ctl`: what it asks, what it prints, and its exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.fake import Fake
from tests.process import MOCK_SERVER, serving

HEALTH = {"status": "ok", "version": "1.2.3", "groups": ["invoice_uploads", "invoices"], "store": "sqlite"}


def ctl(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, with nothing in its environment but what is given."""
    return subprocess.run(
        [MOCK_SERVER, "ctl", *arguments], capture_output=True, text=True, timeout=30, env={**environment}
    )


def test_health_tells_what_a_running_mock_is(tmp_path: Path) -> None:
    with serving(tmp_path) as url:
        run = ctl("--url", url, "health")

    assert run.returncode == 0, run.stderr
    assert "is up" in run.stdout
    assert "invoice-uploads, invoices" in run.stdout
    assert run.stderr == ""


def test_json_prints_the_answer_itself(fake: Fake) -> None:
    fake.answers(200, HEALTH)

    run = ctl("--url", fake.url, "--json", "health")

    assert json.loads(run.stdout) == HEALTH


def test_every_option_can_be_set_in_the_environment(fake: Fake) -> None:
    fake.answers(200, HEALTH)

    run = ctl("health", MOCK_SERVER_CTL_URL=fake.url, MOCK_SERVER_CTL_NAMESPACE="shop-7", MOCK_SERVER_CTL_JSON="1")

    assert json.loads(run.stdout) == HEALTH
    assert fake.last.headers["x-mock-namespace"] == "shop-7"


def test_the_admin_token_comes_from_the_environment(fake: Fake) -> None:
    fake.answers(200, HEALTH)

    ctl("--url", fake.url, "health", MOCK_SERVER_CTL_ADMIN_TOKEN="s3cret")

    assert fake.last.headers["authorization"] == "Bearer s3cret"


def test_an_admin_token_in_a_file_wins(fake: Fake, tmp_path: Path) -> None:
    fake.answers(200, HEALTH)
    (tmp_path / "token").write_text("from-file\n")

    ctl(
        "--url",
        fake.url,
        "--admin-token-file",
        str(tmp_path / "token"),
        "health",
        MOCK_SERVER_CTL_ADMIN_TOKEN="s3cret",
    )

    assert fake.last.headers["authorization"] == "Bearer from-file"


def test_no_secret_is_taken_from_the_command_line() -> None:
    run = ctl("--admin-token", "s3cret", "health")

    assert run.returncode == 2
    assert "s3cret" not in run.stdout + run.stderr


def test_a_file_that_holds_no_token_is_wrong_use(tmp_path: Path) -> None:
    run = ctl("--admin-token-file", str(tmp_path / "none"), "health")

    assert (run.returncode, run.stdout) == (2, "")
    assert "none" in run.stderr


def test_where_no_mock_answers_the_exit_code_is_3(fake: Fake) -> None:
    fake.answers(200, "I am something else")

    run = ctl("--url", fake.url, "health")

    assert (run.returncode, run.stdout) == (3, "")
    assert run.stderr.startswith(f"mock-server: no mock answers at {fake.url}")
    assert run.stderr.count("\n") == 1


def test_what_the_mock_refuses_ends_with_its_reason_and_exit_code_1(fake: Fake) -> None:
    fake.refuses(401, "This mock's own API takes the admin token it was started with.", "CTL-ADMIN")

    run = ctl("--url", fake.url, "health")

    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr == "mock-server: This mock's own API takes the admin token it was started with.\n"


@pytest.mark.parametrize(
    "arguments", [("--url", "nowhere", "health"), ("unknown",), ("health", "--unknown"), ("--url",), ()]
)
def test_wrong_use_ends_with_exit_code_2(arguments: tuple[str, ...]) -> None:
    run = ctl(*arguments)

    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr


def test_help_names_every_command() -> None:
    run = ctl("--help")

    assert run.returncode == 0
    assert "health" in run.stdout
    assert "MOCK_SERVER_CTL_ADMIN_TOKEN" in run.stdout


def test_help_needs_nothing_of_the_server() -> None:
    program = (
        "import sys; from mock_server.cli.main import main; sys.argv = ['mock-server', 'ctl', '--help']\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(sorted({each.partition('.')[0] for each in sys.modules} & {'connexion', 'sqlalchemy', 'flask', 'yaml'}))"
    )

    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert run.stdout.splitlines()[-1] == "[]"
