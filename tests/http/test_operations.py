"""Operations are compiled when they are first asked for: here all of them are."""

from __future__ import annotations

import pytest

from mock_server.core.group import Group
from mock_server.http.operation import CompiledOperation, Surroundings
from mock_server.http.pipeline import functions_of
from mock_server.http.streams import Streams
from mock_server.wiring import contract_of, groups


@pytest.mark.parametrize("group", groups(), ids=lambda group: group.name)
def test_every_operation_of_every_group_can_be_compiled(group: Group) -> None:
    contract = contract_of(group)
    around = Surroundings(group, contract, is_embedded=True, streams=Streams(1), max_wait_seconds=1.0)
    handler = next(each for each in functions_of(group.handlers).values() if callable(each))

    for operation in contract.operations.values():
        CompiledOperation(operation, handler, around).compile()
