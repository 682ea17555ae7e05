"""Cards and bank accounts: which of them are well-formed, and what the simulated processor says to them.

The numbers themselves live in arguments and local names only: nothing here keeps, logs or repeats one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

_CARD = re.compile(r"[0-9]{12,19}")
_ROUTING = re.compile(r"[0-9]{9}")
_ACCOUNT = re.compile(r"[0-9]{4,17}")
_CVV = re.compile(r"[0-9]{3,4}")
_ABA_WEIGHTS = (3, 7, 1) * 3


@dataclass(frozen=True)
class CardAnswer:
    """What the processor says. `code`: its response code, "00" for approved."""

    is_approved: bool
    code: str
    reason: str


@dataclass(frozen=True)
class Processing:
    """The simulated processor: test cards and bank accounts by number; others are approved or settle."""

    cards: Mapping[str, CardAnswer]
    returned_accounts: Mapping[str, str]

    @classmethod
    def from_fixtures(cls, cards: Mapping[str, Any], accounts: Mapping[str, Any]) -> Processing:
        """Read the tables of the fixture files `test_cards` and `bank_accounts`."""
        return cls(
            cards={
                str(each["number"]): CardAnswer(each["outcome"] == "approve", str(each["code"]), str(each["reason"]))
                for each in cards["cards"]
            },
            returned_accounts={
                str(each["accountNumber"]): str(each["returnCode"])
                for each in accounts["accounts"]
                if each.get("returnCode")
            },
        )

    def charge(self, number: str) -> CardAnswer:
        """The processor's answer to a well-formed card number."""
        return self.cards.get(number, CardAnswer(is_approved=True, code="00", reason="Approved"))

    def return_code(self, account_number: str) -> str | None:
        """The code the bank will return a payment from this account with, or `None` when it will settle."""
        return self.returned_accounts.get(account_number)


def shown_end(number: str) -> str:
    """What may be shown of a number: its last four digits, and never more than half of it."""
    return number[-min(4, len(number) // 2) :]


def is_card_number(number: str | None) -> bool:
    """12 to 19 digits with a right check digit (Luhn, ISO/IEC 7812-1)."""
    if number is None or not _CARD.fullmatch(number):
        return False
    digits = [int(each) for each in reversed(number)]
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def is_security_code(code: str | None) -> bool:
    """3 or 4 digits."""
    return code is not None and _CVV.fullmatch(code) is not None


def is_unexpired(year: int | None, month: int | None, now: datetime) -> bool:
    """Whether a card is good on this day: to the end of its month. Two-digit years are of this century."""
    if year is None or month is None or not 1 <= month <= 12 or not 0 <= year <= 9999:
        return False
    full_year = year + 2000 if year < 100 else year
    return (full_year, month) >= (now.year, now.month)


def is_routing_number(number: str | None) -> bool:
    """9 digits with a right check digit (ABA)."""
    if number is None or not _ROUTING.fullmatch(number):
        return False
    return sum(weight * int(digit) for weight, digit in zip(_ABA_WEIGHTS, number, strict=True)) % 10 == 0


def is_account_number(number: str | None) -> bool:
    """4 to 17 digits."""
    return number is not None and _ACCOUNT.fullmatch(number) is not None
