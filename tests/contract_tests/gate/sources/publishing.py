"""Sites that publish documents, or something else, and what is said of them."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from contract_tests.errors import TargetUnreachable, WrongUse
from contract_tests.gate.sources import read_source
from tests.contract_tests.gate.sources import building
from tests.contract_tests.scripted import Reply, Scripted

DOCUMENT = json.dumps(building.document()).encode()
YAML = {"Content-Type": "application/yaml"}
NOT_FOUND = Reply(404, b'{"title": "Not Found"}')


def leads_to(location: str, status: int = 302) -> Reply:
    return Reply(status, b"", {"Location": location})


def publish(site: Scripted, replies: Mapping[str, Reply]) -> Scripted:
    """Answer like that at these paths, with 404 at others."""
    site.decide = lambda method, path: replies.get(path)
    return site


def asked(site: Scripted) -> list[str]:
    return [path for _, path, _ in site.asked]


def origins(text: str, *, allow_remote_refs: bool = False) -> dict[str, str]:
    specifications = read_source(text, allow_remote_refs=allow_remote_refs).specifications
    return {name: each.origin for name, each in specifications.items()}


def wrong(text: str) -> str:
    with pytest.raises(WrongUse) as caught:
        read_source(text)
    return str(caught.value)


def unreachable(text: str) -> str:
    with pytest.raises(TargetUnreachable) as caught:
        read_source(text)
    return str(caught.value)
