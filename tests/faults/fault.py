"""A server with one fault: what is wrong about it, and which check has to notice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol
from unittest.mock import patch

from mock_server.live import LiveServer
from tests.contract_tests.faulty_proxy import Change, proxied

Original = Callable[..., Any]


class Kind(StrEnum):
    """What a fault is about."""

    RESPONSE = "response"
    INPUT = "input"
    STATE = "state"
    RULE = "rule"
    AMOUNTS = "amounts"
    LISTING = "listing"
    AUTH = "auth"
    UPLOAD = "upload"
    RACE = "race"
    CRASH = "crash"


class Plant(Protocol):
    """Puts a fault into a running server, and takes it out again."""

    def __call__(self, server: LiveServer) -> AbstractContextManager[str]:
        """The origin at which the server has the fault."""
        ...


@dataclass(frozen=True)
class Fault:
    """`operation`: the one whose answers it changes, the first where there are several. `check`: of the suites, as
    reports call it, which must find that `rule` is broken.
    """

    kind: Kind
    name: str
    operation: str
    plant: Plant
    check: str
    rule: str

    @property
    def suite(self) -> str:
        """That of the check."""
        return self.check.partition(".py::")[0].removeprefix("test_")


def replaced(place: Any, name: str, make: Callable[[Any], Any]) -> Plant:
    """The mock with another function, or another value, in the place of one of its own. `make`: is given that."""

    @contextmanager
    def plant(server: LiveServer) -> Iterator[str]:
        with patch.object(place, name, make(place.__dict__[name])):
            yield server.url

    return plant


def together(plants: Sequence[Plant]) -> Plant:
    """One fault that takes several replacements."""

    @contextmanager
    def plant(server: LiveServer) -> Iterator[str]:
        if not plants:
            yield server.url
            return
        with plants[0](server), together(plants[1:])(server) as origin:
            yield origin

    return plant


def passing(make: Callable[[], Change]) -> Plant:
    """The mock behind a proxy that changes what passes. `make`: how it does; made anew for each server."""

    @contextmanager
    def plant(server: LiveServer) -> Iterator[str]:
        with proxied(server.url) as proxy:
            proxy.change = make()
            yield proxy.origin

    return plant
