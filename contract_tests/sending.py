"""Schemathesis' cases, sent as everything else is: paced, bounded, allowed by the target, recorded."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import requests
from schemathesis import Case
from schemathesis.core import NotSet
from schemathesis.core.parameters import ParameterLocation
from schemathesis.core.transport import Response
from schemathesis.transport.requests import RequestsTransport

from contract_tests.edge_requests import GOVERNED, base
from contract_tests.examiner import Examiner
from contract_tests.exchange import Exchange
from contract_tests.feeding import Feed, is_id, without_references
from contract_tests.generation import BASE_URL, Generated
from contract_tests.harmless import harmless
from contract_tests.permits import NOBODYS_ID

KEY = "Idempotency-Key"


class CaseTransport(RequestsTransport):
    """What schemathesis sends with, also when a check of its own asks again."""

    def __init__(self, examiner: Examiner, generated: Generated) -> None:
        super().__init__()
        self._copy_serializers_from(generated.schema.transport)
        self._examiner = examiner
        self._contract = generated.contract
        self._api = examiner.api(generated.contract.name)
        self.last: Exchange | None = None

    def send(self, case: Case[Any], *, session: Any = None, **kwargs: Any) -> Response:
        """Send a case through the run's transport. `session` is of no use here."""
        given = {name: kwargs[name] for name in ("headers", "params", "cookies") if name in kwargs}
        data = self.serialize_case(case, base_url=BASE_URL, **given)
        request = requests.Request(**data).prepare()
        url = self._api.base + (request.url or "").removeprefix(BASE_URL)
        headers = {_text(name): _text(value) for name, value in request.headers.items()}
        headers = {name: value for name, value in headers.items() if name.lower() != "content-length"}
        exchange = self._examiner.transport.send(
            request.method or case.method,
            url,
            headers={**self._examiner.headers, **headers},
            body=_content(request.body),
            operation_id=self._operation_id(case.method, url),
        )
        self.last = exchange
        return as_response(exchange, request)

    def _operation_id(self, method: str, url: str) -> str:
        """The operation that is really asked for: a path that was made up may lead to another one, or to none."""
        path = urlsplit(url).path.removeprefix(urlsplit(self._api.base).path)
        return self._contract.methods_at(path).get(method, "")


class Sender:
    """Sends the cases of one contract to a target, with ids of the run's own records in them."""

    def __init__(self, examiner: Examiner, generated: Generated) -> None:
        self.examiner = examiner
        self.feed = Feed(examiner, generated.contract)
        self._generated = generated
        self._transport = CaseTransport(examiner, generated)
        self._count = 0

    def send(
        self, case: Case[Any], state: str, *, keeps_references: bool = False, is_helped: bool = False
    ) -> tuple[Response, Exchange]:
        """Send a case about records in a state.

        `keeps_references`: other ids in its body stay as they were made up. `is_helped`: what rules look at is made
        fine, so that they don't refuse it.
        """
        self._install()
        self._prepare(case, state, keeps_references)
        if is_helped:
            self._help(case)
        response = case.call(headers=self.headers())
        exchange = self.last
        self.feed.saw(exchange)
        return response, exchange

    def headers(self) -> dict[str, str]:
        """The token, as schemathesis wants headers that are no part of a case."""
        token = self.examiner.tokens.get(self._generated.contract.name)
        return {"Authorization": f"Bearer {token}"}

    @property
    def last(self) -> Exchange:
        """What was sent last, and answered."""
        assert self._transport.last is not None, "nothing was sent yet"
        return self._transport.last

    def prepare_step(self, case: Case[Any]) -> None:
        """Prepare a case that schemathesis sends by itself: its ids are those of the steps before."""
        self._install()
        if case.path_parameters and not _is_negative(case, ParameterLocation.PATH):
            given = case.path_parameters
            case.path_parameters = {**given, **self.feed.payment_requests(given)}
        _replace_body(case, without_references(case.body))
        self._make_own(case)
        self._prepare_headers(case)
        self._make_harmless(case)

    def _make_own(self, case: Case[Any]) -> None:
        """On a deployment, nobody's id in the place of one that was made up: somebody else's record may have it."""
        if self.examiner.target.is_mock:
            return
        if case.path_parameters:
            case.path_parameters = {name: self._own_id(value) for name, value in case.path_parameters.items()}
        if isinstance(case.body, dict) and "id" in case.body:
            _replace_body(case, {**case.body, "id": self._own_id(case.body["id"])})

    def _own_id(self, value: Any) -> Any:
        known = {self.examiner.target.payment_request.lower()}
        is_own = not is_id(value) or self.examiner.ledger.has(value) or value.lower() in known
        return value if is_own else NOBODYS_ID

    def _install(self) -> None:
        """Have schemathesis use our transport, for this contract and for as long as this examiner is at work."""
        schema = self._generated.schema
        kind = type(schema)
        original = kind if not hasattr(kind, "examined") else kind.__bases__[0]
        if getattr(kind, "examined", None) is not self._transport:
            transport = self._transport
            members = {"transport": property(lambda _: transport), "examined": transport}
            schema.__class__ = type(original.__name__, (original,), members)

    def _prepare(self, case: Case[Any], state: str, keeps_references: bool) -> None:
        operation_id = case.operation.definition.raw["operationId"]
        if case.path_parameters and not _is_negative(case, ParameterLocation.PATH):
            case.path_parameters = self.feed.path(operation_id, state, case.path_parameters)
        if not isinstance(case.body, NotSet) and not keeps_references:
            _replace_body(case, without_references(case.body))
        if operation_id == "publishInvoice" and isinstance(case.body, dict) and is_id(case.body.get("id")):
            _replace_body(case, {**case.body, "id": self.feed.record("invoice", state)})
        self._prepare_headers(case)
        self._make_harmless(case)

    def _help(self, case: Case[Any]) -> None:
        operation_id = case.operation.definition.raw["operationId"]
        wanted = GOVERNED.get(operation_id, frozenset()) - {"id", "lineItems"}
        if wanted and isinstance(case.body, dict):
            record = next(iter(case.path_parameters.values()), "") if case.path_parameters else ""
            good = base(self.examiner, self.feed, operation_id, str(record))
            _replace_body(case, {**case.body, **{name: _number(good[name]) for name in wanted if name in good}})

    def _prepare_headers(self, case: Case[Any]) -> None:
        """A key that was used before would get the answer of then."""
        if case.headers and KEY in case.headers and not _is_negative(case, ParameterLocation.HEADER):
            self._count += 1
            unique = f"{self.examiner.tag}-{id(self)}-{self._count}-"
            case.headers[KEY] = unique + str(case.headers[KEY])[len(unique) :]

    def _make_harmless(self, case: Case[Any]) -> None:
        if self.examiner.target.is_mock or isinstance(case.body, NotSet):
            return
        operation_id = case.operation.definition.raw["operationId"]
        _replace_body(case, harmless(operation_id, case.body, self.examiner.tag))


def as_response(exchange: Exchange, request: requests.PreparedRequest) -> Response:
    """An exchange as schemathesis has it."""
    request.url = exchange.sent.url
    return Response(
        status_code=exchange.status,
        headers={name: [value] for name, value in exchange.headers.items()},
        content=exchange.body,
        request=request,
        elapsed=exchange.seconds,
        verify=True,
        encoding="utf-8",
    )


def _replace_body(case: Case[Any], body: Any) -> None:
    """Give the case another body; what was generated may be shared with other cases, and stays as it is."""
    if isinstance(case.body, dict) and isinstance(body, dict):
        case.body = body


def _is_negative(case: Case[Any], location: ParameterLocation) -> bool:
    return case.meta is not None and case.meta.is_negative_at(location)


def _number(value: Any) -> Any:
    """The value as schemathesis can send it."""
    return float(value) if isinstance(value, Decimal) else value


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _content(body: Any) -> bytes:
    if body is None:
        return b""
    return body if isinstance(body, bytes) else str(body).encode()
