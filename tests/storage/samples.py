"""Records to store: one kind with everything a group may ask for, and one with nothing but an id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum, IntEnum

from mock_server.core.records import SEARCHED, Collection, Column


class Status(Enum):
    DRAFT = "Draft"
    PUBLISHED = "Published"


class Priority(IntEnum):
    LOW = 1
    HIGH = 2


@dataclass(frozen=True)
class Address:
    city: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Item:
    name: str
    price: Decimal
    delivered_at: datetime | None = None


@dataclass(frozen=True)
class Document:
    """Has every type a group's records may have, and a column of each kind."""

    id: str
    title: str | None = None
    count: int | None = None
    total: Decimal | None = None
    due: datetime | None = None
    notes: str | None = None
    status: Status = Status.DRAFT
    priority: Priority = Priority.LOW
    address: Address | None = None
    items: tuple[Item, ...] = ()
    tags: frozenset[str] = frozenset()
    labels: Mapping[str, int] = field(default_factory=dict)
    is_open: bool = True
    ratio: float = 0.5
    digest: bytes = b""
    version: int = 0


@dataclass(frozen=True)
class Mark:
    id: str
    version: int = 0


DOCUMENTS: Collection[Document] = Collection(
    name="documents",
    type=Document,
    columns={
        "title": Column(str, lambda document: document.title),
        "count": Column(int, lambda document: document.count),
        "total": Column(Decimal, lambda document: document.total),
        "due": Column(datetime, lambda document: document.due),
        "status": Column(str, lambda document: document.status.value, is_abridged=True),
    },
    search=lambda document: (document.title, document.notes),
    indexes=[("title",), ("status", "total")],
    carried=["due"],
    deadlines=["due"],
    tallies=[("status", "count"), ("status", "due", "title"), (SEARCHED, "total"), ("total",)],
)
MARKS: Collection[Mark] = Collection(name="marks", type=Mark)
COLLECTIONS = (DOCUMENTS, MARKS)

FULL = Document(
    id="full",
    title="Invoice \u0000 № 1 😀",
    count=-(2**62),
    total=Decimal("999999999999.90"),
    due=datetime(2026, 2, 28, 23, 59, 59, 999999, tzinfo=UTC),
    notes="a\u0000b\\%_'\"\n\u2028",
    status=Status.PUBLISHED,
    priority=Priority.HIGH,
    address=Address("Zürich", ("c/o", "")),
    items=(Item("x", Decimal("1.10"), datetime(1, 1, 1, tzinfo=UTC)), Item("y", Decimal("-0.000000001"))),
    tags=frozenset({"b", "a"}),
    labels={"one": 1},
    is_open=False,
    ratio=0.1,
    digest=b"\x00\xff",
)
