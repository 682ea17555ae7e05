"""Headers whose values are secret by their names alone, and what is shown of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from openapi.redaction.names import HIDDEN

_SCHEMES = frozenset({"basic", "bearer", "digest", "negotiate"})
_SECRET_NAME = re.compile(
    r"token|secret|passw|api-?key|credential|security-?code|account-?number|cvv|cvc", re.IGNORECASE
)


def mask_of(name: str) -> Callable[[str], str] | None:
    """What becomes of the value of a header, by its name in lower case; `None` where the name decides nothing."""
    return _MASKS.get(name) or (_hide if _SECRET_NAME.search(name) else None)


def _hide(value: str) -> str:
    return HIDDEN


def _scheme_only(value: str) -> str:
    scheme, blank, _ = value.partition(" ")
    return f"{scheme} {HIDDEN}" if blank and scheme.lower() in _SCHEMES else HIDDEN


_MASKS: Mapping[str, Callable[[str], str]] = {
    "authorization": _scheme_only,
    "cookie": _hide,
    "proxy-authorization": _hide,
    "set-cookie": _hide,
}
"""Headers that are secret whatever is in them."""
