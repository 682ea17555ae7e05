"""Recorded traffic: from files, and from the journal of a mock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from contract_tests.control import BASE_PATH, HEADER
from contract_tests.errors import WrongUse
from contract_tests.gate.drift.archives import Archive, archive_of, read_archive
from contract_tests.reaching import is_mock
from contract_tests.target import ADMIN_VARIABLE, Target
from contract_tests.transport import Recorder, Transport

_REFUSED = frozenset({401, 403})


def archives(files: Sequence[Path]) -> list[Archive]:
    """The archives of some files. Raises `WrongUse` for the first that is none."""
    return [read_archive(each) for each in files]


def journal(target: Target, namespace: str) -> Archive:
    """What a mock was asked in a namespace, as far as it still knows.

    Raises:
        WrongUse: the target is no mock, or wants another admin token.
        TargetUnreachable: it is gone.
    """
    found = _as_mock(target)
    headers = {HEADER: namespace, **({"authorization": f"Bearer {found.admin_token}"} if found.admin_token else {})}
    url = f"{found.mock_origin}{BASE_PATH}/journal/export?format=har"
    answer = Transport(found, Recorder()).send("GET", url, headers=headers)
    if answer.status in _REFUSED:
        raise WrongUse(f"{target.name} shows its journal only with the admin token in {ADMIN_VARIABLE}")
    if answer.status != 200:
        raise WrongUse(f"{target.name} has no journal of the namespace {namespace!r}: status {answer.status}")
    return archive_of(answer.body, f"the journal of {namespace}")


def _as_mock(target: Target) -> Target:
    """The target with the place of its control API; one of the file of targets may be a mock as well."""
    if target.is_mock:
        return target
    for base in target.bases.values():
        parts = urlsplit(base)
        candidate = replace(target, mock_origin=f"{parts.scheme}://{parts.netloc}")
        if is_mock(candidate):
            return candidate
    raise WrongUse(f"{target.name} is no mock, so it has no journal; give its traffic with --har")
