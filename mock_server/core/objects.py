"""What the groups and the bucket know of each other.

The bucket knows keys and bytes, the group knows who may do what with them; neither imports the other. Keys are
`<bucket>/<key>` everywhere, as in the path of a presigned URL.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from mock_server.core.records import Collection, UnitOfWork


@dataclass(frozen=True)
class StoredObject:
    """What is known of an object: everything but its bytes.

    `id`: `<bucket>/<key>`. `blob`: the name of the bytes in the backend, another one after each PUT.
    `sha256` and `md5`: lower-case hex digests of the bytes, taken while they came in. `content_type`: as the PUT said.
    """

    id: str
    blob: str
    size_bytes: int
    sha256: str
    md5: str
    content_type: str
    stored_at: datetime
    version: int = 0


OBJECTS: Collection[StoredObject] = Collection(name="objects", type=StoredObject)


class ObjectOwner(Protocol):
    """Says what may be put under a key, and is told what has been. Implemented by the group the keys belong to."""

    def check_put(self, work: UnitOfWork, key: str, now: datetime) -> None:
        """Return when bytes may be put there now.

        Raises:
            Refused: they may not; the rule id stands in the contract's `bucket` stage.
        """

    def check_fetch(self, work: UnitOfWork, key: str) -> None:
        """Return when what is stored there may be fetched.

        Raises:
            Refused: it may not; the rule id stands in the contract's `bucket` stage.
        """

    def stored(self, work: UnitOfWork, stored: StoredObject, now: datetime) -> None:
        """Take note of the bytes that arrived, in the unit of work that records them.

        Raises:
            Refused: meanwhile they may no longer be put; the bytes are thrown away.
        """


class ObjectUrls(Protocol):
    """Makes presigned URLs."""

    def put_url(
        self, base_url: str, key: str, *, content_type: str, size_bytes: int, now: datetime, lifetime: timedelta
    ) -> str:
        """A URL under which exactly `size_bytes` bytes of this type may be PUT until `now + lifetime`."""

    def get_url(
        self, base_url: str, key: str, *, content_type: str, filename: str, now: datetime, lifetime: timedelta
    ) -> str:
        """A URL that returns the bytes until `now + lifetime`, with this type, named `filename`."""


class ObjectReader(Protocol):
    """Lets a group look at and drop what the bucket holds, inside its own unit of work."""

    def find(self, work: UnitOfWork, key: str) -> StoredObject | None:
        """What is stored under the key."""

    def remove(self, work: UnitOfWork, key: str) -> None:
        """Forget what is stored under the key, if anything; the bytes go once the unit of work is committed."""
