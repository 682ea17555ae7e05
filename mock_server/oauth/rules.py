"""What the contract `openapi/oauth.yaml` decides for the authorization server: lifetimes, limits and refusals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from mock_server.core.errors import Refused, SetupError
from openapi.model import Contract

CONTRACT = "oauth"
FORM_TYPE = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Figures:
    """The figures of the contract's rules."""

    access_lifetime: timedelta
    code_lifetime: timedelta
    refresh_lifetime: timedelta
    max_form_bytes: int

    @classmethod
    def of(cls, contract: Contract) -> Figures:
        """The figures as they stand in the contract's limits. Raises `SetupError` where one is missing."""

        def lifetime(rule: str) -> timedelta:
            return timedelta(seconds=contract.limit(rule, "lifetimeSeconds"))

        try:
            return cls(
                access_lifetime=lifetime("AUTH-ACCESS-LIFETIME"),
                code_lifetime=lifetime("AUTH-CODE-LIFETIME"),
                refresh_lifetime=lifetime("AUTH-REFRESH-LIFETIME"),
                max_form_bytes=contract.limit("AUTH-FORM-SIZE", "maximumBytes"),
            )
        except KeyError as error:
            raise SetupError(f"{contract.file}:1: x-rules lacks {error.args[0]}, which tokens are issued by") from error


def refused(rule: str, message: str = "") -> Refused:
    """A refusal by a rule; without a message it is explained by the one that stands in the contract."""
    return Refused(rule, message)
