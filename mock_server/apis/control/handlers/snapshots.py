"""Snapshots of a namespace, and the namespace as a document."""

from __future__ import annotations

import json

from mock_server.apis.control.handlers.namespaces import created, new_name, present
from mock_server.apis.control.services import Json, Services, body_of
from mock_server.core.clock_document import clock_json
from mock_server.core.control import Snapshot
from mock_server.core.exchange import JSON_TYPE, Request, Response


def list_snapshots(services: Services, request: Request) -> Response:
    found = services.plane.snapshots(services.namespace)
    return Response.of({"snapshots": [snapshot_json(each) for each in found]})


def create_snapshot(services: Services, request: Request) -> Response:
    body = body_of(request)
    saved = services.plane.save(services.namespace, body.get("name"), may_replace=body.get("replace", False))
    location = {"location": f"{services.contract.base_path}/snapshots/{saved.name}"}
    return Response(status=201, json=snapshot_json(saved), content_type=JSON_TYPE, headers=location)


def get_snapshot(services: Services, request: Request) -> Response:
    return Response.of(snapshot_json(services.plane.snapshot(services.namespace, request.path["name"])))


def delete_snapshot(services: Services, request: Request) -> Response:
    services.plane.drop(services.namespace, request.path["name"])
    return Response.empty(204)


def restore_snapshot(services: Services, request: Request) -> Response:
    services.plane.restore(services.namespace, request.path["name"])
    return present(services)


def fork_snapshot(services: Services, request: Request) -> Response:
    into = body_of(request).get("namespace") or new_name()
    return created(services, services.plane.fork(services.namespace, request.path["name"], into))


def export_namespace(services: Services, request: Request) -> Response:
    document = services.plane.export(services.namespace)
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    return Response(content=text.encode(), content_type=JSON_TYPE)


def import_namespace(services: Services, request: Request) -> Response:
    services.plane.load(services.namespace, request.body)
    return present(services)


def snapshot_json(snapshot: Snapshot) -> Json:
    return {"name": snapshot.name, "seed": snapshot.state.seed, "clock": clock_json(snapshot.state.clock)}
