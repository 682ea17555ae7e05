"""Transactions: begun, committed and undone by hand, so that both databases do the same at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from itertools import islice
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from mock_server.core.errors import StoreError
from mock_server.storage.engines import PATIENCE_SECONDS, Backend
from mock_server.storage.failures import translated
from mock_server.storage.prepared import Prepared, Values


class Transaction:
    """One transaction, open inside its `with` block: committed at its end, undone when it raises.

    A step that failed in the database spoils the whole: PostgreSQL undoes such a transaction whatever is said
    afterwards, and even answers COMMIT without an error. So later steps and the end raise that failure again.
    """

    def __init__(self, gate: Transactions, begin: str | None, *, write: bool) -> None:
        self._gate = gate
        self._begin = begin
        self._is_write = write
        self._connection: Connection | None = None
        self._driver: Any = None
        self._failure: StoreError | None = None

    @property
    def connection(self) -> Connection:
        """The open connection. Raises `StoreError` before the block, after it, and after a failure."""
        if self._failure is not None:
            raise self._failure
        if self._connection is None:
            raise StoreError("this unit of work has ended")
        return self._connection

    @property
    def is_write(self) -> bool:
        """Whether it may change anything."""
        return self._is_write

    def require_writing(self) -> Connection:
        """The open connection. Raises `StoreError` in a transaction that only reads, too."""
        connection = self.connection
        if not self._is_write:
            raise StoreError("a unit of work begun with write=False cannot change anything")
        return connection

    def rows(self, statement: Prepared, values: Values) -> Sequence[tuple[Any, ...]]:
        """What the statement returns."""
        found: Sequence[tuple[Any, ...]] = self._run(self.connection, statement.run, values).fetchall()
        return found

    def first_rows(self, statement: Prepared, values: Values, count: int) -> Sequence[tuple[Any, ...]]:
        """The first rows that hold something; the statement is run no further than to the last of them."""

        def run(driver: Any, values: Values) -> list[tuple[Any, ...]]:
            with closing(statement.run(driver, values)) as cursor:
                return list(islice((row for row in cursor if row[0] is not None), count))

        found: Sequence[tuple[Any, ...]] = self._run(self.connection, run, values)
        return found

    def changed(self, statement: Prepared, values: Values) -> int:
        """How many rows the statement changed. Raises `StoreError` in a transaction that only reads."""
        count: int = self._run(self.require_writing(), statement.run, values).rowcount
        return count

    def filled(self, statement: Prepared, many: Sequence[Values]) -> None:
        """Run the statement for each of several values. Raises `StoreError` in a transaction that only reads."""
        self._run(self.require_writing(), statement.run_many, many)

    def _run(self, connection: Connection, run: Callable[[Any, Any], Any], values: Any) -> Any:
        try:
            return run(self._driver, values)
        except connection.dialect.loaded_dbapi.Error as error:
            if connection.dialect.is_disconnect(error, self._driver, None):
                connection.invalidate()  # so that nobody else is given it
            raise self._failed(error) from error

    def __enter__(self) -> Self:
        self._gate.enter(write=self._is_write)
        try:
            self._connection = self._gate.begun(self._begin)
            self._driver = driver_of(self._connection)
        except BaseException:
            self._gate.leave(None, write=self._is_write)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        connection = self._connection
        assert connection is not None, "left without having been entered"
        try:
            if raised is None and self._failure is None:
                self._commit(connection)
            if raised is not None or self._failure is not None:
                roll_back(connection)
        finally:
            self._connection = self._driver = None
            self._gate.leave(connection, write=self._is_write)
        if raised is None and self._failure is not None:
            raise self._failure

    def _commit(self, connection: Connection) -> None:
        try:
            driver_of(connection).commit()
        except connection.dialect.loaded_dbapi.Error as error:
            self._failed(error).__cause__ = error

    def _failed(self, error: Exception) -> StoreError:
        self._failure = translated(error)
        return self._failure


class Transactions:
    """Opens transactions, one at a time for each thread, and lets them wait for each other where the backend must."""

    def __init__(self, engine: Engine, backend: Backend) -> None:
        self._engine = engine
        self._backend = backend
        self._queue = threading.Lock()
        self._inside: set[int] = set()
        self._is_closed = False
        self._only: Connection | None = None  # of a store in memory, which is gone with it

    def begin(self, namespace: str, *, write: bool) -> Transaction:
        """A transaction to be entered with `with`."""
        return Transaction(
            self, self._backend.begin_write(namespace) if write else self._backend.begin_read, write=write
        )

    def close(self) -> None:
        """Give back all connections; those in use follow when their transactions end."""
        self._require_outside("cannot close the store inside one of its units of work")
        self._is_closed = True
        if not self._queue.acquire(timeout=PATIENCE_SECONDS):
            raise StoreError(f"cannot close the store: a unit of work has been open for {PATIENCE_SECONDS} seconds")
        try:
            self._forget_only()
            self._engine.dispose()
        finally:
            self._queue.release()

    def enter(self, *, write: bool) -> None:
        """Let this thread in, after those that must be through first.

        Raises:
            StoreError: the store is closed, this thread is inside already (it would wait for itself), or the wait
                was too long.
        """
        self._require_outside("this thread has a unit of work open already: pass that one on, or end it first")
        if self._must_queue(write) and not self._queue.acquire(timeout=PATIENCE_SECONDS):
            raise StoreError(f"another unit of work has been open for {PATIENCE_SECONDS} seconds")
        self._inside.add(threading.get_ident())
        if self._is_closed:
            self.leave(None, write=write)
            raise StoreError("the state store is closed")

    def leave(self, connection: Connection | None, *, write: bool) -> None:
        """Take back the connection, where there is one, and let the next one in."""
        try:
            if connection is not None:
                self._take_back(connection)
        finally:
            self._inside.discard(threading.get_ident())
            if self._must_queue(write):
                self._queue.release()

    def begun(self, begin: str | None) -> Connection:
        """A connection on which `begin` has been said, where there is anything to say."""
        try:
            return self._begun(begin, last_attempt=False)
        except ConnectionLost:
            # The server was restarted while the connection lay in the pool: the others there are as dead.
            self._engine.dispose()
            return self._begun(begin, last_attempt=True)

    def _take_back(self, connection: Connection) -> None:
        if connection is self._only:
            return
        if self._is_closed and not connection.invalidated:
            connection.detach()  # so that it is closed now, and not kept by a pool nobody has any more
        connection.close()

    def _begun(self, begin: str | None, *, last_attempt: bool) -> Connection:
        connection = self._only or self._connected()
        driver = driver_of(connection)
        try:
            if begin is not None:
                driver.execute(begin)
        except self._engine.dialect.loaded_dbapi.Error as error:
            is_lost = self._engine.dialect.is_disconnect(error, driver, None)
            if is_lost:
                connection.invalidate()
            self._forget_only()
            connection.close()
            raise (ConnectionLost() if is_lost and not last_attempt else translated(error)) from error
        return connection

    def _connected(self) -> Connection:
        try:
            connection = self._engine.connect()
        except SQLAlchemyError as error:
            raise translated(error) from error
        if not self._backend.is_lasting:
            self._only = connection
        return connection

    def _forget_only(self) -> None:
        only, self._only = self._only, None
        if only is not None:
            only.close()

    def _must_queue(self, write: bool) -> bool:
        return self._backend.writers_queue if write else self._backend.readers_queue

    def _require_outside(self, complaint: str) -> None:
        if threading.get_ident() in self._inside:
            raise StoreError(complaint)


def roll_back(connection: Connection) -> None:
    """Undo what was done. Where that can't be said any more, the server does it when it finds the connection lost."""
    if connection.invalidated:
        return
    try:
        driver_of(connection).rollback()
    except connection.dialect.loaded_dbapi.Error:
        connection.invalidate()  # so that nobody else is given it


class ConnectionLost(Exception):
    """A connection from the pool turned out to be dead before anything was done with it."""


def driver_of(connection: Connection) -> Any:
    # BEGIN and COMMIT go to the driver itself: through SQLAlchemy they take half of a read's time (26 of 55 us).
    return connection.connection.dbapi_connection
