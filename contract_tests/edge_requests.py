"""Requests with one value at the edge of its schema in them, the rest being fine; and many allowed ones at once."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from contract_tests import bodies
from contract_tests.boundaries import Edge, Place, candidates, edges, is_valid, missing, places
from contract_tests.examiner import Examiner
from contract_tests.feeding import REFERENCES, Feed
from contract_tests.workshop import PDF, REQUESTS, Invoices
from openapi import Contract, Operation
from openapi.model import Parameter

SPARE = 1000
"""What the rest of an invoice may amount to, and more."""


def base(examiner: Examiner, feed: Feed, operation_id: str, record_id: str) -> Any:
    """A body that is fine, and stays so whatever one member of it is."""
    if operation_id == "confirmUpload":
        return {"sha256": feed.digest(record_id)}
    if operation_id in BASES:
        return copy.deepcopy(BASES[operation_id](examiner))
    return REQUESTS[operation_id](Invoices(examiner), record_id)[1]


def _published(examiner: Examiner) -> Any:
    """Its total is above zero even with no discount left to give and nothing known of the first line."""
    return bodies.invoice(examiner.tag, lineItems=[{}, bodies.line()], shippingAmount=10)


BASES: Mapping[str, Callable[[Examiner], Any]] = {
    "createInvoice": lambda _: {},
    "updateInvoice": lambda _: {},
    "publishInvoice": _published,
    "presignUpload": lambda examiner: {
        "filename": f"{examiner.tag}.pdf",
        "mimeType": "application/pdf",
        "size": len(PDF),
    },
}

GOVERNED: Mapping[str, frozenset[str]] = {
    "publishInvoice": frozenset({"id", "lineItems"}),
    "submitInvoice": frozenset({"totalAmount", "accountNumber", "expirationYear", "expirationMonth", "securityCode"}),
    "submitInvoiceAch": frozenset(
        {"routingNumber", "accountNumber", "firstName", "lastName", "companyName", "authorizeBankWithdrawal"}
    ),
    "sendInvoiceSms": frozenset({"phoneNumber", "customerConsent"}),
    "presignUpload": frozenset({"mimeType", "size"}),
    "confirmUpload": frozenset({"sha256"}),
}
"""Members on which rules have more to say than the schema: what the schema allows may still be refused."""


@dataclass(frozen=True)
class Body:
    """A body with edges in it."""

    edges: tuple[Edge, ...]
    value: Any

    @property
    def what(self) -> str:
        shown = [f"{told(each.place) or 'the body'}: {each.what}" for each in self.edges]
        return "; ".join(shown[:2]) + (f" and {len(shown) - 2} more" if len(shown) > 2 else "")


def forbidden(contract: Contract, operation: Operation, start: Any) -> Iterator[Body]:
    """Bodies with one thing in them that the schema forbids, or without one that it wants."""
    schema = _schema(operation)
    for each in edges(contract, schema):
        if not each.is_allowed:
            yield Body((each,), placed(start, each.place, each.value))
    for place, inner in places(contract, schema):
        for name in missing(contract, inner):
            edge = Edge((*place, name), None, "is missing", False)
            yield Body((edge,), without(start, (*place, name)))


def allowed(contract: Contract, operation: Operation, start: Any) -> Iterator[Body]:
    """Bodies with allowed values in them: where it can be said that all must be taken many at once, else one."""
    schema = _schema(operation)
    leaves: dict[Place, list[Edge]] = {}
    inner = {place[:-1] for place, _ in places(contract, schema) if place}
    for each in edges(contract, schema):
        if not each.is_allowed:
            continue
        if each.place in inner or may_be_refused(contract, operation.id, each):
            yield Body((each,), placed(start, each.place, each.value))
        else:
            leaves.setdefault(each.place, []).append(each)
    for number in range(max((len(found) for found in leaves.values()), default=0)):
        row = tuple(found[number % len(found)] for found in leaves.values())
        body = start
        for each in row:
            body = placed(body, each.place, each.value)
        yield Body(row, body)


def may_be_refused(contract: Contract, operation_id: str, edge: Edge) -> Sequence[int]:
    """With which statuses a rule may refuse what the schema allows; none where it must be taken."""
    place = edge.place
    if place and place[0] in GOVERNED.get(operation_id, frozenset()) and "[" not in told(place):
        return [400, 404, 409]
    if place and edge.value is not None and (place[-1] in REFERENCES or place == ("customer", "id")):
        return [404]
    if not place and operation_id not in {"createInvoice", "updateInvoice"}:
        return [400, 404]
    most = contract.rules.get("INV-TOTAL-RANGE")
    is_amount = isinstance(edge.value, int | Decimal) and not isinstance(edge.value, bool)
    if most is not None and is_amount and edge.value > Decimal(str(most.limits["maximum"])) - SPARE:
        return [400]
    return []


def placed(body: Any, place: Place, value: Any) -> Any:
    """A copy of the body with the value at a place; what is missing on the way is made."""
    if not place:
        return value
    name, rest = place[0], place[1:]
    if isinstance(name, int):
        found = list(body) if isinstance(body, list) else []
        found += [{}] * (name + 1 - len(found))
        found[name] = placed(found[name], rest, value)
        return found
    members = dict(body) if isinstance(body, dict) else {}
    members[name] = placed(members.get(name), rest, value)
    return members


def without(body: Any, place: Place) -> Any:
    """A copy of the body that lacks a member."""
    name, rest = place[0], place[1:]
    if rest:
        return {**body, name: without(body[name], rest)}
    return {key: value for key, value in body.items() if key != name}


def told(place: Place) -> str:
    """The place as error envelopes name it, such as `LineItems[0].UnitPrice`."""
    words = [f"[{each}]" if isinstance(each, int) else f".{each[:1].upper()}{each[1:]}" for each in place]
    return "".join(words).removeprefix(".")


def texts(contract: Contract, parameter: Parameter) -> Iterator[tuple[str, str, bool]]:
    """Texts of a parameter near the edges of its schema: the text, what is special, and whether it is allowed."""
    kind = parameter.schema.get("type") or contract.schemas[parameter.schema["$ref"].rpartition("/")[2]]["type"]
    for value, what in candidates(contract, parameter.schema):
        if kind == "string" and isinstance(value, str):
            yield value, what, is_valid(contract, parameter.schema, value)
        elif kind in {"integer", "number"} and isinstance(value, int | Decimal) and not isinstance(value, bool):
            yield str(value), what, is_valid(contract, parameter.schema, value)
    yield from ((text, what, is_fine) for text, what, is_fine in MISREAD.get(kind, ()))


MISREAD: Mapping[str, Sequence[tuple[str, str, bool]]] = {
    "integer": [
        ("one", "a word", False),
        ("1_0", "digits with an underscore, as Python has it", False),
        ("0x1", "hex digits", False),
        ("1e0", "an exponent", False),
        ("", "nothing", False),
        ("1,0", "a comma", False),
        ("NaN", "not a number", False),
        ("99999999999999999999999999", "more than any integer has", False),
    ],
    "boolean": [
        ("true", "true", True),
        ("false", "false", True),
        ("perhaps", "a word", False),
        ("2", "a number", False),
        ("", "nothing", False),
    ],
}
"""What servers take for numbers and truth values although it is none."""


def _schema(operation: Operation) -> Mapping[str, Any]:
    assert operation.body is not None, "only operations with a body are asked"
    return operation.body.contents[0].schema
