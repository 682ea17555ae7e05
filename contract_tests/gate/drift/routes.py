"""Which operation of which contract a recorded call is for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from contract_tests.gate.drift.recording import Recorded
from openapi import Contract

_PORTS = {"http": 80, "https": 443}
_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[0-9]+|[0-9a-fA-F]{16,}")
_PUBLISHED = ("/openapi.json", "/openapi.yaml", "/ui")
"""Below a base path; what describes the API is no part of it."""


@dataclass(frozen=True)
class Route:
    """`operation_id`: empty where the contract has none for the method there. `path`: the template, or what is near to
    one where the contract has no such path.
    """

    contract: Contract
    path: str
    operation_id: str = ""
    is_known_path: bool = True


@dataclass(frozen=True)
class Routes:
    """`bases`: the URL of each group on the deployment; without any, a group is known by its base path alone."""

    contracts: Mapping[str, Contract]
    bases: Mapping[str, str]

    def find(self, call: Recorded) -> Route | None:
        """Where a call belongs; `None` where it is for none of the APIs."""
        for group, contract in self.contracts.items():
            path = self._below(group, call)
            if path is not None and not path.startswith(_PUBLISHED):
                return _route(contract, call.method, path)
        return None

    def _below(self, group: str, call: Recorded) -> str | None:
        """The path below the group's base."""
        base = self.bases.get(group, "") if self.bases else self.contracts[group].base_path
        if self.bases and (not base or _origin(base) != _origin(call.url)):
            return None
        prefix = urlsplit(base).path.rstrip("/")
        return call.path.removeprefix(prefix) if call.path.startswith(prefix + "/") else None


def _route(contract: Contract, method: str, path: str) -> Route:
    methods = contract.methods_at(path)
    operation_id = methods.get(method, "")
    template = next((contract.operations[each].path for each in methods.values()), "")
    return Route(contract, template or _template(path), operation_id, bool(template))


def _template(path: str) -> str:
    """An unknown path, with stand-ins for what looks like an id: so that calls of one kind are counted together."""
    return "/".join("{id}" if _ID.fullmatch(part) else part for part in path.split("/"))


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or _PORTS.get(parts.scheme)
