"""What of one recorded call the contract does not say, or forbids."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from contract_tests.gate.drift.fields import Fields
from contract_tests.gate.drift.headers import headers_of, is_ordinary
from contract_tests.gate.drift.kinds import PREFIX
from contract_tests.gate.drift.recording import UNREAD, Recorded
from contract_tests.gate.drift.routes import Route
from contract_tests.gate.drift.violations import Validators, Violation, weaker
from openapi import Contract, Operation
from openapi.documents import to_pointer
from openapi.model import Answer, Content

_SAYS_NOTHING = frozenset({"HEAD", "OPTIONS", "TRACE"})
"""Methods that servers answer by themselves, also where a contract does not name them."""

_PROVES = frozenset({400, 409, 410, 412, 415, 422})
"""Errors of an API that has understood what it was asked for; any other may be about the path or the caller."""

HIDDEN = "***"


@dataclass(frozen=True)
class Deviation:
    """One thing that is not as documented. `subject`: what stays the same of it from call to call.

    `told`: the rest of a sentence that begins with the operation. `value`: what was received, `None` where the sentence
    has all; `at`: its JSON pointer there, `name`: of the member it stands under. `among`: what it can be counted among:
    `status` or `operation`. `pointer`: what of the contract it is about.
    """

    kind: str
    subject: str
    told: str
    pointer: str
    value: Any = None
    at: str = ""
    name: str = ""
    provenance: str = ""
    among: str = "status"


@dataclass
class Judge:
    """Judges the calls of one contract."""

    contract: Contract

    @cached_property
    def fields(self) -> Fields:
        return Fields(self.contract.schemas)

    @cached_property
    def validators(self) -> Validators:
        return Validators(self.contract)

    def deviations(self, route: Route, call: Recorded) -> Iterator[Deviation]:
        """Everything about a call that is not documented."""
        if not route.operation_id:
            yield from _unrouted(route, call)
            return
        operation = self.contract.operations[route.operation_id]
        answer = documented_answer(operation, call.status)
        if answer is None:
            documented = ", ".join(operation.answers)
            told = f"answers {call.status}, which is not among the documented {documented}"
            yield _found(
                "undocumented-status", str(call.status), told, f"{operation.pointer}/responses", among="operation"
            )
        else:
            for each in self._answer(answer, call, operation.pointer + to_pointer("responses", answer.status)):
                yield replace(each, provenance=weaker(each.provenance, answer.provenance))
        if call.is_success:
            yield from self._request(operation, call)

    def _answer(self, answer: Answer, call: Recorded, pointer: str) -> Iterator[Deviation]:
        yield from self._headers(call, pointer)
        body, told = call.answer, f"answers {call.status}"
        if not answer.contents:
            if body.content:
                yield _found(
                    "undocumented-body", str(call.status), f"{told} with a body, and none is documented", pointer
                )
            return
        if body.content == b"" and call.method != "HEAD":
            yield _found("missing-body", str(call.status), f"{told} without a body", pointer)
        elif body.content or body.media_type:
            yield from self._content(answer, call, pointer)

    def _headers(self, call: Recorded, pointer: str) -> Iterator[Deviation]:
        """Names in any letters. A recording without headers has left them out."""
        described = {name.lower(): (name, is_required) for name, is_required in headers_of(self.contract, pointer)}
        for lower, (name, is_required) in described.items():
            if is_required and call.answer_headers and lower not in call.answer_headers:
                told = f"answers {call.status} without the header {name}"
                yield _found("missing-header", f"{call.status} {lower}", told, pointer)
        for name, value in call.answer_headers.items():
            if name not in described and not is_ordinary(name):
                told = f"answers {call.status} with the header {name}, which is not documented"
                yield _found("undocumented-header", f"{call.status} {name}", told, pointer, value=value, name=name)

    def _content(self, answer: Answer, call: Recorded, pointer: str) -> Iterator[Deviation]:
        body = call.answer
        content = content_of(answer.contents, body.media_type)
        if content is None:
            documented = " or ".join(each.media_type for each in answer.contents)
            told = f"answers {call.status} with {body.media_type or 'a body of no type'} instead of {documented}"
            yield _found("undocumented-media-type", f"{call.status} {body.media_type}", told, f"{pointer}/content")
        elif content.media_type.endswith("json"):
            yield from self._json(content, call, pointer + to_pointer("content", content.media_type, "schema"))

    def _json(self, content: Content, call: Recorded, pointer: str) -> Iterator[Deviation]:
        body, status = call.answer, call.status
        if body.json is UNREAD:
            if body.is_whole:
                yield _found(
                    "unreadable-body", str(status), f"answers {status} with something that is no JSON", pointer
                )
            return
        for extra in self.fields.extras(body.json, content.schema):
            where = shown(extra.path)
            kind = "forbidden-field" if extra.is_forbidden else "undocumented-field"
            told = f"answers {status} with the member {where}, which is not documented"
            yield _found(kind, f"{status} {where}", told, pointer, value=extra.value, at=extra.at, name=extra.path[-1])
        for each in self.validators.violations(pointer, content.schema, body.json):
            if not is_hidden(each.value):
                told = f"answers {status}, where {each.told}"
                yield _violated(each, f"{status} {each.where} {each.keyword}", told)

    def _request(self, operation: Operation, call: Recorded) -> Iterator[Deviation]:
        """What clients send and are served with, though the contract does not have it."""
        yield from _parameters(operation, call)
        body = call.sent
        content = content_of(operation.body.contents, body.media_type) if operation.body else None
        if content is None or body.json is UNREAD or not content.media_type.endswith("json"):
            return
        pointer = operation.pointer + to_pointer("requestBody", "content", content.media_type, "schema")
        for extra in self.fields.extras(body.json, content.schema):
            where = shown(extra.path)
            told = f"serves requests with the member {where}, which is not documented"
            more = {"value": extra.value, "at": extra.at, "name": extra.path[-1], "among": "operation"}
            yield _found("undocumented-request-field", f"body {where}", told, pointer, **more)
        for each in self.validators.violations(pointer, content.schema, body.json):
            if not is_hidden(each.value):
                told = f"serves a request in which {each.told}"
                yield _violated(each, f"body {each.where} {each.keyword}", told, "accepted-request")


def documented_answer(operation: Operation, status: int) -> Answer | None:
    """The documented answer for a status: itself, its class (`4XX`), or `default`."""
    answers = operation.answers
    return answers.get(str(status)) or answers.get(f"{status // 100}XX") or answers.get("default")


def content_of(contents: tuple[Content, ...], media_type: str) -> Content | None:
    """The documented content of a media type; ranges such as `image/*` are for what nothing else is for."""
    ranges = {media_type: 3, media_type.partition("/")[0] + "/*": 2, "*/*": 1}
    fitting = [each for each in contents if plain_type(each.media_type) in ranges]
    return max(fitting, key=lambda each: ranges[plain_type(each.media_type)], default=None)


def plain_type(media_type: str) -> str:
    return media_type.partition(";")[0].strip().lower()


def shown(path: tuple[str, ...]) -> str:
    """Where a member stands, as a JSON pointer with `*` for any."""
    return to_pointer(*path)


def is_hidden(value: Any) -> bool:
    """Whether a recording has something else there than what was sent: secrets are masked in it."""
    return isinstance(value, str) and (HIDDEN in value)


def _unrouted(route: Route, call: Recorded) -> Iterator[Deviation]:
    """A call that the contract has no operation for is drift where it was understood all the same."""
    if call.method in _SAYS_NOTHING or not (call.is_success or call.status in _PROVES):
        return
    kind = "undocumented-operation" if route.is_known_path else "undocumented-path"
    what = "method" if route.is_known_path else "path"
    pointer = to_pointer("paths", route.path) if route.is_known_path else "/paths"
    told = f"answers {call.status}, and the contract has no such {what}"
    yield _found(kind, f"{call.method} {route.path}", told, pointer, among="operation")


def _parameters(operation: Operation, call: Recorded) -> Iterator[Deviation]:
    known = {each.name for each in operation.parameters if each.location == "query"}
    for name, value in dict(call.query).items():
        if name not in known and name.partition("[")[0] not in known:
            told = f"serves requests with the query parameter {name}, which is not documented"
            pointer = f"{operation.pointer}/parameters"
            yield _found(
                "undocumented-parameter", f"query {name}", told, pointer, value=value, name=name, among="operation"
            )


def _violated(each: Violation, subject: str, told: str, kind: str = "") -> Deviation:
    """`kind`: instead of the violation's own, of a request."""
    return _found(
        kind or each.kind,
        subject,
        told,
        each.pointer,
        value=each.value,
        at=each.at,
        name=each.name,
        provenance=each.provenance,
        among="operation" if kind else "status",
    )


def _found(kind: str, subject: str, told: str, pointer: str, **more: Any) -> Deviation:
    return Deviation(PREFIX + kind, subject, told, pointer, **more)
