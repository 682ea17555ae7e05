"""Which answer of an operation stands for a status: its own, that of its range, or the default one."""

from __future__ import annotations

from collections.abc import Mapping

from contract_tests.gate.specification import Node

DEFAULT = "default"


def answers_of(operation: Node) -> Mapping[str, Node]:
    """The responses by status (`404`), range (`4XX`) or `default`. They may be references."""
    responses = operation.get("responses")
    found = responses.items() if responses is not None else ()
    return {_named(status): node for status, node in found if not status.startswith("x-")}


def answer_for(answers: Mapping[str, Node], status: str) -> Node | None:
    """What is said about a status or range: by itself, its range, or the default; `None` where nothing is."""
    for name in (status, f"{status[0]}XX", DEFAULT):
        if name in answers:
            return answers[name]
    return None


def _named(status: str) -> str:
    return status if status == DEFAULT else status.upper()
