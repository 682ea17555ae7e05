"""S3's error document."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.sax.saxutils import escape

from mock_server.object_storage.rules import BucketRefusal, Refusal

CONTENT_TYPE = "application/xml"
HOST_ID = "mock-server"

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def error_document(answer: BucketRefusal, refusal: Refusal, *, resource: str, request_id: str) -> bytes:
    """Code and message from the contract, what is known of this case, and the ids S3 always gives.

    `Detail` is the mock's own element: what exactly was wrong.
    """
    elements = {
        "Code": answer.code,
        "Message": answer.message,
        **({"Detail": refusal.detail} if refusal.detail else {}),
        **refusal.facts,
        "Resource": resource,
        "RequestId": request_id,
        "HostId": HOST_ID,
    }
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{_elements(elements)}</Error>'.encode()


def _elements(elements: Mapping[str, str]) -> str:
    # A bare carriage return would be read back as a line feed.
    return "".join(
        f"<{name}>{escape(_NOT_XML.sub('�', text), {chr(13): '&#13;'})}</{name}>" for name, text in elements.items()
    )
