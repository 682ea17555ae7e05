"""Callers who are let in and should not be, or are kept out, or see what is another merchant's."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from joserfc.util import urlsafe_b64decode

from mock_server.core.errors import Refused
from mock_server.core.exchange import Caller
from mock_server.core.tokens import TokenFault, TokenRefused
from mock_server.http import security
from mock_server.oauth import tokens
from tests.contract_tests.faulty_proxy import Answered, Asked, Change, Forward
from tests.faults.fault import Fault, Kind, Original, passing, replaced
from tests.faults.replacing import always
from tests.faults.traffic import INVOICES, told, without_header

auth = partial(Fault, Kind.AUTH)
HARBOR = "6ebdfc37-cbfa-40c9-8955-a7e6bd7a3816"


def on(name: str, *about: str) -> str:
    return f"test_authorization.py::test_{name}" + (f"[{'-'.join(about)}]" if about else "")


def claims_of(token: str) -> dict[str, Any]:
    return dict(json.loads(urlsafe_b64decode(token.split(".")[1].encode())))


def unverified(original: Original) -> Any:
    """Signatures are not looked at, as long as it looks like a token."""

    def claims(self: Any, token: str) -> dict[str, Any]:
        try:
            return claims_of(token)
        except (ValueError, IndexError) as error:
            raise TokenRefused(TokenFault.INVALID, "malformed") from error

    return claims


def unsigned(original: Original) -> Any:
    """`alg: none` is good."""
    return lambda self, token: claims_of(token) if token.endswith(".") else dict(original(self, token))


def with_claims(**changes: Any) -> Callable[[Original], Any]:
    """Some claims are taken for others; `None` takes one away."""

    def made(original: Original) -> Any:
        def claims(self: Any, token: str) -> dict[str, Any]:
            merged = {**original(self, token), **changes}
            return {name: value for name, value in merged.items() if value is not None}

        return claims

    return made


def with_leeway(name: str, seconds: int) -> Callable[[Original], Any]:
    """A time in the token is taken for another one."""

    def made(original: Original) -> Any:
        def claims(self: Any, token: str) -> dict[str, Any]:
            found = original(self, token)
            return {**found, name: found[name] + seconds} if name in found else found

        return claims

    return made


def audience_as(change: Callable[[Any, str], Any]) -> Callable[[Original], Any]:
    """The audiences of a token are taken for others. `change`: is given those, and the one that is asked for."""

    def made(original: Original) -> Any:
        def claims(self: Any, token: str, audience: str | None, is_revoked: Any = None) -> Any:
            stated = self._signatures.claims(token).get("aud")
            is_meant = audience is None or change(stated, audience)
            found = original(self, token, None, is_revoked)
            if not is_meant:
                raise TokenRefused(TokenFault.INVALID, f"The token is not meant for {audience}.")
            return found

        return claims

    return made


def any_audience(original: Original) -> Any:
    return lambda self, token, audience, is_revoked=None: original(self, token, None, is_revoked)


def nobody_is_revoked(original: Original) -> Any:
    return lambda self, token, audience, is_revoked=None: original(self, token, audience, lambda names: False)


def as_missing(original: Original) -> Any:
    """Who sends no token is the first merchant."""

    def caller(authorization: str | None, group: Any, verifier: Any) -> Caller:
        if authorization is None:
            return Caller("nobody", HARBOR, frozenset({"invoices", "payment-requests:create"}))
        return original(authorization, group, verifier)  # type: ignore[no-any-return]

    return caller


def any_scheme(original: Original) -> Any:
    """The word before the token does not matter."""

    def caller(authorization: str | None, group: Any, verifier: Any) -> Any:
        word, found, token = (authorization or "").partition(" ")
        return original(f"Bearer {token}" if found and word else authorization, group, verifier)

    return caller


def bearer_as_written(original: Original) -> Any:
    """`bearer` in small letters is another scheme."""

    def caller(authorization: str | None, group: Any, verifier: Any) -> Any:
        is_other = authorization is not None and not authorization.startswith("Bearer")
        return original("None" if is_other else authorization, group, verifier)

    return caller


def without_challenge(original: Original) -> Any:
    def caller(*given: Any) -> Any:
        try:
            return original(*given)
        except Refused as refused:
            refused.headers = {}
            raise

    return caller


def any_word_of(original: Original) -> Any:
    """A grant that begins like the one that is needed will do."""

    def check(caller: Any, needed: frozenset[str], group: Any) -> None:
        begun = {each for each in needed if any(granted[:8] == each[:8] for granted in caller.grants)}
        original(caller, needed - begun, group)

    return check


def unguarded(end: str) -> Callable[[], Change]:
    """Who sends no token to one operation is taken for whoever has called before."""

    def made() -> Change:
        known: list[str] = []

        def answer(asked: Asked, forward: Forward) -> Answered:
            given = asked.headers.get("authorization")
            if given is None and asked.path.partition("?")[0].endswith(end) and known:
                return forward(replace(asked, headers={**asked.headers, "authorization": known[-1]}))
            found = forward(asked)
            if given and found.status == 200 and asked.path.startswith(INVOICES):
                known.append(given)
            return found

        return answer

    return made


CLAIMS = (tokens.Signatures, "claims")
CHECKED = (tokens.TokenCheck, "claims")
FAULTS = (
    auth("calls without a token are let in", "listInvoices", replaced(security, "_caller", as_missing),
         on("without_a_token", "listInvoices"), "INV-AUTH-MISSING"),
    auth("any scheme will do", "presignUpload", replaced(security, "_caller", any_scheme),
         on("without_a_token", "presignUpload"), "UPL-AUTH-MISSING"),
    auth("the scheme must have its capital", "getInvoiceCalculations", replaced(security, "_caller", bearer_as_written),
         on("the_scheme_in_any_case", "getInvoiceCalculations"), "INV-AUTH-MISSING"),
    auth("there is no challenge", "getInvoice", replaced(security, "_caller", without_challenge),
         on("without_a_token", "getInvoice"), "INV-AUTH-MISSING"),
    auth("documents need no token", "downloadInvoicePdf", passing(unguarded("/download-pdf")),
         on("without_a_token", "downloadInvoicePdf"), "INV-AUTH-MISSING"),
    auth("who lacks the permission is not told which", "sendInvoiceSms",
         passing(told(lambda asked, answer: answer.status == 403, without_header("www-authenticate"))),
         on("without_the_permission", "sendInvoiceSms"), "INV-AUTH-PERMISSION"),
    auth("signatures are not looked at", "deleteInvoice", replaced(*CLAIMS, unverified),
         on("with_a_bad_token", "deleteInvoice"), "INV-AUTH-INVALID"),
    auth("alg none is good", "confirmUpload", replaced(*CLAIMS, unsigned), on("with_a_bad_token", "confirmUpload"),
         "UPL-AUTH-INVALID"),
    auth("tokens of the other API are good", "createInvoice", replaced(*CHECKED, any_audience),
         on("with_a_bad_token", "createInvoice"), "INV-AUTH-INVALID"),
    auth("an audience may be a part of the right one", "updateInvoice",
         replaced(*CHECKED, audience_as(lambda stated, asked: (isinstance(stated, list) and asked in stated)
                                        or (isinstance(stated, str) and stated and asked.startswith(stated)))),
         on("with_a_badly_issued_token", "updateInvoice"), "INV-AUTH-INVALID"),
    auth("an audience may begin like the right one", "updateInvoice",
         replaced(*CHECKED, audience_as(lambda stated, asked: (isinstance(stated, list) and asked in stated)
                                        or (isinstance(stated, str) and stated.startswith(asked)))),
         on("with_a_badly_issued_token", "updateInvoice"), "INV-AUTH-INVALID"),
    auth("of several audiences the first counts", "getInvoice",
         replaced(*CHECKED, audience_as(lambda stated, asked: (
             asked == stated[0] if isinstance(stated, list) and stated else asked == stated))),
         on("a_token_for_several_audiences", "getInvoiceCalculations"), "INV-AUTH-INVALID"),
    auth("the case of an audience does not count", "getUploadPreviewUrl",
         replaced(*CHECKED, audience_as(lambda stated, asked: asked.lower() in (
             [str(each).lower() for each in stated] if isinstance(stated, list) else [str(stated).lower()]))),
         on("with_a_badly_issued_token", "getUploadPreviewUrl"), "UPL-AUTH-INVALID"),
    auth("the issuer does not matter", "cancelInvoice", replaced(*CLAIMS, with_claims(iss=tokens.ISSUER)),
         on("with_a_badly_issued_token", "cancelInvoice"), "INV-AUTH-INVALID"),
    auth("tokens are good before their time", "getUploadPreviewUrl", replaced(*CLAIMS, with_claims(nbf=None)),
         on("with_a_badly_issued_token", "getUploadPreviewUrl"), "UPL-AUTH-INVALID"),
    auth("tokens never expire", "publishInvoice", replaced(*CLAIMS, with_claims(exp=10**11)),
         on("with_an_expired_token", "publishInvoice"), "INV-AUTH-EXPIRED"),
    auth("tokens are good for two minutes more", "markInvoiceAsPaid", replaced(*CLAIMS, with_leeway("exp", 120)),
         on("with_an_expired_token", "markInvoiceAsPaid"), "INV-AUTH-EXPIRED"),
    auth("revoked tokens are good", "attachUpload", replaced(*CHECKED, nobody_is_revoked),
         on("with_a_revoked_token", "attachUpload"), "UPL-AUTH-INVALID"),
    auth("permissions are not looked at", "submitInvoice", replaced(security, "_check_grants", always(None)),
         on("without_the_permission", "submitInvoice"), "INV-AUTH-PERMISSION"),
    auth("scopes are not looked at", "deleteUpload", replaced(security, "_check_grants", always(None)),
         on("without_the_permission", "deleteUpload"), "UPL-AUTH-SCOPE"),
    auth("a scope may begin like the right one", "presignUpload", replaced(security, "_check_grants", any_word_of),
         on("with_another_grant", "getPaymentRequestInvoiceUrl"), "UPL-AUTH-SCOPE"),
)  # fmt: skip
