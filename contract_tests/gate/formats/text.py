"""For a person in front of a terminal: the worst first, each with its place as `file:line`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from contract_tests.gate.report import RANKS, Item, Level, Rank, Report, Standing
from contract_tests.gate.telling import aside, known, places, witness_lines
from contract_tests.texts import shown

FILE = "report.txt"
SIGNS = {Level.ERROR: "✗", Level.WARNING: "!", Level.NOTE: "·"}
MOST_SAFE = 50
_COLOURS = {Level.ERROR: "red", Level.WARNING: "yellow", Level.NOTE: "green"}
Style = Callable[..., str]


def render(report: Report) -> str:
    """The report without colours."""
    return _told(report, lambda text, **_: text)


def on_terminal(report: Report) -> str:
    """The report in colours."""
    import click

    return _told(report, click.style)


def _told(report: Report, style: Style) -> str:
    lines = [style(_line(report.title), bold=True)]
    for severity, rank in RANKS.items():
        lines += _section(report.with_severity(severity), rank, style)
    lines += _versions(report, style)
    lines += ["", *(_line(each) for each in report.notes)] if report.notes else []
    colour = _COLOURS[Level.ERROR if report.failed else Level.NOTE]
    return "\n".join([*lines, "", style(_line(report.verdict), fg=colour, bold=True), ""])


def _section(items: Sequence[Item], rank: Rank, style: Style) -> Iterator[str]:
    if not items:
        return
    yield from ("", style(f"{rank.heading} ({len(items)})", bold=True))
    news = [each for each in items if each.standing is not Standing.KNOWN]
    most = MOST_SAFE if rank.level is Level.NOTE else len(news)
    for each in news[:most]:
        yield from _item(each, style)
    if len(news) > most:
        yield style(f"  and {len(news) - most} more", dim=True)
    if len(items) > len(news):
        yield style(f"  {known(len(items) - len(news))}", dim=True)


def _item(item: Item, style: Style) -> Iterator[str]:
    is_quiet = item.standing is Standing.WAIVED
    sign = "~" if is_quiet else SIGNS[item.level]
    colour = "cyan" if is_quiet else _COLOURS[item.level]
    where = f"  {_line(item.operation)}" if item.operation else ""
    yield f"  {style(f'{sign} {_line(item.kind)}', fg=colour, bold=True)}{where}"
    yield f"    {_line(item.says, 1000)}"
    yield from (style(f"    {_line(each, 1000)}", dim=True) for each in places(item))
    yield from (f"    {_line(each, 1000)}" for each in witness_lines(item.witness))
    if item.hint and item.level is not Level.NOTE:
        yield f"    hint: {_line(item.hint, 1000)}"
    yield from (f"    {_line(each)}" for each in aside(item))
    if item.level is not Level.NOTE:
        yield style(f"    fingerprint {_line(item.fingerprint)}", dim=True)


def _versions(report: Report, style: Style) -> Iterator[str]:
    """What is said of versions, but for those that are too low, which are items."""
    told = [each for each in report.versions if each.is_news and each.is_enough is not False]
    if told:
        yield from ("", style("Versions", bold=True))
        yield from (f"  {_line(f'{each.specification}: {each.says}')}" for each in told)


def _line(text: str, most: int = 400) -> str:
    """A text in one line, in which a build server finds no command."""
    line = shown(text, most).replace("##[", "## [") if text else ""
    return f": {line[1:]}" if line.startswith("::") else line
