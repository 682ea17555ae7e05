"""Which client sends a request: by HTTP Basic, by its secret in the form, or by its id alone."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote_plus

from mock_server.oauth.clients import Client, Directory
from mock_server.oauth.rules import refused


@dataclass(frozen=True)
class _Shown:
    """What a client shows of itself."""

    client_id: str
    secret: str = field(repr=False)
    method: str


def authenticated_client(
    directory: Directory, headers: Mapping[str, str], form: Mapping[str, str], *, may_be_public: bool
) -> tuple[Client, str]:
    """The client, and by which of the methods of RFC 7591 it has said so.

    Raises:
        Refused: unknown, wrong secret, no secret where one is asked for, or several methods at once.
    """
    in_form = _in_form(form)
    in_header = _in_header(headers.get("authorization", ""))
    if in_header is not None and (in_form.secret or in_form.client_id not in {"", in_header.client_id}):
        raise refused("AUTH-CLIENT-METHOD")
    shown = in_header or in_form
    client = directory.authenticated_client(shown.client_id, shown.secret)
    if client is None or not (client.secret or may_be_public):
        raise refused("AUTH-CLIENT")
    return client, shown.method if client.secret else "none"


def _in_form(form: Mapping[str, str]) -> _Shown:
    return _Shown(form.get("client_id", ""), form.get("client_secret", ""), "client_secret_post")


def _in_header(authorization: str) -> _Shown | None:
    """Name and password, each form-encoded (RFC 6749, 2.3.1); `None` where another scheme is used, or none."""
    scheme, _, encoded = authorization.strip().partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, password = base64.b64decode(encoded.strip(), validate=True).decode("utf-8").partition(":")
    except ValueError as error:
        raise refused("AUTH-CLIENT") from error
    return _Shown(unquote_plus(name), unquote_plus(password), "client_secret_basic")
