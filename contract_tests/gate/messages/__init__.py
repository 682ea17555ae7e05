"""Requests and responses as a contract has them: made as small as it allows, and held against it."""
