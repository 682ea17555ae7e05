"""Websites as a shelf: where references over HTTP lead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

from contract_tests.errors import WrongUse
from contract_tests.gate.sources.document import wrong
from contract_tests.gate.sources.shelf import LeadsOut, Shelf
from contract_tests.gate.sources.web import Web, is_url, origin_of, require_up, shown

REMOTE = "leads to another site, {site}, which is read only with --allow-remote-refs"


@dataclass(frozen=True)
class SiteShelf:
    """The documents of a site; references to other origins are refused. `ahead`: what was fetched already."""

    web: Web
    ahead: Mapping[str, bytes]

    def locate(self, base: str, reference: str) -> str:
        url = joined(base, reference)
        if origin_of(url) != origin_of(base):
            raise LeadsOut(REMOTE.format(site=origin_of(url)))
        return url

    def read(self, location: str) -> bytes:
        ahead = self.ahead.get(location)
        return read_url(self.web, location, within=origin_of(location)) if ahead is None else ahead

    def shown(self, location: str) -> str:
        return shown(location)


@dataclass(frozen=True)
class WithRemote:
    """A shelf from which references may also lead to any site."""

    shelf: Shelf
    web: Web

    def locate(self, base: str, reference: str) -> str:
        if is_url(base) or is_url(reference):
            return joined(base, reference)
        return self.shelf.locate(base, reference)

    def read(self, location: str) -> bytes:
        return read_url(self.web, location) if is_url(location) else self.shelf.read(location)

    def shown(self, location: str) -> str:
        return shown(location) if is_url(location) else self.shelf.shown(location)


def joined(base: str, reference: str) -> str:
    """The URL a reference leads to. Raises `LeadsOut` if it is none."""
    try:
        url = urljoin(base if is_url(base) else "", reference)
    except ValueError as error:
        raise LeadsOut("is no URL") from error
    if not is_url(url):
        raise LeadsOut("leads from a website to what is none")
    return url


def read_url(web: Web, url: str, within: str | None = None) -> bytes:
    """The document at a URL. Raises `WrongUse` where there is none, or `TargetUnreachable`."""
    try:
        answer = require_up(web.fetch(url, within))
    except WrongUse as error:
        raise wrong(shown(url), 1, str(error)) from error
    if answer.status != 200:
        raise wrong(shown(url), 1, f"can't be read: the server answers {answer.status}")
    if answer.is_page:
        raise wrong(shown(url), 1, "is an HTML page, not a document")
    return answer.content
