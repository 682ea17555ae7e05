"""What an API group is to the rest of the server: a folder below `apis/` with a `GROUP` in its `group.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import ModuleType
from typing import Any, Protocol

from mock_server.core.clock import Clock
from mock_server.core.control import ControlPlane
from mock_server.core.errors import Refused
from mock_server.core.exchange import Request, Response
from mock_server.core.ids import Ids
from mock_server.core.namespace import Bind, Namespace
from mock_server.core.objects import ObjectOwner, ObjectReader, ObjectUrls
from mock_server.core.outbox import Outbox
from mock_server.core.records import Collection
from openapi.model import Contract, Rule


@dataclass(frozen=True)
class ServerFacts:
    """What the server says of itself."""

    version: str
    groups: list[str]
    store: str


class Agenda(Protocol):
    """Knows when something next falls due. Each namespace has its own."""

    def note(self, at: datetime | None) -> None:
        """Something falls due at this instant; `None` is ignored. Noting it in vain does no harm."""


@dataclass(frozen=True)
class Ports:
    """The outside world, as a group gets it for each namespace.

    `plane`: what can be done to namespaces as a whole. `fixture`: returns the content of a fixture file by its name
    without ending, such as `test_cards`.
    """

    contract: Contract
    namespace: Namespace
    object_urls: ObjectUrls
    objects: ObjectReader
    fixture: Callable[[str], Any]
    facts: ServerFacts
    plane: ControlPlane

    @property
    def clock(self) -> Clock:
        return self.namespace.clock

    @property
    def ids(self) -> Ids:
        return self.namespace.ids

    @property
    def agenda(self) -> Agenda:
        return self.namespace.agenda

    @property
    def outbox(self) -> Outbox:
        return self.namespace.outbox


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
    `services`: called once for each namespace; what it returns is called for every unit of work.
    `error_body`: the JSON value and media type of a refusal, in the group's own shape.
    `rules`: its rule ids for what the pipeline itself refuses.
    `seed`: puts the seed's records into an empty store.
    `id_headers`: every answer carries the request's id in these.
    `answers_strays`: paths of no group are refused in this group's shape.
    `catch_up`: lets happen what has fallen due until an instant, and returns when the next thing falls due.
    `object_owner`: who answers for the bucket named like the group, where it has one.
    `staging`: what the control API may do with the group's records that its own operations can't, by name; each takes
    the services and a JSON object and returns one.
    `is_transactional`: each call is answered inside one unit of work; otherwise handlers run on a thread, outside of
    any, and `services` is called with `None`.
    """

    name: str
    audience: str | None
    handlers: ModuleType
    services: Callable[[Ports], Bind]
    error_body: Callable[[RefusedCall], tuple[Any, str]]
    rules: PipelineRules
    grants: frozenset[str] = frozenset()
    id_headers: tuple[str, ...] = ("x-request-id",)
    collections: tuple[Collection[Any], ...] = ()
    seed: Callable[[Any, Mapping[str, Any]], None] | None = None
    catch_up: Callable[[Any, datetime], datetime | None] | None = None
    answers_strays: bool = False
    object_owner: Callable[[Bind], ObjectOwner] | None = None
    staging: Mapping[str, Callable[[Any, Mapping[str, Any]], Any]] = field(default_factory=dict)
    is_transactional: bool = True
