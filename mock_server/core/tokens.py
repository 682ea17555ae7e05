"""What the pipeline asks of whoever checks bearer tokens."""

from __future__ import annotations

from enum import Enum
from typing import Protocol

from mock_server.core.errors import MockServerError
from mock_server.core.exchange import Caller


class TokenFault(Enum):
    """Why a token is not accepted."""

    INVALID = "invalid"
    EXPIRED = "expired"


class TokenRefused(MockServerError):
    """The token is not accepted; `fault` says in which way, the message says why without repeating the token."""

    def __init__(self, fault: TokenFault, message: str) -> None:
        super().__init__(message)
        self.fault = fault


class TokenVerifier(Protocol):
    """Checks bearer tokens."""

    def verify(self, token: str, audience: str) -> Caller:
        """Return who is calling.

        Raises:
            TokenRefused: malformed, signed by a foreign key, from another issuer, for another audience, or expired.
        """
