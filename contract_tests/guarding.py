"""Runs a command as long as somebody holds the other end of this process's standard input.

A run that is killed takes its mock along like this: the system closes its pipes, whatever has happened to it.
"""

from __future__ import annotations

import subprocess
import sys
import threading

STOP_SECONDS = 10


def main() -> int:
    """Run the command of the arguments; returns its exit code."""
    process = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)  # noqa: S603  # who starts us says what
    threading.Thread(target=_stop_at_the_end, args=(process,), daemon=True).start()
    return process.wait()


def _stop_at_the_end(process: subprocess.Popen[bytes]) -> None:
    sys.stdin.read()
    process.terminate()
    try:
        process.wait(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()


if __name__ == "__main__":
    sys.exit(main())
