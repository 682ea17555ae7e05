"""The clients of the fixtures, and what their tokens say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mock_server.core.errors import SetupError
from mock_server.oauth.tokens import Grant


@dataclass(frozen=True)
class Client:
    """A registered client. `group`: the audience of its tokens."""

    id: str
    name: str
    group: str
    merchant_id: str
    permissions: tuple[str, ...]
    scopes: tuple[str, ...]


def read_clients(data: Mapping[str, Any]) -> list[Client]:
    """The clients of the fixture file `clients`."""
    return [
        Client(
            id=each["clientId"],
            name=each["name"],
            group=each["group"],
            merchant_id=each["merchantId"],
            permissions=tuple(each.get("permissions", ())),
            scopes=tuple(each.get("scopes", ())),
        )
        for each in data["clients"]
    ]


def grant_for(clients: Sequence[Client], group: str, *, client_id: str | None, merchant_id: str | None) -> Grant:
    """What a client's token says: by default the first one of the group, for its own merchant.

    Raises:
        SetupError: no such group, or the group has no such client.
    """
    groups = sorted({each.group for each in clients})
    if group not in groups:
        raise SetupError(f"there is no group {group!r} with tokens; possible: {', '.join(groups)}")
    of_group = [each for each in clients if each.group == group]
    chosen = next((each for each in of_group if client_id in (None, each.id)), None)
    if chosen is None:
        known = ", ".join(each.id for each in of_group)
        raise SetupError(f"there is no client {client_id!r} in {group}; possible: {known}")
    grant = Grant(chosen.id, chosen.merchant_id, group, chosen.permissions, chosen.scopes)
    return replace(grant, merchant_id=merchant_id) if merchant_id else grant
