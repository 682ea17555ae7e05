"""What the mock uses of Connexion, imported without what Connexion imports for the sake of others.

`import connexion` brings two HTTP clients and a test client: for references that lead to other servers, for tokens that
other servers look at, and for Connexion's own users' tests. They are a tenth of the server's memory, and nothing here
ever calls them. So while Connexion is imported, stand-ins take their places; called one day, each is the real thing.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

UNUSED = ("httpx", "requests", "starlette.testclient")


class _StandIn(ModuleType):
    """In the place of a module. What is taken from it is the module's own once it is called."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("__"):
            raise AttributeError(name)

        def call(*arguments: Any, **named: Any) -> Any:
            return getattr(importlib.import_module(self.__name__), name)(*arguments, **named)

        return call


@contextmanager
def _stand_ins(names: tuple[str, ...]) -> Iterator[None]:
    """Import without these modules, but for those that are imported already; afterwards anybody can import them."""
    mine = {name: _StandIn(name) for name in names if name not in sys.modules}
    sys.modules.update(mine)
    try:
        yield
    finally:
        for name, module in mine.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]


with _stand_ins(UNUSED):
    from connexion.middleware import ConnexionMiddleware
    from connexion.middleware.abstract import ROUTING_CONTEXT, RoutedAPI, RoutedMiddleware
    from connexion.middleware.main import API
    from connexion.middleware.routing import RoutingMiddleware
    from connexion.middleware.security import SecurityAPI, SecurityMiddleware, SecurityOperation
    from connexion.middleware.swagger_ui import SwaggerUIMiddleware
    from connexion.operations import AbstractOperation
    from connexion.options import SwaggerUIOptions
    from connexion.resolver import Resolver
    from connexion.spec import OpenAPISpecification

__all__ = [
    "API",
    "ROUTING_CONTEXT",
    "AbstractOperation",
    "ConnexionMiddleware",
    "OpenAPISpecification",
    "Resolver",
    "RoutedAPI",
    "RoutedMiddleware",
    "RoutingMiddleware",
    "SecurityAPI",
    "SecurityMiddleware",
    "SecurityOperation",
    "SwaggerUIMiddleware",
    "SwaggerUIOptions",
]
