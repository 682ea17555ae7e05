"""Makes steps that can be made again of the exchanges that showed a fault."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from urllib.parse import quote

from contract_tests.broken import Broken
from contract_tests.exchange import Exchange
from contract_tests.observing import Observer
from contract_tests.redaction import LONGEST_BODY, Redactor
from contract_tests.reproduction.expecting import canonical, expected_of
from contract_tests.reproduction.forging import forged
from contract_tests.reproduction.stand_ins import StandIns
from contract_tests.reproduction.steps import (
    OPEN,
    Call,
    Expected,
    Forged,
    Fresh,
    Given,
    Steps,
    clear,
    is_place,
    pieces,
    place,
)
from contract_tests.reproduction.variables import Found, found_in, with_places
from contract_tests.target import Target
from openapi import Contract
from openapi.redaction.names import HIDDEN

LEFT_OUT = frozenset({"accept", "content-length", "host", "connection", "accept-encoding", "user-agent", "cookie"})
NAMESPACE = "x-mock-namespace"
_UUID = re.compile(r"[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}")
_KEPT_IN_URLS = "%:/?#@!$&'()*+,;=~-._"
"""What is sent as it is; the rest is percent-encoded on its way, as the examiner's own client does."""

_SIGNATURE = re.compile(r"(X-Amz-Signature=)\*{3}", re.IGNORECASE)
_ANY_SIGNATURE = rf"\g<1>{'0' * 64}"


def reproduced(
    broken: Broken, exchanges: Sequence[Exchange], contracts: Mapping[str, Contract], target: Target, observer: Observer
) -> Steps:
    """The steps of a finding. `exchanges`: without logins, for tokens are given."""
    return _Builder(exchanges, target, observer).steps(broken, contracts)


def is_login(exchange: Exchange, target: Target) -> bool:
    """Whether an exchange only served to get a token."""
    return bool(target.token_url) and exchange.sent.url.startswith(target.token_url.rpartition("/")[0] + "/")


class _Builder:
    """Turns exchanges into calls, and gathers the variables they need."""

    def __init__(self, exchanges: Sequence[Exchange], target: Target, observer: Observer) -> None:
        self._exchanges = exchanges
        self._known = found_in(exchanges)
        self._observer = observer
        self._redactor: Redactor = observer.redactor
        self._stand_ins = StandIns()
        self._fresh: dict[str, Fresh] = {}
        self._forged: dict[str, Forged] = {}
        self._bases = {url: f"{group.upper()}_URL" for group, url in target.bases.items()}
        if target.mock_origin:
            self._bases.setdefault(target.mock_origin, "MOCK_URL")

    def steps(self, broken: Broken, contracts: Mapping[str, Contract]) -> Steps:
        calls = [self._call(number, each) for number, each in enumerate(self._exchanges)]
        expected = [self._told(each) for each in expected_of(broken, self._exchanges, contracts)]
        used = "".join(f"{call.url}{call.headers}" for call in calls)
        named = [(name, self._redactor.url(url)) for url, name in self._bases.items() if place(name) in used]
        bases = [Given(name, "where it is", url) for name, url in named]
        return Steps(
            rule=broken.rule,
            message=self._redactor.text(broken.message),
            given=[*bases, *self._stand_ins.given],
            fresh=list(self._fresh.values()),
            forged=list(self._forged.values()),
            calls=calls,
            expected=expected,
        )

    def _call(self, number: int, exchange: Exchange) -> Call:
        sent = exchange.sent
        body, content, note = self._body(number, exchange)
        return Call(
            method=clear(sent.method),
            url=self._url(number, sent.url),
            headers=list(self._headers(number, exchange)),
            body=body,
            content=content,
            status=exchange.status,
            group=self._observer.groups.get(exchange.operation_id, ""),
            operation=exchange.operation_id,
            taken=[each.taken for each in self._used(number)],
            note=note,
        )

    def _used(self, number: int) -> list[Found]:
        return sorted((each for each in self._known if each.call == number), key=lambda each: each.taken.name)

    def _url(self, number: int, url: str) -> str:
        whole = with_places(clear(url), self._known, number)
        if is_place(whole):
            return whole
        for base in sorted(self._bases, key=len, reverse=True):
            if url.startswith((base + "/", base + "?")) or url == base:
                return place(self._bases[base]) + self._rest(number, url[len(base) :])
        return self._rest(number, url)

    def _rest(self, number: int, url: str) -> str:
        """A URL, or what follows a base, without secrets; what is a variable is none."""
        address, mark, query = with_places(clear(url), self._known, number).partition("?")
        if OPEN not in address:
            address = self._redactor.url(address)
        pairs = "&".join(each if OPEN in each else self._pair(each) for each in query.split("&"))
        return "".join(
            place(each) if is_name else quote(each, safe=_KEPT_IN_URLS)
            for each, is_name in pieces(f"{address}{mark}{pairs}")
        )

    def _pair(self, pair: str) -> str:
        shown = self._redactor.url(f"/?{pair}").partition("?")[2]
        return _SIGNATURE.sub(_ANY_SIGNATURE, shown)

    def _headers(self, number: int, exchange: Exchange) -> Iterator[tuple[str, str]]:
        group = self._observer.groups.get(exchange.operation_id, "")
        for name, value in exchange.sent.headers.items():
            if name == "authorization":
                yield name, self._authorization(value, group)
            elif name == NAMESPACE:
                yield name, self._stand_ins.namespace()
            elif name == "idempotency-key" and _UUID.fullmatch(value):
                yield name, place(self._fresh.setdefault(value, Fresh(f"KEY{len(self._fresh) + 1}")).name)
            elif name not in LEFT_OUT:
                text = with_places(clear(value), self._known, number)
                shown = text if OPEN in text else self._redactor.headers({name: text}).get(name, text)
                yield name, self._stand_ins.header(name) if shown == HIDDEN else shown

    def _authorization(self, value: str, group: str) -> str:
        scheme, _, token = value.partition(" ")
        if not token:
            return self._shown_token(value)
        owner = self._observer.owner(token)
        if owner:
            return f"{scheme} {self._stand_ins.token(*_token_variable(*owner))}"
        return f"{scheme} {self._bad_token(token, group)}"

    def _bad_token(self, token: str, group: str) -> str:
        """A token that nobody was given: what was changed about a good one, or the text itself if it is harmless."""
        if token in self._forged:
            return place(self._forged[token].name)
        owners = self._observer.tokens()
        own = {text: owner for text, owner in owners.items() if owner[1] == group} or owners
        good = {text: _token_variable(*owner)[0] for text, owner in own.items()}
        made = forged(f"FORGED{len(self._forged) + 1}", token, good)
        if made is None:
            return self._shown_token(token)
        owner = next(each for each in own.values() if _token_variable(*each)[0] == made.base)
        self._stand_ins.token(*_token_variable(*owner))
        changes = {"header": self._redactor.value(made.header), "claims": self._redactor.value(made.claims)}
        self._forged[token] = replace(made, **changes)
        return place(made.name)

    def _shown_token(self, token: str) -> str:
        is_harmless = len(token) < 40 and self._redactor.text(f"token {token}") == f"token {token}"
        return clear(token) if is_harmless else self._stand_ins.header("authorization")

    def _body(self, number: int, exchange: Exchange) -> tuple[str, bytes, str]:
        """The body as a text with variables, or as bytes; and what is to be known of it."""
        sent = exchange.sent.body
        if not sent:
            return "", b"", ""
        if len(sent) > LONGEST_BODY:
            return "", b"", f"its body was too long to be kept: {len(sent)} bytes"
        try:
            text = sent.decode("utf-8")
        except UnicodeDecodeError:
            return "", sent, ""
        if "\0" in text:
            return "", sent, ""
        text = self._stand_ins.without_runs(with_places(clear(text), self._known, number))
        group = self._observer.groups.get(exchange.operation_id, "")
        media_type = exchange.sent.headers.get("content-type", "").partition(";")[0].strip().lower()
        shown = self._redactor.body(text.encode(), media_type, group, is_answer=False, mask=self._stand_ins.mask)
        return shown, b"", "" if shown else "its body can't be shown without what is secret in it"

    def _told(self, expected: Expected) -> Expected:
        """Values as JSON texts without secrets, with variables for what earlier answers gave."""
        if expected.kind not in {"value", "changed"}:
            return expected
        name = expected.pointer.rpartition("/")[2]
        values = [canonical(self._redactor.value(each, name)) for each in expected.values]
        return replace(expected, values=[with_places(each, self._known, len(self._exchanges)) for each in values])


def _token_variable(actor: str, group: str) -> tuple[str, str]:
    suffix = "" if actor == "main" else f"_{actor.upper()}"
    of_mock = f"on a mock: mock-server token --group {group.replace('_', '-')}"
    says = f"a token for {group}, of {_WHO.get(actor, actor)} ({of_mock})"
    return f"{group.upper()}_TOKEN{suffix}", says


_WHO = {
    "main": "a client with all rights",
    "other": "a client of another merchant",
    "limited": "a client without rights",
}
