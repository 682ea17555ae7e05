"""Finds out what a target is: a mock, a real deployment, or nothing that can be examined."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from contract_tests import guarding
from contract_tests.credentials import Tokens
from contract_tests.errors import TargetUnreachable, WrongUse
from contract_tests.permits import NOBODYS_ID
from contract_tests.target import GROUPS, Credentials, Limits, Target, is_origin_like
from contract_tests.transport import Recorder, Transport
from openapi import Contract, contract_file, fixtures_folder, read_contract
from openapi.documents import read_document

HEALTH = "/_mock/health"
STOP_SECONDS = 20
NOT_FOUND = 404
_READY = re.compile(r"ready on (http://\S+)")
_PARAMETER = re.compile(r"\{[^}]+\}")
_ACTORS = {
    "main": {"invoices": "harbor-invoices", "invoice_uploads": "harbor-uploads"},
    "other": {"invoices": "lumen-invoices", "invoice_uploads": "lumen-uploads"},
    "limited": {"invoices": "harbor-no-permission", "invoice_uploads": "harbor-no-scope"},
}
"""Which clients of the fixtures play the actors on a mock."""


def mock_target(origin: str, admin_token: str = "", verify: bool | str = True, name: str = "mock") -> Target:
    """The target that a mock at this origin is: everything is allowed there, in a namespace of the run's own."""
    bases = {group: origin + _contract(group).base_path for group in GROUPS}
    return Target(
        name=name,
        bases=bases,
        token_url=f"{origin}/oauth2/token",
        credentials=_fixture_credentials(),
        writes="own-data",
        payments="test-cards",
        limits=Limits(),
        verify=verify,
        mock_origin=origin,
        admin_token=admin_token,
    )


def target_at(url: str, admin_token: str = "", verify: bool | str = True) -> Target:
    """The target at a URL: a mock where its health answers there, else a deployment that is only read.

    A mock may stand behind a proxy that adds a path. Of a deployment those groups are examined that answer there.

    Raises:
        WrongUse: it is no URL.
        TargetUnreachable: nobody answers there, or something that is no API.
    """
    origin = url.rstrip("/")
    if not is_origin_like(origin):
        raise WrongUse(f"{url!r} is no URL, such as https://staging.example")
    deployment = Target(name=urlsplit(origin).netloc.rpartition("@")[2], bases={}, verify=verify)
    if is_mock(replace(deployment, mock_origin=origin)):
        return mock_target(origin, admin_token, verify, deployment.name)
    bases = {group: origin + _contract(group).base_path for group in GROUPS}
    missing = {group: _missing(replace(deployment, bases={group: bases[group]})) for group in GROUPS}
    if all(missing.values()):
        raise TargetUnreachable(next(iter(missing.values())))
    return replace(deployment, bases={group: bases[group] for group in GROUPS if not missing[group]})


def is_mock(target: Target) -> bool:
    """Whether a mock answers at the target's origin. Raises `TargetUnreachable` where nobody does."""
    answer = Transport(target, Recorder()).send("GET", target.mock_origin + HEALTH)
    health = answer.json
    return answer.status == 200 and isinstance(health, dict) and health.get("status") == "ok" and "groups" in health


def require_there(target: Target) -> None:
    """Return where something answers that may be the API, and gives tokens.

    Raises:
        TargetUnreachable: down, too slow, an HTML page, a gateway's error, or no token.
    """
    if target.is_mock:
        return
    transport = Transport(target, Recorder())
    probe(transport)
    tokens = Tokens(transport)
    for group in target.bases:
        if tokens.has("main", group):
            tokens.get(group)


def probe(transport: Transport) -> None:
    """Ask the target for something that changes nothing, without a token. Raises `TargetUnreachable`."""
    target = transport.target
    if target.is_mock:
        transport.send("GET", target.mock_origin + HEALTH)
        return
    for group in target.bases:
        transport.send("GET", _reading_url(target, group))


def _missing(target: Target) -> str:
    """Why the target's one group is not there; empty where it is."""
    (group,) = target.bases
    try:
        answer = Transport(target, Recorder()).send("GET", _reading_url(target, group))
    except TargetUnreachable as gone:
        return str(gone)
    return f"{target.bases[group]} is not found (404)" if answer.status == NOT_FOUND else ""


def _reading_url(target: Target, group: str) -> str:
    """Where a group reads something; its parameters name nothing."""
    operation = next(each for each in _contract(group).operations.values() if each.is_safe)
    return target.bases[group] + _PARAMETER.sub(NOBODYS_ID, operation.path)


@contextmanager
def started_mock() -> Iterator[Target]:
    """A mock of the run's own, on a free port, stopped in the end, even where this process is killed.

    Raises:
        TargetUnreachable: it does not start.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8") as complaints:
        process = subprocess.Popen(  # noqa: S603  # our own command
            [sys.executable, "-m", guarding.__name__, *_mock_command(), "serve", "--port", "0", "--no-access-log"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
            start_new_session=True,  # Ctrl-C is for us: the mock is needed until all is cleaned up
        )
        assert process.stdin is not None and process.stdout is not None, "they were asked for as pipes"  # noqa: PT018
        try:
            found = _READY.search(process.stdout.readline())
            if not found:
                complaints.seek(0)
                raise TargetUnreachable(f"the mock did not start: {complaints.read().strip()[:500]}")
            yield mock_target(found[1])
        finally:
            process.stdin.close()
            try:
                process.wait(timeout=STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            process.stdout.close()


def _mock_command() -> list[str]:
    """The mock beside this Python, or wherever this Python finds it."""
    script = Path(sys.executable).parent / "mock-server"
    return (
        [str(script)] if script.is_file() else [sys.executable, "-c", "from mock_server.cli.main import main; main()"]
    )


@lru_cache(maxsize=4)
def _contract(group: str) -> Contract:
    return read_contract(contract_file(group))


def _fixture_credentials() -> dict[str, dict[str, Credentials]]:
    data = read_document(fixtures_folder() / "clients.yaml").data
    clients = {each["clientId"]: each for each in data["clients"]}
    users = {each["merchantId"]: each for each in data["users"]}
    return {
        actor: {group: _credentials(clients[name], users) for group, name in names.items()}
        for actor, names in _ACTORS.items()
    }


def _credentials(client: dict[str, str], users: dict[str, dict[str, str]]) -> Credentials:
    by_client = Credentials(client_id=client["clientId"], client_secret=client.get("clientSecret", ""))
    if client["group"] == "invoices":
        return by_client
    user = users[client["merchantId"]]
    return replace(
        by_client, username=user["username"], password=user["password"], redirect_uri=client["redirectUris"][0]
    )
