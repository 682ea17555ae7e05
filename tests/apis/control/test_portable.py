"""A namespace as a document: the same for the same calls, taken in as it was given out, or not at all."""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response

from tests.mock import BODY, Mock
from tests.namespaces.traffic import (
    CLIENT,
    attached,
    authorized,
    caller,
    create,
    everything,
    fetched,
    made,
    of_harbor,
    upload,
)
from tests.worlds import World

AT = "2026-11-02T09:30:00Z"
Document = dict[str, Any]


@pytest.fixture
def world(shared_mock: Mock) -> World:
    return made(shared_mock, idSeed="abc", clock={"at": AT})


@pytest.fixture(scope="module")
def other_mock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mock]:
    """Another server, with a store and a folder of its own, that approves authorization requests by itself."""
    folder = tmp_path_factory.mktemp("other")
    settings = {
        "state": f"sqlite:///{folder / 'state.db'}",
        "objects": folder / "objects",
        "auto_approve": "harbor-demo",
    }
    with Mock.running(**settings) as mock:
        yield mock


@pytest.fixture(scope="module")
def approving_mock() -> Iterator[Mock]:
    with Mock.running(auto_approve="harbor-demo") as mock:
        yield mock


def document(world: World) -> Document:
    found: Document = json.loads(everything(world))
    return found


def take_in(world: World, content: Any) -> Response:
    text = content if isinstance(content, str) else json.dumps(content)
    headers = {"host": "localhost", "x-mock-namespace": world.name, "content-type": "application/json"}
    return world.mock.client.post("/_mock/import", content=text, headers=headers)


def refused(response: Response) -> str:
    assert response.status_code == 400, response.text
    assert response.json()["rule"] in {"CTL-IMPORT", "CTL-BODY-SCHEMA", "CTL-BODY-JSON"}
    return str(response.json()["detail"])


def line(number: int) -> dict[str, Any]:
    return {"name": f"Übung {number}", "quantity": 1.5, "unitPrice": 19.99}


def lived(mock: Mock) -> World:
    """A namespace in which a bit of everything has been done, some of it in vain."""
    world = made(mock, idSeed="abc", seed="demo", clock={"at": AT})
    headers = {"x-mock-namespace": world.name}
    call = caller(world, "invoices")
    world.control("POST", "/webhooks", {"url": "http://127.0.0.1:9/hook", "isEnabled": False})
    drafts = [create(world, f"key-{number}", lineItems=[line(number)]) for number in range(3)]
    create(world, "key-0", lineItems=[line(0)])
    for refusal in ({"dueDate": "never"}, {"lineItems": [{"quantity": -1}]}):
        assert call("POST", "/invoices", {**BODY, **refusal}).status_code == 400
    assert call("PUT", f"/invoices/{drafts[0]}/cancel").status_code == 400
    assert call("POST", "/invoices/publish", {"id": drafts[0]}).status_code == 200
    call("POST", f"/invoices/{drafts[0]}/send-published-sms-notification", {"customerConsent": True})
    assert call("GET", f"/invoices/{drafts[0]}/download-pdf").status_code == 200
    assert call("DELETE", f"/invoices/{drafts[1]}").status_code == 200
    world.control("POST", "/invoices", {"status": "ProcessingPayment"})
    attached(world)
    upload(world, b"%PDF-1.7 not confirmed")
    assert mock.client.post("/oauth2/token", data=CLIENT, headers=headers).status_code == 200
    assert mock.client.post("/oauth2/token", data={**CLIENT, "client_secret": "?"}, headers=headers).status_code == 401
    granted = authorized(world, headers)
    form = {"client_id": "harbor-uploads", "client_secret": "not-a-secret-harbor-uploads"}
    refresh = {"grant_type": "refresh_token", "refresh_token": granted["refresh_token"], **form}
    assert mock.client.post("/oauth2/token", data=refresh, headers=headers).status_code == 200
    assert (
        mock.client.post("/oauth2/revoke", data={"token": granted["access_token"], **form}, headers=headers).status_code
        == 200
    )
    world.control("PUT", "/clock", {"advance": "P4DT1H"})
    return world


def test_the_same_calls_make_the_same_document_on_any_server(approving_mock: Mock, other_mock: Mock) -> None:
    first = everything(lived(approving_mock))
    assert everything(lived(other_mock)) == first
    assert first.endswith("}\n")
    assert "  " in first
    assert "Übung" in first


def test_what_was_given_out_is_taken_in_as_it_was(approving_mock: Mock, other_mock: Mock) -> None:
    origin = lived(approving_mock)
    text = everything(origin)
    for target in (World(approving_mock), World(other_mock), origin):
        response = take_in(target, text)
        assert (response.status_code, response.json()["clock"]["now"]) == (200, "2026-11-06T10:30:00Z"), response.text
        assert everything(target) == text


def test_a_namespace_that_was_taken_in_goes_on_as_the_one_it_comes_from(world: World, other_mock: Mock) -> None:
    uploaded = attached(world)
    create(world, "key-1")
    target = World(other_mock)
    assert take_in(target, everything(world)).status_code == 200

    assert fetched(target, uploaded.payment_request).content == uploaded.content
    assert create(target, "key-1") == create(world, "key-1")
    assert create(target) == create(world)
    assert everything(target) == everything(world)


def test_what_the_namespace_held_is_gone_but_its_snapshots_stay(world: World, shared_mock: Mock) -> None:
    world.control("POST", "/snapshots", {"name": "mine"})
    text = everything(made(shared_mock, seed="empty", idSeed="other"))
    create(world)
    assert take_in(world, text).status_code == 200
    assert everything(world) == text
    world.control("POST", "/snapshots/mine/restore")
    assert document(world)["ids"] == {"seed": "abc", "count": 0}


def test_a_reset_puts_back_what_the_document_says_of_the_beginning(world: World, other_mock: Mock) -> None:
    beginning = everything(world)
    create(world)
    world.control("PUT", "/clock", {"advance": "P1D"})
    target = World(other_mock)
    take_in(target, everything(world))
    target.control("POST", "/reset")
    assert everything(target) == beginning


def test_large_objects_go_by_their_digest_alone(world: World, other_mock: Mock, shared_mock: Mock) -> None:
    edge, beyond = b"%PDF-" + b"a" * (1024 * 1024 - 5), b"%PDF-" + b"b" * (1024 * 1024 - 4)
    attached(world, edge)
    uploaded = attached(world, beyond)
    text = everything(world)
    assert len(json.loads(text)["bytes"]) == 1
    assert len(json.loads(text)["objects"]) == 2

    here = World(shared_mock)
    assert take_in(here, text).status_code == 200
    assert fetched(here, uploaded.payment_request).content == beyond
    assert "there are no bytes" in refused(take_in(World(other_mock, "default"), text))


def test_bytes_that_are_lost_are_left_out(tmp_path: Path) -> None:
    """As after a restart with a state that lasts and a folder that doesn't."""
    with Mock.running(objects=tmp_path / "objects") as mock:
        world = made(mock)
        attached(world)
        for file in (tmp_path / "objects").iterdir():
            file.unlink()
        found = document(world)
    assert len(found["objects"]) == 1
    assert found["bytes"] == {}


# Damaged documents


def changed(path: list[str | int], value: Any) -> Callable[[Document], None]:
    """Sets a member, wherever it is; `...` takes it away."""

    def change(document: Document) -> None:
        target: Any = document
        for step in path[:-1]:
            target = target[step]
        if value is ...:
            del target[path[-1]]
        else:
            target[path[-1]] = value

    return change


MEMBERS = ["format", "formatVersion", "seed", "ids", "clock", "firstClock", "records", "objects", "bytes"]
WRONG: list[Any] = [None, True, 7, 1.5, "text", [], {}, [1], {"a": 1}, "\u0000", -1, 10**30]


def damages() -> dict[str, Callable[[Document], None]]:
    found: dict[str, Callable[[Document], None]] = {}
    for member in MEMBERS[:-2]:
        found[f"no {member}"] = changed([member], ...)
    paths: dict[str, list[str | int]] = {
        "ids.seed": ["ids", "seed"],
        "ids.count": ["ids", "count"],
        "clock.mode": ["clock", "mode"],
        "clock.at": ["clock", "at"],
        "firstClock.at": ["firstClock", "at"],
        "record": ["records", "invoices", 0],
        "id": ["records", "invoices", 0, "id"],
        "version": ["records", "invoices", 0, "version"],
        "history": ["records", "invoices", 0, "history"],
        "object": ["objects", 0],
        "sha256": ["objects", 0, "sha256"],
        "size_bytes": ["objects", 0, "size_bytes"],
    }
    for name, path in paths.items():
        found[f"{name} gone"] = changed(path, ...)
        for index, wrong in enumerate(WRONG):
            found[f"{name} wrong {index}"] = changed(path, wrong)
    for member in MEMBERS:
        for index, wrong in enumerate(WRONG):
            found[f"{member} wrong {index}"] = changed([member], wrong)
    return found


HARMLESS = {
    "seed wrong 4",  # any text may be the name of a seed
    *("ids.seed wrong 0", "ids.seed wrong 4", "ids.seed wrong 9"),
    *("ids.count wrong 2", "ids.count wrong 11"),
    *("version wrong 2", "id wrong 4", "seed wrong 9"),
    *("record gone", "object gone", "history gone"),
    *("size_bytes wrong 2", "size_bytes wrong 10", "size_bytes wrong 11"),
    *("history wrong 5",),
    *("records wrong 6",),
    *("objects wrong 5", "bytes wrong 6"),
}
"""What makes another document, and no damaged one."""


@pytest.fixture(scope="module")
def target(shared_mock: Mock) -> World:
    return made(shared_mock, idSeed="target", seed="empty", clock={"at": AT})


@pytest.fixture(scope="module")
def whole(other_mock: Mock) -> Document:
    """A document with an invoice and an object, from another server: nobody else here has these bytes."""
    world = made(other_mock, idSeed="abc", seed="empty", clock={"at": AT})
    create(world)
    attached(world, b"%PDF-1.7 only there")
    return document(world)


def test_damaged_documents_are_refused_and_change_nothing(target: World, whole: Document) -> None:
    before = everything(target)
    taken = set()
    for name, damage in damages().items():
        damaged = copy.deepcopy(whole)
        damage(damaged)
        response = take_in(target, damaged)
        if response.status_code == 200:
            taken.add(name)
            assert take_in(target, before).status_code == 200
            continue
        assert len(refused(response)) < 600, name
        assert everything(target) == before, name
    assert taken - HARMLESS == set()


DAMAGES: dict[str, Callable[[Document], None]] = {
    "another format": changed(["format"], "mock-server journal"),
    "another version": changed(["formatVersion"], 2),
    "a member nobody knows": changed(["colour"], "blue"),
    "a collection nobody knows": changed(["records", "letters"], [{"id": "a", "version": 1}]),
    "states among the records": changed(["records", "namespace_states"], [{"id": "state", "version": 1, "seed": "x"}]),
    "another state among them": changed(["records", "namespace_states"], [{"id": "b", "version": 1, "seed": "x"}]),
    "objects among the records": changed(["records", "objects"], []),
    "a member of a record nobody knows": changed(["records", "invoices", 0, "colour"], "blue"),
    "an id twice": lambda document: document["records"]["invoices"].append(document["records"]["invoices"][0]),
    "an object twice": lambda document: document["objects"].append(document["objects"][0]),
    "bytes of another digest": lambda document: document["bytes"].update(
        {digest: base64.b64encode(b"others").decode() for digest in document["bytes"]}
    ),
    "bytes that are not base64": lambda document: document["bytes"].update(dict.fromkeys(document["bytes"], "*")),
    "bytes with half a letter": lambda document: document["bytes"].update(dict.fromkeys(document["bytes"], "a")),
    "bytes that are missing": changed(["bytes"], {}),
    "no bytes at all": changed(["bytes"], ...),
    "a name of bytes that is no digest": changed(["bytes", "../../etc/passwd"], "YQ=="),
    "a member of an object nobody knows": changed(["objects", 0, "colour"], 1),
    "a day that doesn't exist": changed(["clock"], {"mode": "frozen", "at": "2026-02-30T00:00:00Z"}),
    "a frozen clock without an instant": changed(["clock"], {"mode": "frozen"}),
    "an offset beyond all calendars": changed(["clock"], {"mode": "running", "offsetMs": 10**18}),
    "an offset that is no number": changed(["clock"], {"mode": "running", "offsetMs": "1"}),
    "a count below zero": changed(["ids", "count"], -1),
    "a version below one": changed(["records", "invoices", 0, "version"], 0),
    "an amount that is no number": changed(["records", "invoices", 0, "amounts"], {"total": "much"}),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_document_is_refused_in_one_clear_sentence(target: World, whole: Document, name: str) -> None:
    before, damaged = everything(target), copy.deepcopy(whole)
    DAMAGES[name](damaged)
    detail = refused(take_in(target, damaged))
    assert 20 < len(detail) < 400
    assert everything(target) == before


NO_DOCUMENTS = ["", "{", "[]", "null", "[" * 100_000, '{"format": 1, "format": 2}', "{}", '{"a": NaN}']


@pytest.mark.parametrize("text", NO_DOCUMENTS, ids=range(len(NO_DOCUMENTS)))
def test_what_is_no_document_is_refused(target: World, text: str) -> None:
    before = everything(target)
    response = take_in(target, text)
    assert response.status_code == 400
    assert everything(target) == before


def test_a_refused_document_leaves_no_bytes_behind(whole: Document, tmp_path: Path) -> None:
    folder = tmp_path / "objects"
    with Mock.running(objects=folder) as mock:
        world = made(mock)
        damaged = copy.deepcopy(whole)
        damaged["records"]["invoices"][0]["colour"] = "blue"
        refused(take_in(world, damaged))
        assert list(folder.iterdir()) == []
        damaged = copy.deepcopy(whole)
        damaged["bytes"]["0" * 64] = "YQ=="
        refused(take_in(world, damaged))
        assert list(folder.iterdir()) == []
        assert take_in(world, whole).status_code == 200
        assert len(list(folder.iterdir())) == 1


def test_bytes_nobody_points_to_are_not_kept(whole: Document, tmp_path: Path) -> None:
    with Mock.running(objects=tmp_path / "objects") as mock:
        world = made(mock)
        assert take_in(world, {**whole, "objects": []}).status_code == 200
        assert list((tmp_path / "objects").iterdir()) == []


def test_a_seed_nobody_has_here_is_told_when_it_is_needed(target: World, whole: Document) -> None:
    before = everything(target)
    assert take_in(target, {**whole, "seed": "theirs"}).status_code == 200
    response = target.control("POST", "/reset")
    assert (response.status_code, response.json()["rule"]) == (400, "CTL-SEED")
    assert target.control("POST", "/reset", {"seed": "demo"}).status_code == 200
    assert take_in(target, before).status_code == 200
    assert of_harbor(target).call("GET", "/invoices").status_code == 200
