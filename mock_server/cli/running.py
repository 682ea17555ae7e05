"""A server process: its socket, its greeting, its end."""

from __future__ import annotations

import logging
import signal
import socket
import sys

import click
import uvicorn

from mock_server.core.errors import SetupError
from mock_server.settings import Settings
from mock_server.wiring import Server, build

BACKLOG = 2048
SHUTDOWN_SECONDS = 1


class _Uvicorn(uvicorn.Server):
    """Says where everything is once it really listens."""

    def __init__(self, config: uvicorn.Config, greeting: str) -> None:
        super().__init__(config)
        self._greeting = greeting

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            click.echo(self._greeting)


def run(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM.

    Raises:
        SetupError: the port is taken, or something else stands in the way.
    """
    # Uvicorn raises the signal that ended it once more: as an exception it lets everything be given back.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    listening = _listening_socket(settings.host, settings.port)
    with listening:
        server = build(settings)
        try:
            logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
            config = uvicorn.Config(
                server.app,
                log_config=None,
                access_log=False,
                lifespan="on",
                server_header=False,
                timeout_graceful_shutdown=SHUTDOWN_SECONDS,
            )
            _Uvicorn(config, greeting(server, settings, _origin(listening))).run(sockets=[listening])
        finally:
            server.close()


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
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
