"""`python -m tests.benchmarks.contenders.apps.bare_app PORT FILE`: Starlette that answers as the mock does, unchecked.

It also takes uploads, and hashes them, for the sake of comparing the bucket.
"""

from __future__ import annotations

import hashlib
import json
import sys
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from tests.benchmarks.payloads import BASE_PATH, INVOICES, PUBLISH

Message = MutableMapping[str, Any]
SINK = "/sink"


async def sink(
    scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    """Take a body, hash it, and forget it (ASGI)."""
    digest, is_more = hashlib.sha256(), True
    while is_more:
        message = await receive()
        digest.update(message.get("body", b""))
        is_more = message.get("more_body", False)
    headers = [(b"content-length", b"64")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": digest.hexdigest().encode()})


def application(invoice: Any) -> Starlette:
    """Answers an invoice to who asks for one, and an id to who posts."""

    async def get(request: Request) -> Response:
        return JSONResponse(invoice)

    async def post(request: Request) -> Response:
        await request.json()
        return JSONResponse({"id": str(uuid.uuid4())})

    async def cancel(request: Request) -> Response:
        return Response()

    path = BASE_PATH + INVOICES
    return Starlette(
        routes=[
            Route(path, post, methods=["POST"]),
            Route(BASE_PATH + PUBLISH, post, methods=["POST"]),
            Route(f"{path}/{{id}}", get),
            Route(f"{path}/{{id}}/cancel", cancel, methods=["PUT"]),
            Mount(SINK, sink),
        ]
    )


def main() -> None:
    port, file = sys.argv[1:]
    invoice = json.loads(Path(file).read_text(encoding="utf-8"))
    uvicorn.run(
        application(invoice),
        port=int(port),
        loop="uvloop",
        http="httptools",
        ws="none",
        access_log=False,
        server_header=False,
        log_level="warning",
    )


if __name__ == "__main__":
    main()
