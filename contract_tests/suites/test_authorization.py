"""Authorization: every operation, called by whoever may not, and about what is another merchant's."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract_tests.api import NO_TOKEN
from contract_tests.authorization_server import AuthorizationServer
from contract_tests.credentials import Tokens, parts_of
from contract_tests.examiner import Examiner
from contract_tests.forgeries import (
    Attempt,
    badly_issued,
    decoded,
    forged,
    joined,
    malformed,
    signed_by,
    without_token,
)
from contract_tests.properties import examples
from contract_tests.suites.authorization import clocks, ownership
from contract_tests.suites.authorization.choosing import (
    LETTERS,
    MOCKS_OWN,
    OTHER_GROUP,
    every_operation,
    of_the_mock,
    one_of_each_group,
    owned,
    some_of,
)
from contract_tests.suites.authorization.refusing import (
    EXPIRED,
    INVALID,
    LACKING,
    MISSING,
    require_all_refused,
    require_let_in,
    require_unauthorized,
    require_unchanged,
)
from contract_tests.suites.authorization.scenes import GROUP_OF, bare_scene, scene
from contract_tests.suites.cases import each_case
from contract_tests.well_signed import for_several, with_more_grants, with_other_grants


@pytest.mark.priority(10)
@every_operation(MISSING)
def test_without_a_token(examiner: Examiner, operation_id: str) -> None:
    """Nor with one that is sent in another way."""
    token = examiner.tokens.get(GROUP_OF[operation_id])
    attempts = list(without_token(token))
    call = require_all_refused(examiner, partial(scene, examiner, operation_id), attempts, MISSING)
    before = call.look()
    in_body = {**call.body, "access_token": token} if isinstance(call.body, dict) else call.body
    answer = call.call(token=NO_TOKEN, query={"access_token": token}, body=in_body)
    require_unauthorized(call.group, answer, MISSING, "the token in query and body")
    require_unchanged(call, before, MISSING, "the token in query and body")
    require_let_in(call.call(), MISSING, "a good token")


@pytest.mark.priority(10)
@every_operation(MISSING)
def test_nobody_learns_what_else_is_wrong(examiner: Examiner, operation_id: str) -> None:
    """Who may not call is told that first: neither ids nor bodies are looked at."""
    api = examiner.api(GROUP_OF[operation_id])
    nobodys = bare_scene(examiner, api, operation_id)
    malformed_path = dict.fromkeys(nobodys.path, "no-id")
    body = None if nobodys.body is None else b'{"half":'
    for path, content in ((nobodys.path, nobodys.body), (malformed_path, body)):
        answer = nobodys.call(token=NO_TOKEN, path=path, body=content)
        require_unauthorized(nobodys.group, answer, MISSING, "no token, and more that is wrong")


@pytest.mark.priority(10)
@every_operation(INVALID)
def test_with_a_bad_token(examiner: Examiner, operation_id: str) -> None:
    """Malformed, forged, or good for the other group."""
    group = GROUP_OF[operation_id]
    token = examiner.tokens.get(group)
    parts_of(token)
    attempts = [*malformed(token), *forged(token, AuthorizationServer(examiner).keys())]
    if examiner.tokens.has("main", OTHER_GROUP[group]):
        attempts.append(Attempt("a token of the other API", f"Bearer {examiner.tokens.get(OTHER_GROUP[group])}"))
    chosen = some_of(attempts, operation_id)
    call = require_all_refused(examiner, partial(scene, examiner, operation_id), chosen, INVALID)
    require_let_in(call.call(), INVALID, "a good token")


@pytest.mark.priority(10)
@every_operation(INVALID)
def test_with_a_badly_issued_token(examiner: Examiner, operation_id: str) -> None:
    """Signed by the authorization server, and yet not for this."""
    call = bare_scene(examiner, examiner.api(GROUP_OF[operation_id]), operation_id)
    token = examiner.tokens.get(call.group)
    key = AuthorizationServer(examiner).own_key()
    header, claims = parts_of(token)
    again = call.call(token=signed_by(key, header, claims))
    require_let_in(again, INVALID, "a good token, signed once more")
    now = int(claims["iat"])
    require_all_refused(examiner, lambda: call, list(badly_issued(token, key, now)), INVALID)


@pytest.mark.priority(10)
@every_operation("LACKING")
def test_without_the_permission(examiner: Examiner, operation_id: str) -> None:
    """A good token of a client that may not do this; whatever else is wrong."""
    group = GROUP_OF[operation_id]
    limited = examiner.api(group, "limited")
    call = scene(examiner, operation_id)
    before = call.look()
    require_unauthorized(group, call.called_by(limited).call(), LACKING[group], "a token without the permission")
    require_unchanged(call, before, LACKING[group], "a token without the permission")
    answer = bare_scene(examiner, limited, operation_id).call()
    require_unauthorized(group, answer, LACKING[group], "a token without the permission, and an id of nobody")


@pytest.mark.priority(20)
@one_of_each_group("LACKING")
def test_with_another_grant(examiner: Examiner, operation_id: str) -> None:
    """What is granted must be what is needed, to the letter; more may be granted beside it."""
    call = bare_scene(examiner, examiner.api(GROUP_OF[operation_id]), operation_id)
    token, key = examiner.tokens.get(call.group), AuthorizationServer(examiner).own_key()
    for attempt in each_case(examiner, with_more_grants(token, key)):
        require_let_in(call.call(token=NO_TOKEN, headers=attempt.headers), LACKING[call.group], attempt.name)
    require_all_refused(examiner, lambda: call, list(with_other_grants(token, key)), LACKING[call.group])


@pytest.mark.priority(20)
@one_of_each_group(INVALID)
def test_a_token_for_several_audiences(examiner: Examiner, operation_id: str) -> None:
    call = bare_scene(examiner, examiner.api(GROUP_OF[operation_id]), operation_id)
    attempts = for_several(examiner.tokens.get(call.group), AuthorizationServer(examiner).own_key())
    for attempt in each_case(examiner, attempts):
        require_let_in(call.call(token=NO_TOKEN, headers=attempt.headers), INVALID, attempt.name)


@pytest.mark.priority(20)
@every_operation(EXPIRED)
def test_with_an_expired_token(examiner: Examiner, operation_id: str) -> None:
    """In a namespace of its own, for the clock is moved there: good until shortly before its end, and not after it."""
    clocks.require_to_expire(examiner, operation_id)


@pytest.mark.priority(20)
@every_operation(INVALID)
def test_with_a_revoked_token(examiner: Examiner, operation_id: str) -> None:
    """Good before, and refused at once; tokens that others have stay good."""
    group = GROUP_OF[operation_id]
    call = bare_scene(examiner, examiner.api(group), operation_id)
    token = Tokens(examiner.transport, examiner.headers).get(group)
    require_let_in(call.call(token=token), INVALID, "a good token")
    AuthorizationServer(examiner).revoke(token, group)
    require_unauthorized(group, call.call(token=token), INVALID, "a revoked token")
    require_let_in(call.call(), INVALID, "a token that was not revoked")


@pytest.mark.priority(20)
@one_of_each_group(MISSING)
def test_the_scheme_in_any_case(examiner: Examiner, operation_id: str) -> None:
    """Schemes are compared without their case (RFC 9110)."""
    call = bare_scene(examiner, examiner.api(GROUP_OF[operation_id]), operation_id)
    token = examiner.tokens.get(call.group)
    for scheme in each_case(examiner, ("bearer", "BEARER", "bEaReR")):
        answer = call.call(token=NO_TOKEN, headers={"authorization": f"{scheme} {token}"})
        require_let_in(answer, MISSING, f"the scheme {scheme}")


@pytest.mark.priority(10)
@pytest.mark.proves("INV-OWNERSHIP")
@pytest.mark.parametrize(
    "operation_id", [pytest.param(each, marks=pytest.mark.about(each)) for each in owned("invoices")]
)
def test_invoices_of_another_merchant(examiner: Examiner, operation_id: str) -> None:
    ownership.require_hidden(examiner, operation_id)


@pytest.mark.priority(10)
@pytest.mark.proves("UPL-OWNERSHIP")
@pytest.mark.parametrize(
    "operation_id", [pytest.param(each, marks=pytest.mark.about(each)) for each in owned("invoice_uploads")]
)
def test_uploads_of_another_merchant(examiner: Examiner, operation_id: str) -> None:
    ownership.require_hidden(examiner, operation_id)


@pytest.mark.priority(10)
@pytest.mark.proves("UPL-OWNERSHIP", "UPL-PAYMENT-REQUEST")
@pytest.mark.parametrize(("route", "whose"), ownership.WHOSE)
def test_attaching_what_is_another_merchants(examiner: Examiner, route: str, whose: str) -> None:
    ownership.require_attaching_hidden(examiner, route, whose)


@pytest.mark.priority(10)
@pytest.mark.proves("INV-OWNERSHIP", "INV-REFERENCE")
@pytest.mark.parametrize(
    "operation_id", [pytest.param(each, marks=pytest.mark.about(each)) for each in ownership.REFERRING]
)
def test_customers_of_another_merchant(examiner: Examiner, operation_id: str) -> None:
    ownership.require_customer_hidden(examiner, operation_id)


@pytest.mark.priority(10)
@pytest.mark.proves("INV-OWNERSHIP")
@pytest.mark.about("listInvoices")
def test_lists_of_two_merchants(examiner: Examiner) -> None:
    ownership.require_not_listed(examiner)


@pytest.mark.priority(20)
@pytest.mark.proves("INV-OWNERSHIP", "INV-IDEMPOTENCY-CONFLICT", "INV-IDEMPOTENCY-REPLAY")
@pytest.mark.about("createInvoice")
@pytest.mark.parametrize("is_same_body", [True, False])
def test_idempotency_keys_of_two_merchants(examiner: Examiner, is_same_body: bool) -> None:
    ownership.require_keys_apart(examiner, is_same_body=is_same_body)


@pytest.mark.priority(30)
@one_of_each_group(INVALID)
@examples(25)
@given(part=st.integers(0, 2), place=st.floats(0, 1, exclude_max=True), letter=st.sampled_from(LETTERS))
def test_a_token_with_another_letter(
    examiner: Examiner, operation_id: str, part: int, place: float, letter: str
) -> None:
    """Wherever it is, unless it decodes to the same signature."""
    examiner.begin()
    group = GROUP_OF[operation_id]
    token = examiner.tokens.get(group)
    parts_of(token)
    parts = token.split(".")
    position = int(place * len(parts[part]))
    changed = parts[part][:position] + letter + parts[part][position + 1 :]
    if changed == parts[part] or (part == 2 and decoded(changed) == decoded(parts[part])):
        return
    bad = ".".join([*parts[:part], changed, *parts[part + 1 :]])
    if of_the_mock(bad) not in ({}, of_the_mock(token)):
        return
    answer = bare_scene(examiner, examiner.api(group), operation_id).call(token=bad)
    require_unauthorized(group, answer, INVALID, "a token with another letter")


@pytest.mark.priority(30)
@one_of_each_group(INVALID)
@examples(15)
@given(data=st.data())
def test_a_token_with_other_claims(examiner: Examiner, operation_id: str, data: st.DataObject) -> None:
    """Whatever is claimed, the signature is of something else."""
    examiner.begin()
    group = GROUP_OF[operation_id]
    token = examiner.tokens.get(group)
    header, claims = parts_of(token)
    name = data.draw(st.sampled_from([each for each in sorted(claims) if not each.startswith(MOCKS_OWN)]))
    value = data.draw(st.one_of(st.text(LETTERS, max_size=8), st.integers(0, 2**40), st.none(), st.lists(st.just("a"))))
    bad = f"{joined(header, {**claims, name: value})}.{token.rpartition('.')[2]}"
    if bad != token:
        answer = bare_scene(examiner, examiner.api(group), operation_id).call(token=bad)
        require_unauthorized(group, answer, INVALID, f"a token with another {name}")
