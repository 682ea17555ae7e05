"""A URL as a source: of a document, or of a mock or deployment that publishes some."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from contract_tests.errors import WrongUse
from contract_tests.gate.sources.opened import ENDINGS, Opened, claims_openapi
from contract_tests.gate.sources.sites import SiteShelf
from contract_tests.gate.sources.texts import read_text
from contract_tests.gate.sources.web import Fetched, Web, is_url, require_up, shown
from openapi import contract_file, contract_names

PUBLISHED = (
    "/openapi.json",
    "/openapi.yaml",
    "/openapi.yml",
    "/swagger.json",
    "/v3/api-docs",
    "/api-docs",
    "/openapi",
    "/openapi/v1.json",
    "/swagger/v1/swagger.json",
    "/q/openapi",
)
"""Where frameworks publish their document: FastAPI, Connexion, Spring, Express, ASP.NET, Quarkus."""


class NothingPublished(WrongUse):
    """A server answers, but has no OpenAPI document where one would be looked for."""


def open_url(text: str, web: Web) -> Opened:
    """The document at a URL, else those that are published below it.

    A mock and the vendor's deployments have one below each API's base path, others one where documents usually are.

    Raises:
        WrongUse: no URL, or no document there.
        TargetUnreachable: nobody answers, or too slowly.
    """
    if not is_url(text):
        raise WrongUse(f"{text!r} is no URL")
    answer = require_up(web.fetch(text))
    if _is_document(answer):
        return _opened(web, [answer])
    if urlsplit(text).path.lower().endswith(ENDINGS):
        raise NothingPublished(f"{shown(text)} is no OpenAPI document: {_told(answer)}")
    base = text.partition("?")[0].partition("#")[0].rstrip("/")
    above = base.removesuffix(urlsplit(base).path)
    for start in dict.fromkeys((base, above)):
        found = list(_of_our_apis(web, start)) or list(_of_frameworks(web, start))
        if found:
            return _opened(web, found)
    told = f"{_told(answer)}, and there is none at {', '.join(PUBLISHED[:5])}, ..."
    raise NothingPublished(f"{shown(text)} publishes no OpenAPI document: {told}")


def _opened(web: Web, answers: list[Fetched]) -> Opened:
    ahead = {each.url: each.content for each in answers}
    names = {url: _called(url) for url in ahead}
    return Opened(SiteShelf(web, ahead), list(ahead), names=names)


def _of_our_apis(web: Web, base: str) -> Iterator[Fetched]:
    for path in _base_paths():
        answer = web.fetch(base + path + PUBLISHED[0])
        if _is_document(answer):
            yield answer


def _of_frameworks(web: Web, base: str) -> Iterator[Fetched]:
    for path in PUBLISHED:
        answer = web.fetch(base + path)
        if _is_document(answer):
            yield answer
            return


def _called(url: str) -> str:
    """A document's name: that of our contract with the same base path, so that the two are compared."""
    folder, _, file = urlsplit(url).path.rpartition("/")
    ours = (name for path, name in _base_paths().items() if path and folder.endswith(path))
    return next(ours, PurePosixPath(file).stem or "openapi")


@cache
def _base_paths() -> dict[str, str]:
    """The names of our contracts by their base paths."""
    files = {name: contract_file(name) for name in contract_names()}
    data = {name: read_text(file.name, file.read_bytes()).data for name, file in files.items()}
    return {urlsplit(each["servers"][0]["url"]).path.rstrip("/"): name for name, each in data.items()}


def _is_document(answer: Fetched) -> bool:
    return answer.status == 200 and not answer.is_page and claims_openapi(answer.content)


def _told(answer: Fetched) -> str:
    if answer.status != 200:
        return f"it answers {answer.status}"
    return "it answers an HTML page" if answer.is_page else "it answers something else"
