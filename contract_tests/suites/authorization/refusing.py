"""Whether who may not call is told so, as the rules and RFC 6750 say, and nothing has happened."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from contract_tests.api import NO_TOKEN
from contract_tests.broken import Broken, Difference
from contract_tests.examiner import Examiner
from contract_tests.exchange import Exchange
from contract_tests.forgeries import Attempt
from contract_tests.suites.authorization.scenes import CONTRACTS, GROUP_OF, PREFIXES, Scene
from contract_tests.suites.cases import each_case
from contract_tests.suites.refusals import require_refused as require_invoices_refused
from contract_tests.suites.uploads.refusals import require_refused as require_uploads_refused

CHALLENGE = "WWW-Authenticate"
MISSING, INVALID, EXPIRED = "AUTH-MISSING", "AUTH-INVALID", "AUTH-EXPIRED"
LACKING = {"invoices": "AUTH-PERMISSION", "invoice_uploads": "AUTH-SCOPE"}
_ERRORS = {
    MISSING: "",
    INVALID: "invalid_token",
    EXPIRED: "invalid_token",
    **dict.fromkeys(LACKING.values(), "insufficient_scope"),
}
"""What RFC 6750 calls it in the challenge; where no token was sent, there is no need of a word."""


def auth_rule(group: str, name: str) -> str:
    return f"{PREFIXES[group]}-{name}"


def require_all_refused(examiner: Examiner, made: Callable[[], Scene], attempts: Sequence[Attempt], name: str) -> Scene:
    """None of the attempts gets through, and none changes anything. Returns the scene of it. Raises `Broken`.

    `made`: a new scene. Whether something has changed is looked at in the end; then, a second one shows by which.
    """
    scene = made()
    before = scene.look()
    _require_each_refused(examiner, scene, attempts, name)
    if scene.look() != before:
        scene = made()
        before = scene.look()
        for attempt in each_case(examiner, attempts):
            _require_each_refused(examiner, scene, [attempt], name)
            require_unchanged(scene, before, name, attempt.name)
    return scene


def _require_each_refused(examiner: Examiner, scene: Scene, attempts: Sequence[Attempt], name: str) -> None:
    for attempt in each_case(examiner, attempts):
        answer = scene.call(token=NO_TOKEN, headers=attempt.headers)
        require_unauthorized(scene.group, answer, name, attempt.name)


def require_unchanged(scene: Scene, before: object, name: str, what: str) -> None:
    """What the call was about is as it was. Raises `Broken`."""
    after = scene.look()
    if after != before:
        message = f"{scene.operation_id} with {what} was refused and did something all the same"
        raise Broken(scene.rule(name), message, _changes(before, after), operation_id=scene.operation_id)


def require_unauthorized(group: str, answer: Exchange, name: str, what: str) -> None:
    """The answer is the rule's refusal, with a challenge where the contract has one. Raises `Broken`."""
    rule, operation_id = auth_rule(group, name), answer.operation_id
    told = f"{operation_id} with {what}"
    if group == "invoices":
        require_invoices_refused(answer, rule, operation_id, what=f"{told} is refused")
    else:
        require_uploads_refused(CONTRACTS[group], answer, rule, told, operation_id)
    differences = list(_challenge_differences(answer, _ERRORS[name]))
    if differences:
        raise Broken(rule, f"{told} is refused with a challenge", differences, operation_id=operation_id)


def require_let_in(answer: Exchange, name: str, what: str) -> Exchange:
    """The answer is not one to somebody who may not call. Raises `Broken`."""
    if answer.status in {401, 403}:
        rule = auth_rule(GROUP_OF[answer.operation_id], name)
        difference = Difference("status", "neither 401 nor 403", answer.status)
        message = f"{answer.operation_id} with {what} is let in"
        raise Broken(rule, message, [difference], operation_id=answer.operation_id)
    return answer


def _challenge_differences(answer: Exchange, error: str) -> Iterator[Difference]:
    documented = CONTRACTS[GROUP_OF[answer.operation_id]].operations[answer.operation_id].answers[str(answer.status)]
    if CHALLENGE.lower() not in {each.lower() for each in documented.headers}:
        return
    challenge = answer.headers.get(CHALLENGE.lower(), "")
    if not re.match(r"bearer\b", challenge, re.IGNORECASE):
        yield Difference(CHALLENGE, "Bearer", challenge)
    elif error and f'error="{error}"' not in challenge:
        yield Difference(CHALLENGE, f'error="{error}"', challenge)


def _changes(before: object, after: object) -> list[Difference]:
    if isinstance(before, dict) and isinstance(after, dict):
        return [
            Difference(f"/{name}", before.get(name), after.get(name))
            for name in sorted({*before, *after})
            if before.get(name) != after.get(name)
        ]
    return [Difference("", before, after)]
