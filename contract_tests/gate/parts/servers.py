"""Where an API is offered: the addresses its `servers` stand for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice, product
from urllib.parse import urlsplit

from contract_tests.gate.specification import Node

VARIABLE = re.compile(r"\{([^{}]+)\}")
MAX_ADDRESSES = 200
"""So many addresses one entry with variables is taken apart into."""


@dataclass(frozen=True)
class Server:
    """One address that is offered. `origin`: scheme and host, empty for an address relative to the document's.

    A variable that may have any value is left in its braces, without its name.
    """

    origin: str
    path: str
    node: Node | None = field(compare=False, default=None)

    @property
    def url(self) -> str:
        return self.origin + (self.path or "/")


def servers_at(*holders: Node) -> tuple[Server, ...]:
    """The addresses of the first that names any; where nobody does, the place the document is served from."""
    for holder in holders:
        stated = holder.get("servers")
        if stated is not None and stated.resolved().value:
            return tuple(dict.fromkeys(server for each in stated.each() for server in addresses(each)))
    return (Server("", ""),)


def addresses(server: Node) -> Iterator[Server]:
    """What a server entry stands for: one address for each choice of its variables."""
    found = server.get("url")
    template = str(found.value) if found is not None else "/"
    choices = [[(name, value) for value in _values(server, name)] for name in VARIABLE.findall(template)]
    for chosen in islice(product(*choices), MAX_ADDRESSES):
        yield _server(_filled(template, dict(chosen)), server)


def base_paths(servers: Iterable[Server]) -> frozenset[str]:
    return frozenset(each.path for each in servers)


def default_of(server: Node, name: str) -> Node | None:
    """The value a variable has where a client chooses none."""
    return server.at("variables", name, "default")


def _values(server: Node, name: str) -> list[str]:
    listed = server.at("variables", name, "enum")
    return [str(each) for each in listed.value] if listed is not None and listed.value else ["{}"]


def _filled(template: str, values: Mapping[str, str]) -> str:
    return VARIABLE.sub(lambda found: values[found[1]], template)


def _server(url: str, node: Node) -> Server:
    split = urlsplit(url)
    origin = f"{split.scheme.lower()}://{split.netloc.lower()}" if split.netloc else ""
    return Server(origin, re.sub("/+$", "", split.path), node)
