"""Exchanges with the two APIs, as the examiner keeps them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from contract_tests.examiner import contract
from contract_tests.exchange import Exchange, Sent
from contract_tests.observing import Observer
from contract_tests.target import GROUPS, Credentials, Target

HOST = "http://api.test"
BASES = {group: HOST + contract(group).base_path for group in GROUPS}
CONTRACTS = {group: contract(group) for group in GROUPS}
JSON = {"content-type": "application/json"}


def target(**more: Any) -> Target:
    """A deployment with a client of its own."""
    credentials = {"main": {"invoices": Credentials(client_id="harbor", client_secret="s3cret-of-harbor")}}
    return Target("staging", BASES, token_url=f"{HOST}/oauth2/token", **{"credentials": credentials, **more})


def observer(**more: Any) -> Observer:
    return Observer(target(**more), CONTRACTS)


def exchange(
    operation_id: str,
    path: str = "",
    body: Any = None,
    *,
    status: int = 200,
    answer: Any = None,
    headers: Mapping[str, str] | None = None,
    method: str = "",
    url: str = "",
    answer_headers: Mapping[str, str] | None = None,
) -> Exchange:
    """A call of an operation with its answer; `path` follows the base path."""
    group = next((name for name, each in CONTRACTS.items() if operation_id in each.operations), "invoices")
    known = CONTRACTS[group].operations.get(operation_id)
    return Exchange(
        Sent(
            method or (known.method if known else "GET"),
            url or BASES[group] + path,
            {**(JSON if body is not None else {}), **(headers or {})},
            _bytes(body),
        ),
        status,
        {**(JSON if answer is not None else {}), **(answer_headers or {})},
        _bytes(answer),
        operation_id,
    )


def login(token: str, client: str = "harbor") -> Exchange:
    """A token that is given to a client."""
    body = f"grant_type=client_credentials&client_id={client}&client_secret=s3cret-of-harbor".encode()
    reply = {"access_token": token, "token_type": "Bearer", "expires_in": 900}
    return exchange("", body=body, url=f"{HOST}/oauth2/token", method="POST", answer=reply)


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else b"" if value is None else json.dumps(value).encode()
