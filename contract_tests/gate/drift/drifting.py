"""The report of `contract-tests drift`: what a deployment publishes, and what was recorded of it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from contract_tests.errors import WrongUse
from contract_tests.gate.change import Change, Place
from contract_tests.gate.drift.archives import Archive
from contract_tests.gate.drift.kinds import ERROR, KINDS, NOTE, WARNING
from contract_tests.gate.drift.published import Published, differences, find_published, is_addition
from contract_tests.gate.drift.recording import Recorded
from contract_tests.gate.drift.routes import Routes
from contract_tests.gate.drift.tally import Seen, Tally, told_share
from contract_tests.gate.items import item_of_change
from contract_tests.gate.report import Item, Part, Report, judged, unused_waivers
from contract_tests.gate.sources import read_source
from contract_tests.gate.specification import Specification
from contract_tests.redaction import Redactor, secrets_of
from contract_tests.target import GROUPS, Target
from contract_tests.texts import path_of, shown
from contract_tests.transport import Recorder, Transport
from contract_tests.waivers import Waiver
from openapi import Contract, Provenance, read_contract
from openapi.documents import DocumentError

_SEVERITIES: Mapping[str, str] = {"breaking": ERROR, "risky": WARNING, "safe": NOTE}
"""How bad it is that a deployment publishes something else than the contract, by what clients would notice."""

LONGEST_VALUE = 200


@dataclass
class Served:
    """The contracts that should be served. `files`: of each group, as they are shown."""

    files: Mapping[str, Path]
    _specifications: dict[str, Specification] = field(default_factory=dict)

    def contracts(self) -> dict[str, Contract]:
        """By group. Raises `WrongUse`."""
        try:
            return {group: read_contract(file) for group, file in self.files.items()}
        except DocumentError as error:
            raise WrongUse(str(error)) from error

    def specification(self, group: str) -> Specification:
        """The contract of a group with its places."""
        if group not in self._specifications:
            (self._specifications[group],) = read_source(str(self.files[group])).specifications.values()
        return self._specifications[group]

    def place(self, group: str, pointer: str) -> Place:
        """Where the contract has what a pointer leads to, or the nearest thing around it."""
        specification = self.specification(group)
        while pointer:
            node = specification.node(pointer)
            if node is not None:
                return node.place
            pointer = pointer.rpartition("/")[0]
        return specification.root.place


def served(folder: Path, groups: Collection[str] = GROUPS) -> Served:
    """The contracts of a folder. Raises `WrongUse` where it lacks one."""
    files = {group: folder / f"{group}.yaml" for group in GROUPS if group in groups}
    for file in files.values():
        if not file.is_file():
            raise WrongUse(f"{file} is not there: the contract that should be served")
    return Served(files)


def examine(
    contracts: Served,
    target: Target | None,
    archives: Sequence[Archive],
    fail_on: Collection[str],
    today: date,
    waivers: Sequence[Waiver] = (),
    *,
    is_strict: bool = False,
) -> Report:
    """Whether a deployment serves the contracts. `is_strict`: what the contract only assumes counts like all else.

    Raises:
        WrongUse: there is nothing to judge it by: it publishes no document, and no call was recorded.
    """
    redactor = Redactor(secrets_of(target) if target else ())
    documents = _documents(target)
    tally = Tally(Routes(contracts.contracts(), target.bases if target else {}))
    for each in archives:
        tally.take(each.exchanges)
    _require_something(target, documents, archives, tally)
    items = [*_published(contracts, documents), *_recorded(contracts, tally, redactor, is_strict)]
    return Report(
        command="drift",
        title=f"Drift of {target.name if target else ', '.join(each.name for each in archives)}",
        items=judged(items, fail_on, today, waivers),
        notes=[*_notes(documents, archives, tally), *unused_waivers(waivers, items)],
    )


def _documents(target: Target | None) -> dict[str, Published | None]:
    """What the target publishes of each of its groups."""
    if target is None:
        return {}
    transport = Transport(target, Recorder())
    return {group: find_published(transport, group) for group in target.bases}


def _require_something(
    target: Target | None, documents: Mapping[str, Published | None], archives: Sequence[Archive], tally: Tally
) -> None:
    if archives and not tally.calls and not any(documents.values()):
        where = f" at {', '.join(target.bases.values())}" if target else ""
        raise WrongUse(f"{', '.join(each.name for each in archives)} has no call of the APIs{where}")
    if not archives and not any(each and each.specification for each in documents.values()):
        name = target.name if target else "nobody"
        why = "; ".join(each.reason for each in documents.values() if each)
        raise WrongUse(
            f"{name} publishes no OpenAPI document that can be compared{f' ({why})' if why else ''}: "
            "record traffic, and give it with --har, or with --journal for a mock"
        )


def _published(contracts: Served, documents: Mapping[str, Published | None]) -> Iterator[Item]:
    for group, document in documents.items():
        if document is not None and document.specification is not None:
            for change in differences(contracts.specification(group), document.specification):
                yield _item_of_change(change)


def _item_of_change(change: Change) -> Item:
    return replace(
        item_of_change(change),
        part=Part.DRIFT,
        severity=WARNING if is_addition(change) else _SEVERITIES[change.severity],
        says=f"The deployment's own document differs: {change.says}",
        hint="mend the deployment, or change the contract",
    )


def _recorded(contracts: Served, tally: Tally, redactor: Redactor, is_strict: bool) -> Iterator[Item]:
    for seen in (*tally.deviations(), *tally.unseen()):
        yield _item_of_seen(contracts, seen, redactor, is_strict)


def _item_of_seen(contracts: Served, seen: Seen, redactor: Redactor, is_strict: bool) -> Item:
    found, known = seen.deviation, KINDS[seen.deviation.kind]
    is_assumed = found.provenance == Provenance.ASSUMED and not is_strict
    told = redactor.text(f"{seen.operation} {found.told}")
    share = told_share(seen) if seen.count else ""
    example = f"; first: {_example(seen.first, seen, redactor)}" if seen.first else ""
    aside = " (the contract only assumes it)" if is_assumed else ""
    text = "|".join((found.kind, seen.group, seen.operation, found.subject))
    return Item(
        part=Part.DRIFT,
        kind=found.kind,
        severity=NOTE if is_assumed else known.severity,
        says=f"{told}{aside}{f': {share}' if share else ''}{example}",
        fingerprint=hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16],
        operation=seen.operation,
        subject=redactor.text(found.subject),
        new=contracts.place(seen.group, found.pointer),
        means=known.means,
        hint=known.hint,
        provenance=found.provenance,
    )


def _example(call: Recorded, seen: Seen, redactor: Redactor) -> str:
    """The first call that shows it, without secrets: `GET /invoices/1 → 200, /status: 9 (traffic.har, entry 3)`."""
    found = seen.deviation
    text = f"{call.method} {shown(path_of(redactor.url(call.url)), LONGEST_VALUE)} → {call.status}"
    if found.at:
        text += f", {shown(redactor.text(found.at), LONGEST_VALUE)}"
    if found.value is not None:
        text += f": {shown(redactor.value(found.value, found.name), LONGEST_VALUE)}"
    return f"{text} ({call.origin})"


def _notes(documents: Mapping[str, Published | None], archives: Sequence[Archive], tally: Tally) -> Iterator[str]:
    for group, document in documents.items():
        yield f"{group}: {_told(document)}"
    for each in archives:
        yield f"{each.name}: {_counted(len(each.exchanges), 'call')}"
        yield from (f"{each.name}: left out, {reason}: {count}" for reason, count in each.unread.items())
    yield from (f"{_counted(count, 'call')} left out: {reason}" for reason, count in tally.passed_over.items())


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("" if count == 1 else "s")


def _told(document: Published | None) -> str:
    if document is None:
        return "no OpenAPI document is published"
    if document.specification is None:
        return f"the document at {document.url} can't be compared: {document.reason}"
    return f"the document at {document.url} was compared"
