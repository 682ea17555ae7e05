"""What a server does for one request, counted instead of timed: the same on every machine, however busy it is."""

from __future__ import annotations

import asyncio
import copy
import gc
import itertools
import os
import re
import sqlite3
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any
from unittest.mock import patch

import jsonschema_rs
import msgspec

from openapi import schemas

MAKERS = [
    *((jsonschema_rs, name) for name in dir(jsonschema_rs) if re.fullmatch(r"Draft\w+Validator|validat\w+_for", name)),
    *((jsonschema_rs, name) for name in ("validate", "is_valid", "iter_errors", "evaluate")),
    (msgspec.json, "Decoder"),
    (msgspec.json, "Encoder"),
]
"""Whatever makes something of a schema or a type that is meant to be kept."""

PARSING = {("json.decoder", "decode"), ("orjson", "loads"), ("msgspec", "decode"), ("_json", "scanner")}
WRITING = {("json.encoder", "encode"), ("orjson", "dumps"), ("msgspec", "encode"), ("msgspec", "encode_into")}
_MOST_NAMED = 12
_TABLE = re.compile(r"\b(?:FROM|INTO|UPDATE)\s+(\w+)")


@dataclass
class Work:
    """What was done. `statements`: of SQL. `calls`: of functions written in Python, by their names."""

    statements: list[str] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    parses: int = 0
    dumps: int = 0
    compiled: int = 0
    converted: int = 0
    copied: int = 0
    tasks: int = 0
    threads: int = 0
    journal_bytes: int = 0

    def figures(self) -> dict[str, int]:
        """How much of each."""
        return {
            "Python function calls": self.calls.total(),
            "SQL statements": len(self.statements),
            "JSON texts parsed": self.parses,
            "JSON texts written": self.dumps,
            "validators and codecs made": self.compiled,
            "schemas converted": self.converted,
            "deep copies": self.copied,
            "tasks": self.tasks,
            "threads asked": self.threads,
            "bytes in the journal": self.journal_bytes,
        }

    def details(self, figure: str) -> str:
        """What there is to say of a figure, for whoever has to find out why it rose."""
        if figure == "SQL statements":
            return ", ".join(self.statements)
        if figure == "Python function calls":
            return ", ".join(f"{name} x{count}" for name, count in self.calls.most_common(_MOST_NAMED))
        return ""


class Watch:
    """Sees what is done in this thread, and on connections to SQLite that were opened while it listened."""

    def __init__(self) -> None:
        self._work: Work | None = None

    @contextmanager
    def listening(self) -> Iterator[None]:
        """For the time in which connections are opened."""
        open_connection = sqlite3.dbapi2.connect

        def connect(*arguments: Any, **named: Any) -> sqlite3.Connection:
            connection: sqlite3.Connection = open_connection(*arguments, **named)
            connection.set_trace_callback(self._noted)
            return connection

        with patch.object(sqlite3.dbapi2, "connect", connect), patch.object(sqlite3, "connect", connect):
            yield

    @contextmanager
    def watching(self, work: Work) -> Iterator[None]:
        """Add to the work what is done in the block."""
        with ExitStack() as stack:
            for owner, name, figure in _patched():
                stack.enter_context(patch.object(owner, name, _counted(work, figure, getattr(owner, name))))
            stack.enter_context(_without_collector())
            self._work, before = work, sys.getprofile()
            sys.setprofile(lambda frame, event, argument: _note_call(work, frame, event, argument))
            try:
                yield
            finally:
                sys.setprofile(before)
                self._work = None

    def _noted(self, sql: str) -> None:
        if self._work is not None:
            table = _TABLE.search(sql)
            self._work.statements.append(sql.split(maxsplit=1)[0] + (f" {table[1]}" if table else ""))


def _patched() -> Iterator[tuple[Any, str, str]]:
    for owner, name in MAKERS:
        if hasattr(owner, name):
            yield owner, name, "compiled"
    yield copy, "deepcopy", "copied"
    yield threading.Thread, "start", "threads"
    yield asyncio.BaseEventLoop, "run_in_executor", "threads"
    yield asyncio.BaseEventLoop, "create_task", "tasks"


def _counted(work: Work, figure: str, real: Callable[..., Any]) -> Callable[..., Any]:
    def counting(*arguments: Any, **named: Any) -> Any:
        setattr(work, figure, getattr(work, figure) + 1)
        return real(*arguments, **named)

    return counting


def _note_call(work: Work, frame: FrameType, event: str, argument: Any) -> None:
    if event == "call":
        code, module = frame.f_code, str(frame.f_globals.get("__name__"))
        if module == __name__:
            return
        work.calls[f"{module}.{code.co_qualname}"] += 1
        work.converted += code.co_filename == schemas.__file__
        _note_json(work, module, code.co_name)
    elif event == "c_call":
        owner = getattr(argument, "__self__", None)
        module = argument.__module__ or type(owner).__module__
        _note_json(work, module.partition(".")[0], argument.__name__)


def _note_json(work: Work, module: str, name: str) -> None:
    work.parses += (module, name) in PARSING
    work.dumps += (module, name) in WRITING


@contextmanager
def _without_collector() -> Iterator[None]:
    """What it throws away may run code of its own, at any moment."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@contextmanager
def lettered_ids() -> Iterator[None]:
    """New ids without digits: one that looks like the number of a card would be looked at twice before it is noted."""
    numbers = itertools.count()

    def random_bytes(size: int) -> bytes:
        number = next(numbers)
        digits = [number // 6**place % 6 for place in range(2 * size)]
        return bytes.fromhex("".join("abcdef"[each] for each in reversed(digits)))

    with patch.object(os, "urandom", random_bytes):
        yield
