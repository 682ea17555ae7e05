"""What other pytest plugins may hear of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from contract_tests.events import Event


def pytest_contract_event(config: pytest.Config, event: Event) -> None:
    """Something has happened in the run; called in the controller, in the order of the stream."""
