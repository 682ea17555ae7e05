"""The PostgreSQL that the tests start for themselves: shared, stopped whatever happens, and missed aloud."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests import postgres

ROOT = Path(__file__).parents[2]

# Uses the server until it is killed.
USER = """
import sys
from pathlib import Path
from tests import postgres
with postgres.server(Path(sys.argv[1])) as address:
    print(address, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def own_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgres_server: str) -> Path:
    """A folder whose users get a server other than that of the test run; skipped where none can be started."""
    monkeypatch.delenv(postgres.URL_VARIABLE, raising=False)
    try:
        postgres.binaries_folder()
    except postgres.Unavailable as reason:
        pytest.skip(str(reason))
    return tmp_path


def test_the_server_is_stopped_when_its_last_user_is_killed(own_server: Path) -> None:
    import psycopg

    command = [sys.executable, "-c", USER, str(own_server)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as user:
        assert user.stdout is not None
        address = user.stdout.readline().rstrip()
        with postgres.server(own_server) as same:
            assert same == address
        assert postgres.say(address, "SELECT 1") == [(1,)]
        with psycopg.connect(address.replace("+psycopg", ""), autocommit=True) as connection:
            user.kill()
            with pytest.raises(psycopg.OperationalError):
                connection.execute("SELECT pg_sleep(60)")
    with pytest.raises(postgres.Unavailable):
        postgres.say(address, "SELECT 1")


def test_without_postgresql_tests_are_skipped_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(postgres.REQUIRE_VARIABLE, raising=False)
    monkeypatch.delenv(postgres.URL_VARIABLE, raising=False)
    with pytest.raises(pytest.skip.Exception, match="no PostgreSQL: none here"), postgres.required_or_skipped():
        raise postgres.Unavailable("none here")


@pytest.mark.parametrize(
    ("variable", "value"),
    [(postgres.REQUIRE_VARIABLE, "1"), (postgres.URL_VARIABLE, "postgresql://nowhere/state")],
)
def test_where_postgresql_is_required_its_absence_fails(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(pytest.fail.Exception, match="no PostgreSQL: none here"), postgres.required_or_skipped():
        raise postgres.Unavailable("none here")
