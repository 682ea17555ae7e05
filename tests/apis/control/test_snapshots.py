"""Snapshots: a namespace is saved, put back and forked, with all that is in it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response

from tests.mock import Mock
from tests.namespaces.traffic import attached, caller, create, everything, fetched, made, of_harbor, upload
from tests.worlds import World

AT = "2026-11-02T09:30:00Z"
PATIENCE_SECONDS = 30


@pytest.fixture
def world(shared_mock: Mock) -> World:
    return made(shared_mock, idSeed="abc", clock={"at": AT})


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Mock]:
    """A mock whose objects lie where they can be counted."""
    with Mock.running(objects=tmp_path / "objects") as mock:
        yield mock


def save(world: World, **asked: Any) -> str:
    response = world.control("POST", "/snapshots", asked or None)
    assert response.status_code == 201, response.text
    assert response.headers["location"] == f"/_mock/snapshots/{response.json()['name']}"
    return str(response.json()["name"])


def restore(world: World, name: str) -> None:
    response = world.control("POST", f"/snapshots/{name}/restore")
    assert response.status_code == 200, response.text


def names(world: World) -> list[str]:
    return [each["name"] for each in world.control("GET", "/snapshots").json()["snapshots"]]


def refused(response: Response, status: int, rule: str) -> str:
    assert (response.status_code, response.json()["rule"]) == (status, rule), response.text
    return str(response.json()["detail"])


def test_a_restored_namespace_is_what_it_was(world: World) -> None:
    create(world, "key-1")
    attached(world)
    before = everything(world)
    save(world, name="before")
    invoice_id = create(world, "key-2")
    attached(world, b"%PDF-1.7 another")
    world.control("PUT", "/clock", {"advance": "P10D"})
    assert everything(world) != before

    restore(world, "before")

    assert everything(world) == before
    assert of_harbor(world).call("GET", f"/invoices/{invoice_id}").status_code == 404
    assert create(world, "key-2") == invoice_id, "the ids go on from where they were"


def test_a_snapshot_can_be_restored_again_and_again(world: World) -> None:
    save(world, name="before")
    before = everything(world)
    for _ in range(3):
        create(world)
        restore(world, "before")
        assert everything(world) == before


def test_what_was_answered_under_a_key_is_forgotten_with_the_rest(world: World) -> None:
    save(world, name="before")
    first = create(world, "key-1")
    restore(world, "before")
    other = caller(world, "invoices")("POST", "/invoices", {}, headers={"idempotency-key": "key-1"})
    assert other.status_code == 200
    assert other.json()["id"] == first


def test_journal_coverage_and_faults_stay(world: World) -> None:
    world.fault(status=503)
    save(world, name="before")
    assert of_harbor(world).call("GET", "/invoices").status_code == 503
    restore(world, "before")
    assert len(world.control("GET", "/journal").json()["exchanges"]) == 1
    assert of_harbor(world).call("GET", "/invoices").status_code == 503


def test_what_was_due_in_a_snapshot_is_due_once_it_is_restored(world: World) -> None:
    placed = world.control("POST", "/invoices", {"status": "ProcessingPayment"}).json()["id"]
    save(world, name="paying")
    world.control("PUT", "/clock", {"advance": "P10D"})
    restore(world, "paying")
    assert of_harbor(world).get(placed)["status"] == 6
    world.control("PUT", "/clock", {"advance": "P10D"})
    found = of_harbor(world).get(placed)
    assert (found["status"], found["history"][-1]["dateTime"]) == (3, "2026-11-05T09:30:00Z")


def test_without_a_name_snapshots_are_numbered_and_gaps_are_filled(world: World) -> None:
    assert [save(world) for _ in range(3)] == ["snapshot-1", "snapshot-2", "snapshot-3"]
    assert world.control("DELETE", "/snapshots/snapshot-2").status_code == 204
    assert save(world, name="snapshot-5") == "snapshot-5"
    assert [save(world), save(world), save(world)] == ["snapshot-2", "snapshot-4", "snapshot-6"]
    assert names(world) == sorted(names(world))


def test_numbered_names_are_given_once_however_many_ask(world: World) -> None:
    with ThreadPoolExecutor(8) as threads:
        found = [each.result(PATIENCE_SECONDS) for each in [threads.submit(save, world) for _ in range(16)]]
    assert len(set(found)) == 16
    assert sorted(found) == names(world)


def test_a_snapshot_is_replaced_only_where_that_is_asked_for(world: World) -> None:
    save(world, name="one")
    create(world)
    later = everything(world)
    refused(world.control("POST", "/snapshots", {"name": "one"}), 409, "CTL-SNAPSHOT-EXISTS")
    save(world, name="one", replace=True)
    create(world)
    restore(world, "one")
    assert everything(world) == later


def test_a_namespace_has_so_many_snapshots_at_most(world: World, shared_mock: Mock) -> None:
    most = shared_mock.server.contracts["control"].limit("CTL-SNAPSHOT-COUNT", "maximum")
    empty = made(shared_mock, seed="none")
    for _ in range(most):
        save(empty)
    refused(empty.control("POST", "/snapshots"), 409, "CTL-SNAPSHOT-COUNT")
    save(empty, name="snapshot-7", replace=True)
    assert len(names(empty)) == most
    save(world)


@pytest.mark.parametrize("action", ["GET ", "DELETE ", "POST /restore", "POST /fork"])
def test_a_snapshot_that_is_not_there_is_refused_with_those_that_are(world: World, action: str) -> None:
    save(world, name="here")
    method, _, rest = action.partition(" ")
    detail = refused(world.control(method, f"/snapshots/not-here{rest}"), 404, "CTL-SNAPSHOT-ABSENT")
    assert "not-here" in detail
    assert "here" in detail.rsplit(":", 1)[1]


def test_another_namespace_does_not_see_the_snapshots(world: World, shared_mock: Mock) -> None:
    save(world, name="mine")
    other = made(shared_mock)
    assert names(other) == []
    refused(other.control("POST", "/snapshots/mine/restore"), 404, "CTL-SNAPSHOT-ABSENT")


@pytest.mark.parametrize("body", [{"name": ""}, {"name": "A"}, {"name": "~1"}, {"name": "a" * 64}, {"replace": 1}])
def test_what_no_snapshot_can_be_called_is_refused(world: World, body: dict[str, Any]) -> None:
    refused(world.control("POST", "/snapshots", body), 400, "CTL-BODY-SCHEMA")
    assert names(world) == []


def test_a_fork_begins_where_the_snapshot_was_saved(world: World) -> None:
    create(world)
    before = everything(world)
    save(world, name="before")
    create(world)
    fork = World(world.mock)
    response = world.control("POST", "/snapshots/before/fork", {"namespace": fork.name})
    assert (response.status_code, response.headers["location"]) == (201, f"/_mock/namespaces/{fork.name}")
    assert everything(fork) == before
    assert names(fork) == []
    taken = world.control("POST", "/snapshots/before/fork", {"namespace": fork.name})
    refused(taken, 409, "CTL-NAMESPACE-EXISTS")
    unnamed = world.control("POST", "/snapshots/before/fork")
    assert everything(World(world.mock, unnamed.json()["name"])) == before


def test_a_snapshot_shows_when_and_of_what_it_is(world: World) -> None:
    save(world, name="one")
    expected = {"name": "one", "seed": "demo", "clock": {"mode": "frozen", "at": AT}}
    assert world.control("GET", "/snapshots/one").json() == expected
    world.control("PUT", "/clock", {"mode": "running"})
    save(world, name="two")
    assert world.control("GET", "/snapshots/two").json()["clock"]["mode"] == "running"


def test_restoring_in_the_middle_of_writes_leaves_no_mixture(world: World) -> None:
    """Ids by a seed begin again with each restore, so any writer that strays in between would use one twice."""
    save(world, name="before")
    call = caller(world, "invoices")

    def write(number: int) -> list[int]:
        return [call("POST", "/invoices", {"note": f"{number}"}).status_code for _ in range(12)]

    def put_back(_: int) -> list[int]:
        return [world.control("POST", "/snapshots/before/restore").status_code for _ in range(8)]

    with ThreadPoolExecutor(6) as threads:
        tasks = [threads.submit(write if number % 3 else put_back, number) for number in range(6)]
        statuses = {status for task in tasks for status in task.result(PATIENCE_SECONDS)}
    assert statuses == {200}

    before = everything(world)
    restored = world.control("POST", "/import", world.control("GET", "/export").json())
    assert restored.status_code == 200
    assert everything(world) == before
    restore(world, "before")
    first = create(world)
    restore(world, "before")
    assert create(world) == first


def blobs(mock_objects: Path) -> int:
    return len(list(mock_objects.iterdir()))


def collect(mock: Mock) -> None:
    """Any call of the bucket has it look for bytes that nobody points to any more."""
    mock.client.get("/_s3/invoice-uploads/nothing")


def remove(world: World, upload_id: str) -> None:
    assert caller(world, "invoice-uploads")("DELETE", f"/invoice-uploads/{upload_id}").status_code == 204


def test_bytes_live_as_long_as_anything_points_to_them(kept: Mock, tmp_path: Path) -> None:
    folder = tmp_path / "objects"
    origin = made(kept, seed="empty")
    before = blobs(folder)
    uploaded = upload(origin)
    save(origin, name="with-file")
    fork = World(kept)
    origin.control("POST", "/snapshots/with-file/fork", {"namespace": fork.name})
    assert blobs(folder) == before + 1

    remove(origin, uploaded.id)
    collect(kept)
    assert blobs(folder) == before + 1, "the snapshot and the fork have it still"
    restore(origin, "with-file")
    assert confirmed(origin, uploaded) == uploaded.content
    remove(origin, uploaded.id)
    assert confirmed(fork, uploaded) == uploaded.content

    origin.control("DELETE", f"/namespaces/{origin.name}")
    collect(kept)
    assert blobs(folder) == before + 1, "the fork has it still"
    assert preview(fork, uploaded.id) == uploaded.content

    fork.control("POST", "/reset", {"seed": "none"})
    collect(kept)
    assert blobs(folder) == before


def test_bytes_of_a_namespace_go_with_it(kept: Mock, tmp_path: Path) -> None:
    folder = tmp_path / "objects"
    world = made(kept, seed="empty")
    before = blobs(folder)
    upload(world)
    World(kept, "default").control("DELETE", f"/namespaces/{world.name}")
    collect(kept)
    assert blobs(folder) == before


def confirmed(world: World, uploaded: Any) -> bytes:
    sha256 = hashlib.sha256(uploaded.content).hexdigest()
    call = caller(world, "invoice-uploads")
    assert call("POST", f"/invoice-uploads/{uploaded.id}/confirm", {"sha256": sha256}).status_code == 200
    return preview(world, uploaded.id)


def preview(world: World, upload_id: str) -> bytes:
    found = caller(world, "invoice-uploads")("GET", f"/invoice-uploads/{upload_id}/preview-url")
    assert found.status_code == 200, found.text
    return bytes(world.mock.client.get(found.json()["url"]).content)


@pytest.mark.parametrize("end", ["drop", "replace", "overwrite"])
def test_bytes_of_a_snapshot_go_with_it(kept: Mock, tmp_path: Path, end: str) -> None:
    folder = tmp_path / "objects"
    world = made(kept, seed="empty")
    before = blobs(folder)
    uploaded = upload(world)
    save(world, name="one")
    remove(world, uploaded.id)
    if end == "drop":
        world.control("DELETE", "/snapshots/one")
    elif end == "replace":
        save(world, name="one", replace=True)
    else:
        document = world.control("GET", "/export").json()
        restore(world, "one")
        world.control("DELETE", "/snapshots/one")
        assert world.control("POST", "/import", document).status_code == 200
    collect(kept)
    assert blobs(folder) == before


def test_an_attached_invoice_can_be_fetched_after_a_restore(world: World) -> None:
    uploaded = attached(world)
    save(world, name="attached")
    world.control("POST", "/reset", {"seed": "none"})
    restore(world, "attached")
    assert fetched(world, uploaded.payment_request).content == uploaded.content
