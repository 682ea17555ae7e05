"""What these tests share: the PostgreSQL that some of them run on."""

from tests.postgres import postgres_database, postgres_server, postgres_url  # noqa: F401
