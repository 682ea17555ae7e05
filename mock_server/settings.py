"""Everything that can be set, in one table. The command line's options and the environment variables follow it."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """How a server is to be set up.

    `state`: where records live, as a SQLAlchemy URL. `objects`: the folder for uploaded bytes; `None` for a temporary
    one. `seed`: the name of a seed of the fixtures, a file, or "none". `id_seed`: makes ids predictable.
    `signing_key`: a JWK file; `None` for the fixtures' test key. `public_url`: the origin presigned URLs are made for;
    `None` for the one each client uses. `auto_approve`: the user in whose name every authorization request is approved.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    state: str = "sqlite://"
    objects: Path | None = None
    seed: str = "demo"
    id_seed: str | None = None
    signing_key: Path | None = None
    public_url: str | None = None
    auto_approve: str | None = None
    access_log: bool = True
    access_key_id: str = "MOCKACCESSKEY0000001"
    secret_access_key: str = field(default="mock-secret-access-key-for-tests-only", repr=False)
    region: str = "us-east-1"

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"
