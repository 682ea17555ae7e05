"""Whether a token was revoked, asked for every call of the APIs."""

from __future__ import annotations

from collections.abc import Sequence

from mock_server.core.records import Query, Store, UnitOfWork, transact
from mock_server.oauth.records import REVOKED, digest, is_revoked


class Revocations:
    """What was revoked, in the store; on an embedded store asking costs nothing unless the token is a candidate."""

    def __init__(self, store: Store, namespace: str) -> None:
        self._store = store
        self._namespace = namespace
        self._candidates: set[str] | None = None
        self.look_again()

    def look_again(self) -> None:
        """Find out anew what was revoked: the records were exchanged as a whole."""
        if self._store.is_embedded:
            known = transact(
                self._store, self._namespace, lambda work: work.records(REVOKED).find(Query()), write=False
            )
            self._candidates = {each.id for each in known.items}

    def note(self, name: str) -> None:
        """This is about to be revoked. Noted in vain where the unit of work is undone: the store decides."""
        if self._candidates is not None:
            self._candidates.add(digest(name))

    def has_any(self, names: Sequence[str]) -> bool:
        """Whether one of these families or access tokens was revoked."""
        candidates = self._candidates
        if candidates is not None and (not candidates or candidates.isdisjoint([digest(name) for name in names])):
            return False

        def has_any(work: UnitOfWork) -> bool:
            return any(is_revoked(work, name) for name in names)

        return transact(self._store, self._namespace, has_any, write=False)
