"""Every rule of the bucket: what it answers is what the contract says, nothing is kept, and the first one wins."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from mock_server.core.errors import Refused, SetupError
from mock_server.core.objects import StoredObject
from mock_server.core.records import UnitOfWork
from mock_server.object_storage.claim import LONGEST_LIFETIME
from mock_server.object_storage.cors import ALLOW
from mock_server.object_storage.put import Putting
from mock_server.object_storage.rules import Rule, complete
from mock_server.object_storage.signature import TOLERATED_SKEW, Credentials
from tests.object_storage.builders import (
    BUCKET,
    CREDENTIALS,
    LIFETIME,
    NOW,
    PDF,
    SPENT,
    Call,
    Reply,
    Room,
    bucket_rules,
    refusals,
    signed,
)

CONTENT = b"%PDF-1.7 eleven"
KEY = "some/key.pdf"
LIMIT = len(CONTENT)


@dataclass(frozen=True)
class Attempt:
    """A PUT in the making: how it is signed, and what is then sent."""

    credentials: Credentials = CREDENTIALS
    bucket: str = BUCKET
    at: datetime = NOW
    announced: int = len(CONTENT)
    method: str = "PUT"
    left_out: frozenset[str] = frozenset()
    headers: dict[str, str] = field(default_factory=dict)
    chunks: Sequence[bytes | None] = (CONTENT[:5], CONTENT[5:])
    edit: Callable[[str], str] = str
    is_spent: bool = False

    def send(self, room: Room) -> Reply:
        headers = {"content-type": PDF, "content-length": str(self.announced)}
        url = signed(
            "PUT",
            f"/_s3/{self.bucket}/{KEY}",
            credentials=self.credentials,
            at=self.at,
            headers=headers.items(),
        )
        if self.is_spent:
            room.owner.spent.add(f"{BUCKET}/{KEY}")
        sent = {name: value for name, value in (headers | self.headers).items() if name not in self.left_out}
        return room.send(Call(self.method, self.edit(url), sent, self.chunks))


def without_expires(url: str) -> str:
    return url.replace("&X-Amz-Expires=900", "")


def with_another_signature(attempt: Attempt) -> Attempt:
    """Applied on top of another fault, it edits the URL that one edited."""

    def edit(url: str) -> str:
        edited = attempt.edit(url)
        return edited[:-1] + ("0" if edited[-1] != "0" else "1")

    return replace(attempt, edit=edit)


Fault = Callable[[Attempt], Attempt]

# In the order of the contract's rules. A later fault never hides an earlier one.
FAULTS: dict[str, Fault] = {
    Rule.METHOD: lambda attempt: replace(attempt, method="POST"),
    Rule.BUCKET_ABSENT: lambda attempt: replace(attempt, bucket="other"),
    Rule.PUT_LENGTH: lambda attempt: replace(attempt, left_out=attempt.left_out | {"content-length"}),
    Rule.PARAMETERS: lambda attempt: replace(attempt, edit=without_expires),
    Rule.ACCESS_KEY: lambda attempt: replace(attempt, credentials=Credentials("AKIDOTHER", "x")),
    Rule.SIGNED_HEADERS: lambda attempt: replace(attempt, left_out=attempt.left_out | {"content-type"}),
    Rule.FUTURE: lambda attempt: replace(attempt, at=NOW + timedelta(minutes=15, seconds=1)),
    Rule.EXPIRED: lambda attempt: replace(attempt, at=NOW - LIFETIME - timedelta(seconds=1)),
    Rule.SIGNATURE: with_another_signature,
    SPENT: lambda attempt: replace(attempt, is_spent=True),
    Rule.PUT_TOO_LARGE: lambda attempt: replace(attempt, announced=LIMIT + 1),
    Rule.PUT_INCOMPLETE: lambda attempt: replace(attempt, chunks=attempt.chunks[:1]),
    Rule.PUT_CHECKSUM: lambda attempt: replace(attempt, headers={"x-amz-checksum-sha256": "AAAA"}),
}
ONLY_ONE_OF = {Rule.FUTURE, Rule.EXPIRED}
PAIRS = [pair for pair in itertools.combinations(FAULTS, 2) if set(pair) != ONLY_ONE_OF]


@pytest.fixture
def room(room: Room) -> Room:
    return replace(room, max_bytes=LIMIT)


def assert_refused(reply: Reply, rule: str, room: Room) -> None:
    said = refusals()[rule]
    assert (reply.rule, reply.status) == (rule, said.status)
    assert reply.headers["x-mock-stage"] == "bucket"
    assert reply.headers["content-type"] == "application/xml"
    assert reply.headers["x-request-id"] == reply.headers["x-amz-request-id"] == "request-1"
    assert reply.headers["content-length"] == str(len(reply.body))
    assert (reply.error["Code"], reply.error["Message"]) == (said.code, said.message)
    assert reply.error["RequestId"] == "request-1"
    assert reply.error["HostId"]
    assert (room.objects(), room.files(), room.owner.seen) == ({}, [], [])


def test_the_attempt_without_a_fault_is_accepted(room: Room) -> None:
    assert Attempt().send(room).status == 200


@pytest.mark.parametrize("rule", FAULTS)
def test_a_single_fault_is_refused_by_the_rule_for_it(room: Room, rule: str) -> None:
    assert_refused(FAULTS[rule](Attempt()).send(room), rule, room)


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_of_two_faults_the_first_in_order_answers(room: Room, first: str, second: str) -> None:
    assert_refused(FAULTS[second](FAULTS[first](Attempt())).send(room), first, room)


def test_every_rule_of_the_contract_is_enforced_or_the_owners() -> None:
    assert set(bucket_rules()) == {rule.value for rule in Rule} | {SPENT}


def test_every_rule_has_a_fault_here_or_a_test_below() -> None:
    assert {rule.value for rule in Rule} - set(FAULTS) == {Rule.FETCH_ABSENT, Rule.INTERNAL}


def test_the_order_of_the_checks_is_that_of_the_contract() -> None:
    assert list(FAULTS) == [rule for rule in bucket_rules() if rule in FAULTS]


def test_the_limits_are_those_of_the_contract() -> None:
    limits = {name: rule.limits for name, rule in bucket_rules().items() if rule.limits}
    assert limits.pop(Rule.PARAMETERS) == {"maximumExpiresSeconds": LONGEST_LIFETIME.total_seconds()}
    assert limits.pop(Rule.FUTURE) == {"skewSeconds": TOLERATED_SKEW.total_seconds()}
    assert set(limits) == {Rule.PUT_TOO_LARGE}  # an argument of the bucket: Putting.max_object_bytes
    assert "max_object_bytes" in Putting.__annotations__


def test_a_table_with_a_rule_missing_stops_the_start() -> None:
    lacking = {name: refusal for name, refusal in refusals().items() if name != Rule.EXPIRED}
    with pytest.raises(SetupError, match="UPL-URL-EXPIRED"):
        complete(lacking)


# --- the rows of the table of S3's answers --------------------------------------------------------------------------


def test_get_of_nothing(room: Room) -> None:
    reply = room.get(KEY)
    assert_refused(reply, Rule.FETCH_ABSENT, room)
    assert reply.error["Key"] == KEY


def test_expired_says_when_and_what_time_it_is(room: Room) -> None:
    error = FAULTS[Rule.EXPIRED](Attempt()).send(room).error
    assert (error["X-Amz-Expires"], error["Expires"]) == ("900", "2026-03-04T05:06:06Z")
    assert error["ServerTime"] == "2026-03-04T05:06:07Z"


def test_a_wrong_signature_shows_what_should_have_been_signed(room: Room) -> None:
    error = FAULTS[Rule.SIGNATURE](Attempt()).send(room).error
    assert error["AWSAccessKeyId"] == CREDENTIALS.access_key_id
    assert error["CanonicalRequest"].startswith(f"PUT\n/_s3/{BUCKET}/{KEY}\n")
    assert bytes.fromhex(error["StringToSignBytes"]).decode() == error["StringToSign"]
    assert error["SignatureProvided"] not in error["StringToSign"]


def test_missing_parameters_are_named(room: Room) -> None:
    error = FAULTS[Rule.PARAMETERS](Attempt()).send(room).error
    assert error["Detail"].startswith("X-Amz-Expires is missing")


@pytest.mark.parametrize(
    "headers",
    [{"transfer-encoding": "chunked"}, {"content-encoding": "gzip, aws-chunked"}, {"content-length": "15, 15"}],
)
def test_a_body_whose_length_is_not_said_plainly_is_refused(room: Room, headers: dict[str, str]) -> None:
    assert_refused(Attempt(headers=headers).send(room), Rule.PUT_LENGTH, room)


def test_a_streaming_signature_is_refused(room: Room) -> None:
    reply = Attempt(headers={"x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER"}).send(room)
    assert_refused(reply, Rule.PUT_LENGTH, room)
    assert "aws-chunked" in reply.error["Detail"]


@pytest.mark.parametrize("chunks", [(), (CONTENT, b"!"), (CONTENT[:-1],), (CONTENT[:5], None), (None,)])
def test_another_number_of_bytes_than_announced_is_refused(room: Room, chunks: Sequence[bytes | None]) -> None:
    assert_refused(Attempt(chunks=chunks).send(room), Rule.PUT_INCOMPLETE, room)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT"])
def test_the_bucket_itself_is_not_offered(room: Room, method: str) -> None:
    reply = room.send(Call(method, signed(method, f"/_s3/{BUCKET}/"), {"content-length": "0"}))
    assert (reply.status, reply.rule, reply.headers["allow"]) == (405, Rule.METHOD, ALLOW)


@pytest.mark.parametrize("method", ["POST", "DELETE", "PATCH", "TRACE", "put"])
def test_a_method_the_bucket_does_not_offer_is_told_which_it_does(room: Room, method: str) -> None:
    reply = Attempt(method=method).send(room)
    assert_refused(reply, Rule.METHOD, room)
    assert reply.headers["allow"] == "GET, HEAD, OPTIONS, PUT"


@pytest.mark.parametrize("path", ["/_s3", "/_s3/", "/_s3x/uploads/a", "/other", "/_s3/Uploads/a", "/_s3//uploads/a"])
def test_a_path_that_does_not_name_the_bucket_is_refused(room: Room, path: str) -> None:
    assert_refused(room.send(Call("GET", signed("GET", path))), Rule.BUCKET_ABSENT, room)


@pytest.mark.parametrize("key", ["%00", "%ff", "k" * 1025, "%C3%BC" * 513])
def test_a_key_nothing_could_be_stored_under_is_refused(room: Room, key: str) -> None:
    assert_refused(room.send(Call("GET", signed("GET", f"/_s3/{BUCKET}/{key}"))), Rule.PARAMETERS, room)


@pytest.mark.parametrize("key", ["k" * 1024, "%C3%BC" * 512])
def test_the_longest_key_is_one(room: Room, key: str) -> None:
    assert_refused(room.send(Call("GET", signed("GET", f"/_s3/{BUCKET}/{key}"))), Rule.FETCH_ABSENT, room)


def test_a_refused_head_has_no_body(room: Room) -> None:
    reply = room.send(Call("HEAD", signed("HEAD", f"/_s3/{BUCKET}/{KEY}")))
    assert (reply.status, reply.rule, reply.body) == (404, Rule.FETCH_ABSENT, b"")


def test_what_cannot_stand_in_xml_does_not_break_it(room: Room) -> None:
    reply = room.send(Call("GET", signed("GET", "/_s3/%01%3Ca%3E%26%0D%ef%bf%be%ff/b")))
    assert (reply.rule, reply.error["BucketName"]) == (Rule.BUCKET_ABSENT, "�<a>&\r��")


# --- faults of the mock's own ---------------------------------------------------------------------------------------


def test_the_owner_may_still_refuse_when_the_bytes_are_there(room: Room) -> None:
    def confirmed_meanwhile(key: str) -> None:
        raise Refused(SPENT, "confirmed meanwhile")

    room.owner.on_stored = confirmed_meanwhile
    assert_refused(Attempt().send(room), SPENT, room)


def test_a_rule_nobody_knows_is_an_internal_error(room: Room, caplog: pytest.LogCaptureFixture) -> None:
    def unknown(key: str) -> None:
        raise Refused("UPL-SOMETHING", "a rule of another stage")

    room.owner.on_stored = unknown
    assert_refused(Attempt().send(room), Rule.INTERNAL, room)
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


def test_what_the_owner_withholds_is_not_there(room: Room) -> None:
    room.put(KEY, CONTENT)
    room.owner.withheld.add(f"{BUCKET}/{KEY}")

    reply = room.get(KEY)

    assert (reply.status, reply.rule) == (404, Rule.FETCH_ABSENT)


def test_a_failing_store_is_an_internal_error(room: Room, caplog: pytest.LogCaptureFixture) -> None:
    class Failing:
        def check_put(self, work: UnitOfWork, key: str, now: datetime) -> None:
            raise RuntimeError("secret words")

        def stored(self, work: UnitOfWork, stored: StoredObject, now: datetime) -> None:
            raise AssertionError("not reached")

    room.owner = Failing()  # type: ignore[assignment]
    reply = room.put(KEY, CONTENT)
    assert (reply.status, reply.rule) == (500, Rule.INTERNAL)
    assert b"secret words" not in reply.body
    assert "secret words" in caplog.text
