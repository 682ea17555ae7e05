"""A server process: its socket, its greeting, its end."""

from __future__ import annotations

import gc
import logging
import signal
import socket
import sys

import click
import uvicorn

from mock_server.cli.protocol import serving
from mock_server.core.errors import SetupError
from mock_server.http.context import authority
from mock_server.http.streams import Streams
from mock_server.settings import Settings
from mock_server.storage.sole_server import sole_server
from mock_server.wiring import Server, build

BACKLOG = 2048
SHUTDOWN_SECONDS = 1
SHORTEST_ADMIN_TOKEN = 16


class _Uvicorn(uvicorn.Server):
    """Says where everything is once it really listens, and ends what would never end by itself."""

    def __init__(self, config: uvicorn.Config, greeting: str, streams: Streams) -> None:
        super().__init__(config)
        self._greeting = greeting
        self._streams = streams

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            click.echo(self._greeting)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._streams.end_all()
        await super().shutdown(sockets)


def run(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM.

    Raises:
        SetupError: the port or the state is taken, or something else stands in the way.
    """
    _require_guard(settings)
    # Uvicorn raises the signal that ended it once more: as an exception it lets everything be given back.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    with sole_server(settings.state), _listening_socket(settings.host, settings.port) as listening:
        server = _built(settings)
        try:
            logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
            logging.getLogger("uvicorn.error").addFilter(_is_no_farewell)
            config = serving(server.app, SHUTDOWN_SECONDS)
            _Uvicorn(config, greeting(server, settings, _origin(listening)), server.streams).run(sockets=[listening])
        finally:
            server.close()


def _is_no_farewell(record: logging.LogRecord) -> bool:
    """False for uvicorn's error that requests were under way when it was stopped; the access log has them."""
    return not str(record.msg).startswith("Cancel %s running task(s)")


def _require_guard(settings: Settings) -> None:
    if not settings.is_loopback and settings.admin_token is None:
        raise SetupError(
            f"{settings.host} can be reached by others, who could use the mock's own API: give it an admin token "
            "(--admin-token-file, or MOCK_SERVER_SERVE_ADMIN_TOKEN), or listen on 127.0.0.1"
        )
    if settings.admin_token is not None and len(settings.admin_token) < SHORTEST_ADMIN_TOKEN:
        raise SetupError(f"the admin token is too short: {SHORTEST_ADMIN_TOKEN} characters at least")
    if settings.admin_token is not None and not all("!" <= each <= "~" for each in settings.admin_token):
        raise SetupError(
            "the admin token can't be sent in a header: letters, digits and signs of ASCII only, no spaces"
        )


def _built(settings: Settings) -> Server:
    """The server. It lives as long as the process, so the collector never needs to look at it while requests wait.

    Nor before: were the collector on when the server is there, it would look at all of it once, for 50 to 100 ms.
    """
    gc.disable()
    try:
        server = build(settings)
        gc.freeze()
        return server
    finally:
        gc.enable()


def greeting(server: Server, settings: Settings, origin: str) -> str:
    """Where the APIs, their pages and the tokens are."""
    lines = [f"mock-server is ready on {origin} (state: {server.store.describe()}, seed: {server.seed})", ""]
    for contract in server.contracts.values():
        url = origin + contract.base_path
        lines += [f"  {contract.title:<16} {url}", f"                   {url}/ui/ (Swagger UI)"]
    lines += [
        "",
        f"  Health           {origin}/_mock/health",
        "  Tokens           mock-server token --group invoices",
        "                   mock-server token --group invoice-uploads",
    ]
    if not settings.is_loopback:
        lines += ["", "  Careful: others can reach this address, and the tokens' default signing key is public."]
    return "\n".join(lines)


def _listening_socket(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise SetupError(f"cannot listen on {host}:{port}: {error.strerror or error}") from error
    listening.set_inheritable(True)
    return listening


def _origin(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://{authority(host, port)}"
