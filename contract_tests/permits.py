"""What may be sent to a deployment: nothing is changed there but what the run has made itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import unquote, urlsplit

from contract_tests.errors import NotReached
from contract_tests.exchange import Exchange
from contract_tests.ledger import Ledger
from contract_tests.target import Target
from openapi import Contract, Operation, contract_file, fixtures_folder, read_contract
from openapi.documents import read_document

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
PAYING = frozenset({"submitInvoice", "submitInvoiceAch"})
"""Operations that move money."""
NOBODYS_ID = "00000000-0000-4000-8000-000000000000"
"""An id that nobody gives to a record; checks of unknown ids use it."""

MAKES: Mapping[str, tuple[str, str]] = {
    "createInvoice": ("invoice", "id"),
    "publishInvoice": ("invoice", "id"),
    "presignUpload": ("upload", "uploadId"),
}
"""Operations that make records: of which kind, and how their answer calls the id."""

REMOVES = frozenset({"deleteInvoice", "deleteUpload"})
TAGGED = frozenset({"createInvoice", "updateInvoice"})
"""Operations whose body has to carry the run's tag."""

LONGEST_NAME = 255
"""Of a file that is announced."""

SHOWING = frozenset({"attachUpload", "attachInvoiceToPaymentRequest"})
"""Operations that show an upload to other people, who find the tag in its file name. Before, nobody sees it."""


@dataclass(frozen=True)
class Asked:
    """Which operation a request is for, and the ids in its path."""

    contract: Contract
    operation: Operation
    ids: tuple[str, ...]


class Permits:
    """Decides what a target lets a run send, whoever wants to send it. A mock takes everything."""

    def __init__(self, target: Target, ledger: Ledger) -> None:
        self._target = target
        self._ledger = ledger
        self._granted: dict[str, str] = {}
        self._tagged: set[str] = set()

    def require(self, method: str, url: str, body: bytes = b"", operation_id: str = "") -> int:
        """Return where the request may be sent; a number above zero is to be given back to `learn`.

        Raises:
            NotReached: the target does not allow what the request does.
        """
        if self._target.is_mock or method.upper() in SAFE_METHODS or self._is_for_tokens(url):
            return 0
        asked = asked_for(self._target, method, url)
        operation = asked.operation.id if asked else ""
        what = operation or operation_id or f"{method} {urlsplit(url).path}"
        if not self._target.may_write:
            raise self._refused(what, "writes", 'allows no writes (writes = "own-data")')
        if PAYING & {operation, operation_id} and not self._target.may_pay:
            raise self._refused(what, "moves money", 'allows none (payments = "test-cards")')
        if asked is None:
            self._require_granted(method, url, what)
            return 0
        self._require_own(asked, body)
        return self._ledger.intend(MAKES[operation][0]) if operation in MAKES else 0

    def learn(self, exchange: Exchange, number: int = 0) -> None:
        """Note what an answer says was made or removed, and which URLs it grants."""
        if self._target.is_mock:
            return
        asked = asked_for(self._target, exchange.sent.method, exchange.sent.url)
        if asked is not None and exchange.is_success:
            self._note(asked, exchange)
        if number:
            self._ledger.resolve(number)

    def _note(self, asked: Asked, exchange: Exchange) -> None:
        operation = asked.operation.id
        if operation in MAKES:
            kind, member = MAKES[operation]
            made = _member(exchange.json, member)
            if isinstance(made, str) and made:
                self._ledger.note(kind, made)
                self._grant(_member(exchange.json, "url"), made)
                if self._ledger.tag.encode() in exchange.sent.body:
                    self._tagged.add(made.lower())
        elif operation in REMOVES:
            self._ledger.settle(asked.ids[0])

    def _grant(self, url: Any, record_id: str) -> None:
        if isinstance(url, str):
            self._granted[urlsplit(url).netloc + urlsplit(url).path] = record_id

    def _is_for_tokens(self, url: str) -> bool:
        token_url = self._target.token_url
        return bool(token_url) and url.startswith((token_url, token_url.replace("/token", "/authorize")))

    def _require_granted(self, method: str, url: str, what: str) -> None:
        """Outside of the contract nothing is changed but by a presigned URL, or one that was made from it."""
        asked = urlsplit(url).netloc + urlsplit(url).path
        is_granted = any(asked.startswith(granted) or own in asked for granted, own in self._granted.items())
        if method != "PUT" or not is_granted:
            raise self._refused(what, "may change something", "is changed by what the contract documents only")

    def _require_own(self, asked: Asked, body: bytes) -> None:
        """Only records of the run are touched, and all of them carry its tag."""
        operation, target = asked.operation.id, self._target
        value = _value(body)
        given = _member(value, "id") if operation == "publishInvoice" else None
        own = [*asked.ids, *([str(given)] if given is not None else [])]
        free = {NOBODYS_ID, target.payment_request.lower()}
        for each in own:
            if not self._ledger.has(each) and each.lower() not in free:
                raise self._refused(operation, f"is about {each}", "is touched only where the run has made the record")
        if operation in SHOWING and not self._tagged & {each.lower() for each in asked.ids} and NOBODYS_ID not in own:
            raise self._refused(operation, "shows a file without the run's tag in its name", "gets none without it")
        is_making = operation in TAGGED or (operation == "publishInvoice" and not own)
        is_making = is_making or (operation == "presignUpload" and can_be_tagged(_member(value, "filename")))
        if is_making and isinstance(value, dict) and self._ledger.tag.encode() not in body:
            raise self._refused(operation, "lacks the run's tag", "gets no record without it")
        if operation == "submitInvoice" and _is_real_card(str(_member(value, "accountNumber") or "")):
            raise self._refused(operation, "has a card number that is no test card's", "gets test cards only")

    def _refused(self, what: str, does: str, but: str) -> NotReached:
        return NotReached(f"{what} {does}, and {self._target.name} {but}")


def can_be_tagged(filename: Any) -> bool:
    """Whether it is a name that an upload may have; another one makes none."""
    return isinstance(filename, str) and 0 < len(filename) <= LONGEST_NAME


def asked_for(target: Target, method: str, url: str) -> Asked | None:
    """The operation that a URL is for; `None` where the contracts have none there."""
    plain = url.partition("?")[0].partition("#")[0]
    for group, base in target.bases.items():
        if plain.startswith(base + "/"):
            contract = _contract(group)
            path = plain.removeprefix(base)
            operation_id = contract.methods_at(path).get(method)
            if operation_id is not None:
                operation = contract.operations[operation_id]
                return Asked(contract, operation, _ids(operation.path, path))
    return None


def _ids(template: str, path: str) -> tuple[str, ...]:
    pairs = zip(template.split("/"), path.split("/"), strict=True)
    return tuple(unquote(value) for name, value in pairs if name.startswith("{"))


def _is_real_card(number: str) -> bool:
    """Whether somebody could have this card: a valid number that is no test card's."""
    digits = [int(each) for each in number if each.isascii() and each.isdigit()]
    doubled = [each if at % 2 == 0 else (2 * each) // 10 + (2 * each) % 10 for at, each in enumerate(reversed(digits))]
    is_valid = 12 <= len(digits) <= 19 and sum(doubled) % 10 == 0
    return is_valid and "".join(map(str, digits)) not in _test_cards()


@lru_cache(maxsize=1)
def _test_cards() -> frozenset[str]:
    data = read_document(fixtures_folder() / "test_cards.yaml").data
    return frozenset(each["number"] for each in data["cards"])


@lru_cache(maxsize=4)
def _contract(group: str) -> Contract:
    return read_contract(contract_file(group))


def _value(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _member(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None
