"""The suites: one module each, found by pytest because it is there."""
