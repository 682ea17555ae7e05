"""Why an exchange went the way it did: from the journal and the contract, for programs and for people."""

from mock_server.core.explanation.explained import explain, rule_value
from mock_server.core.explanation.near import nearest
from mock_server.core.explanation.text import as_text

__all__ = ["as_text", "explain", "nearest", "rule_value"]
