"""The OpenAPI document that a deployment publishes of itself, where there is one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from contract_tests.credentials import Tokens
from contract_tests.errors import NotReached, TargetUnreachable, WrongUse
from contract_tests.exchange import Exchange
from contract_tests.gate.change import Change, Severity
from contract_tests.gate.diffing import compare
from contract_tests.gate.sources import Source
from contract_tests.gate.sources.checking import dialect_of, notes_on
from contract_tests.gate.sources.library import SourceLibrary
from contract_tests.gate.sources.shelf import FileShelf, LeadsOut
from contract_tests.gate.specification import Specification
from contract_tests.transport import Transport

BELOW_BASE = ("/openapi.json", "/openapi.yaml", "/openapi.yml", "/swagger.json")
BELOW_ORIGIN = (
    *BELOW_BASE,
    "/documentation/json",
    "/docs/json",
    "/swagger/v1/swagger.json",
    "/v3/api-docs",
    "/api-docs",
    "/api/openapi.json",
)
"""Where servers publish their document: below the API's base path, and below the host, by the habits of frameworks."""

_ASKS_FOR_TOKEN = frozenset({401, 403})
_NOT_SERVED = ("server-", "example-", "link-", "specification-", "operation-id-", "operation-tag-", "provenance-")
"""Kinds of changes that no call shows: a document of a deployment is written for its own readers."""

_OURS = ("lifecycle-", "rule-")
_EXTENSIONS = ("x-rules", "x-lifecycle")


@dataclass(frozen=True)
class Published:
    """`url`: where it stands. `specification`: `None` where it can't be compared, and `reason` says why."""

    url: str
    specification: Specification | None
    reason: str = ""


def find_published(transport: Transport, group: str) -> Published | None:
    """The document of a group on a target; `None` where none is published at the usual places.

    It is asked for without a token first, and with one where that is refused and the target has credentials.
    """
    for url in _candidates(transport.target.bases[group]):
        answer = _asked(transport, group, url)
        if answer is not None and answer.status == 200 and _claims_openapi(answer.body):
            return _read(group, url, answer.body)
    return None


def differences(ours: Specification, published: Specification) -> list[Change]:
    """In what a published document differs from the contract, as far as calls show it."""
    name = ours.name
    changes = compare(Source(ours.origin, {name: ours}), Source(published.origin, {name: published}))
    has_ours = any(name in published.extensions for name in _EXTENSIONS)
    ignored = _NOT_SERVED if has_ours else (*_NOT_SERVED, *_OURS)
    base = _base_path(ours)
    is_shared = any(path.startswith(base + "/") for path in _paths(published)) and base != ""
    return [
        each for each in changes if not each.kind.startswith(ignored) and not (is_shared and _is_elsewhere(each, base))
    ]


def is_addition(change: Change) -> bool:
    """Whether the deployment has something more, which clients of the contract don't know."""
    return change.severity is Severity.SAFE and change.kind.endswith("-added")


def _candidates(base: str) -> Iterator[str]:
    parts = urlsplit(base)
    origin = f"{parts.scheme}://{parts.netloc}"
    yield from dict.fromkeys([*(base + each for each in BELOW_BASE), *(origin + each for each in BELOW_ORIGIN)])


def _asked(transport: Transport, group: str, url: str) -> Exchange | None:
    """The answer; `None` where a page or a gateway answers, as servers of pages do at any path."""
    try:
        answer = transport.send("GET", url)
        if answer.status in _ASKS_FOR_TOKEN:
            token = Tokens(transport).get(group)
            answer = transport.send("GET", url, headers={"authorization": f"Bearer {token}"})
        return answer
    except (TargetUnreachable, NotReached):
        return None


def _claims_openapi(content: bytes) -> bool:
    return b"openapi" in content[:100_000] or b"swagger" in content[:100_000]


def _read(group: str, url: str, content: bytes) -> Published:
    folder, _, name = url.rpartition("/")

    def read(path: str, shown: str) -> bytes:
        if path != name:
            raise LeadsOut("leads to another file, which is not fetched")
        return content

    library = SourceLibrary(FileShelf(folder + "/", read))
    try:
        root = library.root(name)
        specification = Specification(group, url, dialect_of(root), root)
        list(notes_on(specification))
    except WrongUse as error:
        return Published(url, None, str(error))
    return Published(url, specification)


def _base_path(specification: Specification) -> str:
    servers = specification.root.get("servers")
    first = next(servers.each(), None) if servers is not None else None
    url = first.get("url") if first is not None else None
    return urlsplit(str(url.value)).path.rstrip("/") if url is not None else ""


def _paths(specification: Specification) -> Sequence[str]:
    paths = specification.root.get("paths")
    return [name for name, _ in paths.items()] if paths is not None else []


def _is_elsewhere(change: Change, base: str) -> bool:
    """Whether a change is about an operation of another API that the same document describes."""
    path = change.operation.partition(" ")[2]
    return change.kind == "operation-added" and not path.startswith(base + "/")
