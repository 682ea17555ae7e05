"""The folder: all bytes or none, and nothing left behind by those who were stopped half-way."""

from __future__ import annotations

import errno
import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mock_server.core.errors import SetupError, StoreError
from mock_server.object_storage.backends import BackendError, BackendFull, BlobAbsent, FolderBackend, sweep


@pytest.fixture(params=[False, True], ids=["", "durable"])
def backend(folder: Path, request: pytest.FixtureRequest) -> FolderBackend:
    return FolderBackend(folder, durable=request.param)


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def kept(backend: FolderBackend, content: bytes = b"bytes") -> str:
    writer = backend.open_writer()
    writer.write(content)
    blob = writer.commit()
    writer.release()
    return blob


def read(backend: FolderBackend, blob: str) -> bytes:
    reader = backend.open(blob)
    try:
        return reader.read(1000)
    finally:
        reader.close()


def test_what_was_written_is_read_back_in_order(backend: FolderBackend) -> None:
    writer = backend.open_writer()
    writer.write(b"one ")
    writer.write(b"two")
    blob = writer.commit()
    writer.release()
    reader = backend.open(blob)
    assert [reader.read(4), reader.read(4), reader.read(4)] == [b"one ", b"two", b""]
    reader.close()


def test_nothing_written_is_a_blob_too(backend: FolderBackend) -> None:
    writer = backend.open_writer()
    blob = writer.commit()
    writer.release()
    assert read(backend, blob) == b""


def test_every_blob_has_a_name_of_its_own(backend: FolderBackend) -> None:
    assert len({kept(backend) for _ in range(50)}) == 50


def test_only_committed_bytes_are_there(backend: FolderBackend, folder: Path) -> None:
    writer = backend.open_writer()
    writer.write(b"half")
    (unfinished,) = files(folder)
    assert unfinished.endswith(".part")
    with pytest.raises(BlobAbsent):
        backend.open(unfinished.removesuffix(".part"))
    writer.abort()
    assert files(folder) == []


def test_committed_bytes_can_still_be_thrown_away(backend: FolderBackend, folder: Path) -> None:
    writer = backend.open_writer()
    blob = writer.commit()
    writer.abort()
    writer.abort()
    with pytest.raises(BlobAbsent):
        backend.open(blob)
    assert files(folder) == []


def test_deleted_bytes_are_gone_and_deleting_twice_is_fine(backend: FolderBackend) -> None:
    blob = kept(backend)
    backend.delete(blob)
    backend.delete(blob)
    with pytest.raises(BlobAbsent):
        backend.open(blob)


def test_bytes_deleted_while_they_are_read_are_read_to_the_end(backend: FolderBackend) -> None:
    blob = kept(backend, b"0123456789")
    reader = backend.open(blob)
    assert reader.read(5) == b"01234"
    backend.delete(blob)
    assert reader.read(5) == b"56789"
    reader.close()


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "", ".", "a" * 32 + ".part", "g" * 32, "\0"])
def test_only_names_of_its_own_making_are_looked_up(backend: FolderBackend, folder: Path, name: str) -> None:
    (folder.parent / "secret").write_text("secret")
    with pytest.raises(BlobAbsent):
        backend.open(name)
    backend.delete(name)
    assert (folder.parent / "secret").exists()


def test_other_files_in_the_folder_are_left_alone(backend: FolderBackend, folder: Path) -> None:
    (folder / "README").write_text("mine")
    assert sweep(backend, set) == 0
    FolderBackend(folder)
    assert files(folder) == ["README"]


# --- sweeping -------------------------------------------------------------------------------------------------------


def test_a_sweep_deletes_what_no_record_points_to(backend: FolderBackend, folder: Path) -> None:
    recorded, forgotten = kept(backend), kept(backend)
    assert sweep(backend, lambda: {recorded}) == 1
    assert files(folder) == [recorded] != [forgotten]


def test_a_sweep_leaves_bytes_alone_whose_record_is_still_to_come(backend: FolderBackend, folder: Path) -> None:
    writing, finished = backend.open_writer(), backend.open_writer()
    blob = finished.commit()
    assert sweep(FolderBackend(folder), set) == 0
    assert blob in files(folder)
    finished.release()
    assert sweep(backend, set) == 1
    writing.abort()
    assert files(folder) == []


def test_a_sweep_asks_for_the_records_after_it_has_looked_for_bytes(backend: FolderBackend, folder: Path) -> None:
    recorded_meanwhile = []

    def known() -> set[str]:
        recorded_meanwhile.append(kept(backend))
        return set()

    assert sweep(backend, known) == 0
    assert files(folder) == recorded_meanwhile


def test_opening_the_folder_again_spares_what_another_still_writes(backend: FolderBackend, folder: Path) -> None:
    writer = backend.open_writer()
    FolderBackend(folder)
    writer.write(b"bytes")
    blob = writer.commit()
    writer.release()
    assert read(backend, blob) == b"bytes"


def test_opening_the_folder_again_removes_what_a_dead_process_left(folder: Path) -> None:
    """A process ends without any clean-up between two writes; the lock it held is gone with it."""
    program = (
        "import os, sys, pathlib; from mock_server.object_storage.backends import FolderBackend\n"
        "writer = FolderBackend(pathlib.Path(sys.argv[1])).open_writer(); writer.write(b'half'); os._exit(9)"
    )
    ended = subprocess.run([sys.executable, "-c", program, str(folder)], check=False)
    assert ended.returncode == 9
    assert len(files(folder)) == 1
    FolderBackend(folder)
    assert files(folder) == []


def test_a_writer_whose_file_was_swept_before_it_was_locked_takes_another(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = FolderBackend(folder)
    lock = fcntl.flock
    attempts = []

    def late(file: object, operation: int) -> None:
        attempts.append(operation)
        if len(attempts) == 1:
            for path in folder.iterdir():
                path.unlink()
        lock(file, operation)  # type: ignore[arg-type]

    monkeypatch.setattr(fcntl, "flock", late)
    writer = backend.open_writer()
    writer.write(b"bytes")
    assert read(backend, writer.commit()) == b"bytes"
    assert len(attempts) == 2
    writer.release()


# --- what the system may say ----------------------------------------------------------------------------------------


def test_a_folder_that_cannot_be_made_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SetupError, match="cannot keep files in"):
        FolderBackend(tmp_path / "file" / "objects")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_stops_the_start(folder: Path) -> None:
    folder.mkdir(mode=0o500)
    with pytest.raises(SetupError, match="cannot keep files"):
        FolderBackend(folder)


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSPC, BackendFull),
        (errno.EDQUOT, BackendFull),
        (errno.EFBIG, BackendFull),
        (errno.EIO, BackendError),
        (errno.ENOENT, BlobAbsent),
    ],
)
def test_the_systems_errors_become_the_backends(
    folder: Path, monkeypatch: pytest.MonkeyPatch, number: int, kind: type[BackendError]
) -> None:
    backend = FolderBackend(folder)

    def fails(path: Path, *args: object, **kwargs: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "open", fails)
    with pytest.raises(StoreError) as caught:
        backend.open_writer()
    assert type(caught.value) is kind
    assert isinstance(caught.value.__cause__, OSError)


def test_a_folder_taken_away_is_reported_and_not_fatal_to_throwing_away(folder: Path) -> None:
    backend = FolderBackend(folder)
    writer = backend.open_writer()
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    with pytest.raises(BackendError):
        writer.commit()
    writer.abort()
    with pytest.raises(BackendError):
        backend.open_writer()
