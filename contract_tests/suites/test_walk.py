"""Walks at random over several invoices at once, each step held to the model: what it did, and what it left alone."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.errors import FlakyStrategyDefinition
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from contract_tests import bodies
from contract_tests.broken import Broken, Difference
from contract_tests.decimals import loads
from contract_tests.errors import NotReached
from contract_tests.examiner import Examiner, contract
from contract_tests.models.invoice import ask
from contract_tests.permits import PAYING
from contract_tests.properties import FEWEST, is_out_of_time, walk
from contract_tests.suites.listed import require_item
from contract_tests.suites.refusals import require_refused
from contract_tests.suites.requests import CHANGES
from contract_tests.suites.tracked import READING, Tracked, new_mark
from contract_tests.suites.walk_steps import BAD, OPERATION_OF, Kept, Walked
from contract_tests.timing import OutOfTime
from contract_tests.workshop import Invoices, must_succeed

MOST_INVOICES = 4
WALKS = {"few": (3, pytest.mark.priority(25)), "many": (20, pytest.mark.priority(32))}
"""A few come early, for they find most of what many find."""
STEPS = 18
LIFECYCLE = contract("invoices").lifecycles["invoice"]
EVENTS = ("settle", "return", "refund", "expire")
ACTIONS = [each for each in LIFECYCLE.actions() if each not in READING]
REPLAY = "INV-IDEMPOTENCY-REPLAY"

INDEXES = st.integers(0, MOST_INVOICES - 1)
NUMBERS = st.integers(0, len(ACTIONS) - 1)
KEYS = st.booleans()


class Walk(RuleBasedStateMachine):
    """All operations on up to four invoices, with good and bad requests; the events where there is a control API."""

    def __init__(self, examiner: Examiner, outcome: Walked) -> None:
        super().__init__()
        self.outcome = outcome
        self.examiner = examiner
        self.invoices = Invoices(examiner)
        self.mark = new_mark(examiner)
        self.made: list[Tracked] = []
        self.kept: list[Kept] = []

    def teardown(self) -> None:
        """Keep what was found: the time may be up before the steps have become fewer."""
        error = sys.exc_info()[1]
        self.outcome.ended += error is None
        if isinstance(error, Broken):
            error.steps = tuple(self.examiner.recorder.steps)
            self.outcome.found.append(error)

    # Making

    @initialize(draft=CHANGES, published=CHANGES)
    def begin(self, draft: Mapping[str, Any], published: Mapping[str, Any]) -> None:
        self.examiner.begin()  # when something was drawn: hypothesis takes it ill to be ended before
        self._publish_at_once(published)
        self._draft(draft)

    @precondition(lambda self: len(self.made) < MOST_INVOICES)
    @rule(changes=CHANGES, is_draft=st.booleans())
    def make(self, changes: Mapping[str, Any], is_draft: bool) -> None:
        (self._draft if is_draft else self._publish_at_once)(changes)

    def _draft(self, changes: Mapping[str, Any]) -> None:
        made = Tracked.draft(self.invoices, self.mark, **changes)
        self.made.append(made)
        made.look("createInvoice")
        self.require_others(made, "createInvoice")

    def _publish_at_once(self, changes: Mapping[str, Any]) -> None:
        payable = {**changes, "lineItems": [bodies.line("Sure", 1, 12)], "discountPercentage": 5}
        made = Tracked.published(self.invoices, self.mark, **payable)
        self.made.append(made)
        made.look("publishInvoice")
        self.require_others(made, "publishInvoice")

    # Asking

    @rule(index=INDEXES, changes=CHANGES, has_key=KEYS)
    def update(self, index: int, changes: Mapping[str, Any], has_key: bool) -> None:
        made = self.chosen(index)
        self.act(made, "updateInvoice", bodies.invoice(self.mark, **changes), has_key)

    @precondition(lambda self: self.in_state("Draft"))
    @rule(index=INDEXES, changes=CHANGES, has_key=KEYS)
    def publish(self, index: int, changes: Mapping[str, Any], has_key: bool) -> None:
        made = self.chosen(index, "Draft")
        self.act(made, "publishInvoice", {"id": made.id, **changes}, has_key)

    @precondition(lambda self: self.in_state("Published"))
    @rule(index=INDEXES, method=st.sampled_from([None, 1, 2]), has_key=KEYS)
    def mark_as_paid(self, index: int, method: int | None, has_key: bool) -> None:
        self.act(self.chosen(index, "Published"), "markInvoiceAsPaid", {"paymentMethodTypeId": method}, has_key)

    @precondition(lambda self: self.in_state("Published"))
    @rule(index=INDEXES, number=NUMBERS, has_key=KEYS)
    def go_on(self, index: int, number: int, has_key: bool) -> None:
        self.ask_for(self.chosen(index, "Published"), number, has_key=has_key)

    @rule(index=INDEXES, number=NUMBERS, has_key=KEYS)
    def do_what_is_possible(self, index: int, number: int, has_key: bool) -> None:
        self.ask_for(self.chosen(index), number, has_key=has_key)

    @rule(index=INDEXES, number=NUMBERS)
    def ask_for_anything(self, index: int, number: int) -> None:
        made = self.made[index % len(self.made)]
        self.act_well(made, ACTIONS[number % len(ACTIONS)], has_key=False)

    # What must come to nothing

    @rule(index=INDEXES, name=st.sampled_from(list(BAD)), is_new=st.booleans())
    def come_to_nothing(self, index: int, name: str, is_new: bool) -> None:
        if self.kept and not is_new:
            self._repeat(self.kept[-1 - index % len(self.kept)])
        else:
            self._be_refused(self.chosen(index), name)

    def _be_refused(self, made: Tracked, name: str) -> None:
        broken, make = BAD[name]
        action = OPERATION_OF.get(broken.rpartition("-")[0], "updateInvoice")
        if action in PAYING and not self.examiner.target.may_pay:
            return
        body = make(made)
        judged = {**body, "customerId": None} if action == "updateInvoice" else made.good(action)
        outcome = ask(self.invoices.api.contract, made.known, action, judged)
        require_refused(made.send(action, body), [broken, *outcome.rules], action)
        made.require_unchanged(action)
        self.require_others(made, action)

    def _repeat(self, kept: Kept) -> None:
        again = kept.invoice.send(kept.action, kept.body, headers=kept.key)
        if again.status != kept.answer.status or again.json != kept.answer.json:
            difference = Difference("status", kept.answer.status, again.status)
            message = "a call that comes again with its key gets the first answer again"
            raise Broken(REPLAY, message, [difference], operation_id=kept.action)
        kept.invoice.require_unchanged(kept.action, REPLAY)

    # Steps

    def in_state(self, state: str) -> list[Tracked]:
        return [each for each in self.made if each.state == state]

    def chosen(self, index: int, state: str = "") -> Tracked:
        """One of those in a state; else one of those that are there, or of the deleted where none is."""
        among = self.in_state(state) or [each for each in self.made if each.known is not None] or self.made
        return among[index % len(among)]

    def ask_for(self, made: Tracked, number: int, *, has_key: bool) -> None:
        """One of the actions that the lifecycle allows."""
        allowed = [each for each in ACTIONS if each in LIFECYCLE.allowed(made.state)] if made.known else []
        if made.state == "Published" and self.examiner.target.may_pay and number == 0:
            made.decline()
            self.require_others(made, "submitInvoice")
        elif allowed:
            self.act_well(made, allowed[number % len(allowed)], has_key=has_key)

    def act_well(self, made: Tracked, action: str, *, has_key: bool) -> None:
        """An action with a body that is good in itself, where the target lets it happen."""
        is_event = action in EVENTS
        if is_event and (self.examiner.control is None or made.known is None):
            return
        if action not in PAYING or self.examiner.target.may_pay:
            changes = {"phoneNumber": "+15550100177"} if action == "sendInvoiceSms" else {}
            self.act(made, action, made.good(action, **changes), has_key and not is_event)

    def act(self, made: Tracked, action: str, body: Any, has_key: bool) -> None:
        key = {"Idempotency-Key": secrets.token_hex(12)} if has_key else {}
        answer = made.act(action, body, **({"headers": key} if has_key else {}))
        if has_key and answer.is_success:
            self.kept.append(Kept(made, action, body, key, answer))
        self.require_others(made, action)

    def require_others(self, made: Tracked, action: str) -> None:
        """The list has what is there, and what the step was not about is as it was."""
        answer = self.invoices.api.call("listInvoices", query={"search": self.mark, "pageSize": 100})
        listed = loads(must_succeed(answer, "listInvoices").body)
        expected = {each.id for each in self.made if each.known is not None}
        found = {each["id"]: each for each in listed["items"]}
        if set(found) != expected or listed["total"] != len(expected):
            difference = Difference("/items", sorted(expected), sorted(found))
            raise Broken("INV-LIST-TOTAL", f"after {action} the list has what is there", [difference])
        for other in self.made:
            if other is not made and other.known is not None:
                self._require_same(other, self.invoices.get(other.id), action)
                require_item(other.seen or {}, found[other.id])

    def _require_same(self, other: Tracked, now: Mapping[str, Any], action: str) -> None:
        before = other.seen or {}
        differences = [
            Difference(f"/{name}", value, now.get(name)) for name, value in before.items() if value != now.get(name)
        ]
        if differences:
            message = f"{action} on one invoice changed another one"
            raise Broken(f"SCHEMA:{action}:target", message, differences, operation_id=action)


@pytest.mark.parametrize("count", [pytest.param(count, id=name, marks=mark) for name, (count, mark) in WALKS.items()])
@pytest.mark.proves(
    "INV-HISTORY",
    "INV-AMOUNTS",
    "INV-PUBLISH-MERGE",
    "INV-PUBLISH-FIELDS",
    "INV-REFUSAL-CHANGES-NOTHING",
    "INV-LIST-TOTAL",
    REPLAY,
)
@pytest.mark.about(
    "createInvoice",
    "updateInvoice",
    "publishInvoice",
    "deleteInvoice",
    "cancelInvoice",
    "markInvoiceAsPaid",
    "submitInvoice",
    "submitInvoiceAch",
    "sendInvoiceSms",
    "getInvoice",
    "listInvoices",
)
def test_walks(examiner: Examiner, count: int) -> None:
    outcome = Walked()
    try:
        walk(lambda: Walk(examiner, outcome), examiner.seed + count, examiner.scale, count, STEPS)
    except (NotReached, OutOfTime, FlakyStrategyDefinition) as error:
        if not isinstance(error, NotReached) and not is_out_of_time(error):
            raise
        if outcome.found:
            raise outcome.found[-1] from None
        if outcome.ended < FEWEST:
            raise
