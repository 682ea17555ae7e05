"""One run in one process: which target, how strict, how long, and what becomes of a failed check."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from contract_tests.broken import Broken, Difference
from contract_tests.cleaning import Cleaner
from contract_tests.control import Control
from contract_tests.credentials import Tokens
from contract_tests.events import TRAFFIC
from contract_tests.examiner import Examiner, contract
from contract_tests.exchange import Exchange
from contract_tests.findings import Finding, fingerprint, operation_of, standing
from contract_tests.ledger import Ledger
from contract_tests.observing import Observer, Traffic
from contract_tests.pace import SPARE, Pace
from contract_tests.redaction import Redactor
from contract_tests.reproduction import Steps, as_pytest, as_shell, essential, is_login, reproduced
from contract_tests.sharing import Exclusive
from contract_tests.target import GROUPS, Credentials, Limits, Target
from contract_tests.timing import Timer
from contract_tests.transport import Recorder, Transport
from contract_tests.waivers import Waiver, waiver_of
from openapi import Contract

LOCK = "payment-request.lock"


@dataclass(frozen=True)
class Settings:
    """How a run is to be made; the same in every worker.

    `strict`: broken assumptions fail, too. `seconds`: how long it may take; what has not begun by then is not run.
    `ends`: when that is, by the machine's monotonic clock; 0 for so many seconds from now. `workers`: how many
    processes share what the target can bear. `home`: the folder of the ledgers and of earlier failures; empty for none.
    `failed_first`: what failed before comes first, with the examples that failed. `failed`: the checks that did.
    `events`: the folder where the run writes what happens; empty where nobody wants to know.
    """

    target: Target
    tag: str
    seed: int
    strict: bool
    seconds: float
    waivers: Sequence[Waiver] = ()
    events: str = ""
    ends: float = 0.0
    workers: int = 1
    home: str = ""
    failed_first: bool = False
    failed: Sequence[str] = ()

    def as_text(self) -> str:
        """As a worker is given it. Holds secrets: never shown."""
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, text: str) -> Settings:
        raw = json.loads(text)
        target = raw["target"]
        target["limits"] = Limits(**target["limits"])
        target["credentials"] = {
            actor: {group: Credentials(**each) for group, each in groups.items()}
            for actor, groups in target["credentials"].items()
        }
        waivers = tuple(Waiver(**each) for each in raw["waivers"])
        return cls(**{**raw, "target": Target(**target), "waivers": waivers})


@dataclass
class Run:
    """`stays`: what could not be cleaned up in the end, a sentence each."""

    settings: Settings
    examiner: Examiner
    observer: Observer
    stays: list[str] = field(default_factory=list)

    @classmethod
    def begin(cls, settings: Settings, ledger: Ledger, worker: str = "") -> Run:
        """Begin in this process; on a mock in a namespace of its own."""
        observer = _observer(settings, worker)
        limits = settings.target.limits.shared_by(settings.workers)
        pace = Pace(limits.requests_per_second, limits.max_requests, lambda: len(ledger.open_records()))
        transport = Transport(settings.target, Recorder(listeners=[observer.listen]), pace, ledger)
        control = None
        if settings.target.is_mock:
            control = Control(transport, f"{settings.tag}-{worker}" if worker else settings.tag)
            control.begin()
        tokens = Tokens(transport, control.headers if control else {})
        examiner = Examiner(
            settings.target,
            transport,
            tokens,
            ledger,
            control,
            settings.tag,
            settings.seed,
            scale=settings.seconds / 60,
            timer=_timer(settings, ledger, transport.recorder),
            exclusive=Exclusive(Path(settings.home) / LOCK if settings.workers > 1 and settings.home else None),
        )
        return cls(settings, examiner, observer)

    def end(self) -> None:
        """Leave nothing behind: on a mock its namespace goes, elsewhere all that was made is cleaned up.

        Raises:
            TargetUnreachable, NotReached: the target does not let it; the ledger knows what is left.
        """
        examiner = self.examiner
        try:
            if examiner.control:
                examiner.control.end()
            elif not examiner.ledger.is_clean:
                cleaner = Cleaner(examiner.transport, examiner.tokens, examiner.ledger)
                self.stays = [str(each) for each in cleaner.clean(is_unsure=examiner.ledger.is_unsure)]
        finally:
            examiner.ledger.close()
            self.observer.close()

    def finding(self, broken: Broken, suite: str, check: str) -> Finding:
        """What a broken rule amounts to, with the steps of the example that showed it."""
        contracts = {group: contract(group) for group in GROUPS}
        target = self.settings.target
        steps = self.examiner.recorder.steps if broken.steps is None else broken.steps
        exchanges = essential(broken, [each for each in steps if not is_login(each, target)], contracts)
        redactor = self.observer.redactor
        group, says, provenance, source = standing(broken, contracts)
        found = fingerprint(broken, suite)
        again = self._again(broken, exchanges, contracts)
        return Finding(
            fingerprint=found,
            rule=broken.rule,
            says=says,
            provenance=provenance,
            source=source,
            group=group,
            operation=operation_of(broken, exchanges),
            suite=suite,
            check=redactor.text(check),
            message=redactor.text(broken.message),
            differences=[_shown(each, redactor, group) for each in broken.differences],
            steps=[redactor.step(each, self.observer.groups.get(each.operation_id, "")) for each in exchanges],
            curl=as_shell(again),
            pytest=as_pytest(again, f"finding_{found}"),
        )

    def _again(self, broken: Broken, exchanges: Sequence[Exchange], contracts: Mapping[str, Contract]) -> Steps:
        """The steps to be made again. A finding is told even where nobody could write them down."""
        try:
            return reproduced(broken, exchanges, contracts, self.settings.target, self.observer)
        except Exception as error:
            return Steps(broken.rule, f"the steps could not be written down: {type(error).__name__}")

    def waiver(self, finding: Finding) -> Waiver | None:
        """The waiver of a finding, expired or not."""
        return waiver_of(finding.fingerprint, self.settings.waivers)

    def fails(self, finding: Finding) -> bool:
        """Whether a finding that nobody has waived fails the run."""
        return self.settings.strict or not finding.is_assumption


def _timer(settings: Settings, ledger: Ledger, recorder: Recorder) -> Timer:
    """When this process has to be over; a deployment is cleaned up afterwards, which takes its time, too."""
    ends = settings.ends or time.monotonic() + settings.seconds
    if settings.target.is_mock:
        return Timer(ends)
    rate = settings.target.limits.shared_by(settings.workers).requests_per_second
    gap = 1 / rate if rate else 0.0
    return Timer(ends, lambda: SPARE * max(gap, recorder.seconds) * len(ledger.open_records()))


def _shown(difference: Difference, redactor: Redactor, group: str) -> dict[str, Any]:
    """A difference between answers of a group as plain JSON without secrets."""
    name = difference.pointer.rpartition("/")[2]
    return {
        "pointer": redactor.text(difference.pointer),
        "expected": redactor.value(difference.expected, name, group),
        "received": redactor.value(difference.received, name, group),
    }


def _observer(settings: Settings, worker: str) -> Observer:
    """Who notes the traffic of this process, also into the run's folder where it has one."""
    observer = Observer(settings.target, {group: contract(group) for group in GROUPS})
    if settings.events:
        file = Path(settings.events) / TRAFFIC.format(worker or "main")
        observer.record(Traffic(file, observer.redactor, observer.groups, time.time()))
    return observer
