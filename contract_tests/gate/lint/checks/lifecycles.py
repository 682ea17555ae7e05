"""What the contract's own reader finds: lifecycles that are not whole, and rules whose status is not documented."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from contract_tests.gate.lint.check import Found, Weight, check
from contract_tests.gate.lint.subject import Subject
from openapi.checking import CHECKS
from openapi.documents import Document, DocumentError
from openapi.model import Contract
from openapi.reading import build_contract

_NOT_OPENAPI = (AttributeError, KeyError, TypeError, ValueError)
"""What the reader stumbles over where a value is of a kind that nobody expects there."""


@check(
    "contract-readable",
    Weight.TOOLKIT,
    "rules and lifecycles are written so that they can be read",
    "mend what the sentence says; the others can't be looked for before",
)
def is_readable(subject: Subject) -> Iterator[Found]:
    error = _read(subject)[1]
    if error is not None:
        yield _found(subject, error)


@check(
    "rule-status",
    Weight.TOOLKIT,
    "the status that a rule refuses with is documented by the operations it is on",
    "add the answer to the operation, or change the rule",
)
def has_documented_status(subject: Subject) -> Iterator[Found]:
    yield from _of(subject, "rules")


@check(
    "lifecycle-whole",
    Weight.TOOLKIT,
    "a lifecycle says once what every action does in every state, and all that it names is there",
    "add the transition or refusal, or mend the name",
)
def is_whole(subject: Subject) -> Iterator[Found]:
    yield from _of(subject, "lifecycles")


class _Pointing(Document):
    """Errors that know their pointer."""

    def error(self, pointer: str, reason: str) -> DocumentError:
        found = DocumentError(self.file, 1, reason)
        found.add_note(pointer)
        return found


def _of(subject: Subject, name: str) -> Iterator[Found]:
    contract, _ = _read(subject)
    if contract is None:
        return
    try:
        yield from (_found(subject, each) for each in CHECKS[name](contract, _document(subject)))
    except _NOT_OPENAPI as error:
        yield _found(subject, _unreadable(subject, error))


def _found(subject: Subject, error: DocumentError) -> Found:
    (pointer,) = error.__notes__
    return Found(subject.nearest(pointer), error.reason)


def _document(subject: Subject) -> Document:
    return _Pointing(Path(subject.specification.origin), "", subject.root.value)


@lru_cache(maxsize=1)
def _read(subject: Subject) -> tuple[Contract | None, DocumentError | None]:
    try:
        return build_contract(_document(subject)), None
    except DocumentError as error:
        return None, error
    except _NOT_OPENAPI as error:
        return None, _unreadable(subject, error)


def _unreadable(subject: Subject, error: Exception) -> DocumentError:
    return _document(subject).error("/x-lifecycle", f"rules and lifecycles can't be read: {error}")
