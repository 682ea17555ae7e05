"""Callbacks: what the API calls in the course of an operation. What is said in them is compared as any operation is."""

from __future__ import annotations

from collections.abc import Iterator

from contract_tests.gate.comparing.found import Found
from contract_tests.gate.pairing import Pair, paired_callbacks


def changes(pair: Pair) -> Iterator[Found]:
    for operation in pair.operations:
        both, removed, added = paired_callbacks(operation)
        for each in removed:
            yield Found("callback-removed", each.callback, each.node, None, operation)
        for each in added:
            yield Found("callback-added", each.callback, None, each.node, operation)
        for callback in both:
            old, new = callback.old, callback.new
            if old.path != new.path:
                facts = {"old": old.path, "new": new.path}
                yield Found("callback-url-changed", old.callback, old.item, new.item, operation, facts=facts)
