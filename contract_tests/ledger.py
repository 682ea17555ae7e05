"""What a run has made on a target, written down as it is made, so that it can be cleaned up even after a crash."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

try:
    import fcntl
except ImportError:  # Windows: nobody can tell there whether a run is still at work
    fcntl = None  # type: ignore[assignment]

SUFFIX = ".ndjson"


@dataclass(frozen=True)
class Made:
    """A record the run has made. `kind`: invoice or upload."""

    kind: str
    id: str
    target: str
    tag: str


class Ledger:
    """An append-only file, a line of JSON for each record made and each one cleaned up; locked while it is in use.

    That a record is about to be made is written before the request is sent: whoever dies before the answer comes leaves
    a line that says what to look for. Without a file all is kept in memory only: a mock's namespace goes as a whole.
    """

    def __init__(self, file: Path | None, target: str, tag: str) -> None:
        self.tag = tag
        self._path = file
        self._file: IO[str] | None = None
        self._target = target
        self._open: dict[str, Made] = {}
        self._intended: set[int] = set()
        self._known: set[str] = set()
        self._count = 0
        self._lock = threading.Lock()

    def intend(self, kind: str) -> int:
        """A record is about to be made; returns the number to `resolve`."""
        with self._lock:
            self._count += 1
            self._intended.add(self._count)
            self._write({"intends": self._count, "kind": kind, "target": self._target, "tag": self.tag})
            return self._count

    def resolve(self, number: int) -> None:
        """It is known what became of an intention: what was made is noted by now."""
        with self._lock:
            self._intended.discard(number)
            self._write({"resolved": number})

    def note(self, kind: str, record_id: str) -> None:
        """A record was made; saying so twice changes nothing."""
        with self._lock:
            if record_id.lower() in self._known:
                return
            made = Made(kind, record_id, self._target, self.tag)
            self._known.add(record_id.lower())
            self._open[record_id.lower()] = made
            self._write({"made": asdict(made)})

    def settle(self, record_id: str) -> None:
        """A record was cleaned up, is known to be gone, or has to stay."""
        with self._lock:
            if self._open.pop(record_id.lower(), None) is not None:
                self._write({"settled": record_id})

    def has(self, record_id: str) -> bool:
        """Whether the run has made it, be it gone by now or not."""
        return record_id.lower() in self._known

    def open_records(self) -> list[Made]:
        """What was made and is still there, the latest first."""
        with self._lock:
            return list(reversed(self._open.values()))

    @property
    def is_clean(self) -> bool:
        """Whether nothing is left to clean up, or to look for."""
        with self._lock:
            return not self._open and not self._intended

    @property
    def is_unsure(self) -> bool:
        """Whether nobody knows what became of something that was to be made."""
        with self._lock:
            return bool(self._intended)

    def forget_intentions(self) -> None:
        """Somebody has looked for what was intended; what was found is noted."""
        with self._lock:
            self._intended.clear()

    def take_over(self, left: LeftOver) -> None:
        """Go on with what another ledger has left; its lines stand in the same file."""
        with self._lock:
            self._open.update({each.id.lower(): each for each in reversed(left.records)})
            self._known |= {each.id.lower() for each in left.records}

    def close(self) -> None:
        """Unlock the file, and remove it where nothing is left to do."""
        is_clean = self.is_clean
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None
            if self._path is not None and is_clean:
                self._path.unlink(missing_ok=True)

    def _write(self, line: object) -> None:
        if self._path is None:
            return
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._path.open("a", encoding="utf-8")
            locked(self._file)
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()


@dataclass(frozen=True)
class LeftOver:
    """What one process of a run has left, the latest first. `is_unsure`: there may be more, which carries the tag."""

    file: Path
    target: str
    tag: str
    records: tuple[Made, ...]
    is_unsure: bool


def left_over(folder: Path) -> list[LeftOver]:
    """What runs before have left in a folder of ledgers; those of runs that are still at work are passed over."""
    found = (_left_in(file) for file in sorted(folder.glob(f"*{SUFFIX}")) if not _is_in_use(file))
    return [each for each in found if each.records or each.is_unsure]


def _left_in(file: Path) -> LeftOver:
    made: dict[str, Made] = {}
    intended: set[Any] = set()
    target = tag = ""
    for line in _lines(file):
        if "intends" in line:
            intended.add(line["intends"])
            target, tag = str(line.get("target", "")), str(line.get("tag", ""))
        elif "made" in line:
            each = Made(**line["made"])
            made[each.id.lower()] = each
            target, tag = each.target, each.tag
        elif "settled" in line:
            made.pop(str(line["settled"]).lower(), None)
        elif "resolved" in line:
            intended.discard(line["resolved"])
    return LeftOver(file, target, tag, tuple(reversed(made.values())), bool(intended))


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    """The lines of a ledger; one that was cut off is passed over."""
    for text in file.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            line = json.loads(text)
        except ValueError:
            continue
        if isinstance(line, dict):
            yield line


def _is_in_use(file: Path) -> bool:
    with file.open("a", encoding="utf-8") as opened:
        return not locked(opened)


def locked(file: IO[str]) -> bool:
    """Lock a file as long as it is open; whether that was possible."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
