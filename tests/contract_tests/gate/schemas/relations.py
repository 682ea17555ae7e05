"""How two schemas lie to each other, as tables say it; and what every verdict has to keep."""

from __future__ import annotations

from typing import Any

import jsonschema_rs

from contract_tests.gate.schemas.inclusion import Inclusion, Verdict, included

RELATIONS = {
    "==": (Verdict.INCLUDED, Verdict.INCLUDED),
    "<": (Verdict.INCLUDED, Verdict.NOT_INCLUDED),
    "<>": (Verdict.NOT_INCLUDED, Verdict.NOT_INCLUDED),
    "?": (Verdict.UNDECIDED, Verdict.UNDECIDED),
    "<?": (Verdict.INCLUDED, Verdict.UNDECIDED),
}
"""What each sign says of left in right, and of right in left."""

Row = tuple[Any, str, Any]


def is_valid(schema: Any, value: Any) -> bool:
    """What a validator says that knows nothing of all this."""
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True).is_valid(value)


def checked(small: Any, big: Any) -> Inclusion:
    """The verdict; where it says that not all is included, its witness is one."""
    found = included(small, big)
    if found.verdict is Verdict.NOT_INCLUDED:
        assert is_valid(small, found.witness)
        assert not is_valid(big, found.witness)
        assert found.reason
    else:
        assert found.witness is None
        assert bool(found.reason) is (found.verdict is Verdict.UNDECIDED)
    return found


def relation(left: Any, right: Any) -> tuple[Verdict, Verdict]:
    """Both verdicts."""
    return checked(left, right).verdict, checked(right, left).verdict


def string(**keywords: Any) -> dict[str, Any]:
    return {"type": "string", **keywords}


def number(**keywords: Any) -> dict[str, Any]:
    return {"type": "number", **keywords}


def integer(**keywords: Any) -> dict[str, Any]:
    return {"type": "integer", **keywords}


def array(items: Any = True, **keywords: Any) -> dict[str, Any]:
    return {"type": "array", "items": items, **keywords}


def thing(**keywords: Any) -> dict[str, Any]:
    """An object."""
    return {"type": "object", **keywords}


def members(required: str = "", **properties: Any) -> dict[str, Any]:
    """An object with some properties; `required`: the names of some, with spaces between."""
    return thing(properties=properties, required=required.split())
