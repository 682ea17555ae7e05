"""A file or a folder is a source: of a folder, those files are read that are OpenAPI documents."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from contract_tests.gate.sources import read_source
from tests.contract_tests.gate.sources.building import EMPTY, HEAD, complaint, complaint_about, document, put


def test_a_file_is_the_one_specification_of_its_source(tmp_path: Path) -> None:
    put(tmp_path, shop=EMPTY, other=EMPTY)

    source = read_source(str(tmp_path / "shop.yaml"))

    assert source.origin == f"{tmp_path}/shop.yaml"
    assert list(source.specifications) == ["shop"]
    assert source.notes == ()


def test_a_folder_has_those_files_that_are_openapi_documents(tmp_path: Path) -> None:
    put(tmp_path, shop=EMPTY, v2__shop=EMPTY, schemas__order="type: object\n", compose="services: {openapi: {}}\n")
    (tmp_path / "more.json").write_text(json.dumps(document()), encoding="utf-8")
    (tmp_path / "last.YML").write_text(EMPTY, encoding="utf-8")
    (tmp_path / "shop.md").write_text(EMPTY, encoding="utf-8")

    source = read_source(str(tmp_path))

    assert {name: each.origin for name, each in source.specifications.items()} == {
        "last": f"{tmp_path}/last.YML",
        "more": f"{tmp_path}/more.json",
        "shop": f"{tmp_path}/shop.yaml",
        "v2/shop": f"{tmp_path}/v2/shop.yaml",
    }
    assert list(source.specifications) == sorted(source.specifications)


@pytest.mark.parametrize("folder", [".hidden", "node_modules", "__pycache__", "v1/.git/x"])
def test_hidden_folders_and_those_of_packages_are_not_looked_into(folder: str, tmp_path: Path) -> None:
    put(tmp_path, shop=EMPTY, **{f"{folder.replace('/', '__')}__api": EMPTY} if "__" not in folder else {})
    (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    (tmp_path / folder / "api.yaml").write_text("openapi: [\n", encoding="utf-8")

    assert list(read_source(str(tmp_path)).specifications) == ["shop"]


def test_one_that_is_no_utf_8_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "api.yaml").write_bytes(EMPTY.encode("utf-16"))

    assert complaint(tmp_path).endswith("/api.yaml:1: is UTF-16, not UTF-8 text")


def test_one_that_is_broken_is_not_passed_over(tmp_path: Path) -> None:
    put(tmp_path, shop=EMPTY, broken="openapi: 3.0.3\ninfo: [\n")

    assert "broken.yaml:3: is not YAML" in complaint(tmp_path)


def test_of_two_files_with_one_name_the_other_is_told(tmp_path: Path) -> None:
    put(tmp_path, shop=EMPTY)
    (tmp_path / "shop.json").write_text(json.dumps(document()), encoding="utf-8")

    source = read_source(str(tmp_path))

    assert source.specifications["shop"].origin == f"{tmp_path}/shop.json"
    (note,) = source.notes
    assert str(note) == f"{tmp_path}/shop.yaml:1: is not read: {tmp_path}/shop.json has the same name"


def test_a_source_is_shown_as_it_was_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, specs__shop=EMPTY)
    monkeypatch.chdir(tmp_path)

    named = ["specs/shop.yaml", "./specs/shop.yaml", "specs", "specs/", "."]
    origins = [next(iter(read_source(each).specifications.values())).origin for each in named]

    assert origins == [
        "specs/shop.yaml",
        "./specs/shop.yaml",
        "specs/shop.yaml",
        "specs/shop.yaml",
        "./specs/shop.yaml",
    ]


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    said = complaint(tmp_path / "none.yaml")

    assert said == "none.yaml is not there: name a file, a folder, git:REF:PATH or a URL"


@pytest.mark.parametrize("text", ["", "  "])
def test_an_empty_name_is_not_the_working_folder(text: str) -> None:
    assert complaint(text).startswith("no source is named")


@pytest.mark.parametrize("text", ["a\0b", "x" * 5000, "file:///etc", "ftp://x", "~nobody/x", "git", "http:/x"])
def test_what_can_be_no_path_is_not_there(text: str) -> None:
    assert complaint(text)


def test_a_folder_without_a_document_is_no_source(tmp_path: Path) -> None:
    put(tmp_path, schema="type: object\n")

    assert complaint(tmp_path).endswith(f"{tmp_path.name} has no OpenAPI document")


def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "api.yaml")

    assert complaint(tmp_path / "api.yaml") == "api.yaml:1: is no regular file"


def test_a_file_that_is_named_may_be_a_symbolic_link_to_anywhere(tmp_path: Path) -> None:
    put(tmp_path, shared__api=EMPTY, mine__x=EMPTY)
    (tmp_path / "mine" / "api.yaml").symlink_to(tmp_path / "shared" / "api.yaml")

    assert list(read_source(str(tmp_path / "mine" / "api.yaml")).specifications) == ["api"]
    assert "it is a symbolic link out of the folder that is read" in complaint(tmp_path / "mine")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_said(tmp_path: Path) -> None:
    put(tmp_path, api=EMPTY, folder__api=EMPTY)
    (tmp_path / "api.yaml").chmod(0)
    (tmp_path / "folder").chmod(0)

    assert complaint(tmp_path / "api.yaml") == "api.yaml:1: can't be read: Permission denied"
    assert "folder can't be read: Permission denied" in complaint(tmp_path)


def test_control_characters_of_a_name_do_not_reach_the_terminal(tmp_path: Path) -> None:
    said = complaint_about(tmp_path, HEAD + 'paths: {"/a\\e[31m\\nb": 1}\n')

    assert said == "api.yaml:3: must be a mapping: /paths/~1a\\x1b[31m\\nb"
