"""The digests a client may send with its bytes, and whether they hold."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from mock_server.object_storage.asgi import header
from mock_server.object_storage.reception import Reception
from mock_server.object_storage.rules import Rejected, Rule
from mock_server.object_storage.signature import SignedRequest

SHA256 = "x-amz-checksum-sha256"
MD5 = "content-md5"


def check_digests(request: SignedRequest, parameters: Mapping[str, str], received: Reception) -> None:
    """Return when every digest that was given is that of the bytes.

    Signers put an `x-amz` header into the query instead where they can, in either case of letters.

    Raises:
        Rejected: one differs, or is no Base64.
    """
    hoisted = {name.lower(): value for name, value in parameters.items()}
    given = (
        (SHA256, header(request, SHA256), received.sha256),
        (SHA256, hoisted.get(SHA256), received.sha256),
        (MD5, header(request, MD5), received.md5),
    )
    for name, value, digest in given:
        if value is not None and _decoded(value) != digest:
            raise Rejected(
                Rule.PUT_CHECKSUM,
                f"{name} is not that of the bytes received",
                {"ExpectedDigest": value, "CalculatedDigest": base64.b64encode(digest).decode()},
            )


def _decoded(value: str) -> bytes | None:
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None
