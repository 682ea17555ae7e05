"""Whatever went wrong, as the error of the group it happened in: status from the contract, shape from the group."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from starlette.exceptions import HTTPException

from mock_server.core.errors import Refused
from mock_server.core.exchange import Response
from mock_server.core.group import Group, RefusedCall
from mock_server.http.answer import ReadyAnswer, as_json
from mock_server.http.context import Exchange, Scope
from mock_server.http.operation import CompiledOperation
from openapi.model import Contract, Rule

logger = logging.getLogger("mock_server.http")


class Territory:
    """A group and its contract: all paths below the contract's base path.

    `operations`: by their ids. `foreign_rules`: other groups' rules by which its operations refuse, too.
    """

    def __init__(
        self,
        group: Group,
        contract: Contract,
        operations: Mapping[str, CompiledOperation],
        foreign_rules: Mapping[str, Rule],
    ) -> None:
        self.group = group
        self.contract = contract
        self._rules = {**foreign_rules, **contract.rules}
        self.operations = operations
        self._below = contract.base_path + "/"
        paths = {each.path for each in contract.operations.values() if not each.is_templated}
        self._literal_paths = {contract.base_path + path: frozenset(contract.methods_at(path)) for path in paths}

    def contains(self, path: str) -> bool:
        """Whether a path belongs to the group, known or not."""
        return path.startswith(self._below) or path == self.contract.base_path

    def refuse_shadowed(self, method: str, path: str) -> None:
        """A path that stands in the contract literally is never taken for a template: GET /invoices/publish is 405."""
        methods = self._literal_paths.get(path)
        if methods is not None and method not in methods:
            raise self.no_operation(method, path)

    def refused(self, scope: Scope, error: Exception) -> Refused:
        """The refusal an exception amounts to, for a request to this group."""
        if isinstance(error, Refused):
            return error
        if isinstance(error, HTTPException) and error.status_code in {404, 405}:
            return self.no_operation(scope["method"], scope["path"])
        logger.error("unexpected error in %s %s", scope["method"], scope["path"], exc_info=error)
        return Refused(self.group.rules.internal, "An unexpected error occurred; the server's log has the details.")

    def no_operation(self, method: str, path: str) -> Refused:
        """The refusal of a path the contract doesn't have, or doesn't have with this method."""
        methods = self.contract.methods_at(path.removeprefix(self.contract.base_path))
        if not methods or method in methods:  # the router takes no line breaks in a path, and knows it better
            return Refused(self.group.rules.route, f"Route {method}:{path} not found")
        allowed = ", ".join(sorted(methods))
        message = f"{method} is not allowed on {path}; allowed: {allowed}"
        return Refused(self.group.rules.method, message, headers={"allow": allowed}, allowed=sorted(methods))

    def answer(self, scope: Scope, error: Exception) -> ReadyAnswer:
        """The refusal as bytes, with the headers that say at which stage and by which rule.

        It is held to the contract like any other answer; where it isn't what the operation documents, the mock is at
        fault and says so.
        """
        refused = self.refused(scope, error)
        Exchange.of(scope).trace.refused = refused
        operation_id = self.contract.methods_at(scope["path"].removeprefix(self.contract.base_path)).get(
            scope["method"]
        )
        operation = self.operations.get(operation_id or "")
        response = self._response(scope, refused)
        if operation is not None:
            try:
                return operation.answers.checked(response)
            except Refused as fault:
                logger.error("the refusal %s breaks the contract: %s", refused.rule, fault)
                Exchange.of(scope).trace.refused = fault
                response = self._response(scope, fault)
        return _ready(response)

    def own_answer(self, scope: Scope, refused: Refused) -> ReadyAnswer:
        """A refusal in this group's shape, whatever was asked for."""
        Exchange.of(scope).trace.refused = refused
        return _ready(self._response(scope, refused))

    def _response(self, scope: Scope, refused: Refused) -> Response:
        rule = self._rules[refused.rule]
        call = RefusedCall(refused, rule, Exchange.of(scope).request_id, scope["method"], scope["path"])
        value, media_type = self.group.error_body(call)
        headers = {**refused.headers, "x-mock-stage": rule.stage, "x-mock-rule": ", ".join(_rules(refused))}
        return Response(status=rule.status, json=value, content_type=media_type, headers=headers)


def _ready(response: Response) -> ReadyAnswer:
    return ReadyAnswer(response.status, as_json(response.json), response.content_type, response.headers)


def _rules(refused: Refused) -> list[str]:
    return list(dict.fromkeys([refused.rule, *(each.rule for each in refused.violations if each.rule)]))
