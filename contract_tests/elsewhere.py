"""Asks for what a contract does not have: other methods of its paths, and other paths."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from contract_tests.broken import Broken, Difference
from contract_tests.envelopes import envelope_problems, named
from contract_tests.errors import TargetUnreachable
from contract_tests.examiner import Examiner, contract
from contract_tests.exchange import Exchange
from contract_tests.tally import no_answer

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ANY_ID = "11111111-1111-4111-8111-111111111111"
IMPLIED = frozenset({"HEAD", "OPTIONS"})
"""Methods that servers offer beside those that were written for them."""


class Elsewhere:
    """One group, asked for by URL instead of by operation."""

    def __init__(self, examiner: Examiner, group: str) -> None:
        self.examiner = examiner
        self.contract = contract(group)
        self._api = examiner.api(group)
        self._group = group

    def paths(self) -> Sequence[str]:
        """A concrete path for each of the contract's."""
        templates = dict.fromkeys(each.path for each in self.contract.operations.values())
        return [self.concrete(each) for each in templates]

    def concrete(self, template: str) -> str:
        parts = (ANY_ID if part.startswith("{") else part for part in template.split("/"))
        return "/".join(parts)

    def unknown(self) -> Iterator[str]:
        """Paths near those of the contract; whatever is none of them."""
        known = self.paths()
        yield from ("", "/", "/no-such-thing", "/api", "/.env", "/admin", "/swagger.json.bak")
        for path in known:
            near = (
                f"{path}/no-such-thing",
                path + "s",
                path[:-1],
                path.replace("invoice", "invoce", 1),
                path + ".json",
            )
            yield from (each for each in near if not self.contract.methods_at(each))

    def methods(self, path: str) -> list[Broken]:
        """What is wrong about the answers to the methods that a path does not offer."""
        offered = self.contract.methods_at(path)
        return [
            broken
            for method in METHODS
            if method not in offered
            for broken in self._judged(method, path, "METHOD", sorted(offered))
        ]

    def nowhere(self, path: str) -> list[Broken]:
        """What is wrong about the answers to a path that the contract does not have."""
        return [broken for method in ("GET", "POST") for broken in self._judged(method, path, "ROUTE", [])]

    def ask(self, method: str, path: str) -> Exchange:
        """Send a request with a good token; one that may have a body has an empty object."""
        headers = {**self.examiner.headers, "authorization": f"Bearer {self.examiner.tokens.get(self._group)}"}
        body = b"" if method in {"GET", "DELETE"} else json.dumps({}).encode()
        if body:
            headers["content-type"] = "application/json"
        return self.examiner.transport.send(method, self._api.base + path, headers=headers, body=body)

    def _judged(self, method: str, path: str, name: str, offered: Sequence[str]) -> list[Broken]:
        self.examiner.begin()
        rule = self.contract.rules[named(self.contract, name)]
        operation_id = next(iter(self.contract.methods_at(path).values()), "")
        try:
            answer = self.ask(method, path)
        except TargetUnreachable as gone:
            found = [no_answer(self.examiner, self.contract, operation_id, gone)]
        else:
            found = list(self._problems(answer, rule.id, rule.status, offered, operation_id))
        for each in found:
            each.steps = tuple(self.examiner.recorder.steps)
        return found

    def _problems(
        self, answer: Exchange, rule: str, status: int, offered: Sequence[str], operation_id: str
    ) -> Iterator[Broken]:
        asked = f"{answer.sent.method} {answer.sent.url.removeprefix(self._api.base)}"
        if answer.status >= 500:
            rule = named(self.contract, "INTERNAL")
        if answer.status != status:
            difference = Difference("status", status, answer.status)
            yield Broken(rule, f"{asked} is refused", [difference], operation_id=operation_id)
            return
        yield from envelope_problems(self.contract, operation_id, answer)
        told = {each.strip().upper() for each in answer.headers.get("allow", "").split(",") if each.strip()}
        if offered and told - IMPLIED != set(offered) - IMPLIED:
            difference = Difference("allow", ", ".join(offered), answer.headers.get("allow"))
            yield Broken(
                rule, f"{asked} is refused, and Allow tells what is offered", [difference], operation_id=operation_id
            )
