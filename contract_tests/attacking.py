"""Sends hostile requests for an operation, and says what is wrong about the answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from contract_tests.answers import schema_rule
from contract_tests.asking import ANY_ID, Asking
from contract_tests.broken import Broken, Difference
from contract_tests.decimals import dumps
from contract_tests.envelopes import named
from contract_tests.exchange import Exchange, Sent
from contract_tests.judging_answers import answer_problems
from contract_tests.uploads import Upload, Uploads

JSON_TYPE = "application/json"
Look = Callable[[], Any]


class Attack(Asking):
    """An operation, asked for in ways that it is not there for, about a record with which it is possible."""

    def body(self, what: str, content: bytes, rule: str) -> list[Broken]:
        """What is wrong about the answer to a body that a rule refuses."""
        return self._again(lambda: self.ask(content), lambda answer: self._refusal(answer, rule, what, ""))

    def refused_by(self, what: str, ask: Callable[[], Exchange], rule: str) -> list[Broken]:
        """What is wrong about the answer to a request that a rule refuses."""
        return self._again(ask, lambda answer: self._refusal(answer, rule, what, ""))

    def typed(self, media_type: str | None, rule: str) -> list[Broken]:
        """What is wrong about the answer to a good body of a media type that a rule refuses."""
        content = self.good()
        what = f"a body of type {media_type}" if media_type else "a body without a type"
        return self._again(lambda: self.ask(content, media_type), lambda answer: self._refusal(answer, rule, what, ""))

    def survived(self, what: str, ask: Callable[[], Exchange], fine: Sequence[int] = ()) -> list[Broken]:
        """What is wrong about the answer to a request that may be taken or refused. `fine`: more statuses."""
        return self._again(ask, lambda answer: [] if answer.status in fine else self._sound(answer, what))

    def taken_as(self, what: str, ask: Callable[[], Exchange]) -> list[Broken]:
        """What is wrong about the answer to an odd request that is fine."""
        good = [int(status) for status in self.operation.answers if status.startswith("2")]
        return self._again(ask, lambda answer: self._status(answer, good, what))

    def ask(self, content: bytes, media_type: str | None = JSON_TYPE, **headers: str) -> Exchange:
        """Ask with this body of this media type; `None` sends none."""
        given = self._headers({"content-type": media_type} if media_type is not None else {}, headers)
        url = self.url(self._path())
        return self.examiner.transport.send(
            self.operation.method, url, headers=given, body=content, operation_id=self.operation.id
        )

    def good(self) -> bytes:
        """A body that is fine, as bytes."""
        return dumps(self.start()).encode()

    def good_but_for(self, content: bytes) -> bytes:
        """A good body with the members of another object in it: but for them there is no reason to refuse it."""
        good = self.good()
        return good[:-1] + (b", " if good != b"{}" else b"") + content[1:] if content.startswith(b'{"') else content

    def url(self, path: Mapping[str, Any]) -> str:
        return self._api.base + self._api.path_of(self.operation.path, path)

    def path(self) -> dict[str, Any]:
        """The values of the path, with a record in them with which the operation is possible."""
        return self._path()

    def ask_url(self, url: str, method: str = "", headers: Mapping[str, str] | None = None) -> Exchange:
        """Ask for a URL as it is written; whether it means the operation is for the server to say."""
        given = self._headers(headers or {}, {})
        return self.examiner.transport.send(method or self.operation.method, url, headers=given)

    def ask_bytes(self, headers: list[tuple[str, str]], body: bytes, method: str = "") -> Exchange:
        """Ask with these headers and bytes and nothing else but the token."""
        shared = self._headers({}, {})
        url = self.url(self._path())
        told = {**shared, **{name.lower(): value for name, value in headers}}
        sent = Sent(method or self.operation.method, url, told, body)
        return self.examiner.transport.send_bytes(sent, [*shared.items(), *headers], body)

    def call_query(self, query: Mapping[str, str]) -> Exchange:
        """Ask with these parameters, encoded as they should be."""
        return self._call(self._path(), None, query=query)

    def forget(self) -> None:
        """Ask about another record from now on."""
        self._feed.forget()

    def look(self) -> Any:
        """The record as it can be seen now; where there is none yet, how many there are, if nobody else makes any."""
        record = self._record()
        if record == ANY_ID:
            return self._count()
        if self.contract.name == "invoices":
            answer = self.examiner.invoices.call("getInvoice", {"invoiceId": record})
            return answer.json if answer.is_success else answer.status
        return Uploads(self.examiner).state(Upload(record, "", "", "", b""))

    def _count(self) -> Any:
        if self.contract.name != "invoices" or self.examiner.control is None:
            return None
        return self.examiner.invoices.call("listInvoices", query={"pageSize": 1}).json["total"]

    def changed(self, what: str, before: Any) -> list[Broken]:
        """That the record is another one than before, where it is."""
        after = self.look()
        if after == before:
            return []
        rule = named(self.contract, "REFUSAL-CHANGES-NOTHING")
        difference = Difference("record", before, after)
        return [self._broken(rule, f"{what}: refused, and changed something all the same", difference)]

    def _sound(self, answer: Exchange, what: str) -> list[Broken]:
        found = list(answer_problems(self.contract, self.operation.id, answer))
        for each in found:
            each.message = f"{what}: {each.message}"
        return found

    def _headers(self, given: Mapping[str, str], more: Mapping[str, str]) -> dict[str, str]:
        token = self.examiner.tokens.get(self.contract.name)
        named_more = {name.replace("_", "-"): value for name, value in more.items()}
        return {**self.examiner.headers, "authorization": f"Bearer {token}", **given, **named_more}


def unchanged(attack: Attack, asks: Iterable[Callable[[], list[Broken]]]) -> Iterator[Broken]:
    """What the refused requests show, and whether the record is as it was after all of them."""
    before = attack.look()
    waiting = list(asks)
    found = [broken for ask in waiting for broken in ask()]
    yield from found
    if found or attack.look() == before:
        return
    recorder = attack.examiner.recorder
    for ask in waiting:  # once more, to tell which one it was
        attack.forget()
        attack.examiner.begin()
        before = attack.look()
        steps = list(recorder.steps)
        ask()
        changed = attack.changed("a request", before)
        for each in changed:
            each.steps = (*steps, *recorder.steps)
        if changed:
            yield from changed
            return


def told_secret(operation_id: str, answer: Exchange, secret: str, what: str) -> list[Broken]:
    """That an error repeats a secret, where it does."""
    heads = " ".join(answer.headers.values())
    if answer.status < 400 or (secret not in answer.body.decode("utf-8", "replace") and secret not in heads):
        return []
    difference = Difference("answer", "nothing of the secret", "all of it")
    rule = schema_rule(operation_id, "secret")
    return [Broken(rule, f"an error repeats {what}", [difference], operation_id=operation_id)]
