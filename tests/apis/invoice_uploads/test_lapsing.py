"""An upload that nobody confirms lapses with its URL; the confirmed ones stay for good."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from mock_server.object_storage.backends import FolderBackend
from tests.apis.invoice_uploads.builders import (
    FILE,
    LIFETIME,
    MILLISECOND,
    OTHER_BYTES,
    Uploads,
    files_in,
    refused,
)
from tests.mock import Mock

PATIENCE_SECONDS = 30
UNCONFIRMED = ["presigned", "stored"]
CONFIRMED = ["confirmed", "attached"]
SECOND = timedelta(seconds=1)
EVER = timedelta(days=3650)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("objects")


@pytest.fixture(scope="module")
def mock(folder: Path) -> Iterator[Mock]:
    """A mock whose clock is moved forward, and whose bytes can be looked at."""
    mock = Mock.start(objects=folder)
    yield mock
    mock.stop()


@pytest.fixture
def uploads(mock: Mock) -> Uploads:
    return Uploads(mock)


def advance(uploads: Uploads, by: timedelta) -> None:
    """Move the clock, and sign in again."""
    uploads.mock.clock.advance(by)
    uploads.call = uploads.mock.caller("invoice-uploads", uploads.merchant)


def bucket_is_called(uploads: Uploads) -> None:
    """Bytes without a record go after the next call of the bucket, or with its next tick."""
    uploads.mock.client.options("/_s3/invoice-uploads/anything")


def record_ids(uploads: Uploads) -> set[str]:
    return {each.id for each in uploads.kept()["uploads"]}


@pytest.mark.parametrize("state", UNCONFIRMED)
def test_an_unconfirmed_upload_is_there_until_its_url_expires(state: str, uploads: Uploads) -> None:
    upload = uploads.in_state(state)

    advance(uploads, LIFETIME - MILLISECOND)
    assert uploads.seen(upload) == state

    advance(uploads, MILLISECOND)
    assert uploads.seen(upload) == "absent"


def test_an_upload_can_be_confirmed_at_the_last_moment(uploads: Uploads) -> None:
    upload = uploads.in_state("stored")
    advance(uploads, LIFETIME - MILLISECOND)

    assert uploads.confirm(upload).status_code == 200

    advance(uploads, EVER)
    assert uploads.seen(upload) == "confirmed"


@pytest.mark.parametrize("state", UNCONFIRMED)
def test_nothing_is_left_of_a_lapsed_upload(state: str, uploads: Uploads, folder: Path) -> None:
    before = set(files_in(folder))
    upload = uploads.in_state(state)
    advance(uploads, LIFETIME)

    refused(uploads.preview(upload), "UPL-NOT-FOUND")
    bucket_is_called(uploads)

    assert upload.id not in record_ids(uploads)
    assert not [each for each in uploads.kept()["objects"] if upload.id in each.id]
    assert set(files_in(folder)) <= before


def test_any_call_to_either_group_lets_uploads_lapse(uploads: Uploads) -> None:
    upload = uploads.in_state("stored")
    advance(uploads, LIFETIME)

    uploads.mock.caller("invoices", uploads.merchant)("GET", "/invoices")

    assert upload.id not in record_ids(uploads)


@pytest.mark.parametrize("state", CONFIRMED)
def test_a_confirmed_upload_never_lapses(state: str, uploads: Uploads, folder: Path) -> None:
    before = set(files_in(folder))
    upload = uploads.in_state(state)
    added = set(files_in(folder)) - before

    advance(uploads, EVER)
    assert uploads.seen(upload) == state
    bucket_is_called(uploads)

    assert added <= set(files_in(folder))
    assert uploads.bytes_of(uploads.preview(upload)) == FILE.content


def test_an_upload_that_was_replaced_does_not_lapse(uploads: Uploads) -> None:
    older, newer = uploads.in_state("attached"), uploads.in_state("confirmed")
    uploads.attach(newer, older.payment_request)

    advance(uploads, EVER)

    assert uploads.seen(older) == "confirmed"


def test_uploads_lapse_each_in_its_time(uploads: Uploads) -> None:
    first = uploads.in_state("stored")
    advance(uploads, LIFETIME / 2)
    second, confirmed = uploads.in_state("stored"), uploads.in_state("confirmed")
    advance(uploads, LIFETIME / 2)

    assert [uploads.seen(each) for each in (first, second, confirmed)] == ["absent", "stored", "confirmed"]

    advance(uploads, LIFETIME / 2)

    assert [uploads.seen(each) for each in (second, confirmed)] == ["absent", "confirmed"]


def test_many_uploads_lapse_at_once(uploads: Uploads, folder: Path) -> None:
    before = set(files_in(folder))
    abandoned = [uploads.in_state("stored") for _ in range(20)]
    advance(uploads, EVER)

    refused(uploads.confirm(abandoned[0]), "UPL-NOT-FOUND")
    bucket_is_called(uploads)

    assert not record_ids(uploads) & {each.id for each in abandoned}
    assert set(files_in(folder)) <= before


def test_putting_again_does_not_give_more_time(uploads: Uploads) -> None:
    upload = uploads.in_state("stored")
    advance(uploads, LIFETIME - SECOND)
    assert uploads.put(upload, OTHER_BYTES).status_code == 200

    advance(uploads, SECOND)

    assert uploads.seen(upload) == "absent"


def test_a_lapsed_upload_takes_no_bytes(uploads: Uploads, folder: Path) -> None:
    upload = uploads.in_state("presigned")
    before = set(files_in(folder))
    advance(uploads, LIFETIME)

    assert uploads.put(upload).status_code == 403
    bucket_is_called(uploads)

    assert set(files_in(folder)) <= before
    assert uploads.seen(upload) == "absent"


def test_the_bytes_of_a_lapsed_upload_are_gone_before_anybody_calls(uploads: Uploads) -> None:
    """The bucket itself may be the first to be called after the time is over."""
    upload = uploads.in_state("stored")
    advance(uploads, LIFETIME)

    refused(uploads.fetch(upload), "UPL-FETCH-ABSENT")


def test_bytes_go_although_nobody_calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server's own ticks let the upload lapse and delete the bytes."""
    gone = threading.Event()
    delete = FolderBackend.delete

    def telling(backend: FolderBackend, blob: str) -> None:
        delete(backend, blob)
        gone.set()

    monkeypatch.setattr(FolderBackend, "delete", telling)
    monkeypatch.setattr("mock_server.http.lifespan.TICK_SECONDS", 0.001)
    mock = Mock.start(objects=tmp_path)
    upload = Uploads(mock).in_state("stored")
    assert files_in(tmp_path)
    mock.clock.advance(LIFETIME)

    with TestClient(mock.server.app):  # its lifespan
        assert gone.wait(PATIENCE_SECONDS)

    assert files_in(tmp_path) == []
    assert upload.id not in record_ids(Uploads(mock))
    mock.stop()


def in_a_file(folder: Path) -> Mock:
    return Mock.start(state=f"sqlite:///{folder / 'state.db'}", objects=folder / "objects")


def test_what_has_lapsed_while_the_mock_was_stopped_is_gone_when_it_is_back(tmp_path: Path) -> None:
    mock = in_a_file(tmp_path)
    abandoned = Uploads(mock).in_state("stored")
    kept = Uploads(mock)
    confirmed = kept.in_state("confirmed")
    mock.stop()

    mock = in_a_file(tmp_path)
    back = Uploads(mock, kept.merchant)
    advance(back, LIFETIME)
    assert back.seen(confirmed) == "confirmed"
    bucket_is_called(back)

    assert record_ids(back) == {confirmed.id}
    assert abandoned.id not in record_ids(back)
    assert len(files_in(tmp_path / "objects")) == 1
    assert back.bytes_of(back.preview(confirmed)) == FILE.content
    mock.stop()


def test_an_upload_made_by_another_server_on_the_same_store_lapses_too(tmp_path: Path) -> None:
    one, other = in_a_file(tmp_path), in_a_file(tmp_path)
    upload = Uploads(one).in_state("stored")
    looking = Uploads(other)
    looking.call("GET", f"/{looking.payment_request()}/invoice/url")

    advance(looking, LIFETIME)
    looking.call("GET", f"/{looking.payment_request()}/invoice/url")

    assert upload.id not in record_ids(looking)
    one.stop()
    other.stop()
