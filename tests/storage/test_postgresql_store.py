"""The store on PostgreSQL: another process, which can be lost, and another database, which may hold other things."""

from __future__ import annotations

import hashlib
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial

import pytest
from sqlalchemy import create_engine, make_url

from mock_server.core.errors import SetupError, StaleRecord, StoreError
from mock_server.core.records import Query, Store, UnitOfWork, transact
from mock_server.storage import open_store
from tests.postgres import database, say
from tests.storage.samples import COLLECTIONS, DOCUMENTS, MARKS, Document, Mark
from tests.storage.steps import NAMESPACE, add, at_once, find, get, remove, work
from tests.storage.suite import StoreSuite
from tests.storage.suite_lasting import LastingStore

END_ALL_CONNECTIONS = (
    "SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@pytest.fixture(scope="module")
def kept_open(postgres_server: str) -> Iterator[tuple[str, Store]]:
    """A store for all the tests that need not open one, and its address: making its tables takes longest."""
    with database(postgres_server) as url:
        store = open_store(url, COLLECTIONS)
        yield url, store
        store.close()


class TestPostgresqlStore(StoreSuite, LastingStore):
    @pytest.fixture
    def url(self, postgres_url: str) -> str:
        return postgres_url

    @pytest.fixture
    def store(self, kept_open: tuple[str, Store]) -> Store:
        url, store = kept_open
        say(url, "DELETE FROM documents; DELETE FROM marks")
        return store


def test_connections_that_died_in_the_pool_are_replaced_unseen(postgres_url: str) -> None:
    store = open_store(postgres_url, COLLECTIONS)
    at_once([lambda: find(store, Query())] * 4)
    say(postgres_url, END_ALL_CONNECTIONS)
    add(store, Document("a"))
    assert get(store, "a") is not None
    store.close()


def test_a_connection_lost_in_the_middle_undoes_the_work(postgres_url: str) -> None:
    store = open_store(postgres_url, COLLECTIONS)

    def add_two(unit: UnitOfWork) -> None:
        unit.records(DOCUMENTS).add(Document("a"))
        say(postgres_url, END_ALL_CONNECTIONS)
        unit.records(DOCUMENTS).add(Document("b"))

    with pytest.raises(StoreError, match="the state store failed"):
        work(store, add_two)
    assert find(store, Query()).total == 0
    store.close()


def test_a_connection_lost_before_the_end_undoes_the_work(postgres_url: str) -> None:
    store = open_store(postgres_url, COLLECTIONS)

    def add_one(unit: UnitOfWork) -> None:
        unit.records(DOCUMENTS).add(Document("a"))
        say(postgres_url, END_ALL_CONNECTIONS)

    with pytest.raises(StoreError, match="the state store failed"):
        work(store, add_one)
    assert find(store, Query()).total == 0
    store.close()


def test_the_error_of_the_block_is_kept_when_the_connection_is_lost_too(postgres_url: str) -> None:
    store = open_store(postgres_url, COLLECTIONS)

    def add_in_vain(unit: UnitOfWork) -> None:
        unit.records(DOCUMENTS).add(Document("a"))
        say(postgres_url, END_ALL_CONNECTIONS)
        raise KeyError

    with pytest.raises(KeyError):
        work(store, add_in_vain)
    assert find(store, Query()).total == 0
    store.close()


def test_a_failed_step_that_was_passed_over_still_undoes_the_work(postgres_url: str) -> None:
    # PostgreSQL answers COMMIT after a failed step without an error, and has undone everything.
    store = open_store(postgres_url, COLLECTIONS)
    too_large_for_an_index = "".join(hashlib.sha256(bytes([n])).hexdigest() for n in range(100))

    def pass_over_failures(unit: UnitOfWork) -> None:
        unit.records(DOCUMENTS).add(Document("a"))
        for document in (Document("b", title=too_large_for_an_index), Document("c")):
            with pytest.raises(StoreError, match="index row size"):
                unit.records(DOCUMENTS).add(document)

    with pytest.raises(StoreError, match="index row size"):
        work(store, pass_over_failures)
    assert find(store, Query()).total == 0
    store.close()


def test_a_failed_read_that_was_passed_over_undoes_the_work_too(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mock_server.storage.postgresql.PATIENCE_SECONDS", 0.001)
    store = open_store(postgres_url, COLLECTIONS)
    locking = create_engine(postgres_url)

    def pass_over_failure(unit: UnitOfWork) -> None:
        unit.records(MARKS).add(Mark("a"))
        with pytest.raises(StoreError, match="lock timeout"):
            unit.records(DOCUMENTS).get("a")

    with locking.begin() as connection:
        connection.exec_driver_sql("LOCK TABLE documents IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(StoreError, match="lock timeout"):
            work(store, pass_over_failure)
    locking.dispose()
    with store.begin(NAMESPACE, write=False) as unit:
        assert unit.records(MARKS).get("a") is None
    store.close()


def test_a_writer_elsewhere_that_never_ends_is_an_error_and_no_deadlock(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = open_store(postgres_url, COLLECTIONS)
    monkeypatch.setattr("mock_server.storage.postgresql.PATIENCE_SECONDS", 0.001)
    other = open_store(postgres_url, COLLECTIONS)
    with one.begin(NAMESPACE, write=True):
        with pytest.raises(StoreError, match="lock timeout"):
            add(other, Document("a"))
        add(other, Document("a"), namespace="elsewhere")
    add(other, Document("a"))
    one.close()
    other.close()


def test_what_is_being_copied_stays_as_it_is_until_the_end(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    one = open_store(postgres_url, COLLECTIONS)
    add(one, Document("a"), namespace="source")
    monkeypatch.setattr("mock_server.storage.postgresql.PATIENCE_SECONDS", 0.001)
    other = open_store(postgres_url, COLLECTIONS)
    with one.begin(NAMESPACE, write=True) as unit:
        unit.copy_from("source")
        with pytest.raises(StoreError, match="lock timeout"):
            remove(other, Document("a", version=1), namespace="source")
    remove(other, Document("a", version=1), namespace="source")
    assert get(one, "a") is not None
    one.close()
    other.close()


def crossing(store: Store, barrier: threading.Barrier, *, attempts: int) -> list[Callable[[], None]]:
    """Two copies, each of which has its own namespace when it asks for the other's."""

    def copied(to: str, source: str) -> None:
        def action(unit: UnitOfWork) -> None:
            with suppress(threading.BrokenBarrierError):
                barrier.wait(timeout=60)
            barrier.abort()  # whoever comes again need not wait
            unit.copy_from(source)

        transact(store, to, action, write=True, attempts=attempts)

    return [partial(copied, "one", "two"), partial(copied, "two", "one")]


@pytest.mark.parametrize(("attempts", "losers"), [(1, 1), (20, 0)])
def test_of_two_copies_that_wait_for_each_other_one_is_stale_and_comes_second(
    postgres_url: str, attempts: int, losers: int
) -> None:
    store = open_store(postgres_url, COLLECTIONS)
    add(store, Document("1"), namespace="one")
    add(store, Document("2"), namespace="two")
    outcomes = at_once(crossing(store, threading.Barrier(2), attempts=attempts))
    assert [type(outcome) for outcome in outcomes].count(StaleRecord) == losers
    assert outcomes.count(None) == 2 - losers
    assert find(store, Query(), namespace="one") == find(store, Query(), namespace="two")
    store.close()


def test_tables_of_somebody_else_are_left_alone(postgres_url: str) -> None:
    say(postgres_url, "CREATE TABLE documents (name text)")
    with pytest.raises(SetupError, match=r"holds tables of somebody else \(documents\)"):
        open_store(postgres_url, COLLECTIONS)


@pytest.fixture
def poor_user(postgres_url: str) -> Iterator[str]:
    """The name of a user who may log in and nothing else; the password is "hush-hush"."""
    name = f"mock_server_test_{uuid.uuid4().hex}"
    say(postgres_url, f"CREATE ROLE {name} LOGIN PASSWORD 'hush-hush'; GRANT USAGE ON SCHEMA public TO PUBLIC")
    yield name
    say(postgres_url, f"DROP ROLE {name}")


def test_a_user_who_may_not_make_tables_is_told_so_without_the_password(postgres_url: str, poor_user: str) -> None:
    url = make_url(postgres_url).set(username=poor_user, password="hush-hush")
    with pytest.raises(SetupError, match="permission denied for schema public") as refused:
        open_store(url.render_as_string(hide_password=False), COLLECTIONS)
    assert "hush" not in str(refused.value)


def test_the_store_tells_where_it_is_without_secrets(postgres_url: str) -> None:
    url = make_url(postgres_url)
    store = open_store(url.set(password="hush-hush").render_as_string(hide_password=False), COLLECTIONS)
    assert store.describe().startswith("PostgreSQL at ")
    assert str(url.database) in store.describe()
    assert "hush" not in store.describe()
    assert not store.is_embedded
    store.close()
