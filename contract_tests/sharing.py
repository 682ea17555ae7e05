"""What the processes of a run must not use at the same time: a target has one payment request for all of them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from contract_tests.errors import NotReached
from contract_tests.ledger import locked

PAUSE_SECONDS = 0.02
LONGEST_WAIT_SECONDS = 20.0


@dataclass
class Exclusive:
    """`file`: what is locked while one process holds it; `None` where there is only one process."""

    file: Path | None = None
    _held: IO[str] | None = None

    def hold(self) -> None:
        """Have it alone until it is released; once is enough. Raises `NotReached` where others don't let it go."""
        if self.file is None or self._held is not None:
            return
        self.file.parent.mkdir(parents=True, exist_ok=True)
        opened = self.file.open("a", encoding="utf-8")
        until = time.monotonic() + LONGEST_WAIT_SECONDS
        while not locked(opened):
            if time.monotonic() > until:
                opened.close()
                raise NotReached("the target's payment request is used by another check")
            time.sleep(PAUSE_SECONDS)
        self._held = opened

    def release(self) -> None:
        """Let others have it."""
        if self._held is not None:
            self._held.close()
            self._held = None
