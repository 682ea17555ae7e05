"""Single faults of requests to a bucket, each with the rule that refuses it; several can be combined."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from contract_tests import presigned
from contract_tests.errors import NotReached
from contract_tests.examiner import contract
from contract_tests.presigned import PARAMETERS, BucketCall
from contract_tests.uploads import NOBODYS_ID

CONTRACT = contract("invoice_uploads")
ORDER = [rule.id for rule in CONTRACT.rules.values() if rule.stage == "bucket"]
"""The rules in the order in which they are looked at."""

SKEW = timedelta(seconds=CONTRACT.limit("UPL-URL-FUTURE", "skewSeconds"))
LONGEST = CONTRACT.limit("UPL-URL-PARAMETERS", "maximumExpiresSeconds")
A_WHILE = timedelta(minutes=2)
"""How far from an edge: a call may take its time."""

Change = Callable[[BucketCall], BucketCall]


@dataclass(frozen=True)
class Fault:
    """`change`: makes a call that is fine a bad one. `place`: what it touches; faults of one place don't combine.

    `of`: "put" or "fetch" where it makes sense for one of them only.
    """

    name: str
    rule: str
    change: Change
    place: str
    of: str = ""


def _method(name: str) -> Change:
    return lambda call: replace(call, method=name)


def _url(change: Callable[[str], str]) -> Change:
    return lambda call: replace(call, url=change(call.url))


def _on(change: Callable[[str, str], str], name: str) -> Change:
    return lambda call: replace(call, url=change(call.url, name))


def _parameter(name: str, value: str) -> Change:
    return lambda call: call.with_parameter(name, value)


def _dated(distance: Callable[[str], timedelta]) -> Change:
    return _url(lambda url: presigned.dated(url, distance(url)))


def _signed(change: Callable[[Sequence[str]], Sequence[str]]) -> Change:
    def changed(call: BucketCall) -> BucketCall:
        names = change(presigned.signed_headers(call.url))
        return call.with_parameter("X-Amz-SignedHeaders", ";".join(sorted(names)))

    return changed


def _signature(position: int) -> Change:
    def changed(call: BucketCall) -> BucketCall:
        given = presigned.parameter(call.url, "X-Amz-Signature")
        return call.with_parameter("X-Amz-Signature", presigned.other_letter(given, position))

    return changed


def _other_bucket(call: BucketCall) -> BucketCall:
    """Another bucket on the same host. Raises `NotReached` where the host's name is the bucket's."""
    path = call.url.partition("?")[0].split("/", 3)[3]
    bucket, found, key = path.partition("/uploads/")
    if not found or not bucket:
        raise NotReached("the bucket is no part of the path")
    folder, _, _ = bucket.rpartition("/")
    changed = "/".join(["", *([folder] if folder else []), "nobodys-bucket", "uploads", key])
    return replace(call, url=presigned.with_path(call.url, changed))


def _other_key(call: BucketCall) -> BucketCall:
    path = "/" + call.url.partition("?")[0].split("/", 3)[3]
    parent, _, name = path.rpartition("/")
    return replace(call, url=presigned.with_path(call.url, f"{parent}/{NOBODYS_ID if name != NOBODYS_ID else 'x'}"))


def _scope(position: int, value: str) -> Change:
    """Another part of what the credential is good for: 1 the day, 2 the region, 3 the service, 4 the end."""

    def changed(call: BucketCall) -> BucketCall:
        parts = presigned.parameter(call.url, "X-Amz-Credential").split("/")
        parts[position] = value
        return call.with_parameter("X-Amz-Credential", "/".join(parts))

    return changed


def _longer_life(call: BucketCall) -> BucketCall:
    return call.with_parameter("X-Amz-Expires", str(LONGEST))


def _overwritten(name: str, value: str) -> Change:
    """Another value of a parameter that the URL has. Raises `NotReached` where it has none."""

    def changed(call: BucketCall) -> BucketCall:
        if not presigned.parameter(call.url, name):
            raise NotReached(f"the URL has no {name}")
        return call.with_parameter(name, value)

    return changed


METHOD = "UPL-BUCKET-METHOD"
NO_BUCKET = "UPL-BUCKET-ABSENT"
LENGTH = "UPL-PUT-LENGTH"
QUERY = "UPL-URL-PARAMETERS"
KEY = "UPL-URL-ACCESS-KEY"
SIGNED = "UPL-URL-SIGNED-HEADERS"
FUTURE = "UPL-URL-FUTURE"
EXPIRED = "UPL-URL-EXPIRED"
SIGNATURE = "UPL-URL-SIGNATURE"
FAULTS: tuple[Fault, ...] = (
    *(Fault(f"{each}", METHOD, _method(each), "method") for each in ("DELETE", "POST", "PATCH")),
    Fault("another bucket", NO_BUCKET, _other_bucket, "path"),
    Fault("no length", LENGTH, lambda call: replace(call, says_length=False, body=b""), "length", "put"),
    *(Fault(f"without {each}", QUERY, _on(presigned.without_parameter, each), "parameters")
      for each in PARAMETERS),
    *(Fault(f"{each} twice", QUERY, _on(presigned.with_twice, each), "parameters")
      for each in PARAMETERS),
    *(Fault(f"X-Amz-Expires is {value or 'empty'}", QUERY, _parameter("X-Amz-Expires", value), "parameters")
      for value in (str(LONGEST + 1), "0", "-1", "9.5", "soon", "")),
    *(Fault(f"X-Amz-Date is {value}", QUERY, _parameter("X-Amz-Date", value), "parameters")
      for value in ("yesterday", "20261122", "20261399T250000Z", "2026-11-22T09:30:00Z")),
    Fault("another algorithm", QUERY, _parameter("X-Amz-Algorithm", "AWS4-HMAC-SHA1"), "parameters"),
    Fault("a credential without a scope", QUERY, _parameter("X-Amz-Credential", "nobody"), "parameters"),
    Fault("a credential of another service", QUERY, _scope(3, "ec2"), "parameters"),
    Fault("a credential of another day", QUERY, _scope(1, "19990101"), "parameters"),
    Fault("a foreign access key", KEY, _url(lambda url: presigned.with_access_key(url, "AKIAFOREIGN0")), "key"),
    Fault("a signed header that is not sent", SIGNED, _signed(lambda names: [*names, "x-nobody-sends-it"]),
          "signed"),
    Fault("the host is not signed", SIGNED,
          _signed(lambda names: [each for each in names if each != "host"] or ["accept"]), "signed"),
    Fault("no content type", SIGNED, lambda call: call.with_headers(content_type=None), "signed", "put"),
    Fault("dated in the future", FUTURE, _dated(lambda url: SKEW + A_WHILE), "date"),
    Fault("dated a year ahead", FUTURE, _dated(lambda url: timedelta(days=366)), "date"),
    Fault("expired", EXPIRED, _dated(lambda url: -presigned.lifetime(url) - A_WHILE), "date"),
    Fault("expired for years", EXPIRED, _dated(lambda url: timedelta(days=-4000)), "date"),
    Fault("a little in the future", SIGNATURE, _dated(lambda url: SKEW - A_WHILE), "date"),
    Fault("almost expired", SIGNATURE, _dated(lambda url: A_WHILE - presigned.lifetime(url)), "date"),
    Fault("another first digit of the signature", SIGNATURE, _signature(0), "signature"),
    Fault("another last digit of the signature", SIGNATURE, _signature(63), "signature"),
    Fault("another key", SIGNATURE, _other_key, "path"),
    Fault("a parameter more", SIGNATURE, _parameter("x-id", "PutObject"), "query"),
    Fault("a longer life", SIGNATURE, _longer_life, "date"),
    Fault("another type", SIGNATURE, lambda call: call.with_headers(content_type="text/html"), "signed", "put"),
    Fault("a byte more", SIGNATURE, lambda call: replace(call, body=call.body + b"\n"), "length", "put"),
    Fault("a byte less", SIGNATURE, lambda call: replace(call, body=call.body[:-1]), "length", "put"),
    Fault("fewer signed headers", SIGNATURE, _signed(lambda names: ["host"]), "signed", "put"),
    Fault("PUT of what is to be fetched", SIGNATURE,
          lambda call: BucketCall("PUT", call.url, {"content-type": "application/pdf"}, b"%PDF-"), "method", "fetch"),
    Fault("another type of the answer", SIGNATURE,
          _overwritten("response-content-type", "text/html"), "query", "fetch"),
    Fault("another name of the file", SIGNATURE,
          _overwritten("response-content-disposition", 'attachment; filename="x.exe"'), "query", "fetch"),
)  # fmt: skip


def faults(of: str) -> list[Fault]:
    """Those of PUT, or of GET."""
    return [each for each in FAULTS if each.of in {"", of}]


def first(chosen: Sequence[Fault]) -> str:
    """The rule that refuses a request with all these faults."""
    return min((each.rule for each in chosen), key=ORDER.index)


def with_faults(call: BucketCall, chosen: Sequence[Fault]) -> BucketCall:
    """The call with all of them. What changes a parameter comes before what leaves one out."""
    for each in sorted(chosen, key=lambda fault: fault.place == "parameters"):
        call = each.change(call)
    return call
