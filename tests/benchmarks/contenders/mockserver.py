"""MockServer, which makes its expectations of the contract."""

from __future__ import annotations

import os

from tests.benchmarks.contenders.contender import CONTRACT, Contender, said
from tests.benchmarks.contenders.peers import MOCKSERVER_JAR, mockserver_missing

CONTENDERS = [
    Contender(
        name="MockServer",
        place=8,
        says="expectations made of the contract: requests matched, answers are examples",
        command=lambda setting: [
            "java",
            f"-Dmockserver.initializationOpenAPIPath={CONTRACT}",
            "-Dmockserver.logLevel=ERROR",
            "-jar",
            os.environ[MOCKSERVER_JAR],
            "-serverPort",
            str(setting.port),
        ],
        version=lambda: f"{os.path.basename(os.environ[MOCKSERVER_JAR])}, {said('java', '-version')}",  # noqa: PTH119
        missing=mockserver_missing,
        checks_tokens=False,
        checks_bodies=True,
        warm_up_seconds=5.0,
    )
]
