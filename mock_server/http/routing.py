"""Which operation a request is for: Connexion's routes, tried without Starlette's scopes in between."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mock_server.http.connexion_parts import ROUTING_CONTEXT, RoutingMiddleware
from mock_server.http.context import Scope
from mock_server.http.operation import Receive, Send


@dataclass(frozen=True, slots=True)
class _Way:
    """One route of a contract, as Connexion has made it. `routing`: what later stages are told."""

    pattern: re.Pattern[str]
    convertors: Mapping[str, Any]
    routing: Mapping[str, Any]

    def parameters(self, path: str) -> dict[str, Any] | None:
        """The path's parameters; `None` where the path is another one."""
        found = self.pattern.match(path)
        if found is None:
            return None
        return {name: self.convertors[name].convert(value) for name, value in found.groupdict().items()}


class StrictRouting(RoutingMiddleware):  # type: ignore[misc]  # Connexion has no types
    """Connexion's routing without redirects: a path with a trailing slash is another path.

    Starlette's routers take a sixth of the time of a request: they try all routes, whatever their methods, and copy the
    scope at each. So requests that fit a route, method and all, are led there directly; all others take the long way.
    """

    def __init__(self, app: Any) -> None:
        super().__init__(app)
        self._ways: dict[str, dict[str, list[_Way]]] = {}

    def add_api(self, *args: Any, **kwargs: Any) -> None:
        """Add a contract's routes."""
        super().add_api(*args, **kwargs)
        self.router.redirect_slashes = False
        for mount in self.router.routes:
            mount.app.redirect_slashes = False
            self._ways.setdefault(mount.path, _ways(mount.path, mount.app.routes))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Say in the scope which operation is asked for, and with which path parameters."""
        if scope["type"] != "http" or not self._lead(scope):
            await super().__call__(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _lead(self, scope: Scope) -> bool:
        """Whether one of the routes was found and noted in the scope."""
        path, method = scope["path"], scope["method"]
        if "\n" in path or scope.get("root_path"):  # Starlette reads them in its own way
            return False
        for base_path, by_method in self._ways.items():
            if path.startswith(base_path) and path[len(base_path) : len(base_path) + 1] == "/":
                return _note(scope, by_method.get(method, []), path[len(base_path) :])
        return False


def _ways(base_path: str, routes: Any) -> dict[str, list[_Way]]:
    """The routes by method, in the order in which they are tried."""
    found: dict[str, list[_Way]] = defaultdict(list)
    for route in routes:
        routing = {"api_base_path": base_path, "operation_id": route.endpoint.operation_id}
        for method in route.methods:
            found[method].append(_Way(route.path_regex, route.param_convertors, routing))
    return dict(found)


def _note(scope: Scope, ways: list[_Way], path: str) -> bool:
    for way in ways:
        parameters = way.parameters(path)
        if parameters is not None:
            scope["path_params"] = parameters
            scope.setdefault("extensions", {})[ROUTING_CONTEXT] = dict(way.routing)
            return True
    return False
