"""Bare Starlette: what Python can do at best. It parses and writes the same JSON, and checks nothing."""

from __future__ import annotations

import sys
from importlib.metadata import version

from tests.benchmarks.contenders.contender import BARE, Contender

CONTENDERS = [
    Contender(
        name=BARE,
        place=2,
        says="the same bodies through Starlette and uvicorn with the same loop and parser; nothing is checked or kept",
        command=lambda setting: [
            sys.executable,
            "-m",
            "tests.benchmarks.contenders.apps.bare_app",
            str(setting.port),
            str(setting.answer),
        ],
        version=lambda: f"{version('starlette')}, uvicorn {version('uvicorn')}",
        checks_tokens=False,
        checks_bodies=False,
        has_state_changes=True,
    )
]
