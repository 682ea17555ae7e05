"""For a comment on a pull request or the summary of a build: the verdict, and each item to be unfolded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from contract_tests.escaping import markdown_block as block
from contract_tests.escaping import markdown_code as code
from contract_tests.escaping import markdown_text as text
from contract_tests.gate.change import Place
from contract_tests.gate.report import RANKS, Advice, Item, Report, Standing
from contract_tests.gate.telling import LONGEST_WITNESS, aside, known, witness_json, witness_words

FILE = "report.md"
MOST_CHARACTERS = 60_000
"""A comment on GitHub takes 65,536."""

LONGEST_SENTENCE = 1000
_ENOUGH = {True: "yes", False: "**no**", None: "can't be told"}


def render(report: Report) -> str:
    sign = "❌" if report.failed else "✅"
    parts = [f"<!-- contract-tests {report.command} -->\n## {sign} {text(report.verdict)}\n\n{text(report.title)}\n"]
    parts += _versions([each for each in report.versions if each.is_news])
    parts += [f"\n- {text(each, LONGEST_SENTENCE)}\n" for each in report.notes]
    room = MOST_CHARACTERS - sum(map(len, parts))
    parts += _items(report, room)
    room = MOST_CHARACTERS - sum(map(len, parts))
    if 0 < len(report.changelog) < room - 100:
        parts.append(f"\n<details><summary>Changelog</summary>\n\n{report.changelog.strip()}\n\n</details>\n")
    return "".join(parts)


def _versions(versions: Sequence[Advice]) -> Iterator[str]:
    if not versions:
        return
    yield "\n| contract | before | now | asked for | at least | enough |\n|---|---|---|---|---|---|\n"
    for each in versions:
        cells = (code(each.specification), text(each.old or "–"), text(each.new or "–"), each.bump)
        yield f"| {' | '.join(cells)} | {text(each.suggested or '–')} | {_ENOUGH[each.is_enough]} |\n"


def _items(report: Report, room: int) -> Iterator[str]:
    """As many items as there is room for, the worst first."""
    left_out = 0
    for severity, rank in RANKS.items():
        items = report.with_severity(severity)
        news = [each for each in items if each.standing is not Standing.KNOWN]
        heading = f"\n### {rank.heading} ({len(items)})\n\n"
        for index, each in enumerate(news):
            written = ("" if index else heading) + _item(each)
            room -= len(written)
            if room < 0:
                left_out += len(news) - index
                break
            yield written
        if len(items) > len(news):
            yield f"{'' if news else heading}{known(len(items) - len(news)).capitalize()}.\n"
    if left_out:
        yield f"\n… and {left_out} more, for which there is no room here.\n"


def _item(item: Item) -> str:
    where = f" {code(item.operation)}" if item.operation else ""
    head = f"<details><summary><b>{text(item.kind)}</b>{where} {text(item.says)}</summary>\n\n"
    return head + "".join(f"{each}\n\n" for each in _details(item)) + "</details>\n"


def _details(item: Item) -> Iterator[str]:
    yield text(item.says, LONGEST_SENTENCE)
    if item.new:
        yield f"Now: {_place(item.new)}"
    if item.old:
        yield f"Before: {_place(item.old)}"
    if item.witness:
        shown = witness_json(item.witness, indent=1)
        says = f"{witness_words(item.witness).capitalize()}. Now: {text(item.witness.fails, LONGEST_SENTENCE)}"
        yield f"{says}\n\n{block(shown, 'json')}" if len(shown) <= LONGEST_WITNESS else says
    if item.hint:
        yield f"Hint: {text(item.hint, LONGEST_SENTENCE)}"
    yield from (text(each, LONGEST_SENTENCE) for each in aside(item))
    yield f"Fingerprint {code(item.fingerprint)}"


def _place(place: Place) -> str:
    return f"{code(str(place))} {code(place.pointer or '/')}"
