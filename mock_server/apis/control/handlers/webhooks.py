"""The endpoints that are told of what happens in a namespace."""

from __future__ import annotations

from mock_server.apis.control.services import Json, Services, body_of
from mock_server.core.exchange import JSON_TYPE, Request, Response
from mock_server.core.instants import to_text
from mock_server.core.outbox import Registration, Webhook

EVENT_TYPES = ("invoice.created", "invoice.paid")


def list_webhooks(services: Services, request: Request) -> Response:
    return Response.of({"webhooks": [webhook_json(each) for each in services.namespace.outbox.webhooks()]})


def create_webhook(services: Services, request: Request) -> Response:
    made = services.namespace.outbox.register(registration(body_of(request)))
    location = {"location": f"{services.contract.base_path}/webhooks/{made.id}"}
    shown = {**webhook_json(made), "secret": made.secret}
    return Response(status=201, json=shown, content_type=JSON_TYPE, headers=location)


def get_webhook(services: Services, request: Request) -> Response:
    return Response.of(webhook_json(services.namespace.outbox.webhook(request.path["webhookId"])))


def delete_webhook(services: Services, request: Request) -> Response:
    services.namespace.outbox.unregister(request.path["webhookId"])
    return Response.empty(204)


def registration(body: Json) -> Registration:
    """An endpoint as a request asks for it."""
    merchant_id = body.get("merchantId")
    return Registration(
        url=body["url"],
        events=tuple(each for each in EVENT_TYPES if each in body.get("events", EVENT_TYPES)),
        secret=body.get("secret"),
        merchant_id=None if merchant_id is None else merchant_id.lower(),
        is_enabled=body.get("isEnabled", True),
    )


def webhook_json(webhook: Webhook) -> Json:
    """The webhook without its secret."""
    return {
        "id": webhook.id,
        "url": webhook.url,
        "events": list(webhook.events),
        "merchantId": webhook.merchant_id,
        "isEnabled": webhook.is_enabled,
        "createdAt": to_text(webhook.created_at),
    }
