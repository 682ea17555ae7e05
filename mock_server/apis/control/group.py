"""The control group, as the server finds it."""

from __future__ import annotations

from collections.abc import Callable

from mock_server.apis.control import handlers
from mock_server.apis.control.errors import RULES, error_body
from mock_server.core.group import Group, Ports, ServerFacts
from mock_server.core.records import UnitOfWork


def services(ports: Ports) -> Callable[[UnitOfWork], ServerFacts]:
    """Its handlers need no more than what the server says of itself."""
    return lambda work: ports.facts


GROUP = Group(
    name="control",
    audience=None,
    handlers=handlers,
    services=services,
    error_body=error_body,
    rules=RULES,
    answers_strays=True,
)
