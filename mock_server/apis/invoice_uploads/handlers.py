"""One function per operation: unpack the request, call the service, pack the answer."""

from __future__ import annotations

from mock_server.apis.invoice_uploads import service, wire
from mock_server.apis.invoice_uploads.service import Services
from mock_server.core.exchange import Request, Response


def presign_upload(services: Services, request: Request) -> Response:
    announced = wire.announcement(request.body)
    upload, url = service.presign(services, request.merchant_id, announced, request.base_url)
    return Response.of(wire.presigned_json(services.setup, upload, url))


def confirm_upload(services: Services, request: Request) -> Response:
    service.confirm(services, request.merchant_id, request.path["uploadId"], request.body["sha256"])
    return Response.of({"message": "Upload confirmed"})


def get_upload_preview_url(services: Services, request: Request) -> Response:
    download = service.preview(services, request.merchant_id, request.path["uploadId"], request.base_url)
    return Response.of(wire.download_json(download))


def attach_upload(services: Services, request: Request) -> Response:
    return _attach(services, request, request.path["paymentRequestId"])


def attach_invoice_to_payment_request(services: Services, request: Request) -> Response:
    return _attach(services, request, request.path["id"])


def get_payment_request_invoice_url(services: Services, request: Request) -> Response:
    download = service.invoice_url(services, request.merchant_id, request.path["id"], request.base_url)
    return Response.of(wire.download_json(download))


def delete_upload(services: Services, request: Request) -> Response:
    service.delete(services, request.merchant_id, request.path["uploadId"])
    return Response.empty(204)


def _attach(services: Services, request: Request, payment_request_id: str) -> Response:
    upload_id = request.path["uploadId"]
    service.attach(services, request.merchant_id, upload_id, payment_request_id, request.operation_id)
    return Response.of({"message": "Invoice attached to payment request"})
