"""The mock: the installed program, one process, in memory; journal and all checks are on, there is no way to switch
them off.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.metadata import version

from tests.benchmarks.contenders.contender import MOCK, Contender, Setting
from tests.benchmarks.lab import MOCK_SERVER

HEALTH = "/_mock/health"
LOGGING = "mock, access log on"
DISTRIBUTION = "invoice-contract-toolkit"


def _command(*more: str) -> Callable[[Setting], Sequence[str]]:
    return lambda setting: [MOCK_SERVER, "serve", "--port", str(setting.port), *more]


def _contender(name: str, place: int, says: str, *more: str, has_state_changes: bool) -> Contender:
    return Contender(
        name=name,
        place=place,
        says=says,
        command=_command(*more),
        version=lambda: version(DISTRIBUTION),
        ready_path=HEALTH,
        has_records=True,
        has_state_changes=has_state_changes,
    )


CONTENDERS = [
    _contender(
        MOCK,
        0,
        "tokens, schemas of requests and answers, rules, state, journal; no access log, as all others have none",
        "--no-access-log",
        has_state_changes=True,
    ),
    _contender(LOGGING, 1, "the same as it starts by itself: with a line of JSON per request", has_state_changes=False),
]
