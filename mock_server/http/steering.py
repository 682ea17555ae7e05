"""What a request prefers for its answer (`Prefer`), and how an answer says that it was steered."""

from __future__ import annotations

from asyncio import sleep
from collections.abc import MutableMapping
from typing import Any

from mock_server.core.errors import Refused
from mock_server.core.exchange import Response
from mock_server.core.steering.examples import Examples, NotShown
from mock_server.core.steering.prefer import MalformedPreference, Preferences, preferences
from mock_server.http.context import Exchange, Scope
from openapi.model import Operation

RULE = "CTL-PREFER"
STEERED = "x-mock-steered"
APPLIED = "preference-applied"
PREFER = b"prefer"


class Preferred:
    """One operation's answers as requests may prefer them."""

    def __init__(self, operation: Operation, max_wait_seconds: float) -> None:
        self._examples = Examples(operation)
        self._max_wait_seconds = max_wait_seconds

    async def answer(self, scope: Scope, media_type: str) -> Response | None:
        """The contract's answer that the request prefers, after the wait it prefers; `None` for the operation's own.

        `media_type`: the one the client would rather have, where there are several.

        Raises:
            Refused: CTL-PREFER, the contract shows no such answer, or nobody can tell what is asked for.
        """
        lines = [value.decode("latin-1") for name, value in scope["headers"] if name == PREFER]
        if not lines:
            return None
        try:
            asked = preferences(lines, self._max_wait_seconds)
            response = self._examples.wanted(asked, media_type) if asked.has_answer else None
        except (MalformedPreference, NotShown) as error:
            raise Refused(RULE, str(error)) from error
        if asked != Preferences():
            tell(Exchange.of(scope), asked.steered, asked.applied)
        if asked.wait_seconds:
            await sleep(asked.wait_seconds)
        return response


def tell(exchange: Exchange, steered: str, applied: str = "") -> None:
    """Note by what the answer is steered, beside what was noted before. `applied`: the preferences it follows."""
    exchange.trace.steered = ", ".join(each for each in (exchange.trace.steered, steered) if each)
    told = {STEERED: exchange.trace.steered, APPLIED: applied}
    exchange.steering = tuple((name.encode(), text.encode("latin-1")) for name, text in told.items() if text)


def telling(exchange: Exchange, message: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The beginning of an answer, with what there is to tell of its steering."""
    return {**message, "headers": [*message["headers"], *exchange.steering]}
