"""How often each deviation was seen, among how many calls, and where first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from contract_tests.gate.drift.fields import Path
from contract_tests.gate.drift.judging import Deviation, Judge, content_of, documented_answer, shown
from contract_tests.gate.drift.kinds import PREFIX
from contract_tests.gate.drift.recording import UNREAD, Recorded
from contract_tests.gate.drift.routes import Route, Routes
from openapi import Contract, Operation
from openapi.documents import to_pointer

MOST_SUBJECTS = 200
"""So many deviations of one kind of one operation are told one by one; a map with ids for names has any number."""

MOST_MEMBERS = 20
GATEWAY = frozenset({502, 503, 504})
STEERED = "x-mock-steered"
NOT_MODIFIED = 304


@dataclass
class Seen:
    """`count`: the calls that show it, `among`: those that could have. `first`: the first that does."""

    group: str
    operation: str
    deviation: Deviation
    first: Recorded | None
    count: int = 0
    among: int = 0


@dataclass
class Tally:
    """What a recording shows of the contracts. `routes`: which calls are for which of them.

    `passed_over`: how many calls say nothing about the API, by the reason.
    """

    routes: Routes
    calls: int = 0
    passed_over: Counter[str] = field(default_factory=Counter)
    _judges: dict[str, Judge] = field(default_factory=dict)
    _seen: dict[tuple[str, str, str, str], Seen] = field(default_factory=dict)
    _subjects: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    _operations: Counter[tuple[str, str]] = field(default_factory=Counter)
    _statuses: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    _fields: dict[tuple[str, str, str, str], set[Path]] = field(default_factory=dict)

    def take(self, calls: Iterable[Recorded]) -> None:
        """Count more calls."""
        for call in calls:
            route = self.routes.find(call)
            reason = _says_nothing(call) if route else "for something else than the API"
            if reason or route is None:
                self.passed_over[reason] += 1
                continue
            self.calls += 1
            self._count(route, call)

    def deviations(self) -> Iterator[Seen]:
        """What is not as documented, in the order it was first seen; each with its share."""
        for seen in self._seen.values():
            name, status = (seen.group, seen.operation), seen.first.status if seen.first else 0
            seen.among = self._statuses[*name, status] if seen.deviation.among == "status" else self._operations[name]
            yield seen

    def unseen(self) -> Iterator[Seen]:
        """What is documented and was not recorded: operations, and answers and members of those that were."""
        for group, contract in self.routes.contracts.items():
            if any(name == group for name, _ in self._operations):
                yield from self._unseen(group, contract)

    def _count(self, route: Route, call: Recorded) -> None:
        group = route.contract.name
        judge = self._judges.setdefault(group, Judge(route.contract))
        operation = route.operation_id or f"{call.method} {route.path}"
        self._operations[group, operation] += 1
        self._statuses[group, operation, call.status] += 1
        for each in {(each.kind, each.subject): each for each in judge.deviations(route, call)}.values():
            self._note(group, operation, each, call)
        if route.operation_id:
            self._note_fields(judge, group, operation, call)

    def _note(self, group: str, operation: str, deviation: Deviation, call: Recorded) -> None:
        key = (group, operation, deviation.kind, deviation.subject)
        if key not in self._seen:
            if self._subjects[key[:3]] >= MOST_SUBJECTS:
                self.passed_over[f"more than {MOST_SUBJECTS} of {deviation.kind} at {operation}"] += 1
                return
            self._subjects[key[:3]] += 1
            self._seen[key] = Seen(group, operation, deviation, call)
        self._seen[key].count += 1

    def _note_fields(self, judge: Judge, group: str, operation: str, call: Recorded) -> None:
        answer = documented_answer(judge.contract.operations[operation], call.status)
        content = content_of(answer.contents, call.answer.media_type) if answer else None
        if answer is not None and content is not None and call.answer.json is not UNREAD:
            found = self._fields.setdefault((group, operation, answer.status, content.media_type), set())
            found |= judge.fields.present(call.answer.json, content.schema)

    def _unseen(self, group: str, contract: Contract) -> Iterator[Seen]:
        for name, operation in contract.operations.items():
            if not self._operations[group, name]:
                yield _unseen(
                    group, name, "unseen-operation", "", "is documented, and was not called", operation.pointer
                )
            elif missing := self._unseen_statuses(group, operation):
                told = f"documents the answers {', '.join(missing)}, which never came"
                yield _unseen(group, name, "unseen-status", "", told, operation.pointer + "/responses")
        for (owner, name, status, media_type), found in self._fields.items():
            if owner == group:
                yield from self._unseen_fields(contract, (name, status, media_type), found)

    def _unseen_statuses(self, group: str, operation: Operation) -> list[str]:
        came = [status for owner, name, status in self._statuses if (owner, name) == (group, operation.id)]
        seen = {each.status for status in came if (each := documented_answer(operation, status))}
        return [status for status in operation.answers if status not in seen | {"default"}]

    def _unseen_fields(self, contract: Contract, where: tuple[str, str, str], found: set[Path]) -> Iterator[Seen]:
        """The members that never came, without those within them."""
        name, status, media_type = where
        operation = contract.operations[name]
        content = content_of(operation.answers[status].contents, media_type)
        documented = self._judges[contract.name].fields.documented(content.schema) if content else []
        missing = [each for each in documented if each not in found]
        outer = [shown(each) for each in missing if not any(each[:end] in missing for end in range(1, len(each)))]
        if outer:
            told = f"documents {', '.join(outer[:MOST_MEMBERS])}{' and more' if outer[MOST_MEMBERS:] else ''}"
            pointer = operation.pointer + to_pointer("responses", status, "content", media_type, "schema")
            text = f"{told} of the answer {status}, which never came"
            yield _unseen(contract.name, name, "unseen-field", status, text, pointer)


def _unseen(group: str, operation: str, kind: str, subject: str, told: str, pointer: str) -> Seen:
    return Seen(group, operation, Deviation(PREFIX + kind, subject, told, pointer), None)


def _says_nothing(call: Recorded) -> str:
    """Why a call is no sign of how the API is; empty where it is one."""
    kind = call.answer.media_type
    if call.status in GATEWAY and not kind.endswith("json"):
        return "answered by a gateway"
    if call.status == NOT_MODIFIED:
        return "answered from a cache (304)"
    if call.method == "OPTIONS":
        return "asked by a browser beforehand (OPTIONS)"
    if STEERED in call.answer_headers:
        return "steered by who tests with the mock"
    return ""


def told_share(seen: Seen) -> str:
    """Such as `12 of 40 times (30 %)`."""
    if not seen.among:
        return ""
    share = round(100 * seen.count / seen.among)
    return f"{seen.count} of {seen.among} times ({share or '<1'} %)"
