"""Connexion as it comes: the same contract, a handler that returns an invoice."""

from __future__ import annotations

import sys
from importlib.metadata import version

from tests.benchmarks.contenders.contender import CONTRACT, Contender

CONTENDERS = [
    Contender(
        name="stock Connexion",
        place=3,
        says="AsyncApp from the contract, answers validated, one token compared; nothing is kept",
        command=lambda setting: [
            sys.executable,
            "-m",
            "tests.benchmarks.contenders.apps.connexion_app",
            str(setting.port),
            str(CONTRACT),
            setting.token,
        ],
        version=lambda: version("connexion"),
    )
]
