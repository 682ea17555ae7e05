"""What the handlers of the control API work with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mock_server.core.control import ControlPlane
from mock_server.core.exchange import Request
from mock_server.core.group import ServerFacts
from mock_server.core.namespace import Namespace
from openapi.model import Contract

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Services:
    """`namespace`: the one the request is for. `plane`: all of them. `contract`: the control API's own."""

    namespace: Namespace
    plane: ControlPlane
    contract: Contract
    facts: ServerFacts

    @property
    def contracts(self) -> Mapping[str, Contract]:
        """Every contract the server serves, by name."""
        return self.plane.contracts


def body_of(request: Request) -> Json:
    """The body; an empty object where none was sent."""
    return request.body or {}
