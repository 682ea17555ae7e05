"""openapi-backend, which brings routing and validation to a server of Node's own, or to Express."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from tests.benchmarks.contenders.contender import CONTRACT, OPENAPI_BACKEND, Contender, Setting
from tests.benchmarks.contenders.peers import node_missing, node_module, node_version
from tests.benchmarks.lab import ROOT

APP = Path(__file__).parent / "apps" / "backend.cjs"
KEY = ROOT / "fixtures" / "keys" / "signing_key.json"


def _command(*more: str) -> Callable[[Setting], Sequence[str]]:
    return lambda setting: [
        "node",
        str(APP),
        str(setting.port),
        str(CONTRACT),
        setting.token,
        str(node_module("")),
        str(KEY),
        *more,
    ]


def _contender(name: str, place: int, says: str, *more: str) -> Contender:
    return Contender(
        name=name,
        place=place,
        says=says,
        command=_command(*more),
        version=lambda: f"{node_version('openapi-backend')}, express {node_version('express')}",
        missing=node_missing,
        base_path="",
        warm_up_seconds=2.0,
    )


CONTENDERS = [
    _contender(
        OPENAPI_BACKEND,
        5,
        "with Express: tokens verified, requests and answers validated with formats, nothing is kept",
        "thorough",
    ),
    _contender(
        f"{OPENAPI_BACKEND} alone",
        6,
        "on node:http: one token compared, requests validated but for formats, answers not at all",
    ),
]
