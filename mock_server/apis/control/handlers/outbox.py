"""What has gone out of a namespace."""

from __future__ import annotations

from typing import Any

from mock_server.apis.control.services import Json, Services, body_of
from mock_server.core.exchange import Request, Response
from mock_server.core.instants import to_text
from mock_server.core.outbox import Attempt, Delivery, OutboxMessage, SentMessage
from mock_server.core.records import Condition, Query

_COLUMNS = {"kind": "kind", "type": "type", "invoiceId": "resource", "state": "state"}
"""Parameter of a list -> column of the messages."""


def list_outbox(services: Services, request: Request) -> Response:
    page = services.namespace.outbox.messages(_query(request.query))
    return Response.of({"messages": [message_json(each) for each in page.items], "total": page.total})


def clear_outbox(services: Services, request: Request) -> Response:
    services.namespace.outbox.clear()
    return Response.empty(204)


def get_message(services: Services, request: Request) -> Response:
    return Response.of(sent_json(services.namespace.outbox.message(request.path["messageId"])))


def resend_message(services: Services, request: Request) -> Response:
    webhook_id = body_of(request).get("webhookId")
    return Response.of(sent_json(services.namespace.outbox.send_again(request.path["messageId"], webhook_id)))


def message_json(message: OutboxMessage) -> Json:
    optional = {"to": message.to, "text": message.text, "body": message.body}
    return {
        "id": message.id,
        "number": message.number,
        "kind": message.kind.value,
        "type": message.type,
        "at": to_text(message.at),
        "merchantId": message.merchant_id,
        "resourceType": message.resource_type,
        "resourceId": message.resource_id,
        "state": message.state.value,
        **{name: value for name, value in optional.items() if value is not None},
    }


def sent_json(sent: SentMessage) -> Json:
    return {**message_json(sent.message), "deliveries": [_delivery_json(each) for each in sent.deliveries]}


def _delivery_json(delivery: Delivery) -> Json:
    return {
        "webhookId": delivery.webhook_id,
        "url": delivery.url,
        "state": delivery.state.value,
        "nextAttemptAt": None if delivery.due_at is None else to_text(delivery.due_at),
        "attempts": [_attempt_json(each) for each in delivery.attempts],
    }


def _attempt_json(attempt: Attempt) -> Json:
    return {"at": to_text(attempt.at), "status": attempt.status, "error": attempt.error, "answer": attempt.answer}


def _query(asked: Json) -> Query:
    conditions = [Condition(_COLUMNS[name], "=", _value(name, asked[name])) for name in _COLUMNS if name in asked]
    return Query(conditions, order_by="number", ascending=False, offset=asked["offset"], limit=asked["limit"])


def _value(name: str, given: Any) -> str:
    return str(given).lower() if name == "invoiceId" else str(given)
