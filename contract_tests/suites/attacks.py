"""Hostile requests one by one: what was asked, and what is wrong about the answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import pytest
from hypothesis import strategies as st

from contract_tests import bodies
from contract_tests.attacking import Attack, told_secret
from contract_tests.broken import Broken, Difference
from contract_tests.envelopes import named
from contract_tests.examiner import Examiner, contract
from contract_tests.exchange import Exchange
from contract_tests.target import GROUPS
from contract_tests.wire import chunked
from contract_tests.workshop import Invoices

ODD_METHOD = (200, 204, 400, 401, 404, 405, 501)
"""How a method that is not offered may be answered."""


def typed(attack: Attack, media_type: str) -> Exchange:
    """Ask with a good body of this media type."""
    return attack.ask(fresh(attack), media_type)


def with_headers(attack: Attack, headers: Mapping[str, str]) -> Exchange:
    """Ask with these headers, too."""
    return attack.ask_url(attack.url(attack.path()), headers=headers)


def fresh(attack: Attack) -> bytes:
    """A good body for the record as it is now."""
    return attack.good()


def padded(attack: Attack, length: int) -> bytes:
    """A good body with as many blanks after it as make so many bytes."""
    content = fresh(attack)
    return content + b" " * (length - len(content))


def sent_too_long(attack: Attack, body: bytes) -> Iterator[tuple[str, Callable[[], Exchange]]]:
    """A body that is too long, counted before it comes and while it does."""
    as_json = [("Content-Type", "application/json")]
    counted = [*as_json, ("Content-Length", str(len(body)))]
    in_chunks = [*as_json, ("Transfer-Encoding", "chunked")]
    yield f"a body of {len(body)} bytes", lambda: attack.ask_bytes(counted, body)
    yield f"a body of {len(body)} bytes in chunks", lambda: attack.ask_bytes(in_chunks, chunked(body, 1 << 16))


def odd_methods(real: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Methods that a path does not offer, and headers that say the method is the real one."""
    for method in ("HEAD", "OPTIONS", "TRACE", "PATCH", "delete", "get", "BREW", "M-SEARCH"):
        yield method, method, {}
    override = dict.fromkeys(("x-http-method-override", "x-http-method", "x-method-override"), real)
    for method in ("GET", "PATCH", "PUT", "OPTIONS"):
        yield f"{method} that is said to be another method", method, override


def is_free_text(schema: Any) -> bool:
    return schema.get("type") == "string" and not any(
        word in schema for word in ("format", "enum", "anyOf", "maxLength")
    )


def kept(examiner: Examiner, fields: list[Any], what: str, text: str) -> Iterator[Broken]:
    """Which fields don't give back the text."""
    from contract_tests.edge_requests import placed

    examiner.begin()
    body: Any = {}
    for place in fields:
        body = placed(body, place, text)
    invoices = Invoices(examiner)
    attack = Attack(examiner, "invoices", "createInvoice")
    if not examiner.target.is_mock:
        body = bodies.invoice(examiner.tag, lineItems=body["lineItems"])
        fields = [place for place in fields if place[0] == "lineItems"]
    content = json.dumps(body, ensure_ascii=False).encode()
    refused = attack.taken_as(f"texts with {what}", partial(attack.ask, content))
    yield from refused
    if refused:
        return
    shown = invoices.get(examiner.recorder.steps[-1].json["id"])
    differences = [
        Difference("/" + "/".join(map(str, place)), text[:80], str(found)[:80])
        for place in fields
        if (found := at(shown, place)) != text
    ]
    if differences:
        broken = Broken(
            "SCHEMA:createInvoice:kept", f"texts with {what} are changed", differences, operation_id="createInvoice"
        )
        broken.steps = tuple(examiner.recorder.steps)
        yield broken


def at(value: Any, place: Any) -> Any:
    for part in place:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def file_name(attack: Attack, what: str, name: str) -> Iterator[Broken]:
    """What is wrong about announcing a file of this name."""
    content = json.dumps(attack.harmless({**attack.start(), "filename": name})).encode()
    yield from attack.survived(f"a file name with {what}", partial(attack.ask, content))
    answer = attack.examiner.recorder.steps[-1]
    if not answer.is_success:
        return
    shown = answer.json
    if "x-injected" in answer.headers or "\n" in shown["url"] or ".." in shown["s3Key"].split("/"):
        difference = Difference("/s3Key", "a key in the folder of the upload", shown["s3Key"])
        broken = Broken("SCHEMA:presignUpload:filename", f"a file name with {what} leads elsewhere", [difference])
        broken.steps = (answer,)
        yield broken


def odd_path(attack: Attack, what: str, pattern: str) -> Iterator[Broken]:
    """What is wrong about the answer to a path that was written in another way."""
    base = attack.url({})[: -len(attack.operation.path)]

    def ask() -> Any:
        path = attack.url(attack.path()).removeprefix(base)
        return attack.ask_url(base + pattern.replace("{path}", path))

    yield from attack.survived(what, ask, fine=(414, 431))
    answer = attack.examiner.recorder.steps[-1]
    if 300 <= answer.status < 400 or "x-injected" in answer.headers:
        difference = Difference("status", "404 or the record", answer.status)
        yield Broken(
            named(attack.contract, "ROUTE"), f"{what}: led elsewhere", [difference], operation_id=attack.operation.id
        )


CARD = "4917610000000001"
CODE = "918273"
ROUTING = "987654321"
ACCOUNT = "61728394055061728"


def leaks(operation_id: str) -> Iterator[tuple[bytes, str, tuple[str, ...]]]:
    """Requests that are refused and hold secrets: the body, its type, and what must not come back."""
    is_card = operation_id == "submitInvoice"
    good = (
        bodies.card(1, accountNumber=CARD, securityCode=CODE)
        if is_card
        else bodies.ach(routingNumber=ROUTING, accountNumber=ACCOUNT)
    )
    secrets = (CARD, CODE) if is_card else (ROUTING, ACCOUNT)
    plain = json.dumps(good)
    names = ("accountNumber", "securityCode" if is_card else "routingNumber")
    yield plain.encode(), "application/json", secrets
    for name, secret in zip(names, (secrets[0], secrets[1]) if is_card else (ACCOUNT, ROUTING), strict=True):
        for wrong in (int(secret), [secret], {secret: secret}, f" {secret} ", f"{secret}{secret}x"):
            yield json.dumps({**good, name: wrong}).encode(), "application/json", secrets
        yield json.dumps({**good, "savePaymentMethod": secret, "email": secret}).encode(), "application/json", (secret,)
    yield plain[:-1].encode(), "application/json", secrets
    yield plain.encode() + b"x", "application/json", secrets
    yield json.dumps(plain).encode(), "application/json", secrets
    yield plain.replace('": ', '": 0', 1).encode(), "application/json", secrets
    yield plain.encode(), "text/plain", secrets
    yield plain.encode("utf-16"), "application/json", secrets
    yield (plain[:-1] + ', "accountNumber": "1"}').encode(), "application/json", secrets


def leaked(attack: Attack, content: bytes, kind: str, secrets: tuple[str, ...]) -> Iterator[Broken]:
    attack.examiner.begin()
    yield from attack.survived("a payment that is refused", partial(attack.ask, content, kind))
    answer = attack.examiner.recorder.steps[-1]
    token = answer.sent.headers["authorization"].removeprefix("Bearer ")
    for secret in (*secrets, token):
        yield from told_secret(attack.operation.id, answer, secret, "a number, a code or a token")


def damaged(content: bytes, data: st.DataObject) -> bytes:
    """The bytes with a few of them changed."""
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(content) - 1)) if content else 0
        many = data.draw(st.integers(0, 3))
        replacement = data.draw(
            st.sampled_from([b"", b'"', b"{", b"\x00", b"\xff", b"\\", b",", b"9", b"null", b"[", b"\\u"])
        )
        content = content[:place] + replacement + content[place + many :]
    return content


def is_json(content: bytes) -> bool:
    """Whether ordinary readers take it for JSON; what they are lax about is left open."""
    try:
        json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError):
        return False
    return True


def taking_bodies(*names: str) -> list[Any]:
    """The operations that take a body, proving those rules of these names that their group has."""
    return [
        pytest.param(
            group,
            each.id,
            id=each.id,
            marks=[
                pytest.mark.proves(
                    *[rule for name in names if (rule := named(contract(group), name)) in contract(group).rules]
                ),
                pytest.mark.about(each.id),
            ],
        )
        for group in GROUPS
        for each in contract(group).operations.values()
        if each.body
    ]
