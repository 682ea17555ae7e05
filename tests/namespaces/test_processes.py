"""Several servers on one PostgreSQL database: each notices at its next tick what another one has done."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.mock import Mock
from tests.postgres import postgres_database, postgres_server, postgres_url  # noqa: F401
from tests.worlds import World


@pytest.fixture
def pair(postgres_url: str) -> Iterator[tuple[World, World]]:  # noqa: F811
    with Mock.running(state=postgres_url) as one, Mock.running(state=postgres_url) as other:
        here = World(one)
        yield here, World(other, here.name)


def now(world: World) -> str:
    told: str = world.control("GET", "/clock").json()["now"]
    return told


def test_a_clock_that_another_server_has_moved_is_followed(pair: tuple[World, World]) -> None:
    here, there = pair
    before = now(there)

    here.control("PUT", "/clock", {"mode": "frozen", "at": "2031-01-01T00:00:00Z"})
    there.mock.server.namespaces.tick()

    assert before != now(there) == "2031-01-01T00:00:00Z"


def test_a_namespace_that_another_server_has_reset_begins_anew(pair: tuple[World, World]) -> None:
    here, there = pair
    now(there)

    here.control("POST", "/reset", {"seed": "empty", "idSeed": "anew"})
    there.mock.server.namespaces.tick()

    told = there.control("GET", f"/namespaces/{there.name}").json()
    assert (told["seed"], told["ids"]["seed"]) == ("empty", "anew")


def test_a_namespace_that_another_server_has_deleted_is_made_anew_when_it_is_used(pair: tuple[World, World]) -> None:
    here, there = pair
    there.control("PUT", "/clock", {"mode": "frozen", "at": "2031-01-01T00:00:00Z"})

    here.mock.server.namespaces.delete(here.name)
    there.mock.server.namespaces.tick()

    assert there.control("GET", "/clock").json()["mode"] == "running"


def test_what_is_used_elsewhere_never_lapses(pair: tuple[World, World]) -> None:
    here, there = pair
    now(here)
    there.mock.server.namespaces.tick()
    there.mock.server.namespaces._monotonic = lambda: 10.0**9

    there.mock.server.namespaces.tick()

    assert here.name in [each.name for each in here.mock.server.namespaces.list()]
