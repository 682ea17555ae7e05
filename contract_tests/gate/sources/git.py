"""A file or a folder of a commit as a source; read from git's objects, nothing is checked out.

A path is meant as git means it: from the root of the repository, or from the working folder if it begins with `./` or
`../`.
"""

from __future__ import annotations

import os
import posixpath
import subprocess
from collections.abc import Iterable
from contextlib import suppress

from contract_tests.errors import WrongUse
from contract_tests.gate.sources.document import MAX_BYTES, wrong
from contract_tests.gate.sources.opened import Opened, may_be_specification
from contract_tests.gate.sources.shelf import FileShelf
from contract_tests.gate.sources.web import Web

PREFIX = "git:"
_SECONDS = 60
_SETTINGS = {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"}
"""English messages, and nobody is asked and nothing locked."""

_NO_FILE = {
    "missing": "there is no such file in the commit",
    "dangling": "it is a symbolic link to nothing",
    "loop": "it is a symbolic link in a circle",
    "symlink": "it is a symbolic link out of the folder that is read",
    "tree": "it is a folder",
    "notdir": "it would be below a file",
}
"""What `git cat-file` finds that is no file."""


def open_commit(text: str, web: Web) -> Opened:
    """The file or folder of a commit: `git:REF:PATH`.

    Raises:
        WrongUse: no repository, no such commit, or no such path in it.
    """
    reference, colon, path = text.removeprefix(PREFIX).partition(":")
    if not reference or not colon:
        raise WrongUse(f"{text!r} is not complete; it is git:REF:PATH, such as git:main:openapi/api.yaml")
    root = _tree(reference)
    inner = _from_the_root(path)
    kind, _ = root.about(inner) if inner else ("tree", 0)
    if kind == "tree":
        folder, prefix = root.below(inner), text if text.endswith(("/", ":")) else text + "/"
        return Opened(FileShelf(prefix, folder.read), folder.paths(), is_folder=True)
    if kind != "blob":
        raise WrongUse(f"{text} can't be read: {_NO_FILE.get(kind, kind)}{_hint(path) if kind == 'missing' else ''}")
    parent, name = posixpath.split(inner)
    return Opened(FileShelf(text[: len(text) - len(posixpath.basename(path))], root.below(parent).read), [name])


class _Tree:
    """A folder of a commit. `id`: of the tree, or what git understands as one.

    Who reads a second file of it will read more: then all of them are fetched at once, as each call of git takes time.
    """

    def __init__(self, id: str) -> None:  # noqa: A002
        self.id = id
        self._ahead: dict[str, bytes] | None = None
        self._has_read = False

    def below(self, path: str) -> _Tree:
        return _Tree(_line(ask_git("rev-parse", "--verify", "--end-of-options", f"{self.id}:{path}")))

    def paths(self) -> list[str]:
        """The files in it that may be specifications, in the order of their paths."""
        return sorted(self._sizes())

    def about(self, path: str) -> tuple[str, int]:
        """What stands at a path, behind symbolic links: `blob`, `tree`, `missing`, ...; and how large it is."""
        return _header(self._ask("--batch-check", [path]).partition(b"\n")[0])

    def read(self, path: str, shown: str) -> bytes:
        if self._has_read and self._ahead is None:
            self._ahead = self._all()
        self._has_read = True
        if self._ahead is not None and path in self._ahead:
            return self._ahead[path]
        kind, size = self.about(path)
        if kind != "blob":
            raise wrong(shown, 1, f"can't be read: {_NO_FILE.get(kind, kind)}")
        if size > MAX_BYTES:
            raise wrong(shown, 1, f"is larger than {MAX_BYTES:,} bytes")
        return self._ask("--batch", [path]).partition(b"\n")[2][:size]

    def _sizes(self) -> dict[str, int]:
        listed = _text(ask_git("ls-tree", "-r", "-z", "-l", "--full-tree", self.id).stdout).split("\0")
        found = (each.partition("\t") for each in listed)
        return {
            path: int(about.split()[-1])
            for about, _, path in found
            if may_be_specification(path) and about.split()[1] == "blob"
        }

    def _all(self) -> dict[str, bytes]:
        """By its path, every file that may belong to a specification; none where they are too large together."""
        sizes = self._sizes()
        if sum(sizes.values()) > MAX_BYTES:
            return {}
        answers, contents = self._ask("--batch", sizes), {}
        for path in sizes:
            header, _, answers = answers.partition(b"\n")
            kind, size = _header(header)
            if kind == "blob":
                contents[path] = answers[:size]
            answers = answers[size + 1 :] if kind != "missing" else answers
        return contents

    def _ask(self, how: str, paths: Iterable[str]) -> bytes:
        asked = "".join(f"{self.id}:{path}\n" for path in paths if "\n" not in path)
        return ask_git("cat-file", how, "--follow-symlinks", given=asked.encode("utf-8", "surrogateescape")).stdout


def _header(line: bytes) -> tuple[str, int]:
    """`ID blob 12`, `symlink 3` or `NAME missing`: what it is, and the size of what follows."""
    words = _text(line).split(" ")
    with suppress(ValueError, IndexError):
        return words[-2], int(words[-1])
    return "missing", 0


def _tree(reference: str) -> _Tree:
    """The root of a commit. Raises `WrongUse`."""
    found = ask_git("rev-parse", "--verify", "--quiet", "--end-of-options", reference + "^{commit}", check=False)
    if found.returncode == 0:
        return _Tree(_line(found))
    ask_git("rev-parse", "--git-dir")
    is_shallow = _line(ask_git("rev-parse", "--is-shallow-repository")) == "true"
    hint = "; the clone is shallow, fetch more of it (git fetch --unshallow, or fetch-depth: 0)" if is_shallow else ""
    raise WrongUse(f"{PREFIX}{reference}: there is no such commit, branch or tag{hint}")


def _from_the_root(path: str) -> str:
    """A path as the commit has it. Raises `WrongUse` where it leads out of the repository."""
    is_from_here = path.startswith(("./", "../")) or path in {".", ".."}
    whole = posixpath.join(_prefix(), path) if is_from_here else path
    inner = posixpath.normpath(whole) if whole else "."
    if inner.startswith(("../", "/")) or inner == "..":
        raise WrongUse(f"{path!r} leads out of the repository; paths are from its root, or begin with ./")
    return "" if inner == "." else inner


def _hint(path: str) -> str:
    here = _prefix()
    return f"; write ./{path} for what is below {here}" if here and not path.startswith(".") else ""


def _prefix() -> str:
    """Where the working folder is in the repository: empty, or a path that ends with a slash."""
    return _line(ask_git("rev-parse", "--show-prefix"))


def ask_git(*words: str, given: bytes = b"", check: bool = True) -> subprocess.CompletedProcess[bytes]:
    """What git says. Raises `WrongUse` with its complaint where it fails and `check` is on."""
    try:
        done = subprocess.run(  # noqa: S603  # no shell, and names can't be taken for options
            ["git", *words],  # noqa: S607  # the one the user has
            input=given,
            capture_output=True,
            timeout=_SECONDS,
            env={**os.environ, **_SETTINGS},
            check=False,
        )
    except OSError as error:
        raise WrongUse(f"git can't be run: {error.strerror}") from error
    except ValueError as error:
        raise WrongUse(f"git can't be asked for that: {error}") from error
    except subprocess.TimeoutExpired as error:
        raise WrongUse(f"git took longer than {_SECONDS} seconds") from error
    if check and done.returncode != 0:
        complaint = _text(done.stderr).strip().split("\n")[0] or f"it ended with {done.returncode}"
        raise WrongUse(f"git can't read that: {complaint}")
    return done


def _line(done: subprocess.CompletedProcess[bytes]) -> str:
    return _text(done.stdout).rstrip("\n")


def _text(content: bytes) -> str:
    return content.decode("utf-8", "surrogateescape")
