"""The outboxes of all namespaces of a server: made alike, and emptied in the background."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import timedelta

from mock_server.core.clock import Clock
from mock_server.core.namespace import Namespace
from mock_server.outbox.courier import Courier
from mock_server.outbox.deliveries import Means
from mock_server.outbox.office import Figures, Office
from mock_server.outbox.schedule import Schedule
from mock_server.outbox.sender import Sender
from mock_server.outbox.targets import Targets
from openapi.model import Contract


class Outgoing:
    """Gives namespaces their outbox.

    `contract`: of the control API, which has the figures. `clock`: the machine's. `version`: of the mock.
    Raises `SetupError` for an allowed host that is none.
    """

    def __init__(
        self, contract: Contract, clock: Clock, version: str, allowed_hosts: Iterable[str], time_limit: timedelta
    ) -> None:
        waits = contract.limit("CTL-WEBHOOK-RETRY", "afterSeconds")
        self._figures = Figures(
            api_version=contract.limit("CTL-WEBHOOK-EVENT", "apiVersion"),
            max_webhooks=contract.limit("CTL-WEBHOOK-COUNT", "maximum"),
        )
        self._courier = Courier()
        self._means = Means(
            name=str(uuid.uuid4()),
            clock=clock,
            schedule=Schedule(
                retry_after=[timedelta(seconds=seconds) for seconds in waits],
                time_limit=time_limit,
                kept_attempts=contract.limit("CTL-WEBHOOK-RETRY", "keptAttempts"),
            ),
            targets=Targets(allowed_hosts),
            sender=Sender(time_limit, f"mock-server/{version}"),
            wake=self._courier.wake,
        )

    def serve(self, namespace: Namespace) -> None:
        """Give the namespace its outbox, and the errand to empty it."""
        office = Office(namespace, self._means, self._figures)
        namespace.outbox = office
        namespace.errands.append(office.errand)
        namespace.on_adopted.append(office.errand.look_again)

    def close(self) -> None:
        """Send nothing more; what is left is sent after the next start."""
        self._courier.close()
