"""Short forms for what the tests do most: one step in a unit of work of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from mock_server.core.records import Contents, Page, Query, Store, UnitOfWork, transact
from tests.storage.samples import DOCUMENTS, Document

Answer = TypeVar("Answer")

NAMESPACE = "here"


def work(store: Store, action: Callable[[UnitOfWork], Answer]) -> Answer:
    """Do something in one unit of work that may write; once, whatever happens."""
    return transact(store, NAMESPACE, action, write=True, attempts=1)


def add(store: Store, *documents: Document, namespace: str = NAMESPACE) -> None:
    with store.begin(namespace, write=True) as work:
        for document in documents:
            work.records(DOCUMENTS).add(document)


def get(store: Store, record_id: str, namespace: str = NAMESPACE) -> Document | None:
    with store.begin(namespace, write=False) as work:
        return work.records(DOCUMENTS).get(record_id)


def stored(store: Store, record_id: str) -> Document:
    document = get(store, record_id)
    assert document is not None
    return document


def replace(store: Store, document: Document, namespace: str = NAMESPACE) -> None:
    with store.begin(namespace, write=True) as work:
        work.records(DOCUMENTS).replace(document)


def remove(store: Store, document: Document, namespace: str = NAMESPACE) -> None:
    with store.begin(namespace, write=True) as work:
        work.records(DOCUMENTS).remove(document)


def find(store: Store, query: Query, namespace: str = NAMESPACE) -> Page[Document]:
    with store.begin(namespace, write=False) as work:
        return work.records(DOCUMENTS).find(query)


def first(store: Store, query: Query) -> Document | None:
    with store.begin(NAMESPACE, write=False) as work:
        return work.records(DOCUMENTS).first(query)


def ids(store: Store, query: Query, namespace: str = NAMESPACE) -> list[str]:
    return [document.id for document in find(store, query, namespace).items]


def clear(store: Store, namespace: str = NAMESPACE) -> None:
    transact(store, namespace, lambda work: work.clear(), write=True)


def copy(store: Store, source: str, to: str = NAMESPACE) -> None:
    """Copy a namespace, again when somebody else was first."""
    transact(store, to, lambda work: work.copy_from(source), write=True)


def contents(store: Store, namespace: str = NAMESPACE) -> Contents:
    with store.begin(namespace, write=False) as work:
        return work.contents()


def fill(store: Store, contents: Contents, namespace: str = NAMESPACE) -> None:
    transact(store, namespace, lambda work: work.fill(contents), write=True)


def at_once(actions: Sequence[Callable[[], Answer]]) -> list[Answer | Exception]:
    """Run each action in a thread of its own, all started together; what each returned or raised, in their order."""
    barrier = threading.Barrier(len(actions))

    def attempt(action: Callable[[], Answer]) -> Answer | Exception:
        barrier.wait(timeout=60)
        try:
            return action()
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(actions)) as threads:
        return list(threads.map(attempt, actions))
