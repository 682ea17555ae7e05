"""How copies of namespaces are called in the store. No namespace can be called like that, so nobody gets there."""

from __future__ import annotations

from collections.abc import Container

SNAPSHOT = "@"
HELD = "@~"
TEMPLATE = "@"


def snapshot_of(namespace: str, snapshot: str) -> str:
    """Where a namespace's snapshot is stored."""
    return f"{namespace}{SNAPSHOT}{snapshot}"


def held_copy_of(namespace: str, number: str) -> str:
    """Where a copy is stored that lives as long as the server at most."""
    return f"{namespace}{HELD}{number}"


def template_of(fingerprint: str) -> str:
    """Where a seed is stored once it has been replayed."""
    return f"{TEMPLATE}{fingerprint}"


def is_copy(stored: str) -> bool:
    """Whether a name in the store is not a namespace's own."""
    return SNAPSHOT in stored


def is_held(stored: str) -> bool:
    """Whether it is a copy that should not outlive its server."""
    return HELD in stored


def is_abandoned(stored: str, namespaces: Container[str]) -> bool:
    """Whether it is a copy of a namespace that is none of these."""
    owner = stored.partition(SNAPSHOT)[0]
    return is_copy(stored) and owner != "" and owner not in namespaces


def snapshot_in(stored: str, namespace: str) -> str | None:
    """The name of the snapshot, where the stored name is one of this namespace's."""
    owner, _, name = stored.partition(SNAPSHOT)
    return name if owner == namespace and name and not name.startswith("~") else None
