"""The API groups of the mock: one folder each, found because it is there."""
