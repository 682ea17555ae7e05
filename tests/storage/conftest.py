"""What the tests of the stores share: the PostgreSQL to run on."""

import pytest

pytest.register_assert_rewrite(
    *(f"tests.storage.{name}" for name in ("suite", "suite_changes", "suite_queries", "suite_races", "suite_work"))
)

from tests.postgres import postgres_database, postgres_server, postgres_url  # noqa: E402, F401
