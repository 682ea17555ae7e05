"""The table of what was found: by whom, and how soon."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from statistics import median

from tests.faults.measuring import Measured, Search

HEADS = ("fault", "kind", "found by", "ours", "plain", "what was found")


def table(rows: Sequence[Measured]) -> str:
    """All rows, and what they amount to. Seconds are those from the start of a program until it had told."""
    width = max([len(HEADS[0]), *(len(each.name) for each in rows)])
    lines = [_line(width, *HEADS), *(_row(width, each) for each in rows)]
    return "\n".join([*lines, "", *summary(rows)])


def summary(rows: Sequence[Measured]) -> list[str]:
    """Shares and times."""
    found = Counter(each.found_by for each in rows)
    ours = [each.ours for each in rows if each.ours.is_found]
    lines = [_share("found by us", len(ours), rows)]
    compared = [each for each in rows if each.plain is not None]
    if compared:
        plain = [each.plain for each in compared if each.plain is not None and each.plain.is_found]
        lines.append(_share("found by plain schemathesis", len(plain), compared))
        lines += [_share(f"found by {name}", found[name], rows) for name in ("both", "neither")]
        lines.append(f"plain schemathesis: {_times(plain)}")
    return [*lines, f"ours: {_times(ours)}"]


def _share(what: str, count: int, rows: Sequence[Measured]) -> str:
    return f"{what}: {count} of {len(rows)}, {100 * count / max(1, len(rows)):.1f} %"


def _times(found: Sequence[Search]) -> str:
    if not found:
        return "nothing found"
    seconds, used = sorted(each.seconds for each in found), sorted(each.cpu_seconds for each in found)
    return f"found after {_spread(seconds)}; by the processor's clock {_spread(used)}"


def _spread(seconds: Sequence[float]) -> str:
    ninety = seconds[min(len(seconds) - 1, int(len(seconds) * 0.9))]
    return f"{median(seconds):.1f} s (median), {ninety:.1f} s (nine of ten), {seconds[-1]:.1f} s at most"


def _row(width: int, row: Measured) -> str:
    told = f"{row.ours.rule} {row.ours.check}".strip() or row.ours.note
    return _line(width, row.name, row.kind, row.found_by, _seconds(row.ours), _seconds(row.plain), told)


def _seconds(search: Search | None) -> str:
    if search is None:
        return ""
    return f"{search.seconds:.1f}" if search.is_found else "-"


def _line(width: int, name: str, *rest: str) -> str:
    kind, found_by, ours, plain, told = rest
    return f"{name:<{width}}  {kind:<8}  {found_by:<12}  {ours:>5}  {plain:>5}  {told}".rstrip()
