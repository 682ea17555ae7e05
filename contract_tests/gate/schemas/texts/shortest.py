"""The shortest text that some languages share, of some length: decides whether there is one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from contract_tests.gate.schemas.texts.languages import NOTHING, Language, both, derived, letters

MOST_STEPS = 40_000
"""Derivatives made in one search; then it is given up."""


class GivenUp(Exception):
    """The search was larger than it is worth."""


Layer = dict[Language, tuple[Language, int]]
"""What may be left after some characters: from what before, and by which character."""


@dataclass
class Layers:
    """What may be left of a language after 0, 1, 2 ... characters. From some length on it repeats.

    Two layers of the same expressions go on alike; so one needs no more of them than there are different ones.
    """

    language: Language
    letters: Sequence[int]
    steps: int = 0
    made: list[Layer] = field(default_factory=list)
    seen: dict[frozenset[Language], int] = field(default_factory=dict)
    period: int | None = None

    def __post_init__(self) -> None:
        self.made.append({self.language: (self.language, -1)})
        self.seen[frozenset(self.made[0])] = 0

    def at(self, length: int) -> int | None:
        """Which of the made layers is that of a length; `None` if nothing is left by then."""
        while self.period is None and len(self.made) <= length:
            if not self._next():
                return None
        if length < len(self.made) or self.period is None:
            return length
        start = len(self.made) - 1 - self.period
        return start + 1 + (length - start - 1) % self.period

    def _next(self) -> bool:
        layer: Layer = {}
        for language in self.made[-1]:
            self._derive(language, layer)
        if not layer:
            return False
        self.made.append(layer)
        names = frozenset(layer)
        if names in self.seen:
            self.period = len(self.made) - 1 - self.seen[names]
        self.seen.setdefault(names, len(self.made) - 1)
        return True

    def _derive(self, language: Language, layer: Layer) -> None:
        for code in self.letters:
            self.steps += 1
            if self.steps > MOST_STEPS:
                raise GivenUp
            following = derived(language, code)
            if following is not NOTHING:
                layer.setdefault(following, (language, code))

    def text(self, length: int, ending: Language) -> str:
        """A text of that length after which `ending` is left."""
        codes: list[int] = []
        for remaining in range(length, 0, -1):
            index = self.at(remaining)
            assert index is not None
            ending, code = self.made[index][ending]
            codes.append(code)
        return "".join(map(chr, reversed(codes)))


def texts(languages: Sequence[Language], least: int = 0, most: int | None = None) -> Iterator[str]:
    """Texts that belong to all of the languages, the shortest first, one for each length and ending.

    Stops only when there can be none of another length: without a text, there is none at all.

    Raises:
        GivenUp: it could not be decided in the time it is worth.
    """
    language = both(*languages)
    layers = Layers(language, letters(languages))
    length = least
    while most is None or length <= most:
        index = layers.at(length)
        if index is None:
            return
        for ending in layers.made[index]:
            if ending.has_empty:
                yield layers.text(length, ending)
        if layers.period is not None and length >= max(least, len(layers.made)) + layers.period:
            return
        length += 1
