"""`python -m tests.benchmarks.contenders.apps.connexion_app PORT CONTRACT TOKEN`: Connexion as it comes."""

from __future__ import annotations

import sys
import uuid
from pathlib import Path
from typing import Any

import uvicorn
import yaml
from connexion import AsyncApp
from connexion.resolver import Resolver

Json = dict[str, Any]


def application(invoice: Json, contract: Json, token: str) -> AsyncApp:
    """Answers an invoice to who asks for one, and an id to who posts."""

    class Bearer:
        """Compares tokens: a checked signature would only be slower."""

        def get_fn(self, security_scheme: Json, required_scopes: list[str]) -> Any:
            async def verify(request: Any) -> Json | None:
                given = request.headers.get("authorization")
                return {"sub": "benchmark"} if given == f"Bearer {token}" else None

            return verify

    async def get_invoice(**given: Any) -> Json:
        return invoice

    async def create_invoice(**given: Any) -> Json:
        return {"id": str(uuid.uuid4())}

    async def other(**given: Any) -> tuple[str, int]:
        return "", 500

    handlers = {"getInvoice": get_invoice, "createInvoice": create_invoice}
    app = AsyncApp(__name__)
    app.add_api(
        contract,
        validate_responses=True,
        security_map={"bearer": Bearer},
        resolver=Resolver(lambda operation_id: handlers.get(operation_id, other)),
    )
    return app


def invoice_of(contract: Json) -> Json:
    """An example of the contract, without the null that Connexion takes for no object."""
    invoice: Json = contract["components"]["examples"]["PaidInvoice"]["value"]
    invoice["customer"]["shippingAddress"] = invoice["customer"]["billingAddress"]
    return invoice


def main() -> None:
    port, file, token = sys.argv[1:]
    contract = yaml.safe_load(Path(file).read_text(encoding="utf-8"))
    app = application(invoice_of(contract), contract, token)
    uvicorn.run(app, port=int(port), loop="uvloop", http="httptools", ws="none", access_log=False, log_level="warning")


if __name__ == "__main__":
    main()
