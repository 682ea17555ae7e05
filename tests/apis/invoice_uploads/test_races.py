"""Callers at the same moment: exactly one wins, and what is left fits together. In memory, in a file, in PostgreSQL.

In a file and in PostgreSQL two servers share the state and the bytes.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from httpx2 import Response

from tests.apis.invoice_uploads.builders import (
    FILE,
    OTHER_BYTES,
    Presigned,
    Uploads,
    digest,
)
from tests.mock import Mock, new_merchant
from tests.postgres import database

CALLERS = 8
ROUNDS = 6
PATIENCE_SECONDS = 60

Servers = list[Mock]
Ask = Callable[[Uploads], Response]


@pytest.fixture(scope="module", params=["memory", "file", "postgresql"])
def servers(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """One server in memory, or two on the same ground."""
    folder = tmp_path_factory.mktemp("races")
    if request.param == "memory":
        yield from started(folder, "sqlite://", 1)
    elif request.param == "file":
        yield from started(folder, f"sqlite:///{folder / 'state.db'}", 2)
    else:
        with database(request.getfixturevalue("postgres_server")) as url:
            yield from started(folder, url, 2)


def started(folder: Path, state: str, count: int) -> Iterator[Servers]:
    mocks = [Mock.start(state=state, objects=folder / "objects") for _ in range(count)]
    yield mocks
    for mock in mocks:
        mock.stop()


class Callers:
    """Clients of one merchant, in turn on each of the servers."""

    def __init__(self, servers: Servers) -> None:
        merchant = new_merchant()
        clients = [Uploads(mock, merchant) for mock in servers]
        self.first = clients[0]
        self._turns = itertools.cycle(clients)

    def at_once(self, calls: Sequence[Ask]) -> list[Response]:
        """The answers to calls that begin at the same moment, in their order."""
        barrier = threading.Barrier(len(calls))

        def run(call: Ask, client: Uploads) -> Response:
            barrier.wait(PATIENCE_SECONDS)
            return call(client)

        with ThreadPoolExecutor(len(calls)) as pool:
            futures = [pool.submit(run, call, next(self._turns)) for call in calls]
            return [each.result(PATIENCE_SECONDS) for each in futures]


@pytest.fixture
def callers(servers: Servers) -> Callers:
    return Callers(servers)


def statuses(responses: Sequence[Response]) -> list[int]:
    return sorted(each.status_code for each in responses)


def rules(responses: Sequence[Response]) -> set[str]:
    return {each.headers["x-mock-rule"] for each in responses if not each.is_success}


def putting(upload: Presigned, content: bytes) -> Ask:
    return lambda uploads: uploads.put(upload, content)


def confirming(upload: Presigned, sha256: str) -> Ask:
    return lambda uploads: uploads.confirm(upload, sha256)


def deleting(upload: Presigned) -> Ask:
    return lambda uploads: uploads.delete(upload)


def attaching(upload: Presigned, payment_request: str, number: int) -> Ask:
    """Both ways to attach, in turn."""
    if number % 2:
        return lambda uploads: uploads.attach(upload, payment_request)
    return lambda uploads: uploads.attach_to_payment_request(upload, payment_request)


def check_invoices(uploads: Uploads) -> None:
    """An upload is attached exactly where a payment request says so, and both know of each other."""
    kept = uploads.kept()
    by_uploads = {(each.id, each.payment_request_id) for each in kept["uploads"] if each.state == "attached"}
    by_payment_requests = {(each.upload_id, each.id) for each in kept["payment requests"] if each.upload_id}
    assert by_uploads == by_payment_requests
    assert not [each for each in kept["uploads"] if each.state != "attached" and each.payment_request_id]


def test_an_upload_is_confirmed_once(callers: Callers) -> None:
    upload = callers.first.in_state("stored")

    responses = callers.at_once([confirming(upload, FILE.sha256)] * CALLERS)

    assert statuses(responses) == [200] + [409] * (CALLERS - 1)
    assert rules(responses) == {"UPL-CONFIRM-STATE"}
    assert callers.first.seen(upload) == "confirmed"


def test_an_upload_is_attached_once(callers: Callers) -> None:
    upload = callers.first.in_state("confirmed")
    wanted = [callers.first.payment_request() for _ in range(CALLERS)]

    responses = callers.at_once([attaching(upload, each, number) for number, each in enumerate(wanted)])

    assert statuses(responses) == [200] + [409] * (CALLERS - 1)
    assert rules(responses) == {"UPL-ATTACH-STATE"}
    winners = [each for each, response in zip(wanted, responses, strict=True) if response.is_success]
    assert [each for each in wanted if callers.first.invoice_of(each) is not None] == winners
    check_invoices(callers.first)


def test_a_payment_request_holds_one_of_the_uploads_attached_to_it_at_once(callers: Callers) -> None:
    contenders = [callers.first.in_state("confirmed") for _ in range(CALLERS)]
    wanted = callers.first.payment_request()

    responses = callers.at_once([attaching(each, wanted, number) for number, each in enumerate(contenders)])

    assert statuses(responses) == [200] * CALLERS
    winner = callers.first.invoice_of(wanted)
    attached = [each.id for each in callers.first.kept()["uploads"] if each.payment_request_id == wanted]
    assert attached == [winner]
    for each in contenders:
        if each.id != winner:
            assert callers.first.preview(each).status_code == 200
            assert callers.first.attach(each).status_code == 200, "it returned to confirmed"
    check_invoices(callers.first)


def test_payment_requests_whose_invoices_are_replaced_again_and_again_hold_one_each(callers: Callers) -> None:
    places = [callers.first.payment_request() for _ in range(2)]
    for _ in range(ROUNDS):
        contenders = [callers.first.in_state("confirmed") for _ in range(4)]

        responses = callers.at_once(
            [attaching(each, places[number % 2], number // 2) for number, each in enumerate(contenders)]
        )

        assert statuses(responses) == [200] * 4
        check_invoices(callers.first)


def test_confirmed_bytes_are_those_whose_digest_was_claimed(callers: Callers) -> None:
    """PUT against confirm: whoever is first, never is one thing confirmed and another one stored."""
    for _ in range(ROUNDS):
        upload = callers.first.in_state("stored")

        put, confirm, second_put, second_confirm = callers.at_once(
            [
                putting(upload, OTHER_BYTES),
                confirming(upload, FILE.sha256),
                putting(upload, OTHER_BYTES),
                confirming(upload, digest(OTHER_BYTES)),
            ]
        )

        confirmed = [
            content
            for content, response in ((FILE.content, confirm), (OTHER_BYTES, second_confirm))
            if response.is_success
        ]
        assert {put.status_code, second_put.status_code} <= {200, 403}
        assert rules([put, second_put]) <= {"UPL-PUT-SPENT"}
        assert rules([confirm, second_confirm]) <= {"UPL-CONFIRM-STATE", "UPL-CONFIRM-DIGEST"}
        assert len(confirmed) <= 1
        if confirmed:
            assert callers.first.bytes_of(callers.first.preview(upload)) == confirmed[0]
        else:
            assert callers.first.seen(upload) == "stored"
            assert callers.first.confirm(upload, digest(OTHER_BYTES)).status_code == 200


def test_an_upload_is_attached_or_deleted(callers: Callers) -> None:
    for number in range(ROUNDS):
        upload = callers.first.in_state("confirmed")

        attached, deleted = callers.at_once([attaching(upload, upload.payment_request, number), deleting(upload)])

        outcome = (attached.status_code, deleted.status_code)
        assert outcome in {(200, 409), (404, 204)}
        assert callers.first.seen(upload) == ("attached" if attached.is_success else "absent")
        assert callers.first.invoice_of(upload.payment_request) == (upload.id if attached.is_success else None)
        check_invoices(callers.first)


def test_an_upload_is_deleted_once_and_its_bytes_with_it(callers: Callers) -> None:
    upload = callers.first.in_state("stored")

    responses = callers.at_once([*[deleting(upload)] * 4, *[putting(upload, OTHER_BYTES)] * 4])

    deletes, puts = responses[:4], responses[4:]
    assert statuses(deletes) == [204, 404, 404, 404]
    assert rules(puts) <= {"UPL-PUT-SPENT"}
    assert callers.first.seen(upload) == "absent"
    assert not [each for each in callers.first.kept()["objects"] if upload.id in each.id]


def test_presigned_uploads_have_ids_of_their_own(callers: Callers) -> None:
    body = {"filename": "a.pdf", "mimeType": "application/pdf", "size": 5}

    responses = callers.at_once([lambda uploads: uploads.call("POST", "/invoice-uploads/presign", body)] * CALLERS)

    assert statuses(responses) == [200] * CALLERS
    assert len({each.json()["uploadId"] for each in responses}) == CALLERS


def test_bytes_put_at_the_same_moment_are_kept_whole(callers: Callers) -> None:
    contents = [bytes([number]) * len(FILE.content) for number in range(CALLERS)]
    upload = callers.first.in_state("presigned")

    responses = callers.at_once([putting(upload, each) for each in contents])

    assert statuses(responses) == [200] * CALLERS
    confirming = [callers.first.confirm(upload, digest(each)).status_code for each in contents]
    assert confirming.count(200) == 1
    assert callers.first.bytes_of(callers.first.preview(upload)) == contents[confirming.index(200)]
