"""Which object a path names, and which URL an object has: `<origin><prefix>/<bucket>/<key>`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes, urlsplit

from mock_server.object_storage.canonical import encoded_path

LONGEST_KEY_BYTES = 1024
_ORIGIN = re.compile(r"(?P<origin>https?://(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?)/?")
_PORTS = range(1, 65536)


@dataclass(frozen=True)
class ObjectName:
    """An object's place. `key` is empty where the path names the bucket itself."""

    bucket: str
    key: str

    @property
    def id(self) -> str:
        """`<bucket>/<key>`, as records and groups name it."""
        return f"{self.bucket}/{self.key}"

    @property
    def is_storable(self) -> bool:
        """Whether a store can keep it: S3's limit of 1024 bytes, and neither NUL nor what isn't UTF-8."""
        try:
            return len(self.key.encode()) <= LONGEST_KEY_BYTES and "\0" not in self.id
        except UnicodeEncodeError:
            return False


def object_name(raw_path: bytes, prefix: str) -> ObjectName | None:
    """The object an undecoded path names, or `None` outside the prefix. Bytes that aren't UTF-8 stay as surrogates."""
    path = unquote_to_bytes(raw_path).decode("utf-8", "surrogateescape")
    if not path.startswith(f"{prefix}/"):
        return None
    bucket, _, key = path[len(prefix) + 1 :].partition("/")
    return ObjectName(bucket, key)


def origin_of(url: str) -> str:
    """The origin that a URL names, without a slash behind.

    Raises:
        ValueError: it is no origin.
    """
    found = _ORIGIN.fullmatch(url)
    if found is None or int(found["port"] or 80) not in _PORTS:
        raise ValueError(f"{url!r} is no origin, such as https://files.example:8443: nothing stands behind the host")
    return found["origin"]


def object_url(base_url: str, prefix: str, object_id: str) -> str:
    """The unsigned URL of an object.

    Raises:
        ValueError: `base_url` is not an origin, such as `https://files.example:8443`. A path in front of the bucket,
            such as a proxy's, belongs into the prefix, because the signature covers it.
    """
    parts = urlsplit(base_url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/") or parts.query:
        raise ValueError(f"the bucket's base URL must be a scheme and a host, with nothing behind, not {base_url!r}")
    return f"{parts.scheme}://{parts.netloc}{encoded_path(f'{prefix}/{object_id}')}"
