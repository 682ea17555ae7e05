"""Whatever stands in contracts and waivers stays a text in every format."""

from __future__ import annotations

import json
import re
from functools import cache
from html.parser import HTMLParser
from xml.etree import ElementTree

import jsonschema_rs
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from contract_tests.gate.change import Change, Direction, Place, Severity, Witness
from contract_tests.gate.changelog import changelog
from contract_tests.gate.formats import format_named
from contract_tests.gate.publishing import outputs
from contract_tests.gate.report import Report
from contract_tests.texts import shown
from tests.contract_tests.gate.formats.building import TODAY, advice, item, report, waiver
from tests.contract_tests.hostile_texts import HOSTILE, without_sarif_escapes
from tests.contract_tests.reports.shapes import SARIF

HARMLESS = "harmless"
PRESENT = HOSTILE.filter(lambda text: bool(text and shown(text)))
MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def hostile_report(text: str) -> Report:
    """A report all of whose texts are hostile, as far as a contract or a person can have a say in them."""
    place = Place(text, f"/paths/{text}", 3)
    texts = dict.fromkeys(("kind", "says", "operation", "subject", "means", "hint", "provenance"), text)
    witness = Witness(Direction.REQUEST, {text: [text, float("nan"), {TODAY: text}]}, text)
    members = {**texts, "old": place, "new": place, "witness": witness}
    items = [
        item("breaking", **members),
        item("breaking", **members, fingerprint=text),
        item("error", **members, fingerprint="known"),
        item("safe", **members),
    ]
    return report(
        *items,
        title=text,
        waivers=(waiver(text, text=text),),
        known=("known",),
        notes=[text],
        versions=[advice(specification=text, old=text, new=text, suggested=text, says=text, place=place)],
    )


def rendered(name: str, text: str) -> str:
    return format_named(name).render(hostile_report(text)).encode("utf-8", "replace").decode()


class _Tags(HTMLParser):
    """The tags of a page, with their attributes, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, list[tuple[str, str | None]]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, attrs))

    def handle_endtag(self, tag: str) -> None:
        self.found.append((f"/{tag}", []))

    def handle_comment(self, data: str) -> None:
        self.found.append(("comment", []))


def tags(markdown: str) -> list[tuple[str, list[tuple[str, str | None]]]]:
    parser = _Tags()
    parser.feed(MARKDOWN.render(markdown))
    parser.close()
    return parser.found


@cache
def harmless_tags() -> list[tuple[str, list[tuple[str, str | None]]]]:
    return tags(rendered("markdown", HARMLESS))


@settings(deadline=None)
@given(PRESENT)
def test_markdown_has_no_element_that_a_text_has_made(hostile: str) -> None:
    assert tags(rendered("markdown", hostile)) == harmless_tags()


@settings(deadline=None)
@given(PRESENT, st.booleans())
def test_a_changelog_has_no_element_that_a_text_has_made(hostile: str, has_operation: bool) -> None:
    def entry(text: str) -> str:
        operation = text if has_operation else ""
        changes = [
            Change(text, severity, Direction.REQUEST, text, says, operation=operation)
            for severity in Severity
            for says in (text, f"{operation} {text}")
        ]
        return changelog(text, text, text, changes)

    assert tags(entry(hostile)) == tags(entry(HARMLESS))


@settings(deadline=None)
@given(HOSTILE)
def test_junit_is_xml_whatever_is_in_it(hostile: str) -> None:
    root = ElementTree.fromstring(rendered("junit", hostile))
    assert [each.tag for each in root.iter()] == [
        *("testsuites", "testsuite", "testcase", "failure", "testcase", "skipped", "testcase", "system-out"),
        *("testsuite", "testcase", "skipped"),
    ]


@settings(deadline=None)
@given(HOSTILE.filter(bool))
@example("\\[a](javascript:x)")
def test_sarif_keeps_its_shape_and_the_text(hostile: str) -> None:
    log = json.loads(rendered("sarif", hostile))
    jsonschema_rs.Draft202012Validator(SARIF, validate_formats=True).validate(log)
    message = log["runs"][0]["results"][0]["message"]["text"]
    assert without_sarif_escapes(message).startswith(hostile.encode("utf-8", "replace").decode())


@settings(deadline=None)
@given(HOSTILE)
def test_json_has_every_text_as_it_is(hostile: str) -> None:
    first = json.loads(format_named("json").render(hostile_report(hostile)))["items"][0]
    assert (first["says"], first["new"]["file"], first["witness"]["fails"]) == (hostile, hostile, hostile)
    assert first["witness"]["message"] == {hostile: [hostile, "nan", {"2026-11-22": hostile}]}


@settings(deadline=None)
@given(HOSTILE)
def test_an_annotation_is_one_line_and_can_be_read_back(hostile: str) -> None:
    printed = rendered("github", hostile)
    lines = printed.split("\n")[:-1]
    assert "\r" not in printed
    assert [re.match("::([a-z]+) ", each)[1] for each in lines] == ["error", "notice", "error"]  # type: ignore[index]
    properties, _, message = lines[0].removeprefix("::error ").partition("::")
    names, values = zip(*(each.split("=", 1) for each in properties.split(",")), strict=True)
    assert names == ("file", "line", "title")
    assert unescaped(values[0]) == hostile.encode("utf-8", "replace").decode()
    assert unescaped(message).startswith(hostile.encode("utf-8", "replace").decode())


def unescaped(text: str) -> str:
    """What GitHub makes of an escaped text."""
    for escaped, meant in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(escaped, meant)
    return text


@settings(deadline=None)
@given(HOSTILE)
@example("\n::error::x")
def test_a_terminal_and_a_log_get_no_control_characters_and_no_commands(hostile: str) -> None:
    told = rendered("text", hostile)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]", told)
    assert not any(line.lstrip().startswith("::") for line in told.split("\n"))
    assert "##[" not in told


@settings(deadline=None)
@given(HOSTILE)
def test_outputs_of_a_step_are_those_that_are_meant(hostile: str) -> None:
    found = outputs(hostile_report(hostile))
    assert set(found) == {"version", "versions", "bump", "failed", "breaking", "risky", "safe", "changelog"}
    assert json.loads(found["versions"]) == ({hostile: hostile} if hostile else {})
