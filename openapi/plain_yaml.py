"""Plain YAML as data, straight from the parser's events: without the tree of nodes, which takes more than half of the
time and several times the memory. Plain is what has neither aliases nor tags, and no keys but texts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import yaml

_STRING = "tag:yaml.org,2002:str"
_NOTHING = object()


class NotPlain(Exception):
    """The text is something else than plain YAML, or no YAML at all: it takes the whole of YAML to say which."""


def plain_data(text: str, loader_class: type[Any], max_depth: int) -> Any:
    """The data of one plain document. `loader_class`: a YAML loader; says what scalars without quotes stand for.

    Raises:
        NotPlain: it is not plain YAML, has a key twice in one mapping, or is nested deeper than `max_depth`.
    """
    loader = loader_class(text)
    builder = _Builder(loader, max_depth)
    try:
        while loader.check_event():
            event = loader.get_event()
            _STEPS[type(event)](builder, event)
    except (yaml.YAMLError, ValueError) as error:
        raise NotPlain from error
    finally:
        loader.dispose()
    return builder.whole()


class _Builder:
    """Takes events one by one. `_here`: the mapping or sequence that is open; `_around`: those around it."""

    def __init__(self, loader: Any, max_depth: int) -> None:
        self._loader = loader
        self._max_depth = max_depth
        self._scalars: dict[str, Any] = {}
        self._documents: list[Any] = []
        self._here: Any = self._documents
        self._key: Any = _NOTHING
        self._around: list[tuple[Any, Any]] = []

    def whole(self) -> Any:
        if len(self._documents) != 1:
            raise NotPlain
        return self._documents[0]

    def scalar(self, event: yaml.ScalarEvent) -> None:
        if event.anchor is not None or event.tag is not None:
            raise NotPlain
        value = self._meaning(event.value) if event.implicit[0] else event.value
        if type(self._here) is dict and self._key is _NOTHING:
            if type(value) is not str or value in self._here:
                raise NotPlain
            self._key = value
        else:
            self._put(value)

    def _meaning(self, text: str) -> Any:
        """What a text without quotes stands for."""
        value = self._scalars.get(text, _NOTHING)
        if value is _NOTHING:
            tag = self._loader.resolve(yaml.ScalarNode, text, (True, False))
            value = text if tag == _STRING else self._loader.construct_object(yaml.ScalarNode(tag, text))
            self._scalars[text] = value
        return value

    def begin_mapping(self, event: yaml.CollectionStartEvent) -> None:
        self._begin(event, {})

    def begin_sequence(self, event: yaml.CollectionStartEvent) -> None:
        self._begin(event, [])

    def _begin(self, event: yaml.CollectionStartEvent, container: Any) -> None:
        is_key = type(self._here) is dict and self._key is _NOTHING
        if is_key or event.anchor is not None or event.tag is not None or len(self._around) >= self._max_depth:
            raise NotPlain
        self._around.append((self._here, self._key))
        self._here, self._key = container, _NOTHING

    def end(self, event: yaml.CollectionEndEvent) -> None:
        made = self._here
        self._here, self._key = self._around.pop()
        self._put(made)

    def _put(self, value: Any) -> None:
        if type(self._here) is dict:
            self._here[self._key] = value
            self._key = _NOTHING
        else:
            self._here.append(value)

    def refuse(self, event: yaml.Event) -> None:
        raise NotPlain

    def skip(self, event: yaml.Event) -> None:
        """The bounds of the stream and of its documents."""


_STEPS: Mapping[type[yaml.Event], Callable[[_Builder, Any], None]] = {
    yaml.ScalarEvent: _Builder.scalar,
    yaml.MappingStartEvent: _Builder.begin_mapping,
    yaml.MappingEndEvent: _Builder.end,
    yaml.SequenceStartEvent: _Builder.begin_sequence,
    yaml.SequenceEndEvent: _Builder.end,
    yaml.AliasEvent: _Builder.refuse,
    yaml.StreamStartEvent: _Builder.skip,
    yaml.StreamEndEvent: _Builder.skip,
    yaml.DocumentStartEvent: _Builder.skip,
    yaml.DocumentEndEvent: _Builder.skip,
}
