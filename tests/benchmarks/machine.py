"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

from tests.benchmarks import driving

LIBRARIES = (
    "uvicorn",
    "uvloop",
    "httptools",
    "starlette",
    "connexion",
    "jsonschema-rs",
    "orjson",
    "msgspec",
    "sqlalchemy",
)


def machine() -> dict[str, str]:
    """The machine, and what runs on it, for people."""
    return {
        "processor": f"{_first('/proc/cpuinfo', 'model name') or platform.processor()}, {os.cpu_count()} cores",
        "memory": f"{int((_first('/proc/meminfo', 'MemTotal') or '0').split()[0]) / 1024**2:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "wrk": driving.version(),
        "libraries": ", ".join(f"{each} {version(each)}" for each in LIBRARIES),
    }


def load() -> str:
    """How busy the machine has been in the last minute: processes that wanted to run."""
    return f"{os.getloadavg()[0]:.1f}"


def _first(file: str, name: str) -> str | None:
    lines = Path(file).read_text(encoding="utf-8").splitlines() if Path(file).exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), None)
