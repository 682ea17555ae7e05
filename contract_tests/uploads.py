"""Makes the uploads that tests need, by public calls and presigned URLs, and says in which state they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from contract_tests.broken import Broken, Difference
from contract_tests.credentials import parts_of
from contract_tests.errors import NotReached
from contract_tests.examiner import Examiner
from contract_tests.exchange import Exchange, Sent
from contract_tests.harmless import harmless
from contract_tests.presigned import BucketCall
from contract_tests.workshop import PDF, must_succeed, sha256, ways
from openapi import ABSENT

GROUP = "invoice_uploads"
NEW_UPLOAD = "presigned"
NOBODYS_ID = "00000000-0000-4000-8000-000000000000"
ROUTES = ("attachUpload", "attachInvoiceToPaymentRequest")
"""The operations that attach; both have one effect."""


@dataclass
class Upload:
    """An upload as it was announced, and what is known of it.

    `url`: the presigned one of the PUT. `content`: the bytes that were announced. `payment_requests`: all that it was
    to be attached to.
    """

    id: str
    url: str
    filename: str
    mime_type: str
    content: bytes
    answer: Mapping[str, Any] = field(default_factory=dict)
    payment_requests: list[str] = field(default_factory=list)

    @property
    def put(self) -> BucketCall:
        """The PUT that the URL is for."""
        return BucketCall("PUT", self.url, {"content-type": self.mime_type}, self.content)


class Uploads:
    """A merchant's uploads, made by the run and cleaned up by it."""

    def __init__(self, examiner: Examiner, actor: str = "main") -> None:
        self.examiner = examiner
        self.actor = actor
        self.api = examiner.api(GROUP, actor)
        self.contract = self.api.contract
        self.lifecycle = self.contract.lifecycles["upload"]

    def call(self, operation_id: str, path: Mapping[str, Any] | None = None, body: Any = None, **more: Any) -> Exchange:
        """Call an operation, which must not fail inside the server; `more` as for `Api.call`."""
        answer = self.api.call(operation_id, path, body, **more)
        return never_failed(answer, "UPL-INTERNAL", operation_id)

    def announce(self, body: Any) -> Exchange:
        """Announce a file in these words; on a deployment its name carries the run's tag, where it is a name."""
        target, tag = self.examiner.target, self.examiner.tag
        return self.call("presignUpload", body=body if target.is_mock else harmless("presignUpload", body, tag))

    def presign(
        self, content: bytes | None = None, mime_type: str = "application/pdf", filename: str | None = None
    ) -> Upload:
        """Announce a file; without further words, one that nobody else has."""
        number = self.examiner.transport.pace.count
        content = PDF + f"% {self.examiner.tag} {number}\n".encode() if content is None else content
        filename = f"{self.examiner.tag}-{number}.pdf" if filename is None else filename
        asked = {"filename": filename, "mimeType": mime_type, "size": len(content)}
        answer = must_succeed(self.call("presignUpload", body=asked), "presignUpload").json
        upload = Upload(answer["uploadId"], answer["url"], filename, mime_type, content, answer)
        self.examiner.ledger.note("upload", upload.id)
        return upload

    def send(self, call: BucketCall) -> Exchange:
        """Send a request to the bucket as it is, without a token; the bucket may be on another host than the API."""
        transport = self.examiner.transport
        if call.says_length:
            answer = transport.send(call.method, call.url, headers=call.headers, body=call.body)
        else:
            sent = Sent(call.method, call.url, call.headers, call.body)
            answer = transport.send_bytes(sent, list(call.headers.items()), call.body)
        return never_failed(answer, "UPL-BUCKET-INTERNAL", "")

    def put(self, upload: Upload, content: bytes | None = None) -> Exchange:
        """PUT bytes, those announced or others, to the upload's URL."""
        call = upload.put
        return self.send(BucketCall(call.method, call.url, call.headers, call.body if content is None else content))

    def confirm(self, upload: Upload, digest: str | None = None) -> Exchange:
        """Confirm, with the digest of the bytes that were announced or another one."""
        claimed = sha256(upload.content) if digest is None else digest
        return self.call("confirmUpload", {"uploadId": upload.id}, {"sha256": claimed})

    def preview(self, upload: Upload) -> Exchange:
        return self.call("getUploadPreviewUrl", {"uploadId": upload.id})

    def preview_url(self, upload: Upload) -> str:
        """A URL that returns the bytes of a confirmed or attached upload."""
        return str(must_succeed(self.preview(upload), "getUploadPreviewUrl").json["url"])

    def fetch(self, url: str) -> Exchange:
        """GET what a presigned URL is for."""
        return self.send(BucketCall("GET", url))

    def attach(self, upload: Upload, payment_request: str, route: str = ROUTES[0]) -> Exchange:
        """Attach by one of the two operations."""
        upload.payment_requests.append(payment_request)
        return self.call(route, attach_path(route, upload.id, payment_request))

    def delete(self, upload: Upload) -> Exchange:
        answer = self.call("deleteUpload", {"uploadId": upload.id})
        if answer.is_success:
            self.examiner.ledger.settle(upload.id)
        return answer

    def invoice(self, payment_request: str) -> Exchange:
        """Ask for the invoice of a payment request."""
        return self.call("getPaymentRequestInvoiceUrl", {"id": payment_request})

    def payment_request(self, *, is_another: bool = False) -> str:
        """The id of a payment request of this merchant; on a mock a new one each time.

        `is_another`: it must be another one than before. Raises `NotReached` where none can be had.
        """
        control = self.examiner.control
        if control is not None:
            return control.make_payment_request(merchant_of(self.examiner, self.actor))
        given = self.examiner.target.payment_request if self.actor == "main" else ""
        if not given or is_another:
            raise NotReached("payment requests can't be made by public calls (payment_request names one of the target)")
        self.examiner.exclusive.hold()
        return given

    def in_state(self, state: str) -> Upload:
        """A new upload in this state. Raises `Broken` where a step on the way is refused."""
        if state == ABSENT:
            return Upload(NOBODYS_ID, "", "nobody.pdf", "application/pdf", PDF)
        upload = self.presign()
        for action in ways(self.lifecycle, NEW_UPLOAD, may_use_events=True)[state]:
            must_succeed(ACTIONS[action](self, upload), action)
        return upload

    def state(self, upload: Upload) -> str:
        """The upload's state, by what is refused and without a change; `ABSENT` where there is none."""
        answer = self.preview(upload)
        if answer.status == 404:
            return ABSENT
        if answer.status == 409:
            return "presigned" if self.confirm(upload, WRONG_DIGEST).status == 409 else "stored"
        return "attached" if self._is_attached(upload) else "confirmed"

    def look(self, upload: Upload) -> dict[str, Any]:
        """All that can be seen of an upload without changing it."""
        state = self.state(upload)
        if state not in {"confirmed", "attached"}:
            return {"state": state}
        shown = self.preview(upload).json
        fetched = self.fetch(shown["url"])
        named = {name: shown[name] for name in ("filename", "mimeType")}
        return {"state": state, **named, "bytes": fetched.body if fetched.is_success else fetched.status}

    def _is_attached(self, upload: Upload) -> bool:
        """Whether a payment request it was to be attached to has it: file names are unique."""
        answers = (self.invoice(each) for each in dict.fromkeys(upload.payment_requests))
        return any(each.is_success and each.json["filename"] == upload.filename for each in answers)


def attach_path(route: str, upload_id: str, payment_request: str) -> dict[str, str]:
    """The values in the path of an operation that attaches."""
    name = "paymentRequestId" if route == "attachUpload" else "id"
    return {"uploadId": upload_id, name: payment_request}


def never_failed(answer: Exchange, rule: str, operation_id: str) -> Exchange:
    """The answer, which must not be a server error: the contract documents those, and nobody may cause them."""
    if answer.status == 500:
        difference = Difference("status", "no server error", answer.status)
        raise Broken(rule, "the server failed", [difference], operation_id=operation_id)
    return answer


def merchant_of(examiner: Examiner, actor: str) -> str:
    """Whose records an actor's tokens are for, as a mock's tokens say."""
    return str(parts_of(examiner.tokens.get(GROUP, actor))[1]["merchant_id"])


WRONG_DIGEST = "0" * 64
"""Of no bytes that anybody has."""

Action = Callable[[Uploads, Upload], Exchange]

ACTIONS: Mapping[str, Action] = {
    "confirmUpload": lambda uploads, each: uploads.confirm(each),
    "getUploadPreviewUrl": lambda uploads, each: uploads.preview(each),
    "attachUpload": lambda uploads, each: uploads.attach(each, uploads.payment_request(), "attachUpload"),
    "attachInvoiceToPaymentRequest": lambda uploads, each: uploads.attach(
        each, uploads.payment_request(), "attachInvoiceToPaymentRequest"
    ),
    "deleteUpload": lambda uploads, each: uploads.delete(each),
    "put": lambda uploads, each: uploads.put(each),
}
"""What can be asked of one upload, with a request that is fine in itself."""
