"""What becomes of uploads and payment requests, by the contract's lifecycle: a pure model, no input or output."""

from __future__ import annotations

from dataclasses import dataclass, field

from openapi import ABSENT, Lifecycle, Transition

ATTACHING = frozenset({"attachUpload", "attachInvoiceToPaymentRequest"})


@dataclass
class Uploads:
    """A few uploads and payment requests, by number. `holders`: payment request -> the upload attached to it.

    `content`: which bytes are stored, by a number that the caller gives them; 0 are those that were announced.
    """

    lifecycle: Lifecycle
    states: dict[int, str] = field(default_factory=dict)
    content: dict[int, int] = field(default_factory=dict)
    holders: dict[int, int] = field(default_factory=dict)

    def presign(self, upload: int) -> None:
        self.states[upload] = "presigned"

    def rule(self, action: str, upload: int) -> str:
        """The rule that refuses the action; empty where it is allowed."""
        state = self.states[upload]
        if state == ABSENT:
            return "UPL-PUT-SPENT" if action == "put" else self.lifecycle.absent_rule
        cell = self.lifecycle.cell(action, state)
        return "" if isinstance(cell, Transition) else cell.rule

    def put(self, upload: int, content: int) -> str:
        """Bytes are put. Returns the rule that refuses it, if any; so do the others."""
        refused = self._take("put", upload)
        if not refused:
            self.content[upload] = content
        return refused

    def confirm(self, upload: int, claimed: int) -> str:
        """The bytes are claimed to be these."""
        refused = self.rule("confirmUpload", upload)
        if not refused and self.content[upload] != claimed:
            return "UPL-CONFIRM-DIGEST"
        return self._take("confirmUpload", upload)

    def attach(self, upload: int, payment_request: int, route: str) -> str:
        refused = self._take(route, upload)
        if refused:
            return refused
        older = self.holders.get(payment_request)
        if older is not None:
            self._take("replace", older)
        self.holders[payment_request] = upload
        return ""

    def delete(self, upload: int) -> str:
        return self._take("deleteUpload", upload)

    def preview(self, upload: int) -> str:
        return self._take("getUploadPreviewUrl", upload)

    def _take(self, action: str, upload: int) -> str:
        refused = self.rule(action, upload)
        if not refused:
            cell = self.lifecycle.cell(action, self.states[upload])
            assert isinstance(cell, Transition), "what is not refused is allowed"
            self.states[upload] = cell.targets[0]
        return refused
