"""Uploads through the public API and their presigned URLs, and what can be seen of them from outside."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

from httpx2 import Response

from mock_server.apis.invoice_uploads.group import GROUP
from mock_server.apis.invoice_uploads.records import PAYMENT_REQUESTS, UPLOADS
from mock_server.core.namespace import DEFAULT
from mock_server.core.objects import OBJECTS
from mock_server.core.records import Query, UnitOfWork, transact
from mock_server.object_storage.signature import Credentials
from mock_server.object_storage.urls import PresignedUrls
from mock_server.settings import Settings
from mock_server.wiring import BUCKET_PREFIX
from openapi import contract_file, read_contract
from openapi.locations import fixtures_folder
from tests.mock import Mock, new_merchant

CONTRACT = read_contract(contract_file("invoice_uploads"))
LIFECYCLE = CONTRACT.lifecycles["upload"]
LIFETIME = timedelta(seconds=CONTRACT.limit("UPL-PRESIGN-ANSWER", "lifetimeSeconds"))
MILLISECOND = timedelta(milliseconds=1)
ORIGIN = "http://mock.test"
NO_DIGEST = "0" * 64


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@dataclass(frozen=True)
class File:
    """A file to upload."""

    name: str = "invoice 1042.pdf"
    mime_type: str = "application/pdf"
    content: bytes = field(default=b"%PDF-1.7 an invoice", repr=False)

    @property
    def sha256(self) -> str:
        return digest(self.content)


FILE = File()
OTHER_BYTES = b"%PDF-1.7 AN INVOICE"
"""As many as those of `FILE`, so that its URL takes them too."""

SAMPLES = [
    File(each.name, mime_type, each.read_bytes())
    for each, mime_type in (
        (fixtures_folder() / "files" / "sample.pdf", "application/pdf"),
        (fixtures_folder() / "files" / "sample.png", "image/png"),
        (fixtures_folder() / "files" / "sample.jpg", "image/jpeg"),
    )
]


@dataclass(frozen=True)
class Presigned:
    """An upload as its client knows it. `payment_request`: the one it is attached to, or would be."""

    id: str
    url: str
    key: str
    payment_request: str
    file: File


class Uploads:
    """A merchant's uploads. Each comes with a payment request of its own."""

    def __init__(self, mock: Mock, merchant: str | None = None) -> None:
        self.mock = mock
        self.merchant = merchant or new_merchant()
        self.call = mock.caller("invoice-uploads", self.merchant)

    def payment_request(self) -> str:
        """A new payment request. It comes in as those of seed files do, for no operation makes one."""
        payment_request_id = str(uuid.uuid4())
        seed, bind = GROUP.seed, self.mock.namespace.services["invoice_uploads"]
        assert seed is not None
        data = {"paymentRequests": [{"id": payment_request_id, "merchantId": self.merchant}]}
        transact(self.mock.server.store, DEFAULT, lambda work: seed(bind(work), data), write=True)
        return payment_request_id

    # Single calls

    def presign(self, file: File = FILE) -> Presigned:
        body = {"filename": file.name, "mimeType": file.mime_type, "size": len(file.content)}
        response = self.call("POST", "/invoice-uploads/presign", body)
        assert response.status_code == 200, response.text
        found = response.json()
        return Presigned(found["uploadId"], found["url"], found["s3Key"], self.payment_request(), file)

    def put(
        self, upload: Presigned, content: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Response:
        sent = {"content-type": upload.file.mime_type, **(headers or {})}
        body = upload.file.content if content is None else content
        return self.mock.client.put(upload.url, content=body, headers=sent)

    def confirm(self, upload: Presigned, sha256: str | None = None) -> Response:
        body = {"sha256": upload.file.sha256 if sha256 is None else sha256}
        return self.call("POST", f"/invoice-uploads/{upload.id}/confirm", body)

    def preview(self, upload: Presigned) -> Response:
        return self.call("GET", f"/invoice-uploads/{upload.id}/preview-url")

    def attach(self, upload: Presigned, payment_request: str | None = None) -> Response:
        return self.call("POST", f"/invoice-uploads/{upload.id}/attach/{payment_request or upload.payment_request}")

    def attach_to_payment_request(self, upload: Presigned, payment_request: str | None = None) -> Response:
        return self.call("POST", f"/{payment_request or upload.payment_request}/invoice/attach/{upload.id}")

    def delete(self, upload: Presigned) -> Response:
        return self.call("DELETE", f"/invoice-uploads/{upload.id}")

    def invoice_url(self, payment_request: str) -> Response:
        return self.call("GET", f"/{payment_request}/invoice/url")

    def fetch(self, upload: Presigned) -> Response:
        """Ask the bucket with a good URL, whether or not the API would give one out."""
        return self.mock.client.get(self.get_url(upload))

    def get_url(self, upload: Presigned) -> str:
        urls = PresignedUrls(credentials=_CREDENTIALS, region=_SETTINGS.region, prefix=BUCKET_PREFIX)
        return urls.get_url(
            ORIGIN,
            f"invoice-uploads/{upload.key}",
            content_type=upload.file.mime_type,
            filename=upload.file.name,
            now=self.mock.clock.now(),
            lifetime=LIFETIME,
        )

    def act(self, action: str, upload: Presigned) -> Response:
        """Ask for an action of the lifecycle with a request that is fine in itself."""
        return ACTIONS[action](self, upload)

    # Whole ways

    def in_state(self, state: str, file: File = FILE) -> Presigned:
        """A new upload that public calls brought there."""
        upload = self.presign(file)
        for step in WAYS[state]:
            response = self.act(step, upload)
            assert response.status_code == 200, response.text
        return upload

    # What can be seen

    def seen(self, upload: Presigned) -> str:
        """The state an upload is in, found out by calls that change nothing; the store says the same."""
        state = self._seen(upload)
        assert state == self.recorded(upload)
        return state

    def _seen(self, upload: Presigned) -> str:
        status = self.preview(upload).status_code
        if status == 404:
            return "absent"
        if status == 409:
            return {409: "presigned", 400: "stored"}[self.confirm(upload, NO_DIGEST).status_code]
        assert status == 200
        return "attached" if self.invoice_of(upload.payment_request) == upload.id else "confirmed"

    def recorded(self, upload: Presigned) -> str:
        """The state an upload is in, as the store has it."""
        store = self.mock.server.store
        found = transact(store, DEFAULT, lambda work: work.records(UPLOADS).get(upload.id), write=False)
        return found.state.value if found else "absent"

    def invoice_of(self, payment_request: str) -> str | None:
        """The id of the upload that is the invoice of a payment request."""
        response = self.invoice_url(payment_request)
        if response.status_code == 404:
            return None
        assert response.status_code == 200, response.text
        return str(urlsplit(response.json()["url"]).path.rsplit("/", 1)[-1])

    def bytes_of(self, response: Response) -> bytes:
        """What the URL in an answer returns."""
        assert response.status_code == 200, response.text
        fetched = self.mock.client.get(response.json()["url"])
        assert fetched.status_code == 200, fetched.text
        return fetched.content

    def kept(self) -> Mapping[str, Any]:
        """Every record there is of uploads, of all merchants, with their versions."""
        return transact(self.mock.server.store, DEFAULT, _all_records, write=False)


def _all_records(work: UnitOfWork) -> Mapping[str, Any]:
    return {
        "uploads": list(work.records(UPLOADS).find(Query()).items),
        "payment requests": list(work.records(PAYMENT_REQUESTS).find(Query()).items),
        "objects": list(work.records(OBJECTS).find(Query()).items),
    }


_SETTINGS = Settings()
_CREDENTIALS = Credentials(_SETTINGS.access_key_id, _SETTINGS.secret_access_key)

ACTIONS: Mapping[str, Callable[[Uploads, Presigned], Response]] = {
    "confirmUpload": Uploads.confirm,
    "getUploadPreviewUrl": Uploads.preview,
    "attachUpload": Uploads.attach,
    "attachInvoiceToPaymentRequest": Uploads.attach_to_payment_request,
    "deleteUpload": Uploads.delete,
    "put": Uploads.put,
    "fetch": Uploads.fetch,
}
"""What a caller can ask for; the other actions of the table are those without a call of their own."""

WAYS: Mapping[str, list[str]] = {
    "presigned": [],
    "stored": ["put"],
    "confirmed": ["put", "confirmUpload"],
    "attached": ["put", "confirmUpload", "attachUpload"],
}


def refused(response: Response, *rules: str) -> None:
    """The answer is that of the first rule, in the shape of where it stands, and names all of them."""
    rule = CONTRACT.rules[rules[0]]
    assert response.status_code == rule.status, response.text
    assert response.headers["x-mock-stage"] == rule.stage
    assert response.headers["x-mock-rule"].split(", ") == [*rules]
    assert response.headers["x-request-id"]
    if rule.stage == "bucket":
        _refused_by_the_bucket(response, rules[0])
        return
    body = response.json()
    assert response.headers["content-type"] == "application/json"
    assert set(body) - {"code"} == {"statusCode", "error", "message"}
    assert body["statusCode"] == rule.status
    assert body["error"] == HTTPStatus(rule.status).phrase
    assert body["message"]


def _refused_by_the_bucket(response: Response, rule: str) -> None:
    assert response.headers["content-type"] == "application/xml"
    assert response.content.startswith(b'<?xml version="1.0" encoding="UTF-8"?>')
    error = ElementTree.fromstring(response.content)
    elements = {element.tag: element.text for element in error}
    assert error.tag == "Error"
    assert elements["Code"] == CONTRACT.rules[rule].extra["code"]
    assert elements["Message"] == CONTRACT.rules[rule].extra["message"]
    assert elements["RequestId"] == response.headers["x-request-id"]
    assert elements["HostId"]


def files_in(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())
