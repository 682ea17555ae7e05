"""Calls of one API group by operation, each answer held to the contract before anybody looks at it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlencode

from contract_tests.answers import AnswerCheck
from contract_tests.credentials import Tokens
from contract_tests.decimals import dumps
from contract_tests.errors import NotReached
from contract_tests.exchange import Exchange
from contract_tests.transport import PAYING, SAFE_METHODS, Transport
from openapi import Contract

JSON_TYPE = "application/json"
NO_TOKEN = ""


class Api:
    """One group of a target, called as one actor.

    Every answer is checked: a documented status with the documented media type and schema, an error in the group's
    envelope. What breaks that raises `Broken`, whatever the test is about.
    """

    def __init__(
        self,
        contract: Contract,
        transport: Transport,
        tokens: Tokens,
        *,
        actor: str = "main",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.contract = contract
        self.actor = actor
        self._transport = transport
        self._tokens = tokens
        self._headers = dict(headers or {})
        self._check = answer_check(contract)

    @property
    def base(self) -> str:
        """The URL of the group. Raises `NotReached` where the target doesn't have it."""
        found = self._transport.target.bases.get(self.contract.name)
        if found is None:
            raise NotReached(f"the target {self._transport.target.name} has no {self.contract.name}")
        return found

    def as_actor(self, actor: str) -> Api:
        """The same group, called by somebody else."""
        return Api(self.contract, self._transport, self._tokens, actor=actor, headers=self._headers)

    def call(
        self,
        operation_id: str,
        path: Mapping[str, Any] | None = None,
        body: Any = None,
        *,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        token: str | None = None,
        is_checked: bool = True,
    ) -> Exchange:
        """Call an operation.

        `path`: values of the path's parameters; a value is percent-encoded. `body`: a JSON value, or `bytes` that are
        sent as they are. `token`: another one than the actor's; `NO_TOKEN` sends none.

        Raises:
            NotReached: the target does not allow what the operation does, or lacks the actor.
            Broken: the answer is not what the contract documents.
        """
        operation = self.contract.operations[operation_id]
        self._require_allowed(operation_id, operation.method)
        url = self.base + self.path_of(operation.path, path or {})
        if query:
            url += "?" + urlencode({name: value for name, value in query.items() if value is not None}, doseq=True)
        content = body if isinstance(body, bytes) else dumps(body).encode() if body is not None else b""
        sent = self._sent_headers(token, has_body=body is not None, more=headers)
        exchange = self._transport.send(operation.method, url, headers=sent, body=content, operation_id=operation_id)
        if is_checked:
            self._check.check(operation_id, exchange)
            if self._transport.target.is_mock:  # of deployments the suite `schema` tells it, and the others go on
                self._check.require_headers(operation_id, exchange)
        return exchange

    @staticmethod
    def path_of(template: str, values: Mapping[str, Any]) -> str:
        """The path with the values in it."""
        for name, value in values.items():
            template = template.replace("{" + name + "}", quote(str(value), safe=""))
        return template

    def _sent_headers(self, token: str | None, *, has_body: bool, more: Mapping[str, str] | None) -> dict[str, str]:
        used = self._tokens.get(self.contract.name, self.actor) if token is None else token
        return {
            **self._headers,
            **({"authorization": f"Bearer {used}"} if used else {}),
            **({"content-type": JSON_TYPE} if has_body else {}),
            **{name.lower(): value for name, value in (more or {}).items()},
        }

    def _require_allowed(self, operation_id: str, method: str) -> None:
        target = self._transport.target
        if method not in SAFE_METHODS and not target.may_write:
            raise NotReached(f'{operation_id} writes, and {target.name} allows no writes (writes = "own-data")')
        if operation_id in PAYING and not target.may_pay:
            raise NotReached(f'{operation_id} moves money, and {target.name} allows none (payments = "test-cards")')


@lru_cache(maxsize=8)
def answer_check(contract: Contract) -> AnswerCheck:
    """The check of a contract's answers, compiled once."""
    return AnswerCheck(contract)
