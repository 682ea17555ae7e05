"""Single faults of who may call and whose records they are, each with the check that must find it and its rule."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from joserfc.util import urlsafe_b64decode

from contract_tests.suites import test_authorization as suite
from mock_server.apis.invoice_uploads import service as uploads
from mock_server.apis.invoices import service as invoices
from mock_server.apis.invoices.records import INVOICES
from mock_server.core.errors import Refused
from mock_server.core.exchange import Caller
from mock_server.core.tokens import TokenFault, TokenRefused
from mock_server.http import security
from mock_server.oauth import tokens
from tests.contract_tests.upload_faults import Fault, Original, Run, always

HARBOR = "6ebdfc37-cbfa-40c9-8955-a7e6bd7a3816"


def on(check: Callable[..., None], operation_id: str) -> Run:
    return lambda examiner: check(examiner, operation_id)


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

    def claims(self: Any, token: str) -> dict[str, Any]:
        return claims_of(token) if token.endswith(".") else dict(original(self, token))

    return claims


def with_claims(**changes: Any) -> Callable[[Original], Any]:
    """Some claims are taken for others; `None` takes one away."""

    def made(original: Original) -> Any:
        def claims(self: Any, token: str) -> dict[str, Any]:
            merged = {**original(self, token), **changes}
            return {name: value for name, value in merged.items() if value is not None}

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


def without_challenge(original: Original) -> Any:
    def caller(*given: Any) -> Any:
        try:
            return original(*given)
        except Refused as refused:
            refused.headers = {}
            raise

    return caller


def invoice_of_any(original: Original) -> Any:
    """An invoice is found by its id, whoever asks."""

    def get(services: Any, merchant_id: str, invoice_id: str) -> Any:
        found = services.work.records(INVOICES).get(invoice_id.lower())
        return found if found is not None else original(services, merchant_id, invoice_id)

    return get


def list_of_all(original: Original) -> Any:
    def find(services: Any, merchant_id: str, query: Any) -> Any:
        return services.work.records(INVOICES).find(query)

    return find


def of_any(name: str) -> Callable[[Original], Any]:
    """A record of uploads is found by its id, whoever asks."""

    def made(original: Original) -> Any:
        def found(services: Any, merchant_id: str, record_id: str) -> Any:
            record = services.work.records(getattr(uploads, name)).get(record_id.lower())
            return original(services, record.merchant_id if record else merchant_id, record_id)

        return found

    return made


def told_apart(original: Original) -> Any:
    """The message of another merchant's invoice is another one."""

    def get(services: Any, merchant_id: str, invoice_id: str) -> Any:
        try:
            return original(services, merchant_id, invoice_id)
        except Refused as refused:
            if services.work.records(INVOICES).get(invoice_id.lower()) is not None:
                refused.message = "That is not yours."
                refused.args = (refused.message,)
            raise

    return get


def state_told(original: Original) -> Any:
    """A draft of another merchant is no unknown invoice."""

    def get(services: Any, merchant_id: str, invoice_id: str) -> Any:
        found = services.work.records(INVOICES).get(invoice_id.lower())
        if found is not None and found.merchant_id != merchant_id and found.number is None:
            raise Refused("INV-CANCEL-STATE", "That is a draft.")
        return original(services, merchant_id, invoice_id)

    return get


CLAIMS = (tokens.Signatures, "claims")
FAULTS = (
    Fault("calls without a token are let in", (security, "_caller"), as_missing,
          on(suite.test_without_a_token, "listInvoices"), "INV-AUTH-MISSING"),
    Fault("any scheme will do", (security, "_caller"), any_scheme, on(suite.test_without_a_token, "presignUpload"),
          "UPL-AUTH-MISSING"),
    Fault("there is no challenge", (security, "_caller"), without_challenge,
          on(suite.test_without_a_token, "getInvoice"), "INV-AUTH-MISSING"),
    Fault("signatures are not looked at", CLAIMS, unverified, on(suite.test_with_a_bad_token, "deleteInvoice"),
          "INV-AUTH-INVALID"),
    Fault("alg none is good", CLAIMS, unsigned, on(suite.test_with_a_bad_token, "confirmUpload"), "UPL-AUTH-INVALID"),
    Fault("tokens of the other API are good", (tokens.TokenCheck, "claims"), any_audience,
          on(suite.test_with_a_bad_token, "createInvoice"), "INV-AUTH-INVALID"),
    Fault("the issuer does not matter", CLAIMS, with_claims(iss=tokens.ISSUER),
          on(suite.test_with_a_badly_issued_token, "cancelInvoice"), "INV-AUTH-INVALID"),
    Fault("tokens are good before their time", CLAIMS, with_claims(nbf=None),
          on(suite.test_with_a_badly_issued_token, "getUploadPreviewUrl"), "UPL-AUTH-INVALID"),
    Fault("tokens never expire", CLAIMS, with_claims(exp=10**11),
          on(suite.test_with_an_expired_token, "publishInvoice"), "INV-AUTH-EXPIRED"),
    Fault("revoked tokens are good", (tokens.TokenCheck, "claims"), nobody_is_revoked,
          on(suite.test_with_a_revoked_token, "attachUpload"), "UPL-AUTH-INVALID"),
    Fault("permissions are not looked at", (security, "_check_grants"), always(None),
          on(suite.test_without_the_permission, "submitInvoice"), "INV-AUTH-PERMISSION"),
    Fault("scopes are not looked at", (security, "_check_grants"), always(None),
          on(suite.test_without_the_permission, "deleteUpload"), "UPL-AUTH-SCOPE"),
    Fault("invoices of others are found", (invoices, "get"), invoice_of_any,
          on(suite.test_invoices_of_another_merchant, "getInvoice"), "INV-OWNERSHIP"),
    Fault("invoices of others are deleted", (invoices, "get"), invoice_of_any,
          on(suite.test_invoices_of_another_merchant, "deleteInvoice"), "INV-OWNERSHIP"),
    Fault("invoices of others are told apart", (invoices, "get"), told_apart,
          on(suite.test_invoices_of_another_merchant, "markInvoiceAsPaid"), "INV-OWNERSHIP"),
    Fault("the state of others' invoices is told", (invoices, "get"), state_told,
          on(suite.test_invoices_of_another_merchant, "cancelInvoice"), "INV-OWNERSHIP"),
    Fault("everybody's invoices are listed", (invoices, "find"), list_of_all, suite.test_lists_of_two_merchants,
          "INV-OWNERSHIP"),
    Fault("uploads of others are found", (uploads, "_upload"), of_any("UPLOADS"),
          on(suite.test_uploads_of_another_merchant, "confirmUpload"), "UPL-OWNERSHIP"),
    Fault("payment requests of others are found", (uploads, "_payment_request"), of_any("PAYMENT_REQUESTS"),
          lambda examiner: suite.test_attaching_what_is_another_merchants(
              examiner, "attachInvoiceToPaymentRequest", "payment request"), "UPL-OWNERSHIP"),
)  # fmt: skip
