"""What is to go wrong in a namespace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from mock_server.apis.control.services import Json, Services, body_of
from mock_server.core.errors import Refused
from mock_server.core.exchange import JSON_TYPE, Request, Response
from mock_server.core.steering.book import FaultReport
from mock_server.core.steering.effects import Stale
from mock_server.core.steering.wire import fault_of, report_json


def list_faults(services: Services, request: Request) -> Response:
    return Response.of({"faults": [report_json(each) for each in services.namespace.faults.reports()]})


def create_fault(services: Services, request: Request) -> Response:
    report = _added(services, body_of(request))
    location = {"location": f"{services.contract.base_path}/faults/{report.id}"}
    return Response(status=201, json=report_json(report), content_type=JSON_TYPE, headers=location)


def get_fault(services: Services, request: Request) -> Response:
    return Response.of(report_json(_found(services, request, services.namespace.faults.report)))


def delete_fault(services: Services, request: Request) -> Response:
    _found(services, request, services.namespace.faults.remove)
    return Response.empty(204)


def clear_faults(services: Services, request: Request) -> Response:
    services.namespace.faults.clear()
    return Response.empty(204)


def _added(services: Services, stated: Json) -> FaultReport:
    fault = fault_of(stated, _operations(services))
    if isinstance(fault.effect, Stale):
        fault = replace(fault, effect=Stale(services.plane.hold_copy(services.namespace)))
    most = services.contract.limit("CTL-FAULT-COUNT", "maximum")
    report = services.namespace.faults.add(fault, most)
    if report is None:
        if isinstance(fault.effect, Stale):
            services.plane.drop_copy(fault.effect.copy)
        message = f"{services.namespace.name} has {most} faults, and may have no more; forget some."
        raise Refused("CTL-FAULT-COUNT", message)
    return report


def _operations(services: Services) -> list[str]:
    """The operations that faults can name: those of the APIs the mock stands in for."""
    apis = [name for name in services.facts.groups if name != services.contract.name]
    return [operation for name in apis for operation in services.contracts[name].operations]


def _found(services: Services, request: Request, look: Callable[[str], FaultReport | None]) -> FaultReport:
    fault_id = request.path["faultId"]
    found = look(fault_id)
    if found is None:
        known = ", ".join(each.id for each in services.namespace.faults.reports()) or "none"
        message = f"{services.namespace.name} has no fault {fault_id}; there are: {known}."
        raise Refused("CTL-FAULT-ABSENT", message, entity_id=fault_id)
    return found
