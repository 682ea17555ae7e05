"""What a proxy does to the traffic of a faultless server, so that it looks as if the server had a fault."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.contract_tests.faulty_proxy import Answered, Asked, Change, Forward

Json = dict[str, Any]
Alter = Callable[[Asked, Answered], Answered]
INVOICES = "/pay-int-api/invoices"
UPLOADS = "/api/v1/invoice-uploads"
TOGETHER_SECONDS = 0.03
"""For so long a fault of races holds back what it is asked, so that what comes at the same moment meets it."""


def sent(find: Callable[[Asked], bool], change: Callable[[Asked], Asked]) -> Callable[[], Change]:
    """The server gets another request than was sent."""
    return lambda: lambda asked, forward: forward(change(asked) if find(asked) else asked)


def told(find: Callable[[Asked, Answered], bool], change: Alter) -> Callable[[], Change]:
    """The caller gets another answer than was given."""

    def made(asked: Asked, forward: Forward) -> Answered:
        answer = forward(asked)
        return change(asked, answer) if find(asked, answer) else answer

    return lambda: made


def body_with(name: str, is_wrong: Callable[[Any], bool], instead: Any) -> Callable[[], Change]:
    """A member that is wrong is taken as if it were right."""

    def changed(asked: Asked) -> Asked:
        value = read(asked.body)
        if isinstance(value, dict) and name in value and is_wrong(value[name]):
            return replace(asked, body=json.dumps({**value, name: instead}).encode())
        return asked

    return sent(lambda asked: asked.path.startswith((INVOICES, UPLOADS)) and bool(asked.body), changed)


def refused(field: str, find: Callable[[Any], bool]) -> Callable[[], Change]:
    """What is right is refused, in the right envelope."""

    def made(asked: Asked, forward: Forward) -> Answered:
        value = read(asked.body)
        if isinstance(value, dict) and value.get(field) is not None and find(value[field]):
            return forward(replace(asked, body=json.dumps({**value, field: {}}).encode()))
        return forward(asked)

    return lambda: made


def member(change: Callable[[Json], Json]) -> Alter:
    """The answer's object is another one."""
    return lambda _, answer: replace(answer, body=json.dumps(change(json.loads(answer.body))).encode())


def without(name: str) -> Alter:
    """The answer's object lacks a member."""
    return member(lambda shown: {key: value for key, value in shown.items() if key != name})


def without_header(name: str) -> Alter:
    """The answer lacks a header."""
    return lambda _, answer: replace(
        answer, headers={key: value for key, value in answer.headers.items() if key != name}
    )


def with_header(name: str, value: str) -> Alter:
    return lambda _, answer: replace(answer, headers={**answer.headers, name: value})


def failed(asked: Asked, answer: Answered) -> Answered:
    """The server has failed, and shows how."""
    return replace(
        answer, status=500, body=b"Traceback (most recent call last)", headers={"content-type": "text/plain"}
    )


def read(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def is_to(method: str, end: str) -> Callable[[Asked], bool]:
    """Whether it is asked for by this method, at a path that ends like that."""
    return lambda asked: asked.method == method and asked.path.partition("?")[0].endswith(end)


def is_answered(method: str, end: str, *statuses: int) -> Callable[[Asked, Answered], bool]:
    """Whether that is answered with one of these statuses."""
    is_asked = is_to(method, end)
    return lambda asked, answer: is_asked(asked) and answer.status in statuses


def at_once(find: Callable[[Asked], bool], late: Change | None = None) -> Callable[[], Change]:
    """Of the same calls at the same moment the first is done.

    `late`: what becomes of the others; without it they get the answer of the first, as if they had been done, too.
    """

    def made() -> Change:
        running: dict[tuple[str, str], tuple[threading.Event, list[Answered]]] = {}
        lock = threading.Lock()

        def answer(asked: Asked, forward: Forward) -> Answered:
            if not find(asked):
                return forward(asked)
            key = (asked.method, asked.path)
            with lock:
                is_first = key not in running
                done, answers = running.setdefault(key, (threading.Event(), []))
            if is_first:
                done.wait(TOGETHER_SECONDS)
                try:
                    answers.append(forward(asked))
                finally:
                    with lock:
                        del running[key]
                    done.set()
                return answers[0]
            done.wait(5)
            return late(asked, forward) if late else answers[0]

        return answer

    return made
