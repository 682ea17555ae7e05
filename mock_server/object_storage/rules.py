"""The rules the bucket enforces, by id, and what a refusal is.

What each answers (status, S3 code, S3 message) stands in the contract's `x-rules` alone; the bucket is given that
table when it is built.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from mock_server.core.errors import MockServerError, SetupError


class Rule(StrEnum):
    """What the bucket itself decides. The group that owns the keys adds its own, such as a spent URL."""

    PARAMETERS = "UPL-URL-PARAMETERS"
    ACCESS_KEY = "UPL-URL-ACCESS-KEY"
    SIGNED_HEADERS = "UPL-URL-SIGNED-HEADERS"
    FUTURE = "UPL-URL-FUTURE"
    EXPIRED = "UPL-URL-EXPIRED"
    SIGNATURE = "UPL-URL-SIGNATURE"
    BUCKET_ABSENT = "UPL-BUCKET-ABSENT"
    METHOD = "UPL-BUCKET-METHOD"
    INTERNAL = "UPL-BUCKET-INTERNAL"
    PUT_LENGTH = "UPL-PUT-LENGTH"
    PUT_TOO_LARGE = "UPL-PUT-TOO-LARGE"
    PUT_INCOMPLETE = "UPL-PUT-INCOMPLETE"
    PUT_CHECKSUM = "UPL-PUT-CHECKSUM"
    FETCH_ABSENT = "UPL-FETCH-ABSENT"


@dataclass(frozen=True)
class BucketRefusal:
    """What a broken rule answers: the HTTP status, and S3's error code and message."""

    rule: str
    status: int
    code: str
    message: str


@dataclass(frozen=True)
class Refusal:
    """A rule that a request broke.

    `detail`: what exactly, in a few words for a person. `facts`: further elements of the answer, by S3's names.
    """

    rule: str
    detail: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


class Rejected(MockServerError):
    """Carries a refusal from where it was found to where it is answered; nothing has been kept."""

    def __init__(self, rule: str, detail: str = "", facts: Mapping[str, str] | None = None) -> None:
        self.refusal = Refusal(rule, detail, facts or {})
        super().__init__(f"{rule}: {detail}")


def complete(refusals: Mapping[str, BucketRefusal]) -> Mapping[str, BucketRefusal]:
    """Return the table as it is.

    Raises:
        SetupError: a rule the bucket enforces has no entry.
    """
    missing = [rule.value for rule in Rule if rule not in refusals]
    if missing:
        raise SetupError(f"the contract's bucket rules lack {', '.join(missing)}; each needs status, code and message")
    return refusals
