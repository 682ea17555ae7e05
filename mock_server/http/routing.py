"""Which operation a request is for: Connexion's routes, tried without Starlette's scopes in between."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.convertors import StringConvertor
from starlette.routing import Route

from mock_server.http.connexion_parts import RoutingMiddleware
from mock_server.http.context import Scope
from mock_server.http.doors import Door
from mock_server.http.operation import CompiledOperation


class StrictRouting(RoutingMiddleware):  # type: ignore[misc]  # Connexion has no types
    """Connexion's routing without redirects: a path with a trailing slash is another path."""

    def add_api(self, *args: Any, **kwargs: Any) -> None:
        """Add a contract's routes."""
        super().add_api(*args, **kwargs)
        self.router.redirect_slashes = False
        for mount in self.router.routes:
            mount.app.redirect_slashes = False


@dataclass(frozen=True, slots=True)
class Way:
    """The way to an operation: through its door. `group`: the name of the API group. `pattern`: of the path."""

    group: str
    door: Door
    operation: CompiledOperation
    pattern: re.Pattern[str]


class Ways:
    """The ways to all operations.

    Starlette's routers take a sixth of the time of a request: they try all routes, whatever their methods, and copy the
    scope at each. So requests that fit a route, method and all, are led there directly; all others take the long way.
    """

    def __init__(self) -> None:
        self._literal: dict[str, dict[str, Way]] = {}
        self._templated: dict[tuple[str, tuple[int, str]], list[Way]] = {}

    def add(
        self,
        group: str,
        base_path: str,
        routes: Iterable[Route],
        doors: Mapping[str, Door],
        operations: Mapping[str, CompiledOperation],
    ) -> None:
        """Add Connexion's routes of one contract, with the doors it has made, and what is behind them."""
        for route in routes:
            operation_id: str = route.endpoint.operation_id  # type: ignore[attr-defined]  # it is Connexion's
            method = operations[operation_id].operation.method
            pattern = re.compile("^" + re.escape(base_path) + route.path_regex.pattern.removeprefix("^"))
            way = Way(group, doors[operation_id], operations[operation_id], pattern)
            path = base_path + route.path
            if not route.param_convertors:
                self._literal.setdefault(path, {})[method] = way
            elif all(isinstance(each, StringConvertor) for each in route.param_convertors.values()):
                self._templated.setdefault((method, _shape(path)), []).append(way)

    def lead(self, scope: Scope) -> Way | None:
        """The way to the operation that is asked for, its path parameters noted in the scope; `None` where there is
        none, or where it takes Starlette to find it.
        """
        path = scope["path"]
        if "\n" in path or scope.get("root_path"):  # Starlette reads them in its own way
            return None
        by_method = self._literal.get(path)
        if by_method is not None:  # never taken for a template, whatever the method
            scope["path_params"] = {}
            return by_method.get(scope["method"])
        for way in self._templated.get((scope["method"], _shape(path)), ()):
            found = way.pattern.match(path)
            if found is not None:
                scope["path_params"] = found.groupdict()
                return way
        return None


def _shape(path: str) -> tuple[int, str]:
    """How many parts a path has, and the first of them: the base path begins with it, so it is no parameter."""
    return path.count("/"), path[: path.find("/", 1)]
