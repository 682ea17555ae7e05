"""The control group, as the server finds it."""

from __future__ import annotations

from mock_server.apis.control import handlers
from mock_server.apis.control.errors import RULES, error_body
from mock_server.apis.control.services import Services
from mock_server.core.group import Group, Ports
from mock_server.core.namespace import Bind


def services(ports: Ports) -> Bind:
    """Its handlers work on namespaces as a whole, never inside a unit of work."""
    bound = Services(ports.namespace, ports.plane, ports.contract, ports.facts)
    return lambda work: bound


GROUP = Group(
    name="control",
    audience=None,
    handlers=handlers,
    services=services,
    error_body=error_body,
    rules=RULES,
    answers_strays=True,
    is_transactional=False,
)
