"""The commit that a working tree is compared with, as git knows it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from contract_tests.errors import WrongUse
from contract_tests.gate.sources.git import ask_git

DIGITS = 12
"""So many tell commits apart, and are short enough to be read."""

_FETCH = (
    "fetch it first: `git fetch origin` (a shallow clone: `git fetch --unshallow origin`); in GitHub Actions "
    "give actions/checkout `fetch-depth: 0`, in GitLab set `GIT_DEPTH: 0`"
)


@dataclass(frozen=True)
class Base:
    """`ref`: as the user named it. `commit`: where the working tree has left it."""

    ref: str
    commit: str

    def __str__(self) -> str:
        return f"{self.ref} ({self.commit[:DIGITS]})"

    def source(self, path: str) -> str:
        """A file or folder, named from the folder we are in, as it stood there."""
        return f"git:{self.commit[:DIGITS]}:{_from_here(path)}"

    def has(self, path: str) -> bool:
        """Whether a file or folder, named from the folder we are in, stood there."""
        return ask_git("cat-file", "-e", f"{self.commit}:{_from_here(path)}", check=False).returncode == 0


def base_of(ref: str) -> Base:
    """Where the history of the working tree has left that of a ref, as `git diff REF...` would have it.

    What others have done on the ref since then is no change of ours. Histories that never met are compared as they are.

    Raises:
        WrongUse: there is no git, no repository, no such commit, or too little of the history in a shallow clone.
    """
    ask_git("rev-parse", "--show-toplevel")  # complains where there is no working tree
    commit = _told("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    if not commit:
        raise WrongUse(f"the base {ref!r} is no commit that this clone has; {_FETCH}")
    left = _told("merge-base", commit, "HEAD").split()
    if not left and _told("rev-parse", "--is-shallow-repository") == "true":
        raise WrongUse(f"this clone is too shallow to tell where it has left the base {ref!r}; {_FETCH}")
    return Base(ref, left[0] if left else commit)


def _told(*words: str) -> str:
    """What git says; nothing where it fails."""
    return ask_git(*words, check=False).stdout.decode("utf-8", "replace").strip()


def _from_here(path: str) -> str:
    """As git has it, which takes a path without a dot for one from the root of the repository."""
    relative = Path(os.path.relpath(path)).as_posix()
    return relative if relative.startswith("../") or relative == ".." else f"./{relative}"
