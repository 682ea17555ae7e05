"""The checks, a subject a module; all are found because they are there."""
