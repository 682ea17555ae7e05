"""Makes the presigned URLs the groups hand out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from mock_server.object_storage.addressing import object_url
from mock_server.object_storage.canonical import encoded_query
from mock_server.object_storage.disposition import inline
from mock_server.object_storage.signature import Credentials, presign


class PresignedUrls:
    """`core.objects.ObjectUrls`, signed with one access key.

    `prefix`: the path in front of the bucket as clients send it. `more`: further query parameters of every URL, such as
    the namespace it leads to; they are signed, too. `base_url` in the calls is an origin.
    """

    def __init__(
        self, *, credentials: Credentials, region: str, prefix: str = "/_s3", more: Sequence[tuple[str, str]] = ()
    ) -> None:
        self._credentials = credentials
        self._region = region
        self._prefix = prefix
        self._more = tuple(more)

    def put_url(
        self, base_url: str, key: str, *, content_type: str, size_bytes: int, now: datetime, lifetime: timedelta
    ) -> str:
        return presign(
            "PUT",
            self._url(base_url, key),
            credentials=self._credentials,
            region=self._region,
            now=now,
            lifetime=lifetime,
            headers={"content-length": str(size_bytes), "content-type": content_type},
        )

    def get_url(
        self, base_url: str, key: str, *, content_type: str, filename: str, now: datetime, lifetime: timedelta
    ) -> str:
        disposition = ("response-content-disposition", inline(filename))
        return presign(
            "GET",
            self._url(base_url, key, ("response-content-type", content_type), disposition),
            credentials=self._credentials,
            region=self._region,
            now=now,
            lifetime=lifetime,
        )

    def _url(self, base_url: str, key: str, *more: tuple[str, str]) -> str:
        url = object_url(base_url, self._prefix, key)
        pairs = [*more, *self._more]
        return f"{url}?{encoded_query(pairs)}" if pairs else url
