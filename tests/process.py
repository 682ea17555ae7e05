"""The mock as a process of its own, started as users start it."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

MOCK_SERVER = str(Path(sys.executable).parent / "mock-server")


OPENAPI = Path(__file__).parents[1] / "openapi"


def token(group: str) -> str:
    """What `mock-server token` prints for a group."""
    run = subprocess.run([MOCK_SERVER, "token", "--group", group], capture_output=True, text=True, check=True)
    return run.stdout.strip()


def schemathesis(contract: str, url: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A run of stock schemathesis, always with the same cases, with one of the contracts on a running mock."""
    return subprocess.run(
        [
            str(Path(sys.executable).parent / "schemathesis"),
            "--config-file",
            str(OPENAPI / "schemathesis.toml"),
            "run",
            str(OPENAPI / f"{contract}.yaml"),
            "--url",
            url,
            "--seed",
            "1",
            *arguments,
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=280,
    )


@contextmanager
def running(
    folder: Path, arguments: Sequence[str] = (), log: str = "stderr.txt"
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server on a free port: its process and its origin. It is ready, and is stopped in the end."""
    with (folder / log).open("w") as errors:
        process = subprocess.Popen(
            [MOCK_SERVER, "serve", "--port", "0", *arguments],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        try:
            yield process, _origin(process, folder / log)
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout:
                process.stdout.close()


@contextmanager
def serving(folder: Path, *arguments: str) -> Iterator[str]:
    """The origin of a server on a free port."""
    with running(folder, arguments) as (_, origin):
        yield origin


def _origin(process: subprocess.Popen[str], log: Path) -> str:
    assert process.stdout is not None
    first = process.stdout.readline()
    found = re.search(r"ready on (http://\S+)", first)
    assert found, f"{first}\n{log.read_text()}"
    return found[1]
