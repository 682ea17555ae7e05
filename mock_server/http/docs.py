"""Swagger UI of each contract, served from the installed package: works without a network."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from mock_server.http.connexion_parts import ConnexionMiddleware, SwaggerUIMiddleware, SwaggerUIOptions
from mock_server.http.context import Scope
from mock_server.http.operation import Receive, Send
from openapi.model import Contract

UI_PATH = "/ui"
SPEC_PATH = "/openapi.json"


class Docs:
    """The pages and the contract as JSON, below each contract's base path."""

    def __init__(self, contracts: Sequence[Contract], not_found: Any) -> None:
        pages = [each.base_path + UI_PATH for each in contracts]
        self._below = tuple(each + "/" for each in pages)
        self._paths = {each.base_path + suffix for each in contracts for suffix in (SPEC_PATH, "/openapi.yaml")}
        self._paths.update(pages)
        self._contracts = contracts
        self._not_found = not_found

    def contains(self, path: str) -> bool:
        """Whether a path is a page, a part of a page, or a contract."""
        return path in self._paths or path.startswith(self._below)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve it (ASGI)."""
        await self._app(scope, receive, send)

    @cached_property
    def _app(self) -> ConnexionMiddleware:
        """Made when somebody looks for the first time: the start of the server is not the place to wait for it."""
        app = ConnexionMiddleware(self._not_found, middlewares=[SwaggerUIMiddleware])
        for contract in self._contracts:
            app.add_api(
                dict(contract.document),
                base_path=contract.base_path,
                swagger_ui_options=SwaggerUIOptions(
                    swagger_ui_path=UI_PATH,
                    swagger_ui_config=_UI_SETTINGS,
                    swagger_ui_template_arguments={"initOAuth": _AUTHORIZE_SETTINGS},
                ),
            )
        return app


_AUTHORIZE_SETTINGS = {
    "clientId": "swagger-ui",
    "scopes": "payment-requests:create",
    "usePkceWithAuthorizationCodeGrant": True,
}
"""For the button "Authorize": a public client of the fixtures, whose redirect URI is the page's own."""

# Not tryItOutEnabled: Swagger UI 4 would then fill in invented bodies instead of the contract's examples.
_UI_SETTINGS = {"displayOperationId": True, "persistAuthorization": True, "validatorUrl": None}
