"""Sensitive values of requests as variables: whoever runs the steps gives them, or a harmless one of the same shape."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from contract_tests.reproduction.steps import Given, is_place, place
from openapi import fixtures_folder
from openapi.documents import read_document
from openapi.redaction.digits import is_card

_MASKED_CARD = re.compile(r"\*{4}\d{4}")
_RUN = re.compile(r"(?<![\w\-])([0-9])\1{11,}(?![\w\-])")
_LAST = 4


class StandIns:
    """Keeps a variable for every sensitive value of the steps."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self.given: list[Given] = []

    def mask(self, mark: str, value: str) -> str:
        """What stands for a sensitive value in a text; `mark`: how the contract marks it."""
        if is_place(value):
            return value
        if value not in self._names:
            self._names[value] = self._add(mark, value)
        return place(self._names[value])

    def header(self, name: str) -> str:
        """What stands for a header's secret value."""
        key = f"header {name}"
        if key not in self._names:
            self._names[key] = "HEADER_" + re.sub(r"[^A-Z0-9]+", "_", name.upper())
            self.given.append(Given(self._names[key], f"the value of the header {name}"))
        return place(self._names[key])

    def without_runs(self, text: str) -> str:
        """The text with variables for one digit again and again: it is nobody's number, and would be taken for one."""
        return _RUN.sub(lambda run: place(self._run(run[0])), text)

    def _run(self, digits: str) -> str:
        return self._once(Given(f"DIGIT{digits[0]}_TIMES{len(digits)}", "one digit again and again", digits))

    def token(self, name: str, says: str) -> str:
        """What stands for a good token."""
        return place(self._once(Given(name, says)))

    def namespace(self) -> str:
        """What stands for the namespace of a mock, which is gone when the run has ended."""
        return place(self._once(Given("NAMESPACE", "the namespace of the mock", "replayed")))

    def _once(self, given: Given) -> str:
        if all(each.name != given.name for each in self.given):
            self.given.append(given)
        return given.name

    def _add(self, mark: str, value: str) -> str:
        kind, says, default = _described(mark, value)
        taken = sum(each.name.startswith(kind) for each in self.given)
        name = f"{kind}_{taken + 1}" if taken else kind
        self.given.append(Given(name, says, default))
        return name


def _described(mark: str, value: str) -> tuple[str, str, str]:
    """The kind of a value, what whoever has to give it needs to know, and a stand-in where any will do."""
    digits = re.sub(r"[ -]", "", value)
    if is_card(digits) or _MASKED_CARD.fullmatch(value):
        return "CARD", f"the test card that ends in {value[-_LAST:]} (fixtures/test_cards.yaml)", ""
    if mark == "last4" and value in _special_accounts():
        return "ACCOUNT", f"the test account that ends in {value[-_LAST:]} (fixtures/bank_accounts.yaml)", ""
    shape = f"any {len(value)} characters of this kind"
    if mark == "last4":
        return "NUMBER", shape, stand_in(value)
    return ("SECURITY_CODE" if len(value) <= _LAST and value.isdigit() else "SECRET"), shape, stand_in(value)


def stand_in(value: str) -> str:
    """Something of the same length and kind that is no secret and no card number."""
    for digit, letter in ("1x", "2y"):
        changed = "".join(digit if each.isdigit() else letter if each.isalpha() else each for each in value)
        if changed != value and not is_card(re.sub(r"\D", "", changed)):
            return changed
    return changed[:-1] + "3"


@lru_cache(maxsize=1)
def _special_accounts() -> Sequence[str]:
    accounts = read_document(fixtures_folder() / "bank_accounts.yaml").data["accounts"]
    return [str(each["accountNumber"]) for each in accounts if each.get("returnCode")]
