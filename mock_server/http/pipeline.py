"""All groups behind Connexion: it reads the contracts, routes and authenticates; the rest is compiled operations."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Collection, Mapping, MutableMapping, Sequence
from functools import cache
from types import ModuleType
from typing import Any

from starlette.exceptions import HTTPException

from mock_server.core.errors import Refused, SetupError
from mock_server.core.group import Group, Handler
from mock_server.core.namespace import GONE
from mock_server.http.connexion_parts import (
    API,
    AbstractOperation,
    ConnexionMiddleware,
    Resolver,
    RoutedAPI,
    RoutedMiddleware,
)
from mock_server.http.context import Exchange, Scope
from mock_server.http.doors import DoorMiddleware
from mock_server.http.guard import Guard
from mock_server.http.operation import CompiledOperation, Receive, Send, Surroundings
from mock_server.http.refusals import Territory
from mock_server.http.routing import StrictRouting, Way, Ways
from mock_server.http.security import security_map
from mock_server.http.specification import specification
from mock_server.http.steering import RULE as PREFER_RULE
from openapi.model import Contract

_BY_THE_MOCK_ITSELF = frozenset({PREFER_RULE, GONE})
"""Rules that refuse in the mock's own name, and not in that of what it stands in for."""


class _CompiledAPI(RoutedAPI[CompiledOperation]):
    """The compiled operations of one group."""

    def __init__(self, *args: Any, operations: Mapping[str, CompiledOperation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._compiled = operations
        self.add_paths()

    def make_operation(self, operation: AbstractOperation) -> CompiledOperation:
        return self._compiled[operation.operation_id]


class _CompiledMiddleware(RoutedMiddleware[_CompiledAPI]):
    api_cls = _CompiledAPI


class Pipeline:
    """The ASGI application of all groups: answers every path, those of no group with a refusal."""

    def __init__(self, surroundings: Sequence[Surroundings], guard: Guard) -> None:
        self._connexion = ConnexionMiddleware(
            _no_operation, middlewares=[StrictRouting, DoorMiddleware, _CompiledMiddleware]
        )
        self._territories = {around.group.name: self._add(around, guard) for around in surroundings}
        self._strays = next(each for each in self._territories.values() if each.group.answers_strays)
        self._guard = guard
        self._open_paths = _open_paths(self._strays.contract)
        # Connexion builds its stack on the first request; that cost, and every wiring mistake, belongs to the start.
        self._connexion.app, self._connexion.middleware_stack = self._connexion._build_middleware_stack()
        self._ways = self._direct_ways(self._connexion.middleware_stack)

    def _add(self, around: Surroundings, guard: Guard) -> Territory:
        contract = around.contract
        functions = functions_of(around.group.handlers)
        handlers = {each: _handler(around.group, functions, each) for each in contract.operations}
        operations = {
            each.id: CompiledOperation(each, handlers[each.id], around) for each in contract.operations.values()
        }
        api = API(
            specification(contract),
            base_path=contract.base_path,
            resolver=Resolver(handlers.__getitem__),
            security_map=security_map(around.group, guard, asks_far_away=not around.is_embedded),
            operations=operations,
        )
        self._connexion.apis.append(api)  # what add_api() does, which takes no specification that is ready
        return Territory(around.group, contract, operations, around.foreign_rules)

    def _direct_ways(self, stack: Sequence[Any]) -> Ways:
        """The ways that Connexion has made, to be taken without asking it for each request."""
        (routing,) = [each for each in stack if isinstance(each, StrictRouting)]
        (doors,) = [each for each in stack if isinstance(each, DoorMiddleware)]
        ways = Ways()
        for territory in self._territories.values():
            base_path = territory.contract.base_path
            (routes,) = [mount.app.routes for mount in routing.router.routes if mount.path == base_path]
            (api,) = doors.apis[base_path]
            ways.add(territory.group.name, base_path, routes, api.operations, territory.operations)
        return ways

    @property
    def territories(self) -> Collection[Territory]:
        """The groups with their paths."""
        return self._territories.values()

    def lead(self, scope: Scope) -> Way | None:
        """The way to the operation that a request is for; `None` where there is none, or only Connexion can tell."""
        return self._ways.lead(scope)

    def admit(self, scope: Scope) -> None:
        """Return where a namespace may be made for the request: not for one that the guard would refuse in it.

        Raises:
            Refused: CTL-ADMIN.
        """
        if self._strays.contains(scope["path"]) and scope["path"] not in self._open_paths:
            self._guard.check(scope)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request to one of the groups; whatever is raised on the way becomes that group's error."""
        exchange = Exchange.of(scope)
        way = exchange.way
        if way is None:
            await self._find_way(exchange, scope, receive, send)
            return
        exchange.group = way.group
        try:
            if way.door.security:
                await way.door.check(scope)
            answer = await way.operation.answer(exchange, scope, receive)
        except Exception as error:
            await self._answer_error(error, exchange, scope, send)
            return
        try:
            await way.operation.send(answer, exchange, receive, send)
        except Refused as refused:  # before anything was sent
            await self._answer_error(refused, exchange, scope, send)

    async def _find_way(self, exchange: Exchange, scope: Scope, receive: Receive, send: Send) -> None:
        """Let Connexion find out what the request is for: where no way leads directly, mostly nothing."""
        territory = next((each for each in self.territories if each.contains(scope["path"])), self._strays)
        exchange.group = territory.group.name
        has_started = False

        async def sending(message: MutableMapping[str, Any]) -> None:
            nonlocal has_started
            has_started = True
            await send(message)

        try:
            territory.refuse_shadowed(scope["method"], scope["path"])
            await self._connexion(scope, receive, sending)
        except Exception as error:
            if has_started:
                raise
            await self._answer_error(error, exchange, scope, send)

    async def _answer_error(self, error: Exception, exchange: Exchange, scope: Scope, send: Send) -> None:
        """Answer with the group's own error. Raises the error again where nobody is there any more to answer."""
        if isinstance(error, ConnectionResetError):
            raise error
        if isinstance(error, Refused) and error.rule in _BY_THE_MOCK_ITSELF:
            await self.refuse(scope, send, error)
            return
        territory = self._territories[exchange.group or ""]
        answer = territory.answer(scope, error)
        await answer.send(send, territory.group.id_headers, exchange.request_id)

    async def refuse(self, scope: Scope, send: Send, refused: Refused) -> None:
        """Answer with a refusal of the mock itself, whichever group the path belongs to."""
        answer = self._strays.own_answer(scope, refused)
        await answer.send(send, self._strays.group.id_headers, Exchange.of(scope).request_id)


def _open_paths(contract: Contract) -> frozenset[str]:
    """The paths that anybody may call."""
    operations = [each for each in contract.operations.values() if not each.security]
    return frozenset(contract.base_path + each.path for each in operations)


async def _no_operation(scope: Scope, receive: Receive, send: Send) -> None:
    raise HTTPException(404)


def _handler(group: Group, functions: Mapping[str, Handler], operation_id: str) -> Handler:
    """The function of an operation, in the group's module of handlers or in one of a package's modules."""
    name = re.sub(r"(?<=[a-z0-9])([A-Z])", lambda found: "_" + found[1].lower(), operation_id)
    try:
        return functions[name]
    except KeyError:
        reason = f"{group.handlers.__name__} has no function {name}() for the operation {operation_id}"
        raise SetupError(reason) from None


@cache
def functions_of(handlers: ModuleType) -> Mapping[str, Any]:
    """What a group's handlers define, by name: a module, or all modules of a package."""
    if not hasattr(handlers, "__path__"):
        return vars(handlers)
    found: dict[str, Any] = {}
    for each in pkgutil.iter_modules(handlers.__path__):
        found = vars(importlib.import_module(f"{handlers.__name__}.{each.name}")) | found
    return found
