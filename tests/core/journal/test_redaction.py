"""No secret gets into the journal, in whatever form it was sent."""

from __future__ import annotations

import json
import string
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_server.core.errors import Refused, Violation
from mock_server.core.journal.entry import Exchanged
from mock_server.core.journal.redaction import Observed, ObservedExchange
from mock_server.core.trace import Trace
from tests.core.journal.builders import FORM, JSON, entry, everything, headers, message, observed, redactor

CARD = "4111111111111111"
ACCOUNT = "9876543210"
TOKEN = "Zm9vLWJhci1iYXotcXV4LTEyMw"
SECRET_NAMES = ["accountNumber", "AccountNumber", "account_number", "ACCOUNT-NUMBER", "bankAccountNumber"]
HIDDEN_NAMES = [
    "securityCode",
    "security_code",
    "cvv",
    "CVC2",
    "password",
    "newPassword",
    "client_secret",
    "webhookSecret",
]


def with_check_digit(digits: str) -> str:
    return next(digits + last for last in string.digits if passes(digits + last))


def passes(digits: str) -> bool:
    values = [int(each) for each in digits[::-1]]
    return sum(each if place % 2 == 0 else each * 2 - 9 * (each > 4) for place, each in enumerate(values)) % 10 == 0


cards = st.text(string.digits, min_size=11, max_size=18).map(with_check_digit)
spaced = st.tuples(cards, st.sampled_from([" ", "-", "  ", "\u2011"]), st.integers(3, 6)).map(
    lambda made: made[1].join(made[0][start : start + made[2]] for start in range(0, len(made[0]), made[2]))
)
secrets = (st.text(string.ascii_letters + string.digits, min_size=8, max_size=30) | st.sampled_from(HIDDEN_NAMES)).map(
    "Q{}".format
)
words = st.text(string.ascii_letters + " .,:;()é漢", max_size=12)
json_texts = st.recursive(
    st.none() | st.booleans() | st.integers(-9999, 9999) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)


@st.composite
def nested(draw: st.DrawFn, value: Any, *, may_encode: bool = True) -> Any:
    """The value somewhere inside of a JSON value, perhaps inside of JSON inside of a text."""
    for _ in range(draw(st.integers(0, 4))):
        way = draw(st.sampled_from(["list", "object", "text" if may_encode else "list"]))
        if way == "list":
            value = [*draw(st.lists(json_texts, max_size=2)), value, *draw(st.lists(json_texts, max_size=2))]
        elif way == "object":
            value = {**draw(st.dictionaries(words, json_texts, max_size=2)), draw(words): value}
        elif value == json.loads(json.dumps(value)) and not isinstance(value, str):
            value = json.dumps(value)
            may_encode = False
    return value


def encodings(value: Any) -> list[tuple[bytes, str]]:
    """A JSON value as bodies that a client may send."""
    text = json.dumps(value)
    escaped = "".join(f"\\u{ord(each):04x}" if each.isdigit() and '"' in text else each for each in text)
    bodies = [
        (text.encode(), JSON),
        (json.dumps(value, ensure_ascii=False, indent=2).encode(), JSON),
        (text.encode() + b"}", JSON),
        (text[:-1].encode(), JSON),
        (text.encode(), "text/plain"),
        (text.encode(), FORM),
        (urlencode({"field": text}).encode(), FORM),
    ]
    return [*bodies, (escaped.encode(), JSON)] if _is_json(escaped) else bodies


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


@settings(max_examples=150, deadline=None)
@given(st.data(), cards, st.sampled_from(["createInvoice", "submitInvoice", None]))
def test_a_card_number_in_a_body_keeps_its_last_four_digits_only(
    data: st.DataObject, card: str, operation: str | None
) -> None:
    value = data.draw(nested(data.draw(st.sampled_from([card, int(card), f"card {card}.", {card: 1}]))))
    for body, media_type in encodings(value):
        kept = everything(
            entry(operation_id=operation, request=message(body, media_type), response=message(body, media_type))
        )
        assert card not in kept, body


@settings(max_examples=150, deadline=None)
@given(st.data(), spaced)
def test_a_card_number_in_groups_of_digits_is_one_still(data: st.DataObject, card: str) -> None:
    value = data.draw(nested(data.draw(st.sampled_from([card, f"2026 {card} 12"]))))
    for body, media_type in encodings(value):
        assert card not in everything(entry(request=message(body, media_type)))


@settings(max_examples=150, deadline=None)
@given(st.data(), st.sampled_from(SECRET_NAMES), st.text(string.digits, min_size=6, max_size=17))
def test_an_account_number_keeps_its_last_four_digits_only(data: st.DataObject, name: str, number: str) -> None:
    secret = data.draw(st.sampled_from([number, [number], {"value": number}, {"deep": [{"deeper": number}]}]))
    value = data.draw(nested({name: secret}))
    for body, media_type in encodings(value):
        kept = entry(
            operation_id="updateInvoice", request=message(body, media_type), response=message(body, media_type)
        )
        bodies = kept.request.body + kept.response.body
        assert number.encode() not in bodies, body


@settings(max_examples=150, deadline=None)
@given(st.data(), st.sampled_from(HIDDEN_NAMES), secrets)
def test_what_has_a_secret_name_is_hidden(data: st.DataObject, name: str, secret: str) -> None:
    value = data.draw(nested(data.draw(st.sampled_from([{name: secret}, {"name": name, "value": secret}]))))
    for body, media_type in encodings(value):
        assert secret not in everything(entry(request=message(body, media_type))), body


@pytest.mark.parametrize("pair", [{"name": "password", "value": "MyPassword"}, ["password", "MyPassword"]], ids=str)
def test_a_secret_that_ends_like_a_name_is_hidden_beside_its_name(pair: Any) -> None:
    kept = entry(request=message(pair, JSON)).request.body
    assert b'"password"' in kept
    assert b"MyPassword" not in kept


@pytest.mark.parametrize("names", [["accountNumber", "securityCode"], {"missing": "webhookSecret"}], ids=str)
def test_names_alone_are_no_secrets(names: Any) -> None:
    assert json.loads(entry(request=message(names, JSON)).request.body) == names


@settings(max_examples=100, deadline=None)
@given(cards | spaced.filter(str.isascii), st.sampled_from([str, quote, quote_plus, lambda text: quote(quote(text))]))
def test_a_card_number_in_address_or_headers_keeps_its_last_four_digits_only(card: str, encode: Any) -> None:
    written = encode(card)
    seen = entry(
        path=f"/pay-int-api/invoices/{written}",
        query=f"search={written}&{written}=1&q",
        host=f"{card}.example",
        method=card if card.isdigit() else "GET",
        request=Observed(headers(("x-note", written), ("referer", f"http://shop.example/?card={written}"))),
        response=Observed(headers(("location", f"/there?card={written}"))),
    )

    assert card not in everything(seen)
    assert written not in everything(seen)


@given(st.text(string.ascii_letters + string.digits + "-._~+/", min_size=12, max_size=60))
def test_a_token_never_is_in_the_journal(token: str) -> None:
    sent = [("authorization", f"Bearer {token}"), ("cookie", f"session={token}"), ("x-api-key", token)]
    seen = entry(
        request=message({"note": f"use Bearer {token}"}, JSON, *sent, ("Proxy-Authorization", f"Basic {token}")),
        response=message(b"", JSON, ("Set-Cookie", f"session={token}; Path=/")),
    )

    assert token not in everything(seen)
    assert seen.request.header("authorization") == "Bearer ***"


@pytest.mark.parametrize("value", ["abcdefghij", "Token abcdefghij", "abc defghij"])
def test_of_an_authorization_of_no_known_scheme_nothing_is_kept(value: str) -> None:
    assert entry(request=message(b"", JSON, ("authorization", value))).request.header("authorization") == "***"


@pytest.mark.parametrize(
    "body",
    [
        b'{"accountNumber": "4111111111111111", "securityCode": "987"',
        b'["4111111111111111", "987"]',
        b'{"securityCode": "987", "securityCode": null}',
        b"<securityCode>987</securityCode>",
        b"987",
        b'\xff{"securityCode": "987"}',
        '{"securityCode": "987"}'.encode("utf-16"),
        b'{"securityCode": "987"}'.replace(b"9", b"\x009"),
        b'{"a":' * 5000 + b'"987"' + b"}" * 5000,
    ],
)
@pytest.mark.parametrize("media_type", [JSON, "text/plain", "application/xml"])
def test_of_a_payment_nobody_can_read_only_the_size_is_kept(body: bytes, media_type: str) -> None:
    seen = entry(operation_id="submitInvoice", request=message(body, media_type))

    assert (seen.request.body, seen.request.size_bytes, seen.request.is_cut) == (b"", len(body), True)


@pytest.mark.parametrize("tail", [b"411111111111", b"4111 1111 1111", b"%34%31%31%31%31", b"\\u0034\\u0031\\u0031"])
def test_a_number_that_was_cut_off_goes_with_the_cut(tail: bytes) -> None:
    body = b'{"notes": "card ' + tail
    seen = entry(request=Observed(headers(("content-type", JSON)), [body], len(body) + 1000))

    assert seen.request.body == b'{"notes": "card'
    assert seen.request.is_cut


def test_a_character_that_was_cut_in_two_goes_with_the_cut() -> None:
    body = "é".encode() * 5
    seen = entry(request=Observed(headers(("content-type", "text/plain")), [body[:-1]], 99))

    assert seen.request.body == "éééé".encode()


OAUTH_FORM = {
    "grant_type": "authorization_code",
    "client_id": "harbor-uploads",
    "client_secret": f"secret-{TOKEN}",
    "code": f"code-{TOKEN}",
    "code_verifier": f"verifier-{TOKEN}",
    "refresh_token": f"refresh-{TOKEN}",
    "token": f"token-{TOKEN}",
    "password": f"password-{TOKEN}",
    "csrf": f"csrf-{TOKEN}",
}


@pytest.mark.parametrize("operation", ["requestToken", None])
def test_the_secrets_of_a_token_request_are_hidden_and_the_rest_is_not(operation: str | None) -> None:
    jwt = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl"
    seen = entry(
        group="oauth",
        operation_id=operation,
        path="/oauth2/token",
        request=message(urlencode(OAUTH_FORM).encode(), FORM),
        response=message({"access_token": jwt, "refresh_token": TOKEN, "expires_in": 900, "token_type": "Bearer"}),
    )

    assert TOKEN not in everything(seen)
    assert jwt not in everything(seen)
    assert b"grant_type=authorization_code&client_id=harbor-uploads&client_secret=***" in seen.request.body
    assert b'"expires_in":900,"token_type":"Bearer"' in seen.response.body


def test_the_code_in_a_redirect_is_hidden_and_the_state_is_not() -> None:
    where = f"http://127.0.0.1:3000/callback?code={TOKEN}&state=3f0a9c5e"
    seen = entry(
        group="oauth",
        operation_id="startAuthorization",
        method="GET",
        path="/oauth2/authorize",
        response=message(f"<a href='{where}'>there</a>".encode(), "text/html", ("location", where)),
    )

    assert TOKEN not in everything(seen)
    assert seen.response.header("location") == "http://127.0.0.1:3000/callback?code=***&state=3f0a9c5e"


SIGNED = (
    "https://s3.example.com/invoice-uploads/a.pdf?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA123%2F20261102"
    f"&X-Amz-Date=20261102T093000Z&X-Amz-Signature={'ab12' * 16}"
)


@pytest.mark.parametrize("ensure", [lambda text: text, lambda text: text.replace("&", "\\u0026")])
def test_a_presigned_url_can_be_read_but_not_used(ensure: Any) -> None:
    body = ensure(json.dumps({"method": "PUT", "url": SIGNED})).encode()
    seen = entry(
        group="invoice_uploads",
        operation_id="presignUpload",
        query=SIGNED.partition("?")[2],
        response=message(body),
    )

    assert "ab12ab12" not in everything(seen)
    assert "AKIA123" not in everything(seen)
    shown = "X-Amz-Credential=***&X-Amz-Date=20261102T093000Z&X-Amz-Signature=***"
    assert seen.query.endswith(shown)
    assert json.loads(seen.response.body)["url"].endswith(shown)


def test_what_the_mock_says_about_a_sensitive_member_can_be_read() -> None:
    said = {
        "errors": {"SecurityCode": ["'Security Code' must have 3 or 4 digits."]},
        "details": "Validation failed: \n -- SecurityCode: 'Security Code' must have 3 or 4 digits. Severity: Error",
    }
    seen = entry(operation_id="submitInvoice", status=400, response=message(said))

    assert json.loads(seen.response.body) == said


def test_a_payment_without_its_secrets_can_be_read() -> None:
    paid = {"totalAmount": 240.5, "accountNumber": CARD, "securityCode": "123", "expirationYear": 2031, "save": None}
    seen = entry(operation_id="submitInvoice", request=message(paid))

    kept = json.loads(seen.request.body)
    assert kept == {**paid, "accountNumber": "****1111", "securityCode": "***"}


@pytest.mark.parametrize("short", ["1234", "123456", "1234567"])
def test_of_a_short_account_number_not_even_four_digits_are_kept(short: str) -> None:
    seen = entry(operation_id="submitInvoiceAch", request=message({"accountNumber": short}))

    assert json.loads(seen.request.body) == {"accountNumber": "****"}


INNOCENT = [
    b'{"id": "12345678-1234-4234-8234-123456789012", "notes": "10% off, \\u00e9", "number": "INV-001042"}',
    b'{"id": "00000000-0000-0000-0000-000000000000"}',
    b'{"sha256": "' + b"0123456789abcdef" * 4 + b'"}',
    b'{"mobileNumber": "+1 555 010 0199", "totalAmount": 1076.44, "dueDate": "2026-12-01T00:00:00Z"}',
    b'{"lineItems": [{"name": "Rope", "code": "SKU-1"}], "token": "497f6eca-6276-4993-bfeb-53cbbbba6f08"}',
    b'{"n": [4111, 1111, 1111, 1111], "not a card": "4111111111111112", "big": 12345678901234567890.5e3}'[:-30] + b"}",
    '{"name": "Łódź 漢字 🚢"}'.encode(),
    b"plain text, nothing to hide",
]


@pytest.mark.parametrize("body", INNOCENT)
def test_what_hides_nothing_is_kept_as_it_came(body: bytes) -> None:
    seen = entry(request=message(body), response=message(body))

    assert (seen.request.body, seen.response.body) == (body, body)
    assert not seen.request.is_cut


def test_what_stands_beside_the_messages_is_taken_over_as_it_is() -> None:
    beside = Exchanged._fields[: Exchanged._fields.index("request")]
    seen = observed()

    assert ObservedExchange._fields[: len(beside)] == beside
    assert redactor().entry(seen)[: len(beside)] == seen[: len(beside)]


def test_bytes_that_were_not_kept_are_counted() -> None:
    seen = entry(request=Observed(headers(), [], 4096))

    assert (seen.request.body, seen.request.size_bytes, seen.request.is_cut) == (b"", 4096, True)


def test_a_refusal_is_kept_without_what_was_sent_and_without_its_traceback() -> None:
    refused = Refused("CTL-ROUTE", f"Route GET:/{CARD} not found", [Violation("is wrong.", f"/{CARD}", rule="CTL-X")])
    try:
        raise refused
    except Refused:
        seen = entry(operation_id=None, trace=Trace(refused=refused))

    assert seen.refused is not None
    assert seen.refused.__traceback__ is None
    assert CARD not in everything(seen)
    assert seen.rules == ("CTL-ROUTE", "CTL-X")


def test_an_answer_names_its_rule_where_nothing_was_raised() -> None:
    seen = entry(response=message(b"", JSON, ("x-mock-rule", "UPL-PUT-EXPIRED")))

    assert seen.rules == ("UPL-PUT-EXPIRED",)
