"""Git repositories as teams have them: a bare remote, clones of it, branches that change the contract."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

SECONDS = 60
MAIN = "main"
CONTRACT = "openapi/shop.yaml"
_IDENTITY = {
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@shop.test",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@shop.test",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}
"""The same on every machine, whoever runs the tests."""

_GIVEN_BY_CI = ("PYTEST", "CONTRACT_TESTS", "GIT_", "GITHUB_", "CI_")


def environment(**more: str) -> dict[str, str]:
    """What a process of these tests sees: nothing of the build that may run them."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith(_GIVEN_BY_CI)}
    return {**mine, **_IDENTITY, "NO_COLOR": "1", **more}


def contract(*, version: str = "1.4.0", required: bool = False, paths: tuple[str, ...] = ("/payments",)) -> str:
    """A contract without faults. `required`: whether requests need a note; `paths`: of its operations."""
    body = {
        "type": "object",
        "required": ["amount", "note"] if required else ["amount"],
        "properties": {"amount": {"type": "integer"}, "note": {"type": "string"}},
    }
    document = {
        "openapi": "3.0.3",
        "info": {"title": "Shop", "version": version, "description": "A shop."},
        "servers": [{"url": "https://shop.test"}],
        "tags": [{"name": "shop", "description": "The shop."}],
        "security": [],
        "paths": {each: {"post": _operation(each, body)} for each in paths},
    }
    return yaml.safe_dump(document, sort_keys=False)


def _operation(path: str, body: Mapping[str, object]) -> dict[str, object]:
    content = {"application/json": {"schema": deepcopy(body), "example": {"amount": 1, "note": "thanks"}}}
    return {
        "operationId": f"post{path.strip('/').capitalize()}",
        "summary": "Send one.",
        "description": "Sends one.",
        "tags": ["shop"],
        "requestBody": {"required": True, "content": content},
        "responses": {"204": {"description": "Done."}, "400": {"description": "Refused."}},
    }


@dataclass(frozen=True)
class Clone:
    """A working tree."""

    folder: Path

    def git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.folder,
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def write(self, text: str, file: str = CONTRACT) -> None:
        (self.folder / file).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / file).write_text(text)

    def commit(self, text: str, file: str = CONTRACT) -> str:
        """Commit a file; returns the commit."""
        self.write(text, file)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "change")
        return self.git("rev-parse", "HEAD")

    def push(self, branch: str) -> None:
        self.git("push", "--quiet", "origin", f"HEAD:refs/heads/{branch}")


@dataclass(frozen=True)
class Remote:
    """A bare repository whose main branch has the contract."""

    folder: Path

    @property
    def url(self) -> str:
        """One for which git keeps to the depth it is asked for."""
        return self.folder.as_uri()

    @classmethod
    def make(cls, folder: Path) -> Remote:
        """A copy of one that was made once: git takes its time for it."""
        remote = cls(folder / "remote.git")
        shutil.copytree(_original(), remote.folder)
        return remote

    def clone(self, folder: Path, *options: str) -> Clone:
        Clone(self.folder.parent).git("clone", "--quiet", *options, self.url, str(folder))
        return Clone(folder)

    def branch(self, folder: Path, text: str, name: str = "change") -> Clone:
        """A clone with a branch that changes the contract; the branch is pushed."""
        made = self.clone(folder)
        made.git("checkout", "--quiet", "-b", name)
        made.commit(text)
        made.push(name)
        return made

    def move_on(self, folder: Path, file: str = "openapi/orders.yaml") -> None:
        """Somebody else adds a contract on the main branch."""
        other = self.clone(folder)
        other.commit(contract(), file)
        other.push(MAIN)


@cache
def _original() -> Path:
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    remote = Remote(folder / "remote.git")
    remote.folder.mkdir()
    Clone(remote.folder).git("init", "--quiet", "--bare", f"--initial-branch={MAIN}")
    first = remote.clone(folder / "first")
    first.git("checkout", "--quiet", "-b", MAIN)
    first.commit(contract())
    first.push(MAIN)
    return remote.folder
