"""The body of a JSON operation: its media type, size, form and schema, in this order."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from mock_server.core.errors import Refused, Violation
from mock_server.core.group import PipelineRules
from mock_server.http.context import Scope, header
from mock_server.http.json_body import MalformedJson, parse
from mock_server.http.violations import compiled, violations
from openapi.model import Contract, Operation
from openapi.schemas import json_schema

_MEDIA_TYPE = re.compile(r"\s*([^\s;,]+)\s*(?:;\s*(.*))?")
_CHARSET = re.compile(r"charset\s*=\s*\"?([^\s\";]+)\"?", re.IGNORECASE)
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


class BodyReader:
    """Reads and checks the body of one operation."""

    def __init__(self, contract: Contract, operation: Operation, rules: PipelineRules) -> None:
        assert operation.body is not None
        self._rules = rules
        self._is_required = operation.body.is_required
        self._max_bytes = int(contract.limit(rules.body_size, "maximumBytes"))
        self._media_types = [each.media_type for each in operation.body.contents]
        self._validator = compiled(json_schema(operation.body.contents[0].schema, contract.schemas))

    async def receive(self, scope: Scope, receive: Receive) -> bytes:
        """The bytes of the body; never more of them than the limit are taken in.

        Raises:
            Refused: another media type than the contract's, or too many bytes.
        """
        announced = header(scope, b"content-length")
        if announced is not None and announced.isdecimal() and int(announced[:20]) > self._max_bytes:
            raise self._too_large()
        chunks: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ConnectionResetError("the client went away while sending its request")
            chunk = message.get("body", b"")
            size += len(chunk)
            if size > self._max_bytes:
                raise self._too_large()
            chunks.append(chunk)
            if not message.get("more_body"):
                break
        content = b"".join(chunks)
        if content or header(scope, b"content-type") is not None:
            self._check_media_type(header(scope, b"content-type"))
        return content

    def read(self, content: bytes) -> tuple[Any, list[Violation]]:
        """The value of the body, and everything in it that breaks the schema.

        Raises:
            Refused: there is no body although one is required, or it isn't unambiguous JSON.
        """
        if not content:
            if not self._is_required:
                return None, []
            message = "Body cannot be empty: this operation takes a JSON object."
            raise Refused(
                self._rules.body_empty,
                message,
                violations=[Violation("must not be empty.", rule=self._rules.body_empty)],
            )
        try:
            value = parse(content)
        except MalformedJson as error:
            message = f"The body is not valid JSON: {error}."
            broken = [Violation(f"is not valid JSON: {error}.", rule=self._rules.body_json)]
            raise Refused(self._rules.body_json, message, violations=broken) from error
        return value, violations(self._validator, value, "body", self._rules.body_schema)

    def _too_large(self) -> Refused:
        # The rest of the body is never read: the connection can't be used for another request.
        message = f"Request body is too large: at most {self._max_bytes} bytes are taken."
        return Refused(self._rules.body_size, message, headers={"connection": "close"})

    def _check_media_type(self, given: str | None) -> None:
        found = _MEDIA_TYPE.fullmatch(given or "")
        charset = _CHARSET.search(found[2] or "") if found else None
        if found and found[1].lower() in self._media_types and (not charset or charset[1].lower() == "utf-8"):
            return
        message = f"Unsupported Media Type: this operation takes {', '.join(self._media_types)} in UTF-8."
        raise Refused(self._rules.media_type, message)
