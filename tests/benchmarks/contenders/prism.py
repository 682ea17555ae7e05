"""Prism, which answers with the contract's examples."""

from __future__ import annotations

from tests.benchmarks.contenders.contender import CONTRACT, PRISM, Contender
from tests.benchmarks.contenders.peers import node_missing, node_module, node_version

PACKAGE = "@stoplight/prism-cli"

CONTENDERS = [
    Contender(
        name=PRISM,
        place=4,
        says="prism mock: any token, requests validated, answers are examples; no log",
        command=lambda setting: [
            "node",
            str(node_module(PACKAGE, "dist/index.js")),
            "mock",
            str(CONTRACT),
            "--host",
            "127.0.0.1",
            "--port",
            str(setting.port),
            "--verboseLevel",
            "silent",
        ],
        version=lambda: node_version(PACKAGE),
        missing=node_missing,
        base_path="",
        warm_up_seconds=2.0,
    )
]
