"""The clients and users of the fixtures, and what they may do."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from mock_server.core.errors import SetupError
from mock_server.oauth.redirects import is_registered
from mock_server.oauth.tokens import Grant

GRANT_TYPES = {
    "invoices": ("client_credentials", "refresh_token"),
    "invoice-uploads": ("authorization_code", "refresh_token"),
}
"""Which grants the clients of a group use (documented for uploads, seen for invoices)."""


@dataclass(frozen=True)
class Client:
    """A registered client, with the methods Authlib asks for (its `ClientMixin`).

    `group`: the audience of its tokens. Without a secret it is public.
    """

    id: str
    secret: str = field(repr=False)
    name: str
    group: str
    merchant_id: str
    permissions: tuple[str, ...]
    scopes: tuple[str, ...]
    redirect_uris: tuple[str, ...]

    @property
    def client_id(self) -> str:
        return self.id

    def get_client_id(self) -> str:
        return self.id

    def get_default_redirect_uri(self) -> str | None:
        return self.redirect_uris[0] if len(self.redirect_uris) == 1 else None

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """The scope asked for where the client may have it, all it may have where none is; `None` refuses."""
        asked = list(dict.fromkeys((scope or "").split()))
        if not asked:
            return " ".join(self.scopes)
        return " ".join(asked) if set(asked) <= set(self.scopes) else None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return is_registered(redirect_uri, self.redirect_uris)

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code" and self.check_grant_type("authorization_code")

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in GRANT_TYPES[self.group]


@dataclass(frozen=True)
class User:
    """Somebody who can log in, and for whose merchant they act."""

    username: str
    password: str = field(repr=False)
    name: str
    merchant_id: str

    def get_user_id(self) -> str:
        return self.username


@dataclass(frozen=True)
class Directory:
    """All clients and users."""

    clients: Mapping[str, Client]
    users: Mapping[str, User]

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Directory:
        """The content of the fixture file `clients`."""
        clients = [_client(each) for each in data["clients"]]
        users = [_user(each) for each in data.get("users", ())]
        return cls({each.id: each for each in clients}, {each.username: each for each in users})

    def authenticated_client(self, client_id: str, secret: str) -> Client | None:
        """The client with this id and secret; a public client's secret is empty."""
        client = self.clients.get(client_id)
        return client if _is_right(client.secret if client else "", secret) else None

    def authenticated(self, username: str, password: str) -> User | None:
        """The user with this name and password."""
        user = self.users.get(username)
        return user if _is_right(user.password if user else "", password) else None


def grant_for(directory: Directory, group: str, *, client_id: str | None, merchant_id: str | None) -> Grant:
    """What a client's token says: by default the first one of the group, for its own merchant.

    Raises:
        SetupError: no such group, or the group has no such client.
    """
    of_group = [each for each in directory.clients.values() if each.group == group]
    if not of_group:
        groups = sorted({each.group for each in directory.clients.values()})
        raise SetupError(f"there is no group {group!r} with tokens; possible: {', '.join(groups)}")
    chosen = next((each for each in of_group if client_id in (None, each.id)), None)
    if chosen is None:
        known = ", ".join(each.id for each in of_group)
        raise SetupError(f"there is no client {client_id!r} in {group}; possible: {known}")
    grant = Grant(chosen.id, chosen.merchant_id, group, chosen.permissions, chosen.scopes)
    return replace(grant, merchant_id=merchant_id) if merchant_id else grant


def _is_right(expected: str, given: str) -> bool:
    """Takes as long whichever letter is wrong. It is asked for unknown names too, so that they take as long."""
    return hmac.compare_digest(expected.encode(), given.encode("utf-8", "surrogatepass"))


def _client(entry: Mapping[str, Any]) -> Client:
    return Client(
        id=entry["clientId"],
        secret=entry.get("clientSecret") or "",
        name=entry["name"],
        group=entry["group"],
        merchant_id=entry["merchantId"],
        permissions=tuple(entry.get("permissions", ())),
        scopes=tuple(entry.get("scopes", ())),
        redirect_uris=tuple(entry.get("redirectUris", ())),
    )


def _user(entry: Mapping[str, Any]) -> User:
    return User(entry["username"], entry["password"], entry.get("name", entry["username"]), entry["merchantId"])
