"""What an API group is to the rest of the server: a folder below `apis/` with a `GROUP` in its `group.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import ModuleType
from typing import Any, Protocol

from mock_server.core.clock import Clock
from mock_server.core.errors import Refused
from mock_server.core.exchange import Request, Response
from mock_server.core.ids import Ids
from mock_server.core.objects import ObjectOwner, ObjectReader, ObjectUrls
from mock_server.core.records import Collection, UnitOfWork
from openapi.model import Contract, Rule


@dataclass(frozen=True)
class ServerFacts:
    """What the server says of itself."""

    version: str
    groups: list[str]
    store: str


class Agenda(Protocol):
    """Knows when something next falls due."""

    def note(self, at: datetime | None) -> None:
        """Something falls due at this instant; `None` is ignored. Noting it in vain does no harm."""


@dataclass(frozen=True)
class Ports:
    """The outside world, as a group gets it at start-up.

    `fixture`: returns the content of a fixture file by its name without ending, such as `test_cards`.
    """

    contract: Contract
    clock: Clock
    ids: Ids
    object_urls: ObjectUrls
    objects: ObjectReader
    fixture: Callable[[str], Any]
    agenda: Agenda
    facts: ServerFacts


Handler = Callable[[Any, Request], Response]


@dataclass(frozen=True)
class RefusedCall:
    """A refusal with all that an error body may tell."""

    refused: Refused
    rule: Rule
    request_id: str
    method: str
    path: str


@dataclass(frozen=True)
class PipelineRules:
    """The group's rule ids for what is refused before or after a handler runs; all stand in its contract."""

    route: str
    method: str
    parameter: str
    response: str
    internal: str
    token_missing: str = ""
    token_invalid: str = ""
    token_expired: str = ""
    token_grant: str = ""
    media_type: str = ""
    body_size: str = ""
    body_json: str = ""
    body_empty: str = ""
    body_schema: str = ""
    idempotency_conflict: str = ""


@dataclass(frozen=True)
class Group:
    """One API group.

    `name`: of its contract. `audience`: that its tokens must be for; `None` where no operation asks for a token.
    `handlers`: a module with one function per operation, named like the operation id in snake_case.
    `services`: called once at start-up; what it returns is called for every unit of work.
    `error_body`: the JSON value and media type of a refusal, in the group's own shape.
    `rules`: its rule ids for what the pipeline itself refuses.
    `seed`: puts the seed's records into an empty store.
    `id_headers`: every answer carries the request's id in these.
    `answers_strays`: paths of no group are refused in this group's shape.
    `catch_up`: lets happen what has fallen due until an instant, and returns when the next thing falls due.
    `object_owner`: who answers for the bucket named like the group, where it has one.
    """

    name: str
    audience: str | None
    handlers: ModuleType
    services: Callable[[Ports], Callable[[UnitOfWork], Any]]
    error_body: Callable[[RefusedCall], tuple[Any, str]]
    rules: PipelineRules
    grants: frozenset[str] = frozenset()
    id_headers: tuple[str, ...] = ("x-request-id",)
    collections: tuple[Collection[Any], ...] = ()
    seed: Callable[[Any, Mapping[str, Any]], None] | None = None
    catch_up: Callable[[Any, datetime], datetime | None] | None = None
    answers_strays: bool = False
    object_owner: Callable[[Callable[[UnitOfWork], Any]], ObjectOwner] | None = None
