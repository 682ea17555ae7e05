"""Conformance suites for the APIs, and a gate for changes of their contracts."""
