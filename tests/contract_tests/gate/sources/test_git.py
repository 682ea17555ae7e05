"""A commit is a source: what was in it is read, not what lies in the working folder."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from contract_tests.errors import WrongUse
from contract_tests.gate.sources import git, read_source
from tests.contract_tests.gate.sources.building import EMPTY, HEAD, put
from tests.contract_tests.gate.sources.test_references import schema

Git = Callable[..., str]
_SETTINGS = {
    **dict.fromkeys(("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"), "Ada"),
    **dict.fromkeys(("GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"), "ada@shop.test"),
    **dict.fromkeys(("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"), os.devnull),
}


def commands(folder: Path) -> Git:
    """Git in a folder."""

    def run(*words: str) -> str:
        done = subprocess.run(["git", *words], cwd=folder, capture_output=True, timeout=60, check=True)
        return done.stdout.decode().strip()

    return run


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the user's settings nor the hook that may run these tests have a say."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    for name, value in _SETTINGS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with two commits of `openapi/shop.yaml`, versions 1.2.0 and 2.0.0, and a changed working folder."""
    folder = tmp_path / "shop"
    folder.mkdir()
    run = commands(folder)
    run("init", "-q", "-b", "main")
    put(folder, openapi__shop=EMPTY, openapi__v1__admin=EMPTY, notes="just: notes\n")
    commit(folder, "first")
    put(folder, openapi__shop=EMPTY.replace("1.2.0", "2.0.0"))
    commit(folder, "second")
    put(folder, openapi__shop=EMPTY.replace("1.2.0", "3.0.0"), openapi__new=EMPTY)
    monkeypatch.chdir(folder)
    return folder


def commit(folder: Path, tag: str) -> None:
    run = commands(folder)
    run("add", ".")
    run("commit", "-q", "-m", tag)
    run("tag", "-a", tag, "-m", tag)


def versions(text: str) -> dict[str, str]:
    return {name: each.info_version for name, each in read_source(text).specifications.items()}


@pytest.mark.parametrize(
    ("reference", "version"),
    [("HEAD", "2.0.0"), ("main", "2.0.0"), ("HEAD~1", "1.2.0"), ("first", "1.2.0"), ("main^{/second}", "2.0.0")],
)
def test_a_file_is_read_as_a_commit_has_it(reference: str, version: str, repository: Path) -> None:
    assert versions(f"git:{reference}:openapi/shop.yaml") == {"shop": version}


def test_a_folder_has_what_the_commit_has_in_it(repository: Path) -> None:
    assert versions("git:HEAD:openapi") == {"shop": "2.0.0", "v1/admin": "1.2.0"}
    assert versions("git:HEAD:") == {"openapi/shop": "2.0.0", "openapi/v1/admin": "1.2.0"}
    assert versions("git:HEAD:openapi/") == versions("git:HEAD:./openapi") == versions("git:HEAD:openapi")


def test_places_name_the_commit_as_the_user_did(repository: Path) -> None:
    origins = [
        next(iter(read_source(text).specifications.values())).root.place.file
        for text in ("git:HEAD:openapi/shop.yaml", "git:HEAD:openapi", "git:HEAD:", "git:first:./openapi/v1")
    ]

    assert origins == [
        "git:HEAD:openapi/shop.yaml",
        "git:HEAD:openapi/shop.yaml",
        "git:HEAD:openapi/shop.yaml",
        "git:first:./openapi/v1/admin.yaml",
    ]


def test_paths_are_from_the_root_unless_they_begin_with_a_dot(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository / "openapi" / "v1")

    assert versions("git:HEAD:openapi/v1/admin.yaml") == {"admin": "1.2.0"}
    assert versions("git:HEAD:./admin.yaml") == {"admin": "1.2.0"}
    assert versions("git:HEAD:../shop.yaml") == {"shop": "2.0.0"}
    assert versions("git:HEAD:.") == {"admin": "1.2.0"}
    assert versions("git:HEAD:..") == {"shop": "2.0.0", "v1/admin": "1.2.0"}
    assert complaint_raw("git:HEAD:admin.yaml") == (
        "git:HEAD:admin.yaml can't be read: there is no such file in the commit"
        "; write ./admin.yaml for what is below openapi/v1/"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("git:", "'git:' is not complete; it is git:REF:PATH, such as git:main:openapi/api.yaml"),
        ("git:main", "'git:main' is not complete"),
        ("git::openapi/shop.yaml", "'git::openapi/shop.yaml' is not complete"),
        ("git:nope:openapi", "git:nope: there is no such commit, branch or tag"),
        ("git:--help:openapi", "git:--help: there is no such commit, branch or tag"),
        ("git:HEAD:nope.yaml", "git:HEAD:nope.yaml can't be read: there is no such file in the commit"),
        ("git:HEAD:openapi/new.yaml", "git:HEAD:openapi/new.yaml can't be read: there is no such file in the commit"),
        ("git:HEAD:openapi/shop.yaml/x", "git:HEAD:openapi/shop.yaml/x can't be read: it would be below a file"),
        ("git:HEAD:../other", "'../other' leads out of the repository"),
        ("git:HEAD:/etc/passwd", "'/etc/passwd' leads out of the repository"),
        ("git:HEAD:a\nb", "git:HEAD:a"),
        ("git:HEAD:a\0b", "git:HEAD:a"),
        ("git:a\0b:x", "git can't be asked for that: embedded null byte"),
        ("git:HEAD:notes.yaml", "git:HEAD:notes.yaml:1: is no OpenAPI document"),
    ],
)
def test_what_a_commit_does_not_have_is_said(text: str, said: str, repository: Path) -> None:
    assert " ".join(complaint_raw(text).split()).startswith(" ".join(said.split()))


def complaint_raw(text: str) -> str:
    """What is said of a source that can't be compared."""
    with pytest.raises(WrongUse) as caught:
        read_source(text)
    return str(caught.value)


def test_outside_of_a_repository_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))

    assert "not a git repository" in complaint_raw("git:HEAD:openapi")


def test_without_git_it_is_said(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(repository))

    assert complaint_raw("git:HEAD:openapi") == "git can't be run: No such file or directory"


def test_a_git_that_hangs_is_given_up(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(words: list[str], **_: object) -> None:
        raise subprocess.TimeoutExpired(words, 60)

    monkeypatch.setattr(subprocess, "run", hang)

    assert complaint_raw("git:HEAD:openapi") == "git took longer than 60 seconds"


def test_a_shallow_clone_tells_why_it_lacks_a_commit(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands(tmp_path)("clone", "-q", "--depth", "1", "--no-tags", repository.as_uri(), "shallow")
    monkeypatch.chdir(tmp_path / "shallow")

    assert versions("git:HEAD:openapi/shop.yaml") == {"shop": "2.0.0"}
    assert complaint_raw("git:HEAD~1:openapi") == (
        "git:HEAD~1: there is no such commit, branch or tag"
        "; the clone is shallow, fetch more of it (git fetch --unshallow, or fetch-depth: 0)"
    )


def test_a_whole_clone_has_no_such_reason(repository: Path) -> None:
    assert complaint_raw("git:HEAD~9:openapi") == "git:HEAD~9: there is no such commit, branch or tag"


def test_references_are_followed_in_the_same_commit(repository: Path) -> None:
    put(repository, openapi__shop=schema("schemas/order.yaml"), openapi__schemas__order="title: then\n")
    commit(repository, "third")
    put(repository, openapi__schemas__order="title: now\n")

    (specification,) = read_source("git:third:openapi/shop.yaml").specifications.values()
    found = specification.root.at("paths", "/a", "get", "responses", "200", "content", "a/b", "schema", "title")
    assert found is not None
    assert (found.value, found.place.file) == ("then", "git:third:openapi/schemas/order.yaml")


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("missing.yaml", "git:HEAD:openapi/missing.yaml:1: can't be read: there is no such file in the commit"),
        ("../notes.yaml", "leads out of the folder that is read"),
        ("out.yaml", "can't be read: it is a symbolic link out of the folder that is read"),
        ("dangling.yaml", "can't be read: it is a symbolic link to nothing"),
        ("circle.yaml", "can't be read: it is a symbolic link in a circle"),
        ("v1", "can't be read: it is a folder"),
        ("a%0Ab.yaml", "can't be read: there is no such file in the commit"),
    ],
)
def test_references_to_what_is_not_in_the_commit_are_refused(reference: str, said: str, repository: Path) -> None:
    for name, target in {"out": "../notes", "dangling": "nowhere", "circle": "circle"}.items():
        (repository / "openapi" / f"{name}.yaml").symlink_to(f"{target}.yaml")
    put(repository, openapi__shop=schema(reference))
    commit(repository, "third")

    assert said in complaint_raw("git:HEAD:openapi/shop.yaml")


def test_a_symbolic_link_in_the_folder_is_followed(repository: Path) -> None:
    put(repository, openapi__shop=schema("link.yaml"))
    (repository / "openapi" / "link.yaml").symlink_to("v1/admin.yaml")
    commit(repository, "third")

    assert versions("git:HEAD:openapi/shop.yaml") == {"shop": "1.2.0"}


def test_many_files_are_fetched_at_once(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(30):
        put(repository, **{f"openapi__s{number}": f"properties: {{x: {{$ref: s{number + 1}.yaml}}}}\n"})
    put(repository, openapi__shop=schema("s0.yaml"), openapi__s30="type: string\n")
    commit(repository, "third")
    called: list[tuple[str, ...]] = []
    ask = git.ask_git

    def counted(*words: str, given: bytes = b"", check: bool = True) -> subprocess.CompletedProcess[bytes]:
        called.append(words)
        return ask(*words, given=given, check=check)

    monkeypatch.setattr(git, "ask_git", counted)

    assert versions("git:HEAD:openapi/shop.yaml") == {"shop": "1.2.0"}
    assert len(called) < 10


def test_files_that_are_too_large_together_are_read_one_by_one(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    ask = git.ask_git

    def counted(*words: str, given: bytes = b"", check: bool = True) -> subprocess.CompletedProcess[bytes]:
        asked.append(given.count(b"\n"))
        return ask(*words, given=given, check=check)

    monkeypatch.setattr(git, "ask_git", counted)
    monkeypatch.setattr(git, "MAX_BYTES", len(EMPTY))

    assert versions("git:HEAD:openapi") == {"shop": "2.0.0", "v1/admin": "1.2.0"}
    assert max(asked) == 1
    monkeypatch.setattr(git, "MAX_BYTES", len(EMPTY) - 1)
    assert complaint_raw("git:HEAD:openapi") == f"git:HEAD:openapi/shop.yaml:1: is larger than {len(EMPTY) - 1} bytes"


def test_names_in_any_script_are_read(repository: Path) -> None:
    (repository / "openapi" / "größe 1.yaml").write_text(HEAD + "paths: {}\n", encoding="utf-8")
    commit(repository, "third")

    assert "größe 1" in versions("git:HEAD:openapi")
    assert versions("git:HEAD:openapi/größe 1.yaml") == {"größe 1": "1.2.0"}
