"""A request takes no more work than it did: counted, since times are never the same twice.

What has become less is recorded anew; what has become more needs a reason. The counts were taken with Python 3.11; in
later versions fewer functions are called.
"""

from __future__ import annotations

import asyncio
import copy
import gc
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import jsonschema_rs
import orjson
import pytest

from mock_server.core.journal.journal import size_of
from openapi.schemas import json_schema
from tests.mock import BODY, HARBOR, Mock
from tests.whole.work import Watch, Work, lettered_ids

EXCHANGES = 10
WARM_UP = 3
HEADROOM, FLOOR = 1.1, 0.75
"""For what changes with each version of Python and of a library; all else is exact."""

WITH_HEADROOM = ("Python function calls", "bytes in the journal")

RECORDED: dict[str, dict[str, int]] = {
    "getInvoice": {
        "Python function calls": 195,
        "SQL statements": 1,
        "JSON texts parsed": 1,
        "JSON texts written": 1,
        "bytes in the journal": 2895,
    },
    "getInvoice, again": {
        "Python function calls": 139,
        "bytes in the journal": 2895,
    },
    "createInvoice": {
        "Python function calls": 376,
        "SQL statements": 15,
        "JSON texts parsed": 2,
        "JSON texts written": 4,
        "bytes in the journal": 1916,
    },
    "publishInvoice": {
        "Python function calls": 338,
        "SQL statements": 23,
        "JSON texts parsed": 4,
        "JSON texts written": 3,
        "bytes in the journal": 1759,
    },
    "cancelInvoice": {
        "Python function calls": 237,
        "SQL statements": 16,
        "JSON texts parsed": 1,
        "JSON texts written": 1,
        "bytes in the journal": 1465,
    },
    "listInvoices": {
        "Python function calls": 401,
        "SQL statements": 2,
        "JSON texts written": 1,
        "bytes in the journal": 6885,
    },
}
"""What is not named is never done: nothing is compiled, copied, or handed to a task or a thread. Among the statements
are those of triggers, told by the name of what set them off: they count invoices, so that lists need not.
"""


@dataclass
class Requests:
    """Requests to a mock in this thread, without any network."""

    mock: Mock
    watch: Watch
    token: str

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The answer's JSON, `None` where it is empty."""
        return asyncio.run(self._answer(method, path, body, nullcontext()))

    def work(self, method: str, path: str, body: Any = None) -> Work:
        """What a request takes."""
        work = Work()
        asyncio.run(self._answer(method, path, body, self.watch.watching(work)))
        (entry,) = self.mock.namespace.journal.entries()[-1:]
        work.journal_bytes = size_of(entry)
        return work

    async def _answer(self, method: str, path: str, body: Any, watching: AbstractContextManager[object]) -> Any:
        place, _, query = path.partition("?")
        headers = [(b"host", b"mock.test"), (b"authorization", f"Bearer {self.token}".encode())]
        content = b"" if body is None else orjson.dumps(body)
        if content:
            headers += [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode())]
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": "/pay-int-api" + place,
            "raw_path": f"/pay-int-api{place}".encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": headers,
            "client": ("127.0.0.1", 50000),
            "server": ("127.0.0.1", 80),
        }
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": content, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        with watching:
            await self.mock.server.app(scope, receive, send)
        assert sent[0]["status"] == 200, sent
        answer = b"".join(each.get("body", b"") for each in sent)
        return orjson.loads(answer) if answer else None

    def draft(self) -> str:
        """The id of a new one."""
        return str(self.ask("POST", "/invoices", BODY)["id"])

    def published(self) -> str:
        """The id of a new one."""
        return str(self.ask("POST", "/invoices/publish", BODY)["id"])


@pytest.fixture(scope="module")
def requests() -> Iterator[Requests]:
    """Of a mock whose journal is full, as that of every mock is that runs for a while."""
    watch = Watch()
    with lettered_ids(), watch.listening(), Mock.running(journal_exchanges=EXCHANGES) as mock:
        requests = Requests(mock, watch, mock.token("invoices", HARBOR))
        for _ in range(2 * EXCHANGES):
            requests.published()
        yield requests


def _again(requests: Requests, path: str) -> Work:
    """What the same call takes that was answered just before."""
    requests.ask("GET", path)
    return requests.work("GET", path)


MEASURED: dict[str, Callable[[Requests], Work]] = {
    "getInvoice": lambda requests: requests.work("GET", f"/invoices/{requests.draft()}"),
    "getInvoice, again": lambda requests: _again(requests, f"/invoices/{requests.draft()}"),
    "createInvoice": lambda requests: requests.work("POST", "/invoices", BODY),
    "publishInvoice": lambda requests: requests.work("POST", "/invoices/publish", {"id": requests.draft()}),
    "cancelInvoice": lambda requests: requests.work("PUT", f"/invoices/{requests.published()}/cancel"),
    "listInvoices": lambda requests: requests.work("GET", "/invoices?status=2&orderBy=dueDate&asc=false&pageSize=20"),
}


@pytest.mark.parametrize("operation", MEASURED)
def test_a_request_takes_as_much_work_as_was_recorded(operation: str, requests: Requests) -> None:
    for _ in range(WARM_UP):
        MEASURED[operation](requests)

    work = MEASURED[operation](requests)

    complaints = told(operation, work)
    assert not complaints, "\n".join(complaints)


def told(operation: str, work: Work) -> list[str]:
    """What has become more than it may be, or so much less that the record says nothing any more; a sentence each."""
    risen, fallen = [], []
    for figure, count in work.figures().items():
        recorded = RECORDED[operation].get(figure, 0)
        lowest, highest = (recorded * FLOOR, recorded * HEADROOM) if figure in WITH_HEADROOM else (recorded, recorded)
        if count > highest:
            more = f"rose from {recorded} to {count}, over the ceiling of {int(highest)}"
            risen.append(f"{operation}: {figure} {more}. That is: {work.details(figure) or count}")
        elif count < lowest:
            fallen.append(f"{operation}: {figure} fell from {recorded} to {count}: record that, so that it stays")
    return [*risen, *fallen]


def test_the_work_is_the_same_each_time(requests: Requests) -> None:
    for _ in range(WARM_UP):
        MEASURED["createInvoice"](requests)

    first, second = (MEASURED["createInvoice"](requests).figures() for _ in range(2))

    assert first == second


def test_requests_leave_nothing_to_the_collector(requests: Requests) -> None:
    """Looking for garbage took a tenth of the time of a GET when each left some."""
    invoice = requests.draft()
    gc.collect()

    requests.ask("GET", f"/invoices/{invoice}")
    requests.ask("POST", "/invoices/publish", {"id": invoice})
    requests.ask("PUT", f"/invoices/{invoice}/cancel")
    requests.ask("GET", "/invoices?status=2&orderBy=dueDate&asc=false&pageSize=20")

    assert gc.collect() == 0


def test_a_journal_that_is_full_stays_as_large(requests: Requests) -> None:
    for _ in range(WARM_UP):
        requests.draft()

    assert len(requests.mock.namespace.journal) == EXCHANGES


def test_what_has_risen_or_fallen_is_told() -> None:
    statements, parses = (RECORDED["getInvoice"][each] for each in ("SQL statements", "JSON texts parsed"))
    work = Work(statements=["SELECT invoices"] * 99)

    risen, fallen, *_ = (each for each in told("getInvoice", work) if "calls" not in each)

    assert risen.startswith(
        f"getInvoice: SQL statements rose from {statements} to 99, over the ceiling of {statements}."
    )
    assert "SELECT invoices, " in risen
    assert fallen == f"getInvoice: JSON texts parsed fell from {parses} to 0: record that, so that it stays"


def test_the_watch_sees_statements() -> None:
    watch = Watch()
    with watch.listening():
        connection = sqlite3.connect(":memory:")

    with watch.watching(work := Work()):
        connection.execute("SELECT 1")
    connection.close()

    assert work.statements == ["SELECT"]


async def _in_a_task() -> None:
    await asyncio.get_running_loop().create_task(asyncio.sleep(0))


async def _in_a_thread() -> None:
    await asyncio.to_thread(len, "")


def _thread() -> None:
    thread = threading.Thread(target=len, args=("",))
    thread.start()
    thread.join()


SEEN: dict[str, tuple[str, Callable[[], Any]]] = {
    "a validator": ("validators and codecs made", lambda: jsonschema_rs.Draft202012Validator({"type": "string"})),
    "a schema": ("schemas converted", lambda: json_schema({"type": "string", "nullable": True}, {})),
    "a deep copy": ("deep copies", lambda: copy.deepcopy({"a": []})),
    "a thread": ("threads asked", _thread),
    "a thread of a pool": ("threads asked", lambda: asyncio.run(_in_a_thread())),
    "a task": ("tasks", lambda: asyncio.run(_in_a_task())),
    "a parsed text": ("JSON texts parsed", lambda: orjson.loads(b"[]")),
    "a written text": ("JSON texts written", lambda: orjson.dumps([])),
    "a call": ("Python function calls", lambda: None),
}


@pytest.mark.parametrize("what", SEEN)
def test_the_watch_sees(what: str) -> None:
    figure, do = SEEN[what]

    with Watch().watching(work := Work()):
        do()

    assert work.figures()[figure] > 0
