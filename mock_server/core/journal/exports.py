"""In which forms the journal is taken away."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from mock_server.core.journal.curl import script
from mock_server.core.journal.entry import Exchanged
from mock_server.core.journal.har import har
from mock_server.core.journal.view import as_line, whole

CREATOR = "invoice-contract-toolkit mock-server"


@dataclass(frozen=True)
class Export:
    """A form. `write`: from entries and the server's version to the bytes of a file, piece by piece."""

    media_type: str
    suffix: str
    write: Callable[[Iterable[Exchanged], str], Iterator[bytes]]


EXPORTS: Mapping[str, Export] = {
    "har": Export("application/json", "har", lambda entries, version: har(entries, CREATOR, version)),
    "curl": Export("text/x-shellscript", "sh", lambda entries, version: script(entries)),
    "ndjson": Export(
        "application/x-ndjson", "ndjson", lambda entries, version: (as_line(whole(entry)) for entry in entries)
    ),
}
