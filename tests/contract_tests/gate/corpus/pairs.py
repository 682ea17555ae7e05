"""The labelled pairs: two contracts each, and what a correct client feels when the second one replaces the first.

Labels are given by what OpenAPI means, never by what a comparison answers:

- `breaking`: something that was fine is not any more, or something comes that could not come.
- `risky`: it may break by what the contract can't say.
- `safe`: something has changed, and nothing that was fine has become wrong.
- `silent`: nothing has changed but the words.

A list of labels is a question of taste on which sensible people differ; each of them will do, every other is wrong.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from openapi.documents import to_pointer
from tests.contract_tests.gate.corpus.dialects import in_31
from tests.contract_tests.gate.corpus.edits import From, Gone, Last, edited, pointer_of

try:
    from yaml import CSafeLoader as _SafeLoader
except ImportError:  # pragma: no cover - PyYAML was built without libyaml
    from yaml import SafeLoader as _SafeLoader  # type: ignore[assignment]

Json = Any
HERE = Path(__file__).parent
LABELS = ("breaking", "risky", "safe", "silent")
DIALECTS = ("3.0", "3.1")
VERSIONS = {"3.0": "3.0.3", "3.1": "3.1.0"}
REQUEST, RESPONSE = "request", "response"


@dataclass(frozen=True)
class Pair:
    """`subject`: the file it is written in. `at`: at or below one of these pointers a change is expected.

    `schema`: the pointer of the one schema it is about, if it is. `tries`: values to try it with beside the usual ones.
    """

    subject: str
    name: str
    dialect: str
    old: Mapping[str, Json]
    new: Mapping[str, Json]
    labels: frozenset[str]
    direction: str | None
    at: tuple[str, ...]
    why: str
    schema: str | None = None
    tries: tuple[Json, ...] = ()

    @property
    def id(self) -> str:
        return f"{self.subject}: {self.name} ({self.dialect})"

    @property
    def title(self) -> str:
        """The same for a pair in both versions of OpenAPI."""
        return f"{self.subject}: {self.name}"

    @property
    def is_breaking(self) -> bool:
        return self.labels == {"breaking"}

    @property
    def is_harmless(self) -> bool:
        return self.labels <= {"safe", "silent"}


@cache
def every_pair() -> tuple[Pair, ...]:
    """Every pair in every version it is for, in the order of the files."""
    return tuple(pair for file in sorted((HERE / "labelled").glob("*.yaml")) for pair in _pairs_in(file))


@cache
def all_pairs() -> tuple[Pair, ...]:
    """Every pair once: of those that are for both versions, one in 3.0, the next in 3.1, and so on."""
    versions: dict[str, list[Pair]] = {}
    for pair in every_pair():
        versions.setdefault(pair.title, []).append(pair)
    return tuple(each[number % len(each)] for number, each in enumerate(versions.values()))


@cache
def documents() -> Mapping[str, Json]:
    """The whole contracts the pairs are edits of, by name."""
    return {file.stem: read(file) for folder in ("bases", "shapes") for file in sorted((HERE / folder).glob("*.yaml"))}


def read(file: Path) -> Json:
    """A file of the corpus as data, in which no two places share a mapping."""
    return _unshared(yaml.load(file.read_text(encoding="utf-8"), Loader=_Loader))


def _unshared(value: Json) -> Json:
    if isinstance(value, dict):
        return {name: _unshared(each) for name, each in value.items()}
    return [_unshared(each) for each in value] if isinstance(value, list) else value


class _Loader(_SafeLoader):
    """YAML with the three marks for edits."""


_Loader.add_constructor("!gone", lambda loader, node: Gone())
_Loader.add_constructor("!last", lambda loader, node: Last())
_Loader.add_constructor("!from", lambda loader, node: From(str(node.value)))


def _pairs_in(file: Path) -> Iterator[Pair]:
    content = read(file)
    for row in content.get("schemas", ()):
        yield from _of_schemas(file.stem, row)
    for row in content.get("edits", ()):
        yield from _of_edits(file.stem, row, row.get("base") or content["base"])


# --- a whole contract and its edits


def _of_edits(subject: str, row: Mapping[str, Any], name: str) -> Iterator[Pair]:
    """With `old`, that and not the base is what was; `new` are edits of it, and without them the base is what is."""
    base = documents()[name]
    only = row.get("dialect") or ("3.1" if str(base["openapi"]).startswith("3.1") else None)
    for dialect in DIALECTS:
        if only in {None, dialect}:
            yield _edited_pair(subject, row, base, dialect)


def _edited_pair(subject: str, row: Mapping[str, Any], base: Json, dialect: str) -> Pair:
    """Edits for both versions are written in 3.0's words, those for 3.1 alone in 3.1's."""
    late = dialect == "3.1" and "dialect" in row
    start = in_31(base) if late else base
    old = edited(start, row["old"]) if "old" in row else start
    new = edited(old, row["new"]) if "new" in row else start
    if dialect == "3.1" and not late:
        old, new = in_31(old), in_31(new)
    return Pair(
        subject,
        row["name"],
        dialect,
        old,
        new,
        _labels(row["label"]),
        row.get("direction"),
        tuple(map(pointer_of, _listed(row.get("at", ())))),
        row["why"],
    )


# --- one schema, as what is sent and as what comes


PLACES = {
    REQUEST: ("paths", "/things", "post", "requestBody", "content", "application/json", "schema"),
    RESPONSE: ("paths", "/things/{id}", "get", "responses", "200", "content", "application/json", "schema"),
}


def _of_schemas(subject: str, row: Mapping[str, Any]) -> Iterator[Pair]:
    for direction in (REQUEST, RESPONSE):
        label = row.get(direction, row.get("both"))
        for dialect in DIALECTS if label is not None else ():
            if _is_for(row, dialect):
                yield _schema_pair(subject, row, direction, dialect, _labels(label))


def _is_for(row: Mapping[str, Any], dialect: str) -> bool:
    return dialect == "3.1" if row.get("crossing") else row.get("dialect", dialect) == dialect


def _schema_pair(subject: str, row: Mapping[str, Any], direction: str, dialect: str, labels: frozenset[str]) -> Pair:
    components = row.get("components", {})
    versions: dict[str, Json] = {}
    for side in ("old", "new"):
        crossed = row.get("crossing") and side == "old"
        native = "dialect" in row or row.get("crossing")
        document = around(row[side], components.get(side, components.get("both", {})), direction)
        version = "3.0" if crossed else dialect
        versions[side] = {**document, "openapi": VERSIONS[version]} if native or version == "3.0" else in_31(document)
    schema = to_pointer(*PLACES[direction], "properties", "value")
    return Pair(
        subject,
        f"{row['name']}, in a {direction}",
        "3.0 -> 3.1" if row.get("crossing") else dialect,
        versions["old"],
        versions["new"],
        labels,
        direction,
        (schema, "/components/schemas"),
        row["why"],
        schema,
        tuple(row.get("try", ())),
    )


def around(schema: Json, components: Mapping[str, Json], direction: str) -> dict[str, Json]:
    """A contract whose only request or response body has one required member with this schema."""
    body = {"type": "object", "required": ["value"], "properties": {"value": copy.deepcopy(schema)}}
    content = {"application/json": {"schema": body}}
    post: dict[str, Json] = {"operationId": "send", "responses": {"204": {"description": "Done."}}}
    get: dict[str, Json] = {"operationId": "read", "responses": {"200": {"description": "The thing."}}}
    if direction == REQUEST:
        post["requestBody"] = {"required": True, "content": content}
    else:
        get["responses"]["200"]["content"] = content
    get["parameters"] = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]
    return {
        "openapi": VERSIONS["3.0"],
        "info": {"title": "Things", "version": "1.0.0"},
        "paths": {"/things": {"post": post}, "/things/{id}": {"get": get}},
        "components": {"schemas": copy.deepcopy(dict(components))},
    }


def _labels(label: str | list[str]) -> frozenset[str]:
    return frozenset(_listed(label))


def _listed(value: str | list[str] | tuple[str, ...]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
