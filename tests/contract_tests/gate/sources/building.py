"""Sources as teams have them, small: one specification, what is wrong with it said in one line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from contract_tests.errors import WrongUse
from contract_tests.gate.sources import read_source
from contract_tests.gate.specification import Specification

HEAD = "openapi: 3.0.3\ninfo: {title: Shop, version: 1.2.0}\n"
HEAD_31 = "openapi: 3.1.0\ninfo: {title: Shop, version: 1.2.0}\n"
EMPTY = HEAD + "paths: {}\n"


def document(paths: Mapping[str, Any] | None = None, *, version: str = "3.0.3", **parts: Any) -> dict[str, Any]:
    """An OpenAPI document as data."""
    return {"openapi": version, "info": {"title": "Shop", "version": "1.2.0"}, "paths": paths or {}, **parts}


def put(folder: Path, **files: str) -> Path:
    """Files in a folder: `a__b` is `a/b.yaml`, and text without a head gets none."""
    for name, text in files.items():
        file = folder / (name.replace("__", "/") + ".yaml")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


def only(text: str | Path, *, allow_remote_refs: bool = False) -> Specification:
    """The one specification of a source."""
    (specification,) = read_source(str(text), allow_remote_refs=allow_remote_refs).specifications.values()
    return specification


def spec(folder: Path, text: str, name: str = "api.yaml") -> Specification:
    """The specification in a text."""
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return only(file)


def complaint(text: str | Path, *, allow_remote_refs: bool = False) -> str:
    """What is said of a source that can't be compared: one line, without the folder it is in."""
    with pytest.raises(WrongUse) as caught:
        read_source(str(text), allow_remote_refs=allow_remote_refs)
    said = str(caught.value)
    assert "\n" not in said
    return said.replace(str(Path(text).parent) + "/", "")


def complaint_about(folder: Path, text: str | bytes, name: str = "api.yaml") -> str:
    """What is said of a file with this content."""
    file = folder / name
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return complaint(file)
