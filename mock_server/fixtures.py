"""The fixture files and seeds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mock_server.core.errors import SetupError
from openapi.documents import DocumentError, read_document
from openapi.locations import fixtures_folder


def fixture(name: str) -> Any:
    """The content of a fixture file, by its name without ending.

    Raises:
        SetupError: there is none, or it isn't YAML.
    """
    return _read(fixtures_folder() / f"{name}.yaml")


def signing_key_file() -> Path:
    """The public test key that tokens are signed with unless another one is set."""
    return fixtures_folder() / "keys" / "signing_key.json"


def seed_names() -> list[str]:
    """The seeds among the fixtures."""
    return sorted(each.stem for each in (fixtures_folder() / "seeds").glob("*.yaml"))


def seed_data(name: str) -> dict[str, Any]:
    """The records of a seed: the name of one of the fixtures, or a file.

    Raises:
        SetupError: there is no such seed, or it can't be read.
    """
    named = fixtures_folder() / "seeds" / f"{name}.yaml"
    is_name = Path(name).name == name and named.is_file()
    file = named if is_name else Path(name)
    if not file.is_file():
        raise SetupError(f"there is no seed {name!r}: neither a file nor one of {', '.join(seed_names())}, none")
    data = _read(file)
    if not isinstance(data, dict):
        raise SetupError(f"the seed {file} is not a mapping")
    return data


def _read(file: Path) -> Any:
    try:
        return read_document(file).data
    except DocumentError as error:
        raise SetupError(str(error)) from error
