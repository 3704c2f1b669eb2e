"""Random lives of slips against a model of a few lines, and the account of slips over them."""

import datetime as dt
from dataclasses import dataclass, replace

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from acceptance.domain import slips, transitions
from acceptance.domain.acceptances import Order
from acceptance.models import Acceptance, Slip
from acceptance.queries.transit import account, waiting_then
from acceptance.tasks import complete_slips
from accounts.scope import Scope
from core.periods import Month, day_start, local_day
from core.refusals import Refusal
from managers.models import Operator
from tests.acceptance.street import NOW, Street
from tests.acceptance.test_slips import ALLOWED, STATES, make, steps
from tests.factories.acceptance import AcceptanceFactory
from tests.factories.managers import OperatorFactory

OPEN = {"submitted", "transferred", "received", "working", "returned"}
TARGET = {
    "receive": "received", "claim": "working", "release": "received", "accept": "accepted", "return": "returned",
    "resubmit": "submitted", "transfer": "transferred", "withdraw": "withdrawn", "abandon": "abandoned",
    "no_resource": "no_resource", "duplicate": "duplicate",
}  # fmt: skip
BOTH_SIDES = {"withdraw", "abandon"}
QUICK = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
WHO = st.sampled_from(["field", "clerk", "mate", "head", "other"])
STEP = st.sampled_from([*TARGET, "receive", "claim", "accept"])


@dataclass
class Model:
    """What a slip has to be: its state, the hall it waits at, who holds it."""

    state: str = "submitted"
    hall: str = "here"
    holder: str | None = None

    def takes(self, step: str, who: str) -> bool:
        """Whether the step goes through; then it has."""
        at = {"clerk": "here", "mate": "here", "head": "here", "other": "there"}.get(who)
        may = at == self.hall and step != "resubmit" if at else step in BOTH_SIDES | {"resubmit"}
        held = self.holder not in (None, who) and step not in BOTH_SIDES and (who, step) != ("head", "release")
        if not may or held or self.state not in ALLOWED[step]:
            return False
        if step == "transfer":
            self.hall = "there" if self.hall == "here" else "here"
        self.state, self.holder = TARGET[step], who if step in ("claim", "accept") else self._kept(step)
        return True

    def _kept(self, step: str) -> str | None:
        return self.holder if step in ("receive", "resubmit") else None


class Lives:
    """The same steps for real."""

    def __init__(self):
        self.street = Street()
        self.first = make(self.street, submitted_at=NOW - dt.timedelta(days=60))
        there = OperatorFactory(hall=self.street.other_hall)
        self.actors = {
            "field": self.street.field,
            "clerk": self.street.clerk,
            "mate": self.street.clerk_of(OperatorFactory(hall=self.street.hall)),
            "head": replace(self.street.clerk_of(OperatorFactory(hall=self.street.hall)), leads=True),
            "other": self.street.clerk_of(there),
        }

    def take(self, slip: Slip, step: str, who: str, now: dt.datetime = NOW) -> bool:
        try:
            self._rule(slip, step, by=self.actors[who], now=now)
        except Refusal:
            return False
        return True

    def _rule(self, slip: Slip, step: str, **given) -> None:
        street = self.street
        if step in ("receive", "claim", "release"):
            getattr(slips, step)(slip=slip, **given)
        elif step == "accept":
            order = Order("FTTH", f"ORDER{slip.pk:08d}", local_day(given["now"]))
            slips.accept(slip=slip, orders=[order], **given)
        elif step == "return":
            slips.return_to_field(slip=slip, reason="缺证件", **given)
        elif step == "resubmit":
            contact = {"contact_name": "刘建军", "contact_phone": "13902217648", "notes": "已补", "products": ["3G"]}
            slips.resubmit(slip=slip, **contact, **given)
        elif step == "transfer":
            hall = street.other_hall if slip.hall_id == street.hall.pk else street.hall
            slips.transfer(slip=slip, hall=hall, reason="离客户近", **given)
        else:
            slips.close(slip=slip, outcome=step, reason="客户改主意", duplicate_of=self.first, **given)


@pytest.fixture
def lives(db):
    return Lives()


class Machine(RuleBasedStateMachine):
    """One slip, stepped by anybody in any order; the model says each time whether it goes through."""

    lives: Lives

    def __init__(self):
        super().__init__()
        self.undone = transaction.atomic()
        self.undone.__enter__()
        self.slip, self.model, self.passed = make(self.lives.street), Model(), ["submitted"]

    @rule(step=STEP, who=WHO)
    def take(self, step, who):
        goes = self.model.takes(step, who)
        assert self.lives.take(self.slip, step, who) == goes, (step, who, self.model)
        self.passed += [self.model.state] if goes else []

    @invariant()
    def stands_as_the_model(self):
        holder = self.lives.actors[self.model.holder].operator if self.model.holder else None
        assert (self.slip.state, self.slip.claimed_by_id) == (self.model.state, holder)
        assert (self.slip.hall == self.lives.street.hall) == (self.model.hall == "here")

    def teardown(self):
        try:
            assert steps(self.slip) == self.passed
            assert Acceptance.objects.count() == (self.model.state == "accepted")
        finally:
            transaction.set_rollback(True)
            self.undone.__exit__(None, None, None)


def test_a_slip_lives_as_the_model_says(lives):
    machine = type("Life", (Machine,), {"lives": lives})
    run_state_machine_as_test(machine, settings=settings(QUICK, stateful_step_count=15))


@pytest.mark.parametrize("state", STATES)
def test_every_step_of_every_role_is_as_the_model_says(lives, state):
    taken = {"received_at": NOW, "accepted_at": NOW}
    holders = (
        [None, "clerk"]
        if state in ("received", "accepted", "completed")
        else ["clerk"]
        if state == "working"
        else [None]
    )
    for holder in holders:
        claimed = Operator.objects.get(pk=lives.actors[holder].operator) if holder else None
        slip = make(lives.street, state, claimed_by=claimed, **taken)
        for who, actor in lives.actors.items():
            wanted = [step for step in TARGET if Model(state, "here", holder).takes(step, who)]
            assert sorted(transitions.allowed(slip, actor)) == sorted(wanted), (state, holder, who)


@QUICK
@given(days=st.lists(st.lists(st.tuples(st.integers(0, 4), STEP), max_size=4), min_size=1, max_size=12))
def test_slips_sent_are_ended_or_in_transit_on_every_day(lives, days):
    everything, ended = Scope(everything=True), {}
    with transaction.atomic():
        sent = [lives.first]
        for day, work in enumerate(days):
            now = NOW + dt.timedelta(days=day * 3)
            sent.append(make(lives.street, submitted_at=now, state_at=now))
            for place, step in work:
                slip = sent[place % len(sent)]
                who = "field" if step == "resubmit" else "clerk" if slip.hall == lives.street.hall else "other"
                if slip != lives.first and lives.take(slip, step, who, now) and slip.state not in OPEN:
                    ended[slip.pk] = now
        for day in range(-1, len(days) * 3 + 1):
            then = day_start(local_day(NOW) + dt.timedelta(days=day))
            rows = waiting_then(everything, then)
            assert {row.pk for row in rows} == {
                slip.pk for slip in sent if slip.submitted_at < then and ended.get(slip.pk, then) >= then
            }
            for start in (then - dt.timedelta(days=1), Month.of(local_day(then)).shift(-1).start):
                found = account(everything, start, then, len(rows))
                assert found.is_even, (start, then, found)
                assert found.all_ended == sum(start <= at < then for at in ended.values())
                assert found.sent == sum(start <= slip.submitted_at < then for slip in sent)
        transaction.set_rollback(True)


def test_complete_waits_for_every_order_that_stands(lives):
    street, day = lives.street, NOW.date()
    built, half, withdrawn = (make(street, "accepted", accepted_at=NOW) for _slip in range(3))
    AcceptanceFactory(slip=built, product_id="FTTH", accepted_on=day, completed_on=day)
    AcceptanceFactory(slip=built, product_id="3G", accepted_on=day, cancelled_on=day)
    AcceptanceFactory(slip=half, product_id="FTTH", accepted_on=day, completed_on=day)
    AcceptanceFactory(slip=half, product_id="3G", accepted_on=day)
    AcceptanceFactory(slip=withdrawn, product_id="FTTH", accepted_on=day, cancelled_on=day)
    later = NOW + dt.timedelta(days=2)
    assert slips.complete(slips=Slip.objects.all(), by=street.clerk_user, now=later) == 1
    states = [Slip.objects.get(pk=slip.pk).state for slip in (built, half, withdrawn)]
    assert states == ["completed", "accepted", "accepted"]
    assert steps(built) == ["accepted", "completed"]
    assert slips.complete(slips=Slip.objects.all(), by=street.clerk_user, now=later) == 0


def test_task_completes_built_slips_and_goes_on_naming_the_clerk(lives):
    built, day = make(lives.street, "accepted", accepted_at=NOW), NOW.date()
    AcceptanceFactory(slip=built, product_id="FTTH", accepted_on=day, completed_on=day)
    complete_slips()
    slip = Slip.objects.get(pk=built.pk)
    assert (slip.state, slip.state_by_id) == ("completed", built.state_by_id)
