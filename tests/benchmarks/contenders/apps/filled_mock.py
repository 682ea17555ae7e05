"""`python -m tests.benchmarks.contenders.apps.filled_mock PORT COUNT`: a mock in memory that has so many invoices.

Posting 100,000 takes minutes, and no document that can be imported is as large; so they are put into its store.
"""

from __future__ import annotations

import socket
import sys
import uuid
from collections.abc import Iterator
from typing import Any

import uvicorn

from mock_server.cli.protocol import serving
from mock_server.core.namespace import DEFAULT, Namespace
from mock_server.core.records import Contents, UnitOfWork
from mock_server.settings import Settings
from mock_server.wiring import build
from tests.benchmarks.payloads import varied

INVOICES = "invoices"
GRACE_SECONDS = 1
DRAFT, PUBLISHED = 1, 2

Json = dict[str, Any]


def fill(namespace: Namespace, count: int) -> None:
    """Let the namespace have so many invoices of one merchant, half of them drafts, half published."""

    def exchange(work: UnitOfWork) -> None:
        contents = work.contents()
        work.fill({**contents, INVOICES: list(_invoices(contents, count))})

    namespace.transact(exchange, write=True)


def _invoices(contents: Contents, count: int) -> Iterator[Json]:
    """Records like those of the seed, as different from each other as the ones that are posted elsewhere."""
    seeded = contents[INVOICES]
    published = next(each for each in seeded if each["status"] == PUBLISHED)
    mine = [each for each in seeded if each["merchant_id"] == published["merchant_id"] and each["customer"]]
    draft = next(each for each in mine if each["status"] == DRAFT)
    for number, wanted in enumerate(varied(count)):
        yield _changed(published if number % 2 else draft, number, wanted)


def _changed(template: Any, number: int, wanted: Json) -> Json:
    """Parts are shared with the template: copying them all would take longer than all else."""
    terms, customer, names = template["terms"], template["customer"], wanted["customer"]
    first, *others = terms["line_items"]
    line = {**first, "quantity": str(wanted["lineItems"][0]["quantity"])}
    details = {**customer["details"], "first_name": names["firstName"], "last_name": names["lastName"]}
    return {
        **template,
        "id": str(uuid.UUID(int=uuid.NAMESPACE_URL.int + number, version=4)),
        "number": f"INV-{number:06}" if template["number"] else None,
        "terms": {**terms, "due_date": wanted["dueDate"], "line_items": [line, *others]},
        "customer": {**customer, "details": details},
    }


def main() -> None:
    port, count = map(int, sys.argv[1:])
    listening = socket.create_server(("127.0.0.1", port))
    server = build(Settings(access_log=False))
    fill(server.namespaces.get(DEFAULT), count)
    uvicorn.Server(serving(server.app, GRACE_SECONDS)).run(sockets=[listening])
    server.close()


if __name__ == "__main__":
    main()
