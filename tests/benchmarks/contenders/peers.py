"""Peers that are no packages of Python: they are installed under `build/`, in the versions that stand here."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from functools import cache
from pathlib import Path

from tests.benchmarks.lab import CACHE

NODE_PACKAGES = {
    "@stoplight/prism-cli": "5.16.0",
    "ajv-formats": "3.0.1",
    "express": "5.3.0",
    "js-yaml": "4.1.1",
    "jsonwebtoken": "9.0.3",
    "openapi-backend": "5.21.2",
}
SPECMATIC_VERSION = "2.55.3"
NODE = CACHE / "node"
JARS = CACHE / "jars"
INSTALL_SECONDS = 600
MOCKSERVER_JAR = "MOCKSERVER_JAR"
"""The variable that says where MockServer's jar is: it comes with dependencies, and by no client used here."""


@cache
def node_missing() -> str | None:
    """Install the packages of Node. Returns why that can't be done, or `None`."""
    missing = [each for each in ("node", "npm") if shutil.which(each) is None]
    if missing:
        return f"{' and '.join(missing)} is not installed"
    wanted = json.dumps({"private": True, "dependencies": NODE_PACKAGES}, indent=1)
    if _is_there(NODE / "installed.json", wanted):
        return None
    NODE.mkdir(parents=True, exist_ok=True)
    (NODE / "package.json").write_text(wanted, encoding="utf-8")
    # Without scripts: none of these packages needs to run anything to be installed.
    quiet = ["--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--loglevel", "error"]
    failure = _installed([shutil.which("npm") or "npm", "install", *quiet], NODE)
    if failure is None:
        (NODE / "installed.json").write_text(wanted, encoding="utf-8")
    return failure


@cache
def specmatic_missing() -> str | None:
    """Take Specmatic's jar out of its Python package. Returns why that can't be done, or `None`."""
    if shutil.which("java") is None:
        return "java is not installed"
    if specmatic_jar().exists():
        return None
    folder = JARS / "wheel"
    download = ["download", "--quiet", "--no-deps", "--dest", str(folder), f"specmatic=={SPECMATIC_VERSION}"]
    failure = _installed([sys.executable, "-m", "pip", *download], None)
    for wheel in folder.glob("*.whl"):
        with zipfile.ZipFile(wheel) as opened, specmatic_jar().open("wb") as jar:
            jar.write(opened.read("specmatic/core/specmatic.jar"))
    shutil.rmtree(folder, ignore_errors=True)
    return failure


def mockserver_missing() -> str | None:
    """Why MockServer can't take part, or `None`."""
    if shutil.which("java") is None:
        return "java is not installed"
    jar = os.environ.get(MOCKSERVER_JAR)
    if not jar or not Path(jar).is_file():
        return f"{MOCKSERVER_JAR} names no file: set it to mockserver-netty's jar with dependencies"
    return None


def specmatic_jar() -> Path:
    """Where it is, or will be."""
    return JARS / f"specmatic-{SPECMATIC_VERSION}.jar"


def node_module(package: str, *path: str) -> Path:
    """A file or folder of an installed package."""
    return NODE.joinpath("node_modules", package, *path)


def node_version(package: str) -> str:
    """The version that is installed."""
    described = json.loads(node_module(package, "package.json").read_text(encoding="utf-8"))
    return str(described["version"])


def _is_there(mark: Path, wanted: str) -> bool:
    return mark.exists() and mark.read_text(encoding="utf-8") == wanted


def _installed(command: list[str], folder: Path | None) -> str | None:
    JARS.mkdir(parents=True, exist_ok=True)
    try:
        run = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return f"it could not be installed within {INSTALL_SECONDS} s"
    return None if run.returncode == 0 else f"it could not be installed: {run.stderr.strip()[-300:]}"
