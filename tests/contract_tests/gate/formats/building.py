"""Reports to be rendered, of whatever a test needs."""

from __future__ import annotations

from datetime import date
from typing import Any

from contract_tests.gate.change import Direction, Place, Witness
from contract_tests.gate.report import Advice, Item, Part, Report, judged
from contract_tests.waivers import Waiver

TODAY = date(2026, 11, 22)
OLD = Place("git:abc:openapi/shop.yaml", "/paths/~1payments/post", 10)
NEW = Place("openapi/shop.yaml", "/paths/~1payments/post", 12)
REQUEST = {"method": "POST", "path": "/payments", "body": {"amount": 1}}
KINDS = {
    "breaking": (Part.CHANGES, "request-property-became-required"),
    "risky": (Part.CHANGES, "response-enum-value-added"),
    "safe": (Part.CHANGES, "operation-added"),
    "error": (Part.LINT, "lint-example-does-not-conform"),
    "warning": (Part.LINT, "lint-no-description"),
    "version": (Part.VERSIONS, "version-not-raised"),
    "note": (Part.DRIFT, "drift-assumption-refuted"),
}


def item(severity: str = "breaking", **members: Any) -> Item:
    """An item of a severity, with everything that an item can have."""
    part, kind = KINDS[severity]
    given = {
        "part": part,
        "kind": kind,
        "says": "POST /payments needs body.customer.email.",
        "fingerprint": f"{severity}-0123",
        "operation": "POST /payments",
        "subject": "body.customer.email",
        "direction": "request",
        "old": OLD,
        "new": NEW,
        "witness": Witness(Direction.REQUEST, REQUEST, "customer is missing"),
        "means": "A property has to be sent that had not to.",
        "hint": "Give it a default.",
        "provenance": "assumed",
    }
    return Item(severity=severity, **{**given, **members})


def one_of_each() -> list[Item]:
    return [item(severity) for severity in KINDS]


def waiver(fingerprint: str, until: str = "2027-01-31", text: str = "known") -> Waiver:
    return Waiver(fingerprint, text, text, until)


def advice(**members: Any) -> Advice:
    given = {"old": "1.0.0", "new": "1.0.0", "bump": "major", "suggested": "2.0.0", "is_enough": False, "place": NEW}
    return Advice(**{"specification": "shop", "says": "still 1.0.0 is not enough", **given, **members})


def report(*items: Item, waivers: tuple[Waiver, ...] = (), known: tuple[str, ...] = (), **members: Any) -> Report:
    """A gate's report that breaking changes and errors fail."""
    found = judged(items, ["breaking", "error"], TODAY, waivers, known)
    return Report(**{"command": "gate", "title": "openapi against origin/main", "items": found, **members})
