"""A PostgreSQL for tests, and an empty database in it for each test that asks.

The server is the one named in `MOCK_SERVER_TEST_POSTGRES_URL` (its user must be allowed to create databases), else one
started here from Debian's packages or from `pg_ctl` on the PATH, in a temporary folder, on a Unix socket, as a user
without privileges. All workers of a test run share it. Without either the tests that need it are skipped, or fail
where `MOCK_SERVER_REQUIRE_POSTGRES=1`; they also fail when the address is given and nobody answers there.

How it is stopped: a keeper process of its own session starts the server and then reads from a named pipe that every
user of the server holds open for writing. When the last of them is gone, however it went, the keeper reads the end,
stops the server and removes its folder. This file is that process when it is run as a script.
"""

from __future__ import annotations

import fcntl
import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, LiteralString

import pytest

URL_VARIABLE = "MOCK_SERVER_TEST_POSTGRES_URL"
REQUIRE_VARIABLE = "MOCK_SERVER_REQUIRE_POSTGRES"
UNPRIVILEGED_USERS = ("postgres", "nobody")
DEBIAN = Path("/usr/lib/postgresql")
# Another order of texts than that of code points, so that a column which forgot its collation is found out.
LOCALES = (["--locale=C", "--locale-provider=icu", "--icu-locale=en"], ["--locale=C"])
SERVER_OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "deadlock_timeout": "20ms",  # so long transactions wait for each other before it is looked why; else a second
}
# Connections that a test has left behind would keep the tables locked.
EMPTY = """
    SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid();
    DROP SCHEMA public CASCADE;
    CREATE SCHEMA public;
"""


class Unavailable(Exception):
    """There is no PostgreSQL here; the message says why."""


# --- fixtures: import them into a conftest ---


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server in which databases may be made."""
    folder = tmp_path_factory.getbasetemp()
    in_worker = "PYTEST_XDIST_WORKER" in os.environ
    with required_or_skipped(), server(folder.parent if in_worker else folder) as address:
        yield address


@pytest.fixture(scope="session")
def postgres_database(postgres_server: str) -> Iterator[str]:
    """The address of a database of this worker's own."""
    with required_or_skipped(), database(postgres_server) as address:
        yield address


@pytest.fixture
def postgres_url(postgres_database: str) -> str:
    """The address of a database that is empty and, for the length of the test, its own.

    Emptying takes 10 ms, a new database 70 to 300.
    """
    say(postgres_database, EMPTY)
    return postgres_database


@contextmanager
def required_or_skipped() -> Iterator[None]:
    try:
        yield
    except Unavailable as reason:
        for variable in (REQUIRE_VARIABLE, URL_VARIABLE):
            if os.environ.get(variable, "0") != "0":
                pytest.fail(f"{variable} is set, but there is no PostgreSQL: {reason}", pytrace=False)
        pytest.skip(f"no PostgreSQL: {reason}")


# --- servers and databases ---


@contextmanager
def server(meeting_point: Path) -> Iterator[str]:
    """The address of a server, shared by all who name the same folder, and there as long as one of them is."""
    require_driver()
    if address := os.environ.get(URL_VARIABLE):
        yield address
        return
    with exclusive(meeting_point):
        holder, address = joined(meeting_point) or started(meeting_point)
    try:
        yield address
    finally:
        os.close(holder)


@contextmanager
def database(server_address: str) -> Iterator[str]:
    """The address of a new, empty database, dropped at the end whoever still uses it."""
    from sqlalchemy import make_url

    name = f"mock_server_test_{uuid.uuid4().hex}"
    say(server_address, f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
    try:
        yield make_url(server_address).set(database=name).render_as_string(hide_password=False)
    finally:
        say(server_address, f"DROP DATABASE {name} WITH (FORCE)")


def say(address: str, command: LiteralString) -> list[tuple[Any, ...]]:
    """Run one SQL command outside of any store; returns its rows."""
    import psycopg
    from sqlalchemy import make_url

    conninfo = make_url(address).set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        connection = psycopg.connect(conninfo, autocommit=True)
    except psycopg.OperationalError as error:
        raise Unavailable(str(error).splitlines()[0]) from error
    with connection:
        cursor = connection.execute(command)
        return cursor.fetchall() if cursor.description else []


def require_driver() -> None:
    try:
        import psycopg  # noqa: F401
    except ImportError as error:
        raise Unavailable("psycopg is not installed") from error


# --- the users' side of the pipe ---


@contextmanager
def exclusive(meeting_point: Path) -> Iterator[None]:
    with (meeting_point / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def joined(meeting_point: Path) -> tuple[int, str] | None:
    """Become a user of the server that runs already, if one does."""
    try:
        holder = os.open(meeting_point / "postgres.users", os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return None
    return holder, (meeting_point / "postgres.address").read_text()


def started(meeting_point: Path) -> tuple[int, str]:
    """Start a server and become its first user."""
    users = meeting_point / "postgres.users"
    users.unlink(missing_ok=True)
    os.mkfifo(users)
    reading = os.open(users, os.O_RDONLY | os.O_NONBLOCK)
    holder = os.open(users, os.O_WRONLY)
    try:
        os.set_blocking(reading, True)
        answer = answer_of_keeper(meeting_point, reading)
    except BaseException:
        os.close(holder)
        users.unlink()
        raise
    finally:
        os.close(reading)
    (meeting_point / "postgres.address").write_text(answer)
    return holder, answer


def answer_of_keeper(meeting_point: Path, reading: int) -> str:
    # -P: the folder of this file is no place to import from; it may hold packages named as the standard library's.
    command = [sys.executable, "-P", str(Path(__file__).resolve()), str(meeting_point)]
    with (meeting_point / "postgres.log").open("w") as log:
        keeper = subprocess.Popen(command, stdin=reading, stdout=subprocess.PIPE, stderr=log, start_new_session=True)
    assert keeper.stdout is not None
    with keeper.stdout as answers:
        answer = json.loads(answers.readline() or '{"failure": "its keeper died; see postgres.log"}')
    keeper.returncode = 0  # it outlives its starter on purpose: no warning of a process left running
    if "failure" in answer:
        raise Unavailable(answer["failure"])
    return str(answer["address"])


# --- the keeper's side ---


def keep(meeting_point: Path) -> None:
    """Run a server until its last user is gone. Standard input is the pipe, standard output takes one answer."""
    try:
        with running_server() as address:
            give_answer({"address": address})
            await_last_user(meeting_point)
    except Unavailable as reason:
        give_answer({"failure": str(reason)})


def give_answer(answer: dict[str, str]) -> None:
    sys.stdout.write(f"{json.dumps(answer)}\n")
    sys.stdout.flush()
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def await_last_user(meeting_point: Path) -> None:
    pipe = sys.stdin.fileno()
    while True:
        os.set_blocking(pipe, True)
        os.read(pipe, 1)
        try:
            with exclusive(meeting_point):
                os.set_blocking(pipe, False)
                os.read(pipe, 1)
                (meeting_point / "postgres.users").unlink()
        except BlockingIOError:
            continue  # somebody joined in between
        except FileNotFoundError:
            pass  # the whole folder is gone, and the users with it
        return


@contextmanager
def running_server() -> Iterator[str]:
    binaries = binaries_folder()
    identity = unprivileged_identity()
    folder = Path(tempfile.mkdtemp(prefix="mock-server-pg-"))
    try:
        if identity:
            os.chown(folder, identity["user"], identity["group"])
        make_cluster(binaries, folder, identity)
        options = " ".join(f"-c {name}='{value}'" for name, value in SERVER_OPTIONS.items())
        control = [str(binaries / "pg_ctl"), "-D", str(folder / "data"), "-w"]
        log = ["-l", str(folder / "log")]
        run([*control, *log, "-o", f"-k '{folder}' {options}", "start"], folder, identity)
        try:
            yield f"postgresql+psycopg://postgres@/postgres?host={folder}"
        finally:
            run([*control, "-m", "immediate", "stop"], folder, identity)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def make_cluster(binaries: Path, folder: Path, identity: dict[str, Any]) -> None:
    command = [str(binaries / "initdb"), "-D", str(folder / "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8"]
    for locale in LOCALES:
        try:
            return run([*command, "--no-sync", *locale], folder, identity)
        except Unavailable as reason:
            failure = reason
    raise failure


def run(command: list[str], folder: Path, identity: dict[str, Any]) -> None:
    # Output goes to a file: a server that inherits a pipe would keep it open.
    with (folder / "output").open("w+") as output:
        done = subprocess.run(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False, **identity
        )
        if done.returncode:
            output.seek(0)
            lines = output.read().strip().splitlines() or [f"exit code {done.returncode}"]
            raise Unavailable(f"{Path(command[0]).name}: {lines[-1]}")


def binaries_folder() -> Path:
    by_version = sorted(DEBIAN.glob("*/bin/pg_ctl"), key=lambda path: int_or_zero(path.parents[1].name))
    on_path = shutil.which("pg_ctl")
    if not by_version and not on_path:
        raise Unavailable(f"neither {DEBIAN}/*/bin nor pg_ctl on the PATH, and {URL_VARIABLE} is not set")
    return (by_version[-1] if by_version else Path(str(on_path)).resolve()).parent


def unprivileged_identity() -> dict[str, Any]:
    """Who runs the server, as arguments of `subprocess`: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    for name in UNPRIVILEGED_USERS:
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise Unavailable(f"PostgreSQL refuses to run as root, and there is none of {', '.join(UNPRIVILEGED_USERS)}")


def int_or_zero(version: str) -> int:
    return int(version) if version.isdigit() else 0


if __name__ == "__main__":
    keep(Path(sys.argv[1]))
