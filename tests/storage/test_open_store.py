"""Opening a store: which addresses there are, and what a person is told when one doesn't work."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from mock_server.core.errors import SetupError
from mock_server.core.records import Collection, Column
from mock_server.storage import open_store
from tests.storage.samples import COLLECTIONS, MARKS, Mark

UNREACHABLE = "postgresql+psycopg://mock:hush-hush@127.0.0.1:1/state"


@dataclass(frozen=True)
class Unkeepable:
    id: str
    function: type
    version: int = 0


@dataclass(frozen=True)
class Undecidable:
    """JSON does not tell whether this was an amount or a text."""

    id: str
    amount: Decimal | str
    version: int = 0


def marks(**options: Any) -> Collection[Mark]:
    return Collection(**{"name": "marks", "type": Mark, **options})


@pytest.mark.parametrize(
    "url", ["", "state.db", "/var/state.db", "mysql://host/db", "sqlite+aiosqlite://", "sqlite:", "postgres://h/d"]
)
def test_an_unknown_kind_of_address_is_answered_with_the_known_ones(url: str) -> None:
    with pytest.raises(SetupError, match=r"possible: sqlite://, sqlite:///state\.db, postgresql"):
        open_store(url, COLLECTIONS)


@pytest.mark.parametrize("url", ["sqlite://host/state.db", "sqlite:///state.db?mode=ro", "sqlite://u:hush@/x.db"])
def test_an_sqlite_address_has_nothing_but_a_path(url: str) -> None:
    with pytest.raises(SetupError, match="a path and nothing else") as refused:
        open_store(url, COLLECTIONS)
    assert "hush" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [UNREACHABLE, "postgresql://127.0.0.1:1/state?password=hush-hush", f"{UNREACHABLE}?sslmode=hush-hush"],
)
def test_an_unreachable_server_is_told_in_one_line_without_the_password(url: str) -> None:
    with pytest.raises(SetupError) as refused:
        open_store(url, COLLECTIONS)
    message = str(refused.value)
    assert message.startswith("cannot open PostgreSQL at 127.0.0.1:1, state: ")
    assert "\n" not in message
    assert "hush" not in message
    assert "postgresql+psycopg://" not in "".join(traceback.format_exception(refused.value))


def test_a_missing_driver_is_told_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(SetupError, match="install the extra `postgres`"):
        open_store(UNREACHABLE, COLLECTIONS)


@pytest.mark.parametrize(
    ("collections", "complaint"),
    [
        ([MARKS, MARKS], "two tables would be called marks"),
        ([marks(name="schema_info")], "two tables would be called schema_info"),
        ([marks(columns={"data": Column(str, lambda mark: mark.id)})], "a column may not be called data"),
        ([marks(columns={"size": Column(float, lambda mark: 1)})], "no column can be kept of the kind of size"),  # type: ignore[arg-type]
        ([marks(indexes=[("colour",)])], "an index names no column of the collection: colour"),
        ([Collection(name="unkeepable", type=Unkeepable)], "its records cannot be kept as JSON"),
        ([Collection(name="undecidable", type=Undecidable)], "its records cannot be kept as JSON"),
    ],
)
def test_a_collection_that_no_table_can_keep_is_refused(
    collections: Sequence[Collection[Any]], complaint: str, tmp_path: Path
) -> None:
    with pytest.raises(SetupError, match=complaint):
        open_store(f"sqlite:///{tmp_path}/state.db", collections)


def test_a_store_may_be_empty() -> None:
    open_store("sqlite://", []).close()
