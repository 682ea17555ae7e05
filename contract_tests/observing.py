"""What a process sees of a run's traffic: what was answered, which steps were taken, whose the tokens are."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import parse_qsl

from contract_tests.exchange import Exchange
from contract_tests.redaction import Redactor, secrets_of
from contract_tests.target import Target
from contract_tests.walking import Walk, Walked
from openapi import Contract

MOST_EXCHANGES = 20_000


@dataclass
class Seen:
    """What was seen since it was last asked for."""

    answers: Counter[str] = field(default_factory=Counter)
    walked: set[Walked] = field(default_factory=set)
    requests: int = 0


class Traffic:
    """Writes exchanges without their secrets to a file, a line of JSON each, up to a number of them.

    `began`: when the run began by the wall clock, as the seconds since 1970; exchanges say how long after that.
    """

    def __init__(self, file: Path, redactor: Redactor, groups: Mapping[str, str], began: float) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._file: BinaryIO = file.open("wb")
        self._redactor = redactor
        self._groups = groups
        self._began = began
        self._count = 0
        self._lock = threading.Lock()

    def write(self, exchange: Exchange) -> None:
        """Append an exchange; what is too many is only counted."""
        with self._lock:
            self._count += 1
            if self._count > MOST_EXCHANGES:
                return
        step = self._redactor.step(exchange, self._groups.get(exchange.operation_id, ""))
        members = {"at": self._began + exchange.started, "seconds": exchange.seconds, **vars(step)}
        line = json.dumps(members, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        with self._lock:
            self._file.write(line)

    def close(self) -> None:
        """Say how many were left out, if any."""
        with self._lock:
            left_out = self._count - MOST_EXCHANGES
            if left_out > 0:
                self._file.write(json.dumps({"left_out": left_out}).encode() + b"\n")
            self._file.close()


class Observer:
    """Listens to the recorder of a process; safe to share between threads."""

    def __init__(self, target: Target, contracts: Mapping[str, Contract], traffic: Traffic | None = None) -> None:
        self.redactor = Redactor(secrets_of(target))
        self.groups = {operation: group for group, each in contracts.items() for operation in each.operations}
        self._target = target
        self._traffic = traffic
        self._walk = Walk(contracts)
        self._known: set[Walked] = set()
        self._seen = Seen()
        self._owners: dict[str, tuple[str, str]] = {
            each.token: (actor, group)
            for actor, groups in target.credentials.items()
            for group, each in groups.items()
            if each.token
        }
        self._lock = threading.Lock()

    def listen(self, exchange: Exchange) -> None:
        """Take note of an exchange. It never fails: what it can't read says nothing."""
        with self._lock:
            self._seen.requests += 1
            if exchange.operation_id:
                self._seen.answers[f"{exchange.operation_id} {exchange.status}"] += 1
            self._walk.see(exchange)
            if exchange.sent.url == self._target.token_url:
                self._learn(exchange)
        if self._traffic is not None:
            self._traffic.write(exchange)

    def record(self, traffic: Traffic) -> None:
        """Also write what is exchanged to a file from now on."""
        self._traffic = traffic

    def close(self) -> None:
        if self._traffic is not None:
            self._traffic.close()

    def taken(self) -> Seen:
        """What was seen since the last time, which is then forgotten."""
        with self._lock:
            seen, self._seen = self._seen, Seen()
            seen.walked = self._walk.taken - self._known
            self._known |= seen.walked
            return seen

    def owner(self, token: str) -> tuple[str, str] | None:
        """The actor and group a token was given to; `None` for one that nobody was given."""
        return self._owners.get(token)

    def tokens(self) -> dict[str, tuple[str, str]]:
        """Every token the run was given, the latest last."""
        return dict(self._owners)

    def _learn(self, exchange: Exchange) -> None:
        """Remember the tokens that an authorization server gave, and to whom."""
        reply = exchange.json if isinstance(exchange.json, dict) else {}
        given = [str(reply[name]) for name in ("access_token", "refresh_token") if name in reply]
        self.redactor.learn(given)
        client = dict(parse_qsl(exchange.sent.body.decode("utf-8", "replace"))).get("client_id", "")
        owner = _owner(self._target, client)
        if given and owner:
            self._owners[given[0]] = owner


def _owner(target: Target, client_id: str) -> tuple[str, str] | None:
    for actor, groups in target.credentials.items():
        for group, each in groups.items():
            if client_id and each.client_id == client_id:
                return actor, group
    return None


def facts_of(seen: Seen) -> dict[str, Any]:
    """As a report carries it to the controller."""
    return {
        "answers": dict(seen.answers),
        "walked": sorted(list(each) for each in seen.walked),
        "requests": seen.requests,
    }
