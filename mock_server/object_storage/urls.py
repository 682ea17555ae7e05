"""Makes the presigned URLs the groups hand out."""

from __future__ import annotations

from datetime import datetime, timedelta

from mock_server.object_storage.addressing import object_url
from mock_server.object_storage.canonical import encoded_query
from mock_server.object_storage.disposition import inline
from mock_server.object_storage.signature import Credentials, presign


class PresignedUrls:
    """`core.objects.ObjectUrls`, signed with one access key.

    `prefix`: the path in front of the bucket as clients send it. `base_url` in the calls is an origin.
    """

    def __init__(self, *, credentials: Credentials, region: str, prefix: str = "/_s3") -> None:
        self._credentials = credentials
        self._region = region
        self._prefix = prefix

    def put_url(
        self, base_url: str, key: str, *, content_type: str, size_bytes: int, now: datetime, lifetime: timedelta
    ) -> str:
        return presign(
            "PUT",
            object_url(base_url, self._prefix, key),
            credentials=self._credentials,
            region=self._region,
            now=now,
            lifetime=lifetime,
            headers={"content-length": str(size_bytes), "content-type": content_type},
        )

    def get_url(
        self, base_url: str, key: str, *, content_type: str, filename: str, now: datetime, lifetime: timedelta
    ) -> str:
        query = encoded_query(
            [("response-content-type", content_type), ("response-content-disposition", inline(filename))]
        )
        return presign(
            "GET",
            f"{object_url(base_url, self._prefix, key)}?{query}",
            credentials=self._credentials,
            region=self._region,
            now=now,
            lifetime=lifetime,
        )
