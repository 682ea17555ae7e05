"""Reports of a run, made from what it has written into its folder; each format is a module of this package.

A format has `FILE`, the name of what it writes, and `render(results)`, which gives it piece by piece. One that also has
`publish(results, text)` does something more with it, such as printing it where a build reads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol, cast

from contract_tests.discovery import module_named, module_names
from contract_tests.errors import WrongUse
from contract_tests.results import Results, results_in
from contract_tests.whole_files import write_whole


class Format(Protocol):
    """What a module of this package offers."""

    FILE: str

    def render(self, results: Results) -> Iterator[str]: ...


def formats() -> list[str]:
    """The names of all formats."""
    return module_names(__name__)


def write(folder: Path, names: Iterable[str]) -> list[Path]:
    """Make reports of the run in a folder, beside its events; returns the files.

    Raises:
        WrongUse: a format is not known, or there is no run in the folder.
    """
    chosen = [format_named(name) for name in dict.fromkeys(names)]
    try:
        results = results_in(folder)
    except OSError as error:
        raise WrongUse(f"{folder} holds no run: {error.strerror}") from error
    return [_written(each, results) for each in chosen]


def format_named(name: str) -> Format:
    """A format by its name. Raises `WrongUse` where there is none."""
    return cast("Format", module_named(__name__, name, "report"))


def _written(each: Format, results: Results) -> Path:
    file = results.folder / each.FILE
    write_whole(file, each.render(results))
    publish = getattr(each, "publish", None)
    if publish is not None:
        publish(results, file)
    return file
