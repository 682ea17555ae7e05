"""Specmatic's stub server."""

from __future__ import annotations

from tests.benchmarks.contenders.contender import CONTRACT, Contender, said
from tests.benchmarks.contenders.peers import SPECMATIC_VERSION, specmatic_jar, specmatic_missing

CONTENDERS = [
    Contender(
        name="Specmatic",
        place=7,
        says="specmatic stub: any token, requests validated, answers made up from the schemas",
        command=lambda setting: [
            "java",
            "-jar",
            str(specmatic_jar()),
            "stub",
            str(CONTRACT),
            "--host",
            "127.0.0.1",
            "--port",
            str(setting.port),
        ],
        version=lambda: f"{SPECMATIC_VERSION}, {said('java', '-version')}",
        missing=specmatic_missing,
        base_path="",
        warm_up_seconds=5.0,
    )
]
