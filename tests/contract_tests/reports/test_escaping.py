"""Whatever stands in findings stays a text in every report: no markup, no command, no new line of a format."""

from __future__ import annotations

import html
import json
import re
import tempfile
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

from hypothesis import given, settings

from contract_tests.escaping import markdown_block as block
from contract_tests.escaping import markdown_code as code
from contract_tests.escaping import markdown_text as text
from contract_tests.events import CheckEnded, Outcome
from contract_tests.reports import format_named
from contract_tests.reports.github import LEVELS
from contract_tests.results import Results
from contract_tests.texts import shown
from tests.contract_tests.hostile_texts import HOSTILE, without_sarif_escapes
from tests.contract_tests.reports.runs import check, finding, one_of_each, results, step


def hostile_check(hostile: str) -> CheckEnded:
    """A check all of whose texts are hostile, as far as a target or a person can have a say in them."""
    waiver = {"fingerprint": "f", "reason": hostile, "owner": hostile, "until": "2027-01-31"}
    bad_step = step(
        url=f"http://api.test/{hostile}",
        method=hostile,
        headers={hostile: hostile},
        answer_headers={hostile: hostile},
        body=hostile,
        answer=hostile,
    )
    found = finding(
        fingerprint="hostile",
        message=hostile,
        says=hostile,
        source=hostile,
        rule=hostile,
        operation=hostile,
        provenance=hostile,
        differences=[{"pointer": hostile, "expected": hostile, "received": {hostile: [hostile]}}],
        steps=[bad_step],
        curl=hostile,
        pytest=hostile,
        waiver=waiver,
    )
    return check(Outcome.FAILED, hostile, findings=[found], reason=hostile, rules=[hostile])


def rendered(name: str, hostile: str) -> str:
    """A report of a run with hostile texts, as it stands in its file."""
    with tempfile.TemporaryDirectory() as folder:
        checks = [hostile_check(hostile), check(Outcome.ERROR, f"{hostile}2", reason=hostile)]
        run: Results = results([*one_of_each(), *checks], Path(folder))
        return "".join(format_named(name).render(run)).encode("utf-8", "replace").decode("utf-8")


class _Seen(HTMLParser):
    """The elements, their attributes' names, and the texts of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: set[tuple[str, str]] = set()
        self.links: set[str] = set()
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found |= {(tag, name) for name, _ in attrs} | {(tag, "")}
        self.links |= {str(value) for name, value in attrs if name in {"href", "src"}}

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def seen(page: str) -> _Seen:
    parser = _Seen()
    parser.feed(page)
    parser.close()
    return parser


@cache
def harmless() -> _Seen:
    return seen(rendered("html", "harmless"))


@settings(max_examples=25, deadline=None)
@given(HOSTILE)
def test_a_page_has_no_element_that_a_text_has_made(hostile: str) -> None:
    page = seen(rendered("html", hostile))
    assert page.found <= harmless().found | {("mark", "")}
    assert all(each.startswith("#") for each in page.links)
    assert shown(hostile, 400) in " ".join(" ".join(page.texts).split()) or not shown(hostile).strip()


def test_a_page_runs_nothing_and_loads_nothing() -> None:
    page = rendered("html", "harmless")
    assert not {tag for tag, _ in harmless().found} & {"script", "link", "img", "iframe", "object", "form"}
    assert "default-src 'none'; style-src 'unsafe-inline'" in page
    assert not re.search(r"url\(|@import|https?://(?!api\.test|www\.w3\.org)", page)


@settings(max_examples=40, deadline=None)
@given(HOSTILE)
def test_junit_is_xml_whatever_is_in_it(hostile: str) -> None:
    root = ElementTree.fromstring(rendered("junit", hostile))
    assert {each.tag for each in root.iter()} <= {
        *("testsuites", "testsuite", "properties", "property", "testcase", "failure", "error", "skipped"),
    }
    assert len(root.findall(".//testcase")) == len(one_of_each()) + 2


@settings(max_examples=25, deadline=None)
@given(HOSTILE)
def test_sarif_is_json_with_the_text_as_it_is(hostile: str) -> None:
    log = json.loads(rendered("sarif", hostile))
    message = log["runs"][0]["results"][1]["message"]["text"]
    assert without_sarif_escapes(message).startswith(hostile.encode("utf-8", "replace").decode())


@settings(max_examples=40, deadline=None)
@given(HOSTILE)
def test_an_annotation_is_one_line_and_nothing_in_it_is_a_command(hostile: str) -> None:
    lines = rendered("github", hostile).split("\n")
    shape = re.compile(rf"::({'|'.join({*LEVELS.values(), 'warning', 'error'})}) [^\r]*?::[^\r]*")
    assert all(shape.fullmatch(each) for each in lines[:-1])
    assert len(lines) - 1 == 5
    properties = lines[1].split("::")[1]
    assert "\r" not in "".join(lines)
    assert properties.count("=") >= 1


@given(HOSTILE)
def test_words_in_markdown_are_words(hostile: str) -> None:
    written = text(hostile)
    assert html.unescape(written) == shown(hostile, 300)
    assert not set(re.sub(r"&#\d+;", "", written)) & set("<>`*_[]|~@\\$!&#\n")
    assert code(hostile) == f"<code>{written}</code>"


@given(HOSTILE)
def test_a_block_of_code_ends_where_it_should(hostile: str) -> None:
    lines = block(hostile, "sh").split("\n")
    fence = lines[0].removesuffix("sh")
    assert lines[-2] == fence
    assert len(fence) >= 3
    assert all(fence not in each for each in lines[1:-2])


@settings(max_examples=25, deadline=None)
@given(HOSTILE)
def test_the_console_gets_no_control_characters(hostile: str) -> None:
    told = rendered("console", hostile)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", told)
