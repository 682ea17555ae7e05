"""Where specifications are read from: files, folders, commits and URLs."""

from contract_tests.gate.sources.note import Note
from contract_tests.gate.sources.reading import Source, read_source
from contract_tests.gate.sources.urls import NothingPublished

__all__ = ["Note", "NothingPublished", "Source", "read_source"]
