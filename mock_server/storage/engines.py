"""The databases a store can live in: how each is reached, and all that differs between them."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    ColumnElement,
    Engine,
    StaticPool,
    create_engine,
    event,
    func,
    make_url,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.sql.base import Executable

from mock_server.core.errors import SetupError

# How long a unit of work waits for another one before it gives up.
PATIENCE_SECONDS = 30
POOL_SIZE = 10
# One was enough in 360 openings of 60 new files by 6 processes each.
WAL_ATTEMPTS = 10

SETUP_LOCK = "mock_server schema"


@dataclass(frozen=True)
class Backend:
    """One kind of database.

    `is_lasting`: whether what it holds outlives the process.
    `readers_queue` and `writers_queue`: whether units of work of one process wait in line for each other.
    `begin_read` and `begin_write`: the SQL that opens a transaction, `None` where nobody else can be in the database
    meanwhile; `begin_write` is given the namespace's lock. `commit` and `roll_back`: end what they opened, on a
    connection of the driver.
    `begin_for_good`: the SQL that opens the transaction in which all others are nested, `None` where they are not.
    `hold`: lets a writer have the lock of another namespace too, given its `number`; `None` where a writer is alone.
    `position`: the place of a text in another, from 1, or 0; unlike LIKE it knows no special characters.
    `keeps_tallies`: whether triggers keep the figures that the collections ask for.
    `index_where`: how SQLAlchemy calls the condition of an index here; it loads the whole dialect to hear of another.
    """

    is_embedded: bool
    is_lasting: bool
    readers_queue: bool
    writers_queue: bool
    begin_read: str | None
    begin_write: Callable[[str], str]
    commit: Callable[[Any], None]
    roll_back: Callable[[Any], None]
    begin_for_good: str | None
    hold: Executable | None
    insert: Callable[[Any], Any]
    position: Callable[[Any, Any], ColumnElement[int]]
    keeps_tallies: bool
    index_where: str


@dataclass(frozen=True)
class Connected:
    """A database that can be talked to; `place` names it for people, without secrets."""

    engine: Engine
    backend: Backend
    place: str


def begin_immediate(namespace: str) -> str:
    # A deferred BEGIN that starts to write later is refused as "database is locked", whatever busy_timeout says.
    return "BEGIN IMMEDIATE"


def commit(driver: Any) -> None:
    driver.commit()


def roll_back(driver: Any) -> None:
    driver.rollback()


BEGIN_FOR_GOOD = "BEGIN"
"""In memory a COMMIT often walks over all pages that there are (0.1 ms at 30,000 invoices), and pages that are changed
are copied twice, for the transaction and for the statement. So one transaction never ends, and units of work are
savepoints in it.
"""


def begin_nested(namespace: str) -> str:
    return "SAVEPOINT unit"


def commit_nested(driver: Any) -> None:
    driver.execute("RELEASE unit")


def roll_back_nested(driver: Any) -> None:
    driver.execute("ROLLBACK TO unit")
    driver.execute("RELEASE unit")


def lock_number(name: str) -> int:
    digest = hashlib.blake2b(name.encode(), digest_size=8, person=b"mock_server").digest()
    return int.from_bytes(digest, "big", signed=True)


SQLITE_FILE = Backend(
    is_embedded=True,
    is_lasting=True,
    readers_queue=False,
    # SQLite's own waiting sleeps and is unfair; within one process a lock wakes the next writer at once.
    writers_queue=True,
    begin_read="BEGIN",
    begin_write=begin_immediate,
    commit=commit,
    roll_back=roll_back,
    begin_for_good=None,
    hold=None,
    insert=sqlite.insert,
    position=func.instr,
    keeps_tallies=True,
    index_where="sqlite_where",
)
SQLITE_MEMORY = Backend(
    is_embedded=True,
    is_lasting=False,
    readers_queue=True,  # all share the one connection that holds the data
    writers_queue=True,
    begin_read=None,
    begin_write=begin_nested,
    commit=commit_nested,
    roll_back=roll_back_nested,
    begin_for_good=BEGIN_FOR_GOOD,
    hold=None,
    insert=sqlite.insert,
    position=func.instr,
    keeps_tallies=True,
    index_where="sqlite_where",
)


def connect(address: str) -> Connected:
    """An engine for the address; nothing has been said to the database yet.

    Raises:
        SetupError: no store has such an address, or its driver is not installed.
    """
    try:
        url = make_url(address)
        opener = OPENERS[url.drivername]
    except (SQLAlchemyError, KeyError, ValueError) as error:
        raise SetupError(f"no state store has this address; possible: {', '.join(EXAMPLES)}") from error
    try:
        return opener(url)
    except ImportError as error:
        raise SetupError("PostgreSQL needs the driver psycopg: install the extra `postgres`") from error


def open_sqlite(url: URL) -> Connected:
    if url.host or url.query or url.password or url.username:
        raise SetupError(f"an SQLite address has a path and nothing else, such as {EXAMPLES[1]}")
    arguments = {"check_same_thread": False, "timeout": PATIENCE_SECONDS}
    if url.database in (None, "", ":memory:"):
        engine = own_engine("sqlite://", poolclass=StaticPool, connect_args=arguments)
        return Connected(engine, SQLITE_MEMORY, "SQLite in memory")
    path = Path(str(url.database)).absolute()
    if not os.path.isdir(path.parent):  # noqa: PTH112 - Path.is_dir raises where one may not look
        raise SetupError(f"cannot open SQLite file {path}: its folder is not there, or may not be entered")
    engine = own_engine(URL.create("sqlite", database=str(path)), pool_size=POOL_SIZE, connect_args=arguments)
    event.listen(engine, "connect", set_up_file_connection)
    return Connected(engine, SQLITE_FILE, f"SQLite file {path}")


def open_postgresql(url: URL) -> Connected:
    from mock_server.storage import postgresql  # what SQLAlchemy has for it takes 2 MiB, and few need it

    return postgresql.opened(url)


def own_engine(url: str | URL, **options: Any) -> Engine:
    # AUTOCOMMIT: neither SQLAlchemy nor the drivers begin anything, `transactions` does.
    # Parameters are kept out of messages: they may be what must never be shown.
    return create_engine(url, isolation_level="AUTOCOMMIT", hide_parameters=True, **options)


def set_up_file_connection(connection: sqlite3.Connection, _: object) -> None:
    # With WAL this survives a killed process; only a power cut can lose the last commits.
    connection.execute("PRAGMA synchronous = NORMAL")
    for _attempt in range(WAL_ATTEMPTS):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            # The switch does not wait for another process that switches the same new file; a transaction does.
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("COMMIT")


OPENERS: dict[str, Callable[[URL], Connected]] = {
    "sqlite": open_sqlite,
    "sqlite+pysqlite": open_sqlite,
    "postgresql": open_postgresql,
    "postgresql+psycopg": open_postgresql,
}
EXAMPLES = ("sqlite://", "sqlite:///state.db", "postgresql+psycopg://user:password@host/database")
