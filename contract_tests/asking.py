"""Asks for one operation with requests at the edges of its schemas, and says what is wrong about the answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from contract_tests.answers import schema_rule
from contract_tests.api import answer_check
from contract_tests.broken import Broken, Difference
from contract_tests.edge_requests import Body, base, may_be_refused, placed, told
from contract_tests.envelopes import FRAMEWORK_CODES, envelope_problems, named
from contract_tests.errors import NotReached, TargetUnreachable
from contract_tests.examiner import Examiner, contract
from contract_tests.exchange import Exchange
from contract_tests.feeding import Feed, states
from contract_tests.harmless import harmless
from contract_tests.judging_answers import answer_problems
from contract_tests.tally import no_answer
from openapi.model import Parameter

KEY = "Idempotency-Key"
Ask = Callable[[], Exchange]


class Asking:
    """An operation, asked for about a record with which it is possible."""

    def __init__(self, examiner: Examiner, group: str, operation_id: str) -> None:
        self.examiner = examiner
        self.contract = contract(group)
        self.operation = self.contract.operations[operation_id]
        self._api = examiner.api(group)
        self._feed = Feed(examiner, self.contract)
        self._state = states(self.contract, operation_id)[0]
        self._has_reached = False

    def start(self) -> Any:
        """A body that is fine, also for the target."""
        return self.harmless(base(self.examiner, self._feed, self.operation.id, self._record()))

    def harmless(self, body: Any) -> Any:
        """The body as the target may have it."""
        target = self.examiner.target
        return body if target.is_mock else harmless(self.operation.id, body, self.examiner.tag)

    def refused(self, body: Body) -> list[Broken]:
        """What is wrong about the answer to a body that the schema forbids."""
        rule = named(self.contract, "BODY-SCHEMA")
        field = told(body.edges[0].place)
        return self._again(lambda: self._sent(body.value), lambda answer: self._refusal(answer, rule, body.what, field))

    def taken(self, body: Body) -> list[Broken]:
        """What is wrong about the answer to a body that the schema allows; of many edges those that are refused."""
        found = self._again(lambda: self._sent(body.value), lambda answer: self._acceptance(answer, body))
        if not found or len(body.edges) == 1:
            return found
        alone = [Body((each,), placed(self.start(), each.place, each.value)) for each in body.edges]
        return [broken for each in alone for broken in self.taken(each)]

    def parameter(self, parameter: Parameter, text: str, what: str, is_allowed: bool) -> list[Broken]:
        """What is wrong about the answer to a call with this text for a parameter."""
        if not _can_be_sent(parameter, text):
            return []
        rule = named(self.contract, "PARAMETER")
        told_what = f"{parameter.name}: {what}"
        if is_allowed:
            fine = self._fine_with(parameter)
            return self._again(
                lambda: self._with(parameter, text), lambda answer: self._status(answer, fine, told_what)
            )
        return self._again(
            lambda: self._with(parameter, text), lambda answer: self._refusal(answer, rule, told_what, "")
        )

    def unauthorized(self, token: str, name: str) -> list[Broken]:
        """What is wrong about the answer to a call with this token, which a rule must refuse."""
        rule = named(self.contract, name)
        body = self.start() if self.operation.body is not None else None
        what = "a call with a token that is none" if token else "a call without a token"
        return self._again(
            lambda: self._call(self._path(), body, token=token), lambda answer: self._refusal(answer, rule, what, "")
        )

    def anywhere(self) -> Iterator[Broken]:
        """What is wrong about the answers themselves, asked about a record in each state, and about nobody's."""
        for state in states(self.contract, self.operation.id):
            self._state = state
            yield from self._again(self._good, self._problems)

    def in_capitals(self) -> list[Broken]:
        """What is wrong about the answer to a good call with its ids in capitals."""
        fine = [int(status) for status in self.operation.answers if status.startswith("2")]

        def ask() -> Exchange:
            path = {name: str(value).upper() for name, value in self._path().items()}
            return self._call(path, self.start() if self.operation.body is not None else None)

        rule = named(self.contract, "PARAMETER")
        return self._again(ask, lambda answer: [] if answer.status in fine else self._unknown(answer, rule))

    def _unknown(self, answer: Exchange, rule: str) -> list[Broken]:
        difference = Difference("status", "2xx", answer.status)
        return [self._broken(rule, "an id names the same record in capitals", difference)]

    def _problems(self, answer: Exchange) -> list[Broken]:
        return list(answer_problems(self.contract, self.operation.id, answer))

    def _good(self) -> Exchange:
        body = self.start() if self.operation.body is not None else None
        if self.operation.id == "publishInvoice":
            body = {**(body or {}), "id": self._feed.record("invoice", self._state)}
        return self._call(self._path(), body)

    def _again(self, ask: Ask, judge: Callable[[Exchange], list[Broken]]) -> list[Broken]:
        """What is found; where something is, it is asked again about a record of its own."""
        first = self._once(ask, judge)
        if not first:
            return []
        self._feed.forget()
        again = self._once(ask, judge)
        self._feed.forget()
        return again or first

    def _once(self, ask: Ask, judge: Callable[[Exchange], list[Broken]]) -> list[Broken]:
        self.examiner.begin()
        try:
            answer = ask()
        except NotReached:
            if not self._has_reached:
                raise
            return []  # what the target does not allow of some requests says nothing about the others
        except TargetUnreachable as gone:
            found = [self._no_answer(gone)]
        else:
            self._has_reached = True
            self._feed.saw(answer)
            found = self._failed(answer) or judge(answer)
        for each in found:
            each.steps = tuple(self.examiner.recorder.steps)
        return found

    def _sent(self, body: Any) -> Exchange:
        made = self.harmless(body)
        return self._call(self._path(), b"null" if made is None else made)  # `None` would be no body at all

    def _with(self, parameter: Parameter, text: str) -> Exchange:
        path, body = self._path(), None
        if self.operation.body is not None:
            body = self.start()
        if parameter.location == "path":
            return self._call({**path, parameter.name: text}, body)
        if parameter.location == "query":
            return self._call(path, body, query={parameter.name: text})
        return self._call(path, body, headers={parameter.name: text})

    def _call(self, path: Mapping[str, Any], body: Any, **more: Any) -> Exchange:
        return self._api.call(self.operation.id, path, body, is_checked=False, **more)

    def _path(self) -> dict[str, Any]:
        names = [each.name for each in self.operation.parameters if each.location == "path"]
        return self._feed.path(self.operation.id, self._state, dict.fromkeys(names, ANY_ID))

    def _record(self) -> str:
        return next(iter(self._path().values()), ANY_ID)

    def _fine_with(self, parameter: Parameter) -> Sequence[int]:
        """The statuses of a call with an allowed value: an id that was made up is nobody's."""
        if parameter.location == "path":
            return [404]
        return [int(status) for status in self.operation.answers if status.startswith("2")]

    def _acceptance(self, answer: Exchange, body: Body) -> list[Broken]:
        tolerated = may_be_refused(self.contract, self.operation.id, body.edges[0]) if len(body.edges) == 1 else []
        fine = [int(status) for status in self.operation.answers if status.startswith("2")]
        return self._status(answer, [*fine, *tolerated], body.what)

    def _status(self, answer: Exchange, fine: Sequence[int], what: str) -> list[Broken]:
        found = list(answer_check(self.contract).problems(self.operation.id, answer))
        if answer.status not in fine:
            difference = Difference("status", " or ".join(map(str, fine)), answer.status)
            found.append(self._broken(schema_rule(self.operation.id, "accepted"), f"{what} is fine", difference))
        return found

    def _refusal(self, answer: Exchange, rule: str, what: str, field: str) -> list[Broken]:
        status = self.contract.rules[rule].status
        if answer.status != status:
            return [self._broken(rule, f"{what}, and is refused", Difference("status", status, answer.status))]
        found = list(envelope_problems(self.contract, self.operation.id, answer))
        code = FRAMEWORK_CODES.get(rule)
        if not found and code and answer.json.get("code") != code:
            difference = Difference("/code", code, answer.json.get("code"))
            return [self._broken(rule, f"{what}, and is refused for that", difference)]
        shown = answer.json["errors"] if not found and "errors" in answer.json else None
        if field and shown is not None and not any(_is_about(name, field) for name in shown):
            difference = Difference("/errors", field, sorted(shown))
            found.append(self._broken(rule, f"{what}, and the field is named", difference))
        return found

    def _failed(self, answer: Exchange) -> list[Broken]:
        if answer.status < 500:
            return []
        difference = Difference("status", "no server error", answer.status)
        return [self._broken(named(self.contract, "INTERNAL"), f"{self.operation.id} made the server fail", difference)]

    def _no_answer(self, gone: TargetUnreachable) -> Broken:
        return no_answer(self.examiner, self.contract, self.operation.id, gone)

    def _broken(self, rule: str, message: str, difference: Difference) -> Broken:
        return Broken(rule, message, [difference], operation_id=self.operation.id)


def _is_about(name: str, field: str) -> bool:
    """Whether a name in an envelope is that of the field, of something in it, or of what it is a part of."""
    return name.startswith(field) or field.startswith(name)


def _can_be_sent(parameter: Parameter, text: str) -> bool:
    """Whether the text stays what it is on its way: an empty segment makes another path, headers are in Latin-1."""
    if parameter.location == "path":
        return bool(text) and quote(text, safe="") not in {".", ".."}
    if parameter.location == "header":
        return text.isascii()
    return True


ANY_ID = "11111111-1111-4111-8111-111111111111"
"""Stands for an id until a record is there."""
