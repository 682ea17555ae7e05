"""Mends what needs no thought, in the files themselves, and nothing but that."""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contract_tests.errors import WrongUse
from contract_tests.gate.lint.check import Profile
from contract_tests.gate.lint.editing import Edit, Span, edited
from contract_tests.gate.lint.linting import lint_specification
from contract_tests.gate.lint.problem import Problem
from contract_tests.gate.lint.yaml_tree import YamlTree
from contract_tests.gate.sources import read_source
from contract_tests.gate.sources.texts import read_text
from contract_tests.gate.specification import Specification
from contract_tests.whole_files import write_whole

MOST_ROUNDS = 10
"""What is mended may show what else can be; more rounds than this would be a fault of ours."""


@dataclass(frozen=True)
class Fixed:
    """A problem that was mended, with the place where it stood."""

    problem: Problem

    def __str__(self) -> str:
        return f"{self.problem.place}: {self.problem.check.id}: {self.problem.says}; {self.problem.check.fixes}"


def fix(path: str, profile: Profile | None = None) -> list[Fixed]:
    """Mend the specifications at a path of this machine; each file is replaced as a whole, or left as it is.

    Raises:
        WrongUse: it is none of this machine, can't be read or written, or has no OpenAPI document.
    """
    if not Path(path).exists():
        raise WrongUse(f"{path}: only files and folders of this machine can be fixed")
    fixed: list[Fixed] = []
    for _ in range(MOST_ROUNDS):
        source = read_source(path, as_it_is=True)
        found = [each for one in source.specifications.values() for each in _mended(one, profile)]
        if not found:
            break
        fixed += found
    return fixed


def _mended(specification: Specification, profile: Profile | None) -> Iterator[Fixed]:
    """Mend one specification as far as one round goes."""
    name = specification.origin
    content = Path(name).read_bytes()
    tree = YamlTree(name, content.removeprefix(codecs.BOM_UTF8).decode("utf-8"))
    problems = [each for each in lint_specification(specification, profile, tree) if each.edit is not None]
    chosen = _chosen(tree, [each for each in problems if each.place.file == name])
    data = specification.root.value
    if _verified(tree, data, chosen) is None:
        chosen = [each for each in chosen if _verified(tree, data, [each]) is not None]
    text = _verified(tree, data, chosen)
    if text is not None and text != tree.text:
        mark = codecs.BOM_UTF8.decode("utf-8") if content.startswith(codecs.BOM_UTF8) else ""
        _write(Path(name), mark + text)
        yield from (Fixed(each.problem) for each in chosen)


@dataclass(frozen=True)
class _Chosen:
    """A problem that is mended in this round. `edit`, `spans`: how."""

    problem: Problem
    edit: Edit
    spans: Sequence[Span]


def _chosen(tree: YamlTree, problems: Iterable[Problem]) -> list[_Chosen]:
    """The problems that can be mended together, because their places don't overlap; the others have the next round."""
    found: list[_Chosen] = []
    taken: list[Span] = []
    for each in problems:
        spans = each.edit.spans(tree) if each.edit is not None else ()
        if each.edit is not None and spans and not any(_overlap(one, other) for one in spans for other in taken):
            taken += spans
            found.append(_Chosen(each, each.edit, spans))
    return found


def _overlap(one: Span, other: Span) -> bool:
    return (one.start < other.end and other.start < one.end) or one.start == other.start


def _verified(tree: YamlTree, data: Any, chosen: Sequence[_Chosen]) -> str | None:
    """The text with all that was chosen; `None` where it would say something else than was meant."""
    text = edited(tree.text, [span for each in chosen for span in each.spans])
    expected = _unshared(data)
    for each in reversed(chosen):  # the last first, so that the places of the others in lists stay
        each.edit.change(expected)
    try:
        found = read_text(tree.name, text.encode("utf-8")).data
    except WrongUse:
        return None
    return text if _is_same(found, expected) else None


def _unshared(value: Any) -> Any:
    """A copy in which what an alias leads to is a value of its own: a change of the one must not change the other."""
    if isinstance(value, dict):
        return {name: _unshared(each) for name, each in value.items()}
    return [_unshared(each) for each in value] if isinstance(value, list) else value


def _is_same(one: Any, other: Any) -> bool:
    """Whether values are the same, their types and their order, too."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return set(one) == set(other) and all(_is_same(one[name], other[name]) for name in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_is_same, one, other))
    return bool(one == other)


def _write(file: Path, text: str) -> None:
    """Replace a file, behind symbolic links, with its rights."""
    real = Path(os.path.realpath(file))
    mode = real.stat().st_mode
    try:
        write_whole(real, [text])
        real.chmod(mode)
    except OSError as error:
        raise WrongUse(f"{file} can't be written: {error.strerror}") from error
