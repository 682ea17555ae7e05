"""What the tests of the stores share: the PostgreSQL to run on."""

import pytest

pytest.register_assert_rewrite(
    *(
        f"tests.storage.suite{name}"
        for name in ("", "_changes", "_contents", "_namespaces", "_queries", "_races", "_work")
    )
)

from tests.postgres import postgres_database, postgres_server, postgres_url  # noqa: E402, F401
