"""A contract that was found sound is kept, and found again for as long as neither it nor its reader changes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from openapi import DocumentError, contract_file, kept, read_contract, reading
from openapi.documents import Document

DATA = {"openapi": "3.0.3", "paths": {"/a": {"get": [1, 2.5, None, True, "text"]}}}


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A contract in a package of its own."""
    monkeypatch.setattr(kept, "_PACKAGE", tmp_path)
    reading._READ.clear()
    yield Path(shutil.copy(contract_file("invoice_uploads"), tmp_path))
    reading._READ.clear()
    kept._reader.cache_clear()


def forgotten(file: Path) -> list[Path]:
    """As in a new process; what is kept on disk."""
    reading._READ.clear()
    return sorted((file.parent / "__pycache__").glob("*"))


def test_what_is_kept_is_found_by_the_digest_of_the_content(file: Path) -> None:
    kept.keep(file, kept.digest(b"one"), DATA)

    assert kept.find(file, kept.digest(b"one")) == DATA
    assert kept.find(file, kept.digest(b"two")) is None


def test_what_is_kept_takes_the_place_of_what_was_kept_before_of_the_same_contract(file: Path) -> None:
    other = file.with_name("other.yaml")
    kept.keep(other, kept.digest(b"other"), DATA)
    kept.keep(file, kept.digest(b"one"), DATA)
    kept.keep(file, kept.digest(b"two"), DATA)

    assert [each.name.split(".")[0] for each in forgotten(file)] == ["invoice_uploads", "other"]
    assert kept.find(file, kept.digest(b"two")) == DATA


def test_another_reader_finds_nothing(file: Path) -> None:
    kept._reader.cache_clear()
    before = kept.digest(b"one")
    kept._reader.cache_clear()
    (file.parent / "checking.py").write_text("# checks more than before", encoding="utf-8")

    assert kept.digest(b"one") != before


@pytest.mark.parametrize("content", [b"", b'{"openapi": "3.0', b"\xff\xfe"])
def test_a_torn_file_counts_as_none(file: Path, content: bytes) -> None:
    kept.keep(file, kept.digest(b"one"), DATA)
    (place,) = forgotten(file)
    place.write_bytes(content)

    assert kept.find(file, kept.digest(b"one")) is None


@pytest.mark.parametrize("data", [{200: "fine"}, {"a": float("nan")}, {"a": 2**70}])
def test_what_json_would_change_is_not_kept(file: Path, data: object) -> None:
    kept.keep(file, kept.digest(b"one"), data)

    assert forgotten(file) == []


def test_contracts_of_others_leave_nothing_behind(tmp_path: Path) -> None:
    kept.keep(tmp_path / "theirs.yaml", kept.digest(b"one"), DATA)

    assert list(tmp_path.iterdir()) == []


def test_where_nothing_can_be_written_the_contract_is_read_all_the_same(file: Path) -> None:
    (file.parent / "__pycache__").write_text("a file where the folder should be", encoding="utf-8")

    assert len(read_contract(file).operations) == 7
    assert {each.name for each in file.parent.iterdir()} == {"invoice_uploads.yaml", "__pycache__"}


def test_a_sound_contract_is_looked_through_once(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = read_contract(file)
    forgotten(file)
    monkeypatch.setattr(reading, "problems", lambda contract, document: pytest.fail("looked through again"))
    monkeypatch.setattr(reading, "read_text", lambda file, text: pytest.fail("read again"))
    second = read_contract(file)

    assert second is not first
    assert second.document == first.document
    assert second.rules == first.rules
    assert second.lifecycles == first.lifecycles


def test_a_changed_contract_is_looked_through_again(file: Path) -> None:
    read_contract(file)
    assert len(forgotten(file)) == 1
    broken = file.read_text(encoding="utf-8").replace("initial: [presigned]", "initial: [lost]", 1)
    file.write_text(broken, encoding="utf-8")

    with pytest.raises(DocumentError, match="lost"):
        read_contract(file)


def test_an_unsound_contract_is_refused_each_time(file: Path) -> None:
    broken = file.read_text(encoding="utf-8").replace("initial: [presigned]", "initial: [lost]", 1)
    file.write_text(broken, encoding="utf-8")

    for _ in range(2):
        with pytest.raises(DocumentError, match="lost"):
            read_contract(file)
    assert forgotten(file) == []


def test_lines_are_known_of_what_was_kept(file: Path) -> None:
    read_contract(file)
    forgotten(file)
    contract = read_contract(file)
    document = Document(file, file.read_text(encoding="utf-8"), contract.document)
    line = document.line(contract.operations["confirmUpload"].pointer)

    assert "post:" in file.read_text(encoding="utf-8").splitlines()[line - 2]
