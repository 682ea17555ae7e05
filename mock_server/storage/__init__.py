"""Where the state lives: one implementation of the store's ports, on SQLite (memory or file) and on PostgreSQL."""

from mock_server.storage.store import open_store

__all__ = ["open_store"]
