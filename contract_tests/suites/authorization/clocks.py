"""Tokens that expire, in a namespace of their own: the clock is moved there, and nobody else's."""

from __future__ import annotations

from contract_tests.api import Api
from contract_tests.control import Control
from contract_tests.credentials import Tokens, parts_of
from contract_tests.examiner import Examiner
from contract_tests.suites.authorization.choosing import CHEAP, LATE, SPARE
from contract_tests.suites.authorization.refusing import EXPIRED, require_let_in, require_unauthorized
from contract_tests.suites.authorization.scenes import CONTRACTS, GROUP_OF, bare_scene


def require_to_expire(examiner: Examiner, operation_id: str) -> None:
    """A token is good until shortly before its end, and not after it. Raises `Broken`."""
    group = GROUP_OF[operation_id]
    examiner.require_control("the end of a token")
    control = Control(examiner.transport)
    control.begin()
    try:
        api = Api(
            CONTRACTS[group], examiner.transport, Tokens(examiner.transport, control.headers), headers=control.headers
        )
        token = Tokens(examiner.transport, control.headers).get(group)
        claims = parts_of(token)[1]
        call = bare_scene(examiner, api, operation_id)
        seconds = claims["exp"] - claims["iat"]
        if operation_id in CHEAP.values():
            control.advance(f"PT{seconds - SPARE}S")
            require_let_in(call.call(token=token), EXPIRED, "a token that expires soon")
            seconds = SPARE
        control.advance(f"PT{seconds + LATE}S")
        require_unauthorized(group, call.call(token=token), EXPIRED, "an expired token")
    finally:
        control.end()
