"""A mock in the hands of a test: what the fixtures of the pytest plugin give, and what else may use it."""

from mock_server.testing.mock import InvoiceMock

__all__ = ["InvoiceMock"]
