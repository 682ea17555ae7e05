"""Whether a call was refused as its rule says: by an API in its envelope, by a bucket in S3's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from xml.etree import ElementTree

from contract_tests.broken import Broken, Difference
from contract_tests.exchange import Exchange
from openapi import Contract, Rule

XML_TYPE = "application/xml"
TOO_LARGE = {"Request Entity Too Large", "Payload Too Large", "Content Too Large"}
"""The reason phrase of 413 in three generations of HTTP; each counts as the one in the examples."""

MOST_XML_BYTES = 1 << 20
CODES = {
    "UPL-BODY-SCHEMA": "FST_ERR_VALIDATION",
    "UPL-PARAMETER": "FST_ERR_VALIDATION",
    "UPL-BODY-EMPTY": "FST_ERR_CTP_EMPTY_JSON_BODY",
    "UPL-MEDIA-TYPE": "FST_ERR_CTP_INVALID_MEDIA_TYPE",
    "UPL-BODY-SIZE": "FST_ERR_CTP_BODY_TOO_LARGE",
}
"""What the framework calls the refusals that are its own."""


def require_refused(contract: Contract, answer: Exchange, rule_id: str, what: str, operation_id: str = "") -> Exchange:
    """The answer, which must be the rule's refusal in the group's envelope. `what`: was asked for, a few words.

    Raises:
        Broken: another status, or an envelope that says something else.
    """
    rule = contract.rules[rule_id]
    operation_id = operation_id or answer.operation_id
    differences = list(_differences(contract, answer, rule))
    if differences:
        raise Broken(rule_id, f"{what} is refused", differences, operation_id=operation_id)
    return answer


def require_bucket_refused(contract: Contract, answer: Exchange, rule_id: str, what: str) -> Exchange:
    """The answer, which must be S3's refusal by this rule. Raises `Broken`."""
    differences = list(_bucket_differences(answer, contract.rules[rule_id]))
    if differences:
        raise Broken(rule_id, f"{what} is refused", differences)
    return answer


def bucket_error(answer: Exchange) -> Mapping[str, str]:
    """The elements of an error of S3; empty where the body is none."""
    if not answer.body.startswith(b"<?xml") or b"<!" in answer.body or len(answer.body) > MOST_XML_BYTES:
        return {}
    try:
        root = ElementTree.fromstring(answer.body)  # noqa: S314  # no document type, so no entities
    except ElementTree.ParseError:
        return {}
    return {each.tag.rpartition("}")[2]: each.text or "" for each in root} if root.tag == "Error" else {}


def _differences(contract: Contract, answer: Exchange, rule: Rule) -> Iterator[Difference]:
    if answer.status != rule.status:
        yield Difference("status", rule.status, answer.status)
        return
    shown = answer.json if isinstance(answer.json, dict) else {}
    if shown.get("statusCode", rule.status) != rule.status:
        yield Difference("/statusCode", rule.status, shown["statusCode"])
    phrase = _phrases(contract).get(rule.status)
    if phrase and shown.get("error") not in (TOO_LARGE if phrase in TOO_LARGE else {phrase}):
        yield Difference("/error", phrase, shown.get("error"))
    code = CODES.get(rule.id)
    if code and shown.get("code") != code:
        yield Difference("/code", code, shown.get("code"))


def _bucket_differences(answer: Exchange, rule: Rule) -> Iterator[Difference]:
    if answer.status != rule.status:
        yield Difference("status", rule.status, answer.status)
        return
    if answer.sent.method == "HEAD":  # its answer has no body to look at
        return
    if answer.media_type != XML_TYPE:
        yield Difference("content-type", XML_TYPE, answer.media_type)
    shown = bucket_error(answer)
    if shown.get("Code") != rule.extra["code"]:
        yield Difference("/Code", rule.extra["code"], shown.get("Code"))
    elif rule.extra["code"] == "AccessDenied" and shown.get("Message") != rule.extra["message"]:
        yield Difference("/Message", rule.extra["message"], shown.get("Message"))  # what tells its cases apart
    for name in ("Message", "RequestId", "HostId"):
        if not shown.get(name):
            yield Difference(f"/{name}", "a text", shown.get(name))


@lru_cache(maxsize=4)
def _phrases(contract: Contract) -> Mapping[int, str]:
    """The reason phrase of each status, as the contract's examples write it; empty where envelopes have none."""
    found = {
        value["statusCode"]: value["error"]
        for operation in contract.operations.values()
        for answer in operation.answers.values()
        for content in answer.contents
        for value in content.examples.values()
        if isinstance(value, dict) and "statusCode" in value and "error" in value
    }
    return {**found, **({405: "Method Not Allowed"} if found else {})}
