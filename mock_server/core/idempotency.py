"""Answers that are given again when a client repeats a call with the same Idempotency-Key.

Assumed: only answers to calls that were accepted are kept, so a refused call may be repeated under its key once
its cause is mended. A real deployment's answer to a repeated refused call would settle it.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from mock_server.core.errors import MockServerError, RecordExists, StaleRecord
from mock_server.core.exchange import Response
from mock_server.core.records import Collection, UnitOfWork

HEADER = "idempotency-key"


@dataclass(frozen=True)
class KeptAnswer:
    """An answer kept under `id`, which stands for merchant, operation, resource and key.

    `fingerprint`: of the request body, in hex. The body may hold a card number: it is not kept, and its digest is keyed
    with the client's key, which isn't kept either, so that nobody can find the number by trying.
    """

    id: str
    fingerprint: str
    status: int
    content: bytes
    content_type: str | None
    version: int = 0


KEPT_ANSWERS: Collection[KeptAnswer] = Collection(name="kept_answers", type=KeptAnswer)


class KeyReused(MockServerError):
    """The key was used before for a call with another body."""


@dataclass(frozen=True)
class RepeatableCall:
    """One call under a key."""

    id: str
    fingerprint: str

    @classmethod
    def of(cls, merchant_id: str, method: str, path: str, key: str, body: bytes) -> RepeatableCall:
        """The call of a merchant on a path; the same key may be used elsewhere for something else."""
        name = "\n".join((merchant_id, method, path, key)).encode()
        return cls(id=hashlib.sha256(name).hexdigest(), fingerprint=hmac.digest(name, body, "sha256").hex())

    def earlier_answer(self, work: UnitOfWork) -> Response | None:
        """The answer that was given the first time, or `None` when this is the first time.

        Raises:
            KeyReused: the first call had another body.
        """
        kept = work.records(KEPT_ANSWERS).get(self.id)
        if kept is None:
            return None
        if kept.fingerprint != self.fingerprint:
            raise KeyReused
        return Response(status=kept.status, content=kept.content, content_type=kept.content_type)

    def keep(self, work: UnitOfWork, status: int, content: bytes, content_type: str | None) -> None:
        """Keep an answer, in the unit of work that made it.

        Raises:
            StaleRecord: a call with the same key was faster; tried again, this one finds its answer.
        """
        kept = KeptAnswer(self.id, self.fingerprint, status, content, content_type)
        try:
            work.records(KEPT_ANSWERS).add(kept)
        except RecordExists as error:
            raise StaleRecord(str(error)) from error
