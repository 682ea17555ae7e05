"""Runs the independent server in a thread, on a free port, and a target file that leads there."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from tests.contract_tests.independent.server import BASE, PAYMENT_REQUESTS, Server

START_SECONDS = 20
ENVIRONMENT = {
    f"{actor.upper()}_{kind}": value
    for actor in ("main", "other", "limited")
    for kind, value in (("SECRET", f"{actor}-secret"), ("REFRESH", f"refresh-{actor}"))
}

_TARGET = """
[targets.elsewhere]
invoice_uploads = "{origin}{base}"
token_url = "{origin}/oauth2/token"
writes = "own-data"
payment_request = "{payment_request}"
timeout_seconds = 20
{more}
"""
_CREDENTIALS = """
[targets.elsewhere.{section}.invoice_uploads]
client_id = "{actor}"
client_secret_env = "{upper}_SECRET"
refresh_token_env = "{upper}_REFRESH"
"""
_SECTIONS = {"main": "credentials", "other": "credentials_other", "limited": "credentials_limited"}


@contextmanager
def serving(*faults: str) -> Iterator[tuple[Server, str]]:
    """The server and its origin; where a proxy stands before it, set `origin` to that of the proxy."""
    independent = Server(frozenset(faults))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        independent.origin = f"http://127.0.0.1:{listening.getsockname()[1]}"
        config = uvicorn.Config(independent.app, log_config=None, lifespan="off", ws="none")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        until = time.monotonic() + START_SECONDS
        while not server.started and time.monotonic() < until:
            time.sleep(0.01)
        try:
            yield independent, independent.origin
        finally:
            server.should_exit = True
            thread.join(START_SECONDS)


def write_target(folder: Path, origin: str, more: str = "") -> None:
    """Write the file of targets; the secrets are in `ENVIRONMENT`."""
    (payment_request,) = [each for each, merchant in PAYMENT_REQUESTS.items() if merchant == "merchant-1"]
    text = _TARGET.format(origin=origin, base=BASE, payment_request=payment_request, more=more)
    for actor, section in _SECTIONS.items():
        text += _CREDENTIALS.format(section=section, actor=actor, upper=actor.upper())
    (folder / "contract-tests.toml").write_text(text)
