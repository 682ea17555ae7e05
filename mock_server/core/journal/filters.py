"""By what entries of the journal are found. One table: query parameters, command line and documentation follow it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from fnmatch import translate

from mock_server.core.errors import MockServerError
from mock_server.core.instants import from_text
from mock_server.core.journal.contents import ABSENT, at, is_same, json_value, parts_of, value_of
from mock_server.core.journal.entry import Exchanged
from mock_server.core.journal.journal import Filter

MOST_SAID = 200
_CLASS = re.compile(r"[1-5]xx", re.IGNORECASE)
_WILD = re.compile(r"[*?\[]")


class BadFilter(MockServerError):
    """A filter can't be understood; `name` says which, the message why."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(reason)
        self.name = name


def filter_of(given: Mapping[str, str]) -> Filter:
    """What lets an entry pass that fits all that is given. Raises `BadFilter`; `KeyError` for an unknown name."""
    tests: list[Filter] = []
    for name, text in given.items():
        try:
            tests.append(FILTERS[name](text))
        except ValueError as error:
            raise BadFilter(name, str(error)[:MOST_SAID]) from error
    return lambda entry: all(test(entry) for test in tests)


def path_matches(wanted: str, path: str) -> bool:
    """Whether a path is the one that is wanted, or fits it as a glob: `*` stands for anything, slashes too."""
    return wanted == path or bool(_WILD.search(wanted) and re.fullmatch(translate(wanted), path))


def status_matches(wanted: int | str, status: int) -> bool:
    """Whether a status is the one that is wanted, or of its class, such as `4xx`.

    Raises `ValueError` where nothing of the kind is wanted.
    """
    text = str(wanted)
    if _CLASS.fullmatch(text):
        return status // 100 == int(text[0])
    if not re.fullmatch(r"[1-5][0-9]{2}", text):
        raise ValueError(f"{text!r} is neither a status such as 404 nor a class such as 4xx")
    return status == int(text)


def _status(text: str) -> Filter:
    status_matches(text, 200)
    return lambda entry: status_matches(text, entry.status)


def _path(text: str) -> Filter:
    return lambda entry: path_matches(text, entry.path)


def _header(text: str) -> Filter:
    """`name` or `name=value`, in the request or in the answer."""
    name, equals, value = text.partition("=")
    wanted = name.strip().lower()
    if not wanted:
        raise ValueError("a header is looked for as NAME or NAME=VALUE")
    return lambda entry: any(
        key == wanted and (not equals or found == value)
        for message in (entry.request, entry.response)
        for key, found in message.headers
    )


def _body(text: str) -> Filter:
    """`/pointer` or `/pointer=value`, in the request or in the answer."""
    pointer, equals, written = text.partition("=")
    parts_of(pointer)
    value = json_value(written)
    wanted = written if value is ABSENT else value

    def fits(found: object) -> bool:
        return found is not ABSENT and (not equals or is_same(wanted, found) or is_same(written, found))

    return lambda entry: any(fits(at(value_of(each), pointer)) for each in (entry.request, entry.response))


def _text(text: str) -> Filter:
    """Anywhere: in address, headers and bodies, case ignored."""
    wanted = text.casefold()
    return lambda entry: any(wanted in part.casefold() for part in texts_of(entry))


def texts_of(entry: Exchanged) -> Iterator[str]:
    """Everything in an entry that can be read."""
    yield from (entry.id, entry.method, entry.url, entry.operation_id or "", entry.steered, *entry.rules)
    if entry.refused:
        yield entry.refused.message
    for message in (entry.request, entry.response):
        yield from (f"{name}: {value}" for name, value in message.headers)
        yield message.body.decode("utf-8", "replace")


def _since(text: str) -> Filter:
    instant = from_text(text)
    return lambda entry: entry.at >= instant


def _until(text: str) -> Filter:
    instant = from_text(text)
    return lambda entry: entry.at <= instant


def _steered(text: str) -> Filter:
    """`true`: steered by anything; `false`: by nothing; another text: by what has it in its name."""
    known = {"true": bool, "false": lambda steered: not steered}
    test: Callable[[str], bool] = known.get(text.lower(), lambda steered: text in steered)
    return lambda entry: test(entry.steered)


FILTERS: Mapping[str, Callable[[str], Filter]] = {
    "operation": lambda text: lambda entry: entry.operation_id == text,
    "status": _status,
    "rule": lambda text: lambda entry: text in entry.rules,
    "method": lambda text: lambda entry: entry.method == text.upper(),
    "path": _path,
    "header": _header,
    "body": _body,
    "merchant": lambda text: lambda entry: entry.caller is not None and entry.caller.merchant_id == text,
    "since": _since,
    "until": _until,
    "steered": _steered,
    "text": _text,
}
"""Name -> what makes a test of its value. A value that can't be understood raises `ValueError`."""
