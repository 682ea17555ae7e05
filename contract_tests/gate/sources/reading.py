"""From what the user names to the specifications it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from contract_tests.errors import WrongUse
from contract_tests.gate.sources.checking import dialect_of, is_openapi, notes_on
from contract_tests.gate.sources.files import open_path
from contract_tests.gate.sources.git import open_commit
from contract_tests.gate.sources.library import SourceLibrary
from contract_tests.gate.sources.note import Note
from contract_tests.gate.sources.opened import Opened
from contract_tests.gate.sources.sites import WithRemote
from contract_tests.gate.sources.urls import open_url
from contract_tests.gate.sources.web import Web, is_url, shown
from contract_tests.gate.specification import Node, Specification

_OPENERS: Mapping[str, Callable[[str, Web], Opened]] = {
    "git:": open_commit,
    "http://": open_url,
    "https://": open_url,
}
"""By how a source's name begins; everything else is a path."""


class NoDocument(WrongUse):
    """A source that can be read, and has nothing to be compared."""


@dataclass(frozen=True)
class Source:
    """`origin`: as the user named it, without a password. `specifications`: by name, in the order of the names.

    `notes`: what is not as it should be and keeps nobody from comparing.
    """

    origin: str
    specifications: Mapping[str, Specification]
    notes: tuple[Note, ...] = ()


def read_source(
    text: str, *, allow_remote_refs: bool = False, verify: bool | str = True, as_it_is: bool = False
) -> Source:
    """The specifications of a file, a folder, `git:REF:PATH` or a URL.

    `allow_remote_refs`: references to other sites are followed; without it they are refused. `verify`: whether the
    certificates of sites are checked, or the file with those that are trusted. `as_it_is`: a document that can't be
    compared is given all the same; whoever looks for its faults wants all of them.

    Raises:
        WrongUse: it is not there, can't be read, or is nothing that can be compared; one line, with the place.
        TargetUnreachable: the URL's server is down, too slow or fails.
    """
    if not text.strip():
        raise WrongUse("no source is named: name a file, a folder, git:REF:PATH or a URL")
    web = Web(verify)
    opener = next((opener for start, opener in _OPENERS.items() if text.startswith(start)), open_path)
    opened = opener(text, web)
    library = SourceLibrary(WithRemote(opened.shelf, web) if allow_remote_refs else opened.shelf)
    origin = shown(text) if is_url(text) else text
    notes: list[Note] = []
    specifications: dict[str, Specification] = {}
    for name, root in sorted(_roots(opened, library), key=lambda each: each[0]):
        if name in specifications:
            notes.append(Note(root.place, f"is not read: {specifications[name].origin} has the same name"))
        else:
            specifications[name] = Specification(name, root.document.name, dialect_of(root), root)
            notes += [] if as_it_is else notes_on(specifications[name])
    if not specifications:
        raise NoDocument(f"{origin} has no OpenAPI document")
    return Source(origin, specifications, tuple(notes))


def _roots(opened: Opened, library: SourceLibrary) -> Iterator[tuple[str, Node]]:
    for location in opened.locations:
        if opened.is_folder and not library.claims_openapi(location):
            continue
        root = library.root(location)
        if not opened.is_folder or is_openapi(root):
            yield opened.names.get(location) or _name(location), root


def _name(path: str) -> str:
    return str(PurePosixPath(path).with_suffix(""))
