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
    `admin_token`: lets callers use the mock's own API; needed where others can reach the server.
    `namespace_idle_minutes`: unused for longer, a namespace lapses; the default one never does. `journal_exchanges`:
    how many each namespace's journal keeps.
    `webhook_hosts`: where webhooks may lead beside this machine, "*" for everywhere. `webhook_seconds`: that an attempt
    to deliver may take.
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
    admin_token: str | None = field(default=None, repr=False)
    max_namespaces: int = 500
    namespace_idle_minutes: int = 60
    journal_exchanges: int = 1000
    webhook_hosts: tuple[str, ...] = ()
    webhook_seconds: float = 5.0
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
