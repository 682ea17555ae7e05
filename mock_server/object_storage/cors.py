"""What browsers want to hear before they let a page PUT to another origin."""

from __future__ import annotations

from collections.abc import Mapping

from mock_server.object_storage.asgi import Answer, header
from mock_server.object_storage.signature import SignedRequest

METHODS = ("GET", "HEAD", "OPTIONS", "PUT")
ALLOW = ", ".join(METHODS)
EXPOSED = ", ".join(
    ("ETag", "Content-Disposition", "X-Request-Id", "x-amz-request-id", "X-Mock-Stage", "X-Mock-Rule"),
)
SHARED: Mapping[str, str] = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": EXPOSED}


def preflight(request: SignedRequest) -> Answer:
    """Yes to all that the bucket can do, with whatever headers: the signature decides."""
    return Answer(
        200,
        {
            "Allow": ALLOW,
            "Access-Control-Allow-Methods": ALLOW,
            "Access-Control-Allow-Headers": header(request, "access-control-request-headers") or "*",
            "Access-Control-Max-Age": "3000",
            "Vary": "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
        },
    )
