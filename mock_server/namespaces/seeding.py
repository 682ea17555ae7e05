"""Fills namespaces with a seed: replayed once, copied ever after."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mock_server.core.errors import MockServerError, RecordExists, SetupError
from mock_server.core.namespace import NAMESPACE_STATES, Namespace, NamespaceState, store_state
from mock_server.core.records import UnitOfWork
from mock_server.namespaces.names import template_of

NO_SEED = "none"

Replay = Callable[[Namespace, UnitOfWork, Mapping[str, Any]], None]


class Seeds:
    """The seeds namespaces are filled with.

    `read`: the content of a seed by its name; raises `SetupError`. `replay`: puts it into an empty namespace.
    `make`: a namespace of that name, not started. `default`: the server's own seed, which may be a file. `names`: all
    that may be asked for.
    """

    def __init__(
        self,
        read: Callable[[str], Mapping[str, Any]],
        replay: Replay,
        make: Callable[[str], Namespace],
        named: Sequence[str],
        default: str,
    ) -> None:
        self._read = read
        self._replay = replay
        self._make = make
        self.default = default
        self.names = list(dict.fromkeys([*named, NO_SEED, default]))
        self._templates: dict[str, str | None] = {}
        self._making = threading.Lock()

    def fill(self, work: UnitOfWork, template: str | None, state: NamespaceState) -> None:
        """Make the unit of work's namespace hold a seed and nothing else; `template` comes from `template`."""
        if template is None:
            work.clear()
        else:
            work.copy_from(template)
        store_state(work, state)

    def template(self, seed: str) -> str | None:
        """Where the seed is stored, replayed if need be; `None` for no seed at all.

        Raises:
            SetupError: there is no such seed, or it can't be used.
        """
        with self._making:
            if seed not in self._templates:
                self._templates[seed] = None if seed == NO_SEED else self._replayed(seed)
            return self._templates[seed]

    def _replayed(self, seed: str) -> str:
        data = self._read(seed)
        content = json.dumps(data, sort_keys=True, default=str).encode()
        namespace = self._make(template_of(hashlib.sha256(content).hexdigest()[:16]))

        def replay(work: UnitOfWork) -> None:
            if work.records(NAMESPACE_STATES).get(NamespaceState.id) is None:
                self._replay(namespace, work, data)
                work.records(NAMESPACE_STATES).add(NamespaceState(seed))

        try:
            namespace.transact(replay, write=True)
        except RecordExists as error:
            raise SetupError(f"the seed {seed!r} has an id twice: {error}") from error
        except (MockServerError, ArithmeticError, KeyError, ValueError, TypeError, AttributeError) as error:
            raise SetupError(f"the seed {seed!r} can't be used: {type(error).__name__}: {error}") from error
        return namespace.name
