"""One server at a time on a SQLite file, wherever files can be locked."""

from __future__ import annotations

import errno
import fcntl
from pathlib import Path
from typing import Any

import pytest

from mock_server.core.errors import SetupError
from mock_server.storage.sole_server import SUFFIX, sole_server


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


def address(file: Path) -> str:
    return f"sqlite:///{file}"


def mark(file: Path) -> Path:
    return Path(f"{file}{SUFFIX}")


def is_refused(address: str) -> bool:
    try:
        with sole_server(address):
            return False
    except SetupError as error:
        return "in use by another server" in str(error)


def test_a_second_server_is_refused_until_the_first_has_ended(file: Path) -> None:
    with sole_server(address(file)):
        assert is_refused(address(file))
        assert is_refused(address(file))
    assert not is_refused(address(file))


def test_nothing_is_left_behind(file: Path) -> None:
    with pytest.raises(ArithmeticError), sole_server(address(file)):
        raise ArithmeticError
    assert list(file.parent.iterdir()) == []


def test_a_file_is_the_same_by_any_of_its_names(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (file.parent / "link.db").symlink_to(file)
    monkeypatch.chdir(file.parent)
    with sole_server(address(file)):
        assert is_refused("sqlite:///state.db")
        assert is_refused("sqlite+pysqlite:///link.db")
        assert not is_refused("sqlite:///other.db")


@pytest.mark.parametrize(
    "address", ["sqlite://", "sqlite:///:memory:", "postgresql+psycopg://me:secret@there/mock", "nonsense", ""]
)
def test_what_is_no_file_may_have_any_number_of_servers(address: str) -> None:
    with sole_server(address):
        assert not is_refused(address)


def test_what_a_killed_server_has_left_hinders_nobody(file: Path) -> None:
    mark(file).touch()
    assert not is_refused(address(file))


def test_where_nothing_can_be_locked_nobody_is_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def flock(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", flock)
    with sole_server(address(file)):
        assert not is_refused(address(file))


@pytest.mark.parametrize("is_folder", [True, False])
def test_where_no_file_can_be_made_the_store_has_the_word(is_folder: bool, file: Path) -> None:
    if is_folder:
        mark(file).mkdir()
    else:
        file = file.parent / "missing" / "state.db"
    with sole_server(address(file)):
        assert not is_refused(address(file))


def test_a_lock_on_a_file_that_has_just_been_taken_away_is_none(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = fcntl.flock
    taken_away: list[Any] = []

    def flock(opened: Any, operation: int) -> None:
        if not taken_away:  # by the server before, between opening and locking
            taken_away.append(opened)
            mark(file).unlink()
        lock(opened, operation)

    monkeypatch.setattr(fcntl, "flock", flock)
    with sole_server(address(file)):
        assert is_refused(address(file))
