"""Build servers, as far as the README's files go: check out as they do, run the shell steps as they do."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.contract_tests.gate.gate.repository import MAIN, SECONDS, Clone, Remote, environment

ROOT = Path(__file__).parents[4]
_STUB = '#!/bin/sh\nprintf "%s\\n" "${0##*/} $*" >> "$CALLS"\n'
"""Stands for a program that needs a network, and writes down that it was called."""


def block(name: str) -> Any:
    """The YAML block of the README that begins with the file's name."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (found,) = re.findall(rf"```yaml\n# {re.escape(name)}\n(.*?)```", readme, re.DOTALL)
    return yaml.load(found, yaml.BaseLoader)  # all as texts: `on` is no truth value


@dataclass(frozen=True)
class Step:
    """A step that was run. `code`: the exit code."""

    name: str
    code: int
    out: str
    err: str


@dataclass
class Build:
    """A job on a machine of its own. `calls`: of programs that need a network; `used`: actions, with what they got."""

    folder: Path
    steps: list[Step] = field(default_factory=list)
    used: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)

    @property
    def tree(self) -> Path:
        return self.folder / "tree"

    @property
    def has_failed(self) -> bool:
        return any(each.code for each in self.steps)

    @property
    def calls(self) -> list[str]:
        file = self.folder / "calls"
        return file.read_text().splitlines() if file.exists() else []

    def step(self, name: str) -> Step:
        return next(each for each in self.steps if each.name == name)

    def run(self, name: str, script: str, env: Mapping[str, str]) -> None:
        """Run a script with bash as both build servers do: the first failure ends it."""
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=self.tree,
            env=environment(PATH=self._path(), CALLS=str(self.folder / "calls"), **env),
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
        self.steps.append(Step(name, done.returncode, done.stdout, done.stderr))

    def _path(self) -> str:
        stubs = self.folder / "stubs"
        stubs.mkdir(exist_ok=True)
        for name in ("pip", "gh"):
            (stubs / name).write_text(_STUB)
            (stubs / name).chmod(0o755)
        return os.pathsep.join([str(stubs), str(Path(sys.executable).parent), os.environ["PATH"]])


def on_github(job: Mapping[str, Any], remote: Remote, folder: Path) -> Build:
    """Run a job of GitHub Actions for a pull request of the branch `change`."""
    build = Build(folder)
    build.tree.mkdir(parents=True)
    for each in job["steps"]:
        if build.has_failed and "!cancelled()" not in each.get("if", ""):
            continue
        if "run" in each:
            files = {name: str(folder / name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
            env = {name: _expanded(value, build) for name, value in each.get("env", {}).items()}
            build.run(each.get("name", each["run"]), each["run"], {"GITHUB_ACTIONS": "true", **files, **env})
            continue
        build.used.append((each["uses"].partition("@")[0], each.get("with", {})))
        if each["uses"].startswith("actions/checkout@"):
            _check_out(Clone(build.tree), remote, int(each.get("with", {}).get("fetch-depth", 1)))
    return build


def _check_out(tree: Clone, remote: Remote, depth: int) -> None:
    """As actions/checkout does for a pull request: the merge commit; all branches only where the depth is 0."""
    other = remote.clone(tree.folder.parent / "merging")
    other.git("merge", "--quiet", "--no-ff", "--no-edit", "origin/change")
    other.git("push", "--quiet", "origin", "HEAD:refs/pull/1/merge")
    tree.git("init", "--quiet")
    tree.git("remote", "add", "origin", remote.url)
    merge = "+refs/pull/1/merge:refs/remotes/pull/1/merge"
    how = [f"--depth={depth}", "origin", merge] if depth else ["origin", "+refs/heads/*:refs/remotes/origin/*", merge]
    tree.git("fetch", "--quiet", *how)
    tree.git("checkout", "--quiet", "--force", "refs/remotes/pull/1/merge")


def _expanded(text: str, build: Build) -> str:
    """What GitHub makes of `${{ ... }}`."""
    known = {"github.base_ref": MAIN, "github.event.number": "1", "github.token": "not-a-token"}
    output = build.folder / "GITHUB_OUTPUT"
    known |= {f"steps.gate.outputs.{name}": value for name, value in read_outputs(output).items()}
    return re.sub(r"\$\{\{ *(.*?) *\}\}", lambda found: known[found[1]], text)


def read_outputs(file: Path) -> dict[str, str]:
    """The outputs of a step, as GitHub reads them."""
    found: dict[str, str] = {}
    lines = iter(file.read_text().splitlines() if file.exists() else ())
    for line in lines:
        name, equals, value = line.partition("=")
        if not equals or "<<" in name:
            name, _, end = line.partition("<<")
            value = "\n".join(iter(lambda: next(lines), end))
        found[name] = value
    return found


def on_gitlab(job: Mapping[str, Any], remote: Remote, folder: Path) -> Build:
    """Run a job of GitLab for a merge request of the branch `change`."""
    build = Build(folder)
    folder.mkdir(parents=True)
    depth = int(job.get("variables", {}).get("GIT_DEPTH", 20))
    tree = remote.clone(build.tree, "--single-branch", "--branch=change", *([f"--depth={depth}"] if depth else []))
    tree.git("checkout", "--quiet", "--detach")
    script: Sequence[str] = job["script"]
    build.run("script", "\n".join(script), {"CI_MERGE_REQUEST_TARGET_BRANCH_NAME": MAIN})
    return build


def hooks(config: Mapping[str, Any]) -> list[str]:
    """The commands of a pre-commit configuration, by the manifest of this repository."""
    manifest = yaml.load((ROOT / ".pre-commit-hooks.yaml").read_text(), yaml.BaseLoader)
    known = {each["id"]: each for each in manifest}
    return [
        " ".join([known[each["id"]]["entry"], *each.get("args", known[each["id"]].get("args", []))])
        for repository in config["repos"]
        for each in repository["hooks"]
    ]
