"""What is shown of a run: no token, no secret, no card number.

What is sensitive stands in the contracts (`x-sensitive`); what the run itself was given as a secret, or was told by an
authorization server, is known word for word.
"""

from __future__ import annotations

import math
import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any
from urllib.parse import quote, quote_plus, urlsplit

from contract_tests.exchange import Exchange
from contract_tests.findings import Step
from contract_tests.target import Target
from openapi import contract_file, contract_names, read_contract
from openapi.redaction.bodies import Mask, Reader, masked
from openapi.redaction.headers import mask_of
from openapi.redaction.names import HIDDEN, MASKS, Sensitive
from openapi.redaction.texts import clean_path, without_secrets

SHORTEST_SECRET = 6
MOST_KEPT = 2000
LONGEST_BODY = 16 * 1024
LONGEST_TEXT = 4000
_JWT = "eyJ"
"""How tokens begin that are known by their form."""

_PUBLIC_HEADERS = frozenset({"accept", "accept-language", "content-type", "user-agent", "x-api-version"})
_USER = re.compile(r"//[^/?#@\s]+@")


@lru_cache(maxsize=1)
def sensitive() -> Sensitive:
    """What all contracts say is sensitive."""
    return Sensitive([read_contract(contract_file(name)) for name in contract_names()])


class Redactor:
    """Takes secrets out of whatever is written down; safe to share between threads."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        self._headers: dict[tuple[str, str], tuple[str, str]] = {}
        self._lock = threading.Lock()
        self.learn(secrets)

    def learn(self, secrets: Iterable[str]) -> None:
        """From now on these are hidden wherever they stand, also percent-encoded."""
        new = {each for each in secrets if len(each) >= SHORTEST_SECRET and not each.startswith(_JWT)} - self._secrets
        if not new:
            return
        with self._lock:
            self._secrets |= new
            spelled = {form(each) for each in self._secrets for form in (str, quote, quote_plus)}
            self._headers = {}
            self._pattern = re.compile("|".join(map(re.escape, sorted(spelled, key=len, reverse=True))))

    def text(self, text: str, *, is_answer: bool = False) -> str:
        """A text whose form nobody promises: a message, a reason."""
        text = plain(text)
        known = self._without_known(_USER.sub("//***@", text) if "@" in text else text)
        return without_secrets(known, sensitive().names(None), is_answer=is_answer)

    def value(self, value: Any, name: str = "", group: str = "") -> Any:
        """A value of any kind as plain JSON; `name`: the member it stands under, if it has one; `group`: in whose API,
        for a name may be a secret's in one and no secret's in another.
        """
        mark = sensitive().names(group or None).mark(name) if name and not name.isdigit() else None
        if isinstance(value, Mapping):
            return {self.text(str(key)): self.value(each, str(key), group) for key, each in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self.value(each, name, group) for each in value]
        if value is None or isinstance(value, bool):
            return value
        if mark is not None:
            return MASKS[mark](str(value))
        if isinstance(value, int | float | Decimal | Fraction):
            return self._number(value)
        text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
        return self.text(_shortened(plain(text)))

    def url(self, url: str) -> str:
        """A URL without users, signatures and secret parameters; still a URL."""
        try:
            parts = urlsplit(_USER.sub("//***@", plain(url)))
        except ValueError:
            return self.text(url)
        names = sensitive().names(None)
        query = Reader(names, is_marked=False, is_answer=False).pairs(parts.query)
        cleaned = parts._replace(path=clean_path(parts.path, names), query=query).geturl()
        return self._without_known(plain(cleaned))

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Headers without what is secret by name or by content."""
        return dict(map(self._kept_header, headers.items()))

    def body(self, body: bytes, media_type: str, group: str, *, is_answer: bool, mask: Mask = masked) -> str:
        """A body as text; "" where it is no text, or where nobody could tell what is secret in it.

        `mask`: what stands for a sensitive value instead of the contract's own way.
        """
        if not body:
            return ""
        is_cut = len(body) > LONGEST_BODY
        reader = Reader(sensitive().names(group or None), is_marked=False, is_answer=is_answer, mask=mask)
        cleaned = reader.clean(body[:LONGEST_BODY], media_type, is_cut=is_cut)
        return self._without_known(cleaned.decode("utf-8", "replace")) if cleaned else ""

    def step(self, exchange: Exchange, group: str = "") -> Step:
        """An exchange as it may be shown."""
        sent = exchange.sent
        media_type = sent.headers.get("content-type", "").partition(";")[0].strip().lower()
        return Step(
            method=plain(sent.method),
            url=self.url(sent.url),
            headers=self.headers(sent.headers),
            body=self.body(sent.body, media_type, group, is_answer=False),
            status=exchange.status,
            answer_headers=self.headers(exchange.headers),
            answer=self.body(exchange.body, exchange.media_type, group, is_answer=True),
            operation=exchange.operation_id,
            body_bytes=len(sent.body),
            answer_bytes=len(exchange.body),
        )

    def _number(self, value: float | Decimal | Fraction) -> Any:
        """A number as JSON has it; an exact decimal as a text, which keeps its zeros."""
        if isinstance(value, Fraction):
            value = int(value) if value.denominator == 1 else float(value)
        text = str(value)
        cleaned = self.text(text)
        is_plain = isinstance(value, int) or (isinstance(value, float) and math.isfinite(value))
        return value if is_plain and cleaned == text else cleaned

    def _kept_header(self, pair: tuple[str, str]) -> tuple[str, str]:
        """A header as it is shown; most are the same in every call."""
        found = self._headers.get(pair)
        if found is None:
            found = self.text(pair[0]), self._header(pair[0], plain(pair[1]))
            if len(self._headers) < MOST_KEPT:
                self._headers[pair] = found
        return found

    def _header(self, name: str, value: str) -> str:
        mask = mask_of(name.lower())
        return mask(value) if mask else self.text(value)

    def _without_known(self, text: str) -> str:
        return self._pattern.sub(HIDDEN, text) if self._pattern else text


def secrets_of(target: Target) -> Iterator[str]:
    """What a target's settings have that nobody may see."""
    yield target.admin_token
    yield from (value for name, value in target.headers.items() if name.lower() not in _PUBLIC_HEADERS)
    for groups in target.credentials.values():
        for each in groups.values():
            yield from (each.client_secret, each.token, each.refresh_token, each.password)


def plain(text: str) -> str:
    """A text that every format can carry: no half characters."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}… ({len(text)} characters)"
