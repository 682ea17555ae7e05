"""Transactions: begun, committed and undone by hand, so that both databases do the same at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from itertools import islice
from types import TracebackType
from typing import Any, NamedTuple, Self

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from mock_server.core.errors import StoreError
from mock_server.storage.engines import PATIENCE_SECONDS, Backend
from mock_server.storage.failures import translated
from mock_server.storage.prepared import Prepared, Values

MOST_KNOWN = 128
LOST = "the state in memory is lost: SQLite had to give it up, as the error before this one says; start anew"


class Line(NamedTuple):
    """A connection, and what lies beneath it: BEGIN, COMMIT and all statements are said to the driver itself.

    Through SQLAlchemy they take half of a read's time (26 of 55 us), and asking it for the driver each time takes some
    of that, too.
    """

    connection: Connection
    driver: Any


class Known(dict[tuple[str, str, str], Any]):
    """Records that were read since anything was written last, by collection, namespace and id; some of them."""

    def note(self, key: tuple[str, str, str], record: Any) -> None:
        """Remember a record as it was read just now."""
        if len(self) >= MOST_KNOWN:
            self.clear()
        self[key] = record


class Transaction:
    """One transaction, open inside its `with` block: committed at its end, undone when it raises.

    A step that failed in the database spoils the whole: PostgreSQL undoes such a transaction whatever is said
    afterwards, and even answers COMMIT without an error. So later steps and the end raise that failure again.
    """

    def __init__(self, gate: Transactions, namespace: str, *, write: bool) -> None:
        self.is_write = write
        """Whether it may change anything."""
        self.known = None if write else gate.known
        """What needs not be read again; `None` where somebody may write meanwhile."""
        self._gate = gate
        backend = gate.backend
        self._begin = backend.begin_write(namespace) if write else backend.begin_read
        self._must_queue = backend.writers_queue if write else backend.readers_queue
        self._line: Line | None = None
        self._failure: StoreError | None = None

    @property
    def connection(self) -> Connection:
        """The open connection. Raises `StoreError` before the block, after it, and after a failure."""
        return self._open_line().connection

    def require_open(self) -> None:
        """Raises `StoreError` wherever `connection` does."""
        self._open_line()

    def require_writing(self) -> None:
        """Raises `StoreError` in a transaction that only reads, and wherever `connection` does."""
        self.require_open()
        if not self.is_write:
            raise StoreError("a unit of work begun with write=False cannot change anything")

    def rows(self, statement: Prepared, values: Values) -> Sequence[tuple[Any, ...]]:
        """What the statement returns."""
        found: Sequence[tuple[Any, ...]] = self._run(statement.run, values).fetchall()
        return found

    def first_rows(self, statement: Prepared, values: Values, count: int) -> Sequence[tuple[Any, ...]]:
        """The first rows that hold something; the statement is run no further than to the last of them."""

        def run(driver: Any, values: Values) -> list[tuple[Any, ...]]:
            with closing(statement.run(driver, values)) as cursor:
                return list(islice((row for row in cursor if row[0] is not None), count))

        found: Sequence[tuple[Any, ...]] = self._run(run, values)
        return found

    def changed(self, statement: Prepared, values: Values) -> int:
        """How many rows the statement changed. Raises `StoreError` in a transaction that only reads."""
        if not self.is_write:
            self.require_writing()
        count: int = self._run(statement.run, values).rowcount
        return count

    def filled(self, statement: Prepared, many: Sequence[Values]) -> None:
        """Run the statement for each of several values. Raises `StoreError` in a transaction that only reads."""
        self.require_writing()
        self._run(statement.run_many, many)

    def _open_line(self) -> Line:
        if self._failure is not None:
            raise self._failure
        if self._line is None:
            raise StoreError("this unit of work has ended")
        return self._line

    def _run(self, run: Callable[[Any, Any], Any], values: Any) -> Any:
        line = self._open_line()
        try:
            return run(line.driver, values)
        except self._gate.driver_error as error:
            self._gate.give_up_if_lost(line, error)
            raise self._failed(error) from error

    def __enter__(self) -> Self:
        self._line = self._gate.enter(self._begin, must_queue=self._must_queue)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        line = self._line
        assert line is not None, "left without having been entered"
        try:
            if self._begin is not None:  # else there is nothing to be ended
                if raised is None and self._failure is None:
                    self._commit(line)
                if raised is not None or self._failure is not None:
                    self._gate.roll_back(line)
        finally:
            self._line = None
            if self.is_write:
                self._gate.forget()
            self._gate.leave(line, must_queue=self._must_queue)
        if raised is None and self._failure is not None:
            raise self._failure

    def _commit(self, line: Line) -> None:
        try:
            self._gate.backend.commit(line.driver)
        except self._gate.driver_error as error:
            self._failed(error).__cause__ = error

    def _failed(self, error: Exception) -> StoreError:
        self._failure = translated(error)
        return self._failure


class Transactions:
    """Opens transactions, one at a time for each thread, and lets them wait for each other where the backend must.

    `backend`: what the database asks for. `driver_error`: what the driver raises where the database fails.
    """

    def __init__(self, engine: Engine, backend: Backend) -> None:
        self.driver_error: type[Exception] = engine.dialect.loaded_dbapi.Error
        self.backend = backend
        self._engine = engine
        self._queue = threading.Lock()
        self._inside: set[int] = set()
        self.known = Known() if backend.readers_queue and not backend.is_lasting else None
        """Nobody else can write to a store in memory, nor can anybody while somebody reads."""
        self._closed: str | None = None
        self._only: Line | None = None  # of a store in memory, which is gone with it

    def begin(self, namespace: str, *, write: bool) -> Transaction:
        """A transaction to be entered with `with`."""
        return Transaction(self, namespace, write=write)

    def close(self) -> None:
        """Give back all connections; those in use follow when their transactions end."""
        self._require_outside("cannot close the store inside one of its units of work")
        self._closed = "the state store is closed"
        if not self._queue.acquire(timeout=PATIENCE_SECONDS):
            raise StoreError(f"cannot close the store: a unit of work has been open for {PATIENCE_SECONDS} seconds")
        try:
            only, self._only = self._only, None
            if only is not None:
                only.connection.close()
            self._engine.dispose()
        finally:
            self._queue.release()

    def enter(self, begin: str | None, *, must_queue: bool) -> Line:
        """Let this thread in, after those that must be through first: to a line on which `begin` has been said, where
        there is anything to say.

        Raises:
            StoreError: the store is closed, this thread is inside already (it would wait for itself), the wait was too
                long, or there is no line to be had.
        """
        self._require_outside("this thread has a unit of work open already: pass that one on, or end it first")
        if must_queue and not self._queue.acquire(timeout=PATIENCE_SECONDS):
            raise StoreError(f"another unit of work has been open for {PATIENCE_SECONDS} seconds")
        self._inside.add(threading.get_ident())
        try:
            if self._only is not None and not self._only.driver.in_transaction:
                self._give_up(self._only)  # without memory SQLite has undone all of what was begun for good
            if self._closed is not None:
                raise StoreError(self._closed)
            return self._begun(begin)
        except BaseException:
            self.leave(None, must_queue=must_queue)
            raise

    def leave(self, line: Line | None, *, must_queue: bool) -> None:
        """Take back the line, where there is one, and let the next one in."""
        try:
            if line is not None and line is not self._only:
                self._take_back(line.connection)
        finally:
            self._inside.discard(threading.get_ident())
            if must_queue:
                self._queue.release()

    def forget(self) -> None:
        """Trust no more what was read before, for something may have been written; before the next one is let in."""
        if self.known is not None:
            self.known.clear()

    def roll_back(self, line: Line) -> None:
        """Undo what was done. Where that can't be said any more, the server does it when it finds the line lost."""
        if line.connection.invalidated:
            return
        try:
            self.backend.roll_back(line.driver)
        except self.driver_error:
            self._give_up(line)

    def give_up_if_lost(self, line: Line, error: Any) -> bool:
        """Whether the driver's error says that the line is lost; nobody else is given it then."""
        is_lost = self._engine.dialect.is_disconnect(error, line.driver, None)
        if is_lost:
            self._give_up(line)
        return is_lost

    def _begun(self, begin: str | None) -> Line:
        try:
            return self._begun_on(self._only or self._connected(), begin, last_attempt=False)
        except ConnectionLost:
            # The server was restarted while the connection lay in the pool: the others there are as dead.
            self._engine.dispose()
            return self._begun_on(self._connected(), begin, last_attempt=True)

    def _begun_on(self, line: Line, begin: str | None, *, last_attempt: bool) -> Line:
        if begin is None:
            return line
        try:
            line.driver.execute(begin)
        except self.driver_error as error:
            is_lost = self.give_up_if_lost(line, error)
            if line is not self._only:
                line.connection.close()
            raise (ConnectionLost() if is_lost and not last_attempt else translated(error)) from error
        return line

    def _connected(self) -> Line:
        begin = self.backend.begin_for_good
        try:
            connection = self._engine.connect()
            line = Line(connection, connection.connection.dbapi_connection)
            if begin is not None:
                line.driver.execute(begin)
        except (SQLAlchemyError, self.driver_error) as error:
            raise translated(error) from error
        if not self.backend.is_lasting:
            self._only = line
        return line

    def _take_back(self, connection: Connection) -> None:
        if self._closed is not None and not connection.invalidated:
            connection.detach()  # so that it is closed now, and not kept by a pool nobody has any more
        connection.close()

    def _give_up(self, line: Line) -> None:
        """See that nobody else is given it."""
        line.connection.invalidate()
        if line is self._only:
            self._only, self._closed = None, LOST

    def _require_outside(self, complaint: str) -> None:
        if threading.get_ident() in self._inside:
            raise StoreError(complaint)


class ConnectionLost(Exception):
    """A connection from the pool turned out to be dead before anything was done with it."""
