"""That a call is refused as the contract says: by the rule's status, in the group's envelope."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from contract_tests.broken import Broken, Difference
from contract_tests.examiner import contract
from contract_tests.exchange import Exchange

CODES = {400: "V0000", 403: "F0000", 404: "N0000", 409: "C0000", 500: "I0000"}
"""The envelope's `errorCode` by status, as the contract's description has them."""

CHANGES_NOTHING = "INV-REFUSAL-CHANGES-NOTHING"
_PASCAL = re.compile(r"[A-Z][A-Za-z0-9-]*(\[[0-9]+\])*(\.[A-Z][A-Za-z0-9-]*(\[[0-9]+\])*)*")


def require_refused(
    answer: Exchange,
    rules: Sequence[str] | str,
    operation_id: str,
    *,
    entity_id: str = "",
    fields: Sequence[str] = (),
    what: str = "",
) -> None:
    """Return where the call was refused by one of the rules.

    `entity_id`: the record the refusal must name. `fields`: what `errors` must have messages on, "A|B" for one of both.
    Raises `Broken`.
    """
    names = [rules] if isinstance(rules, str) else list(rules)
    known = contract("invoices").rules
    statuses = sorted({known[name].status for name in names})
    says = what or f"{operation_id} must be refused: {known[names[0]].says}"
    if answer.status not in statuses:
        expected = " or ".join(map(str, statuses))
        raise Broken(names[0], says, [Difference("status", expected, answer.status)], operation_id=operation_id)
    differences = list(_envelope_differences(answer, entity_id, fields))
    if differences:
        message = f"the refusal of {operation_id} says something else than what is the case"
        raise Broken(names[0], message, differences, operation_id=operation_id)


def _envelope_differences(answer: Exchange, entity_id: str, fields: Sequence[str]) -> Iterator[Difference]:
    envelope = answer.json
    if envelope["statusCode"] != answer.status:
        yield Difference("/statusCode", answer.status, envelope["statusCode"])
    code = CODES.get(answer.status)
    if code and envelope.get("errorCode") != code:
        yield Difference("/errorCode", code, envelope.get("errorCode"))
    if entity_id and str(envelope.get("entityId")).lower() != entity_id.lower():
        yield Difference("/entityId", entity_id, envelope.get("entityId"))
    errors = envelope["errors"]
    if not all(set(each.split("|")) & set(errors) for each in fields):
        yield Difference("/errors", sorted(fields), sorted(errors))
    wrong = [name for name in errors if not _PASCAL.fullmatch(name)]
    if wrong:
        yield Difference("/errors", "names in PascalCase", wrong)
    silent = [name for name, messages in errors.items() if not messages or not all(messages)]
    if silent:
        yield Difference("/errors", "a message each", silent)
    untold = [each for messages in errors.values() for each in messages if each not in envelope["details"]]
    if untold:
        yield Difference("/details", untold[0], envelope["details"])
