"""One module per command, found because it is there; what is slow to import is imported inside the command."""
