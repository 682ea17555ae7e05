"""Stores in processes of their own, which talk to the test line by line: nobody waits by the clock."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]

PROLOGUE = """
import sys
from mock_server.core.errors import SetupError
from mock_server.core.records import transact
from mock_server.storage import open_store
from tests.storage.samples import COLLECTIONS, DOCUMENTS, Document
from tests.storage.steps import add, get
from tests.storage.suite_races import count_up

def say(line):
    print(line, flush=True)

def hear():
    return sys.stdin.readline().rstrip()

def opened(url):
    try:
        return open_store(url, COLLECTIONS)
    except SetupError as error:
        say(f"SetupError: {error}")
        raise SystemExit(0)

url = sys.argv[1]
"""

BECOMING = """
import os, pwd
user = pwd.getpwnam("{}")
os.setgroups([])
os.setgid(user.pw_gid)
os.setuid(user.pw_uid)
"""


class Process:
    """A Python process with `url`, and `store` where it was opened, that can `say` a line and `hear` one."""

    def __init__(self, popen: subprocess.Popen[str]) -> None:
        self._popen = popen

    def hear(self) -> str:
        """The next line it says; fails when it ends without one."""
        assert self._popen.stdout is not None
        line = self._popen.stdout.readline()
        assert line, f"the process ended with {self._popen.wait()} and said nothing"
        return line.rstrip("\n")

    def tell(self, line: str) -> None:
        assert self._popen.stdin is not None
        self._popen.stdin.write(f"{line}\n")
        self._popen.stdin.flush()

    def kill(self, number: signal.Signals) -> None:
        self._popen.send_signal(number)
        self._popen.wait()


@contextmanager
def running(program: str, url: str, *, is_opened: bool = True, user: str | None = None) -> Iterator[Process]:
    """Run a program in a new process; with `is_opened=False` it opens the store itself."""
    opening = "store = opened(url)\n"
    if user is not None:
        # After the imports: the other user may not be allowed to read the installed packages.
        opening = BECOMING.format(user) + opening
    source = PROLOGUE + (opening if is_opened else "") + program
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-c", source, url],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as popen:
        try:
            yield Process(popen)
        finally:
            if popen.stdin is not None:
                popen.stdin.close()
            if popen.poll() is None and sys.exc_info()[0] is not None:
                popen.kill()
            popen.wait()
