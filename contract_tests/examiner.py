"""All that a test of the suites works with: the target's groups, its actors, its clock if it is a mock."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from contract_tests.api import Api
from contract_tests.control import Control
from contract_tests.credentials import Tokens
from contract_tests.errors import NotReached
from contract_tests.ledger import Ledger
from contract_tests.sharing import Exclusive
from contract_tests.target import Target
from contract_tests.timing import Timer
from contract_tests.transport import Recorder, Transport
from openapi import Contract, contract_file, read_contract


@lru_cache(maxsize=4)
def contract(group: str) -> Contract:
    """The contract a target is held to."""
    return read_contract(contract_file(group))


@dataclass
class Examiner:
    """A run's dealings with its target, in one process.

    `tag`: stands in every record the run makes, so that people can tell where it comes from. `control`: the control API
    of a mock; `None` for a real deployment. `scale`: how many examples hypothesis tests make, compared to 60 seconds.
    `timer`: when the run, and the check at hand, have to be over. `exclusive`: to be held while the target's one
    payment request is used; it is released when the check has ended.
    """

    target: Target
    transport: Transport
    tokens: Tokens
    ledger: Ledger
    control: Control | None
    tag: str
    seed: int
    scale: float = 1.0
    timer: Timer = field(default_factory=Timer)
    exclusive: Exclusive = field(default_factory=Exclusive)
    _apis: dict[str, Api] = field(default_factory=dict)

    @property
    def recorder(self) -> Recorder:
        return self.transport.recorder

    @property
    def headers(self) -> Mapping[str, str]:
        """What every call carries, such as the namespace of a mock."""
        return self.control.headers if self.control else {}

    def begin(self) -> None:
        """A new example begins: the steps of the one before are no part of what happens now.

        Raises:
            OutOfTime: the time of the check is up.
        """
        if not self.timer.is_watched:
            self.timer.require()
        self.recorder.begin()

    def api(self, group: str, actor: str = "main") -> Api:
        """A group, called by an actor. Raises `NotReached` where the target lacks one of them."""
        if group not in self.target.bases:
            raise NotReached(f"the target {self.target.name} has no {group}")
        if not self.tokens.has(actor, group):
            raise NotReached(f"the target {self.target.name} has no credentials of {actor} for {group}")
        key = f"{group} {actor}"
        if key not in self._apis:
            self._apis[key] = Api(contract(group), self.transport, self.tokens, actor=actor, headers=self.headers)
        return self._apis[key]

    @property
    def invoices(self) -> Api:
        return self.api("invoices")

    @property
    def uploads(self) -> Api:
        return self.api("invoice_uploads")

    def require_control(self, what: str) -> Control:
        """The control API of the mock. Raises `NotReached` on a real deployment, saying what for."""
        if self.control is None:
            raise NotReached(f"{what} can't be reached by public calls")
        return self.control

    def advance(self, duration: str, what: str) -> None:
        """Move the mock's clock forward. Raises `NotReached` on a real deployment."""
        self.require_control(what).advance(duration)
        self.tokens.forget()


def new_tag() -> str:
    """A mark for the records of one run."""
    return f"contract-tests-{secrets.token_hex(4)}"
