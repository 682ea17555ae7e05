"""What can be done to namespaces as a whole: the port between the control API and whoever keeps them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from mock_server.core.clock import RUNNING, ClockState
from mock_server.core.namespace import Namespace, NamespaceState
from openapi.model import Contract


@dataclass(frozen=True)
class Making:
    """How a namespace is to be made. `seed`: a name of the fixtures, "none", or `None` for the server's own."""

    seed: str | None = None
    id_seed: str | None = None
    clock: ClockState = RUNNING


@dataclass(frozen=True)
class NamespaceFacts:
    """A namespace as lists show it. `idle_seconds`: since its last use, by the machine's clock."""

    name: str
    state: NamespaceState
    idle_seconds: float


@dataclass(frozen=True)
class Snapshot:
    """A copy of a namespace under a name. `state`: the namespace's when it was saved."""

    name: str
    state: NamespaceState


class ControlPlane(Protocol):
    """All namespaces of the server. Every method blocks, and none is called inside a unit of work."""

    @property
    def contracts(self) -> Mapping[str, Contract]:
        """Every contract the server serves, by name."""

    def machine_time(self) -> datetime:
        """The time that the clocks of namespaces are set against."""

    def peek(self, name: str) -> Namespace:
        """A namespace that exists, without counting it as used."""

    def note_use(self, namespace: Namespace) -> None:
        """Count a namespace as used now, so that it does not lapse. Unlike the others this never blocks."""

    def list(self) -> Sequence[NamespaceFacts]:
        """All namespaces there are, by name."""

    def find(self, name: str) -> NamespaceFacts:
        """One of them. Raises `Refused`: CTL-NAMESPACE-NAME, CTL-NAMESPACE-ABSENT."""

    def create(self, name: str, making: Making) -> NamespaceFacts:
        """Make a new one.

        Raises:
            Refused: CTL-NAMESPACE-NAME, CTL-NAMESPACE-EXISTS, CTL-NAMESPACE-COUNT, CTL-SEED.
        """

    def delete(self, name: str) -> None:
        """Forget a namespace, its snapshots and its objects.

        Raises:
            Refused: CTL-NAMESPACE-NAME, CTL-NAMESPACE-ABSENT, CTL-NAMESPACE-DEFAULT.
        """

    def reset(self, namespace: Namespace, making: Making | None = None) -> None:
        """Put a namespace back to what it was when it was made, or make it anew in another way.

        Raises:
            Refused: CTL-SEED.
        """

    def snapshots(self, namespace: Namespace) -> Sequence[Snapshot]:
        """A namespace's snapshots, by name."""

    def save(self, namespace: Namespace, snapshot: str | None, *, may_replace: bool) -> Snapshot:
        """Copy a namespace as it is now; without a name the next free `snapshot-N`.

        Raises:
            Refused: CTL-SNAPSHOT-NAME, CTL-SNAPSHOT-EXISTS, CTL-SNAPSHOT-COUNT.
        """

    def snapshot(self, namespace: Namespace, snapshot: str) -> Snapshot:
        """One snapshot. Raises `Refused`: CTL-SNAPSHOT-ABSENT."""

    def drop(self, namespace: Namespace, snapshot: str) -> None:
        """Forget a snapshot. Raises `Refused`: CTL-SNAPSHOT-ABSENT."""

    def restore(self, namespace: Namespace, snapshot: str) -> None:
        """Put a namespace back to a snapshot. Raises `Refused`: CTL-SNAPSHOT-ABSENT."""

    def fork(self, namespace: Namespace, snapshot: str | None, into: str) -> NamespaceFacts:
        """Make a new namespace of a snapshot, or of the namespace as it is now.

        Raises:
            Refused: CTL-SNAPSHOT-ABSENT, CTL-NAMESPACE-NAME, CTL-NAMESPACE-EXISTS, CTL-NAMESPACE-COUNT.
        """

    def export(self, namespace: Namespace) -> Mapping[str, Any]:
        """All of a namespace as one JSON value; the same state gives the same value."""

    def load(self, namespace: Namespace, document: Mapping[str, Any]) -> None:
        """Put a namespace into the state that was exported. Raises `Refused`: CTL-IMPORT; then nothing has changed."""

    def stage(self, namespace: Namespace, group: str, action: str, body: Mapping[str, Any]) -> Any:
        """Do with a group's records what its own operations can't. Raises `Refused`: the group's own rules."""

    def hold_copy(self, namespace: Namespace) -> str:
        """Copy a namespace for as long as the server runs; returns the name by which `Namespace.transact` reads it."""

    def drop_copy(self, copy: str) -> None:
        """Forget such a copy."""
