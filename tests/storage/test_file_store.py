"""The store in a file: what outlives its process, and what happens when the file can't take it."""

from __future__ import annotations

import os
import signal
import sqlite3
import tempfile
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from mock_server.core.errors import SetupError, StoreError
from mock_server.core.records import Query, UnitOfWork
from mock_server.storage import open_store
from mock_server.storage.engines import set_up_file_connection
from tests.storage.processes import running
from tests.storage.samples import COLLECTIONS, DOCUMENTS, Document
from tests.storage.steps import add, find, get, work
from tests.storage.suite import StoreSuite
from tests.storage.suite_lasting import LastingStore

# Opens the store, commits "kept", and is killed between adding "lost" and the end of the block.
KILLED_IN_A_TRANSACTION = """
add(store, Document("kept"))
with store.begin("here", write=True) as work:
    work.records(DOCUMENTS).add(Document("lost"))
    work.records(DOCUMENTS).remove(Document("kept", version=1))
    say("in the middle")
    hear()
"""

# May not write files beyond 200 kB from here on, as on a full disk; says what became of each of ten large records.
FULL_DISK = """
import resource
from mock_server.core.errors import StoreError
add(store, Document("before"))
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
kept = refused = 0
for n in range(10):
    try:
        add(store, Document(f"small {n}"), Document(f"large {n}", notes="x" * 50_000))
        kept += 1
    except StoreError as error:
        refused += 1
        message = str(error)
say(f"{kept} kept, {refused} refused: {message}")
"""

REFUSE_B = """
CREATE TRIGGER refuse_b BEFORE INSERT ON documents WHEN new.id = 'b' BEGIN SELECT RAISE(ABORT, 'no b'); END
"""


class TestFileStore(StoreSuite, LastingStore):
    @pytest.fixture
    def url(self, tmp_path: Path) -> str:
        return f"sqlite:///{tmp_path}/state.db"


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/state.db"


def test_a_killed_process_leaves_what_it_had_committed(url: str) -> None:
    with running(KILLED_IN_A_TRANSACTION, url) as process:
        assert process.hear() == "in the middle"
        process.kill(signal.SIGKILL)
    store = open_store(url, COLLECTIONS)
    assert get(store, "kept") == Document("kept", version=1)
    assert get(store, "lost") is None
    add(store, Document("lost"))
    store.close()


def test_a_full_disk_refuses_whole_units_of_work_and_corrupts_nothing(url: str, tmp_path: Path) -> None:
    with running(FULL_DISK, url) as process:
        kept, refused, message = process.hear().replace(" kept, ", "|").replace(" refused: ", "|").split("|")
    assert int(refused) > 0
    assert message.startswith("the state store failed: ")
    store = open_store(url, COLLECTIONS)
    found = find(store, Query())
    assert found.total == 1 + 2 * int(kept)
    assert get(store, "before") is not None
    store.close()
    checked = sqlite3.connect(tmp_path / "state.db")
    assert checked.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    checked.close()


def test_a_failed_step_that_was_passed_over_still_undoes_the_work(url: str, tmp_path: Path) -> None:
    store = open_store(url, COLLECTIONS)
    other = sqlite3.connect(tmp_path / "state.db")
    other.execute(
        "CREATE TRIGGER t BEFORE INSERT ON documents WHEN new.id = 'b' BEGIN SELECT RAISE(ABORT, 'no b'); END"
    )
    other.close()

    def pass_over_failures(unit: UnitOfWork) -> None:
        unit.records(DOCUMENTS).add(Document("a"))
        for record_id in "bc":
            with pytest.raises(StoreError, match="no b"):
                unit.records(DOCUMENTS).add(Document(record_id))

    with pytest.raises(StoreError, match="no b"):
        work(store, pass_over_failures)
    assert find(store, Query()).total == 0
    store.close()


def test_an_error_shows_nothing_of_what_was_to_be_stored(url: str, tmp_path: Path) -> None:
    store = open_store(url, COLLECTIONS)
    other = sqlite3.connect(tmp_path / "state.db")
    other.execute(REFUSE_B)
    other.close()
    card_number = "4" + "1" * 15
    with pytest.raises(StoreError, match="no b") as refused:
        add(store, Document("b", title=card_number, notes=card_number))
    assert card_number not in "".join(traceback.format_exception(refused.value))
    store.close()


def test_a_writer_elsewhere_that_never_ends_is_an_error_and_no_deadlock(
    url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("mock_server.storage.engines.PATIENCE_SECONDS", 0)
    store = open_store(url, COLLECTIONS)
    other = sqlite3.connect(tmp_path / "state.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="database is locked"):
        add(store, Document("a"))
    assert get(store, "a") is None
    other.close()
    add(store, Document("a"))
    store.close()


def test_setting_up_a_new_file_waits_for_whoever_writes_into_it(tmp_path: Path) -> None:
    is_refused = threading.Event()

    class Telling(sqlite3.Connection):
        def execute(self, *arguments: Any) -> sqlite3.Cursor:
            try:
                return super().execute(*arguments)
            except sqlite3.OperationalError:
                is_refused.set()
                raise

    other = sqlite3.connect(tmp_path / "state.db", isolation_level=None)
    other.execute("CREATE TABLE others (id)")
    other.execute("BEGIN IMMEDIATE")
    other.execute("INSERT INTO others VALUES (1)")
    own = sqlite3.connect(
        tmp_path / "state.db", isolation_level=None, timeout=60, check_same_thread=False, factory=Telling
    )
    with ThreadPoolExecutor(1) as threads:
        setting_up = threads.submit(set_up_file_connection, own, None)
        assert is_refused.wait(timeout=60)
        other.execute("COMMIT")
        setting_up.result(timeout=60)
    assert own.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    own.close()
    other.close()


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("Buy milk. " * 100)
    with pytest.raises(SetupError, match=r"cannot open SQLite file .*notes\.txt: file is not a database"):
        open_store(f"sqlite:///{path}", COLLECTIONS)
    assert path.read_text() == "Buy milk. " * 100


@pytest.mark.parametrize("path", ["missing/state.db", "file.txt/state.db", "."])
def test_a_place_where_no_file_can_be_is_refused(tmp_path: Path, path: str) -> None:
    (tmp_path / "file.txt").touch()
    with pytest.raises(SetupError, match="cannot open"):
        open_store(f"sqlite:///{tmp_path}/{path}", COLLECTIONS)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere; the next test stands in")
def test_a_file_that_may_not_be_written_is_refused(url: str, tmp_path: Path) -> None:
    open_store(url, COLLECTIONS).close()
    (tmp_path / "state.db").chmod(0o444)
    with pytest.raises(SetupError, match="readonly"):
        open_store(url, COLLECTIONS)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
@pytest.mark.parametrize(
    ("is_there", "mode", "complaint"),
    [
        (True, 0o755, "attempt to write a readonly database"),
        (True, 0o700, "unable to open database file"),
        (False, 0o755, "unable to open database file"),
    ],
)
def test_somebody_who_may_not_write_is_refused(is_there: bool, mode: int, complaint: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/state.db"
        if is_there:
            open_store(url, COLLECTIONS).close()
        Path(folder).chmod(mode)
        with running("", url, user="nobody") as process:
            assert process.hear() == f"SetupError: cannot open SQLite file {folder}/state.db: {complaint}"


def test_a_relative_path_starts_at_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    store = open_store("sqlite:///state.db", COLLECTIONS)
    monkeypatch.chdir("/")
    add(store, Document("a"))
    assert (store.describe(), store.is_embedded) == (f"SQLite file {tmp_path}/state.db", True)
    store.close()
    assert [path.name for path in tmp_path.iterdir()] == ["state.db"]
