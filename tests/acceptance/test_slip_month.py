"""A month in which much goes wrong: lost answers, killed connections, phones without a line, clerks who collide."""

import datetime as dt
import random
import threading
import uuid
from dataclasses import dataclass, field

import pytest
from django.db import Error, connection, transaction

from acceptance.domain import slips
from acceptance.domain.acceptances import Order
from acceptance.models import Slip, SlipEvent
from acceptance.queries.transit import account, waiting_then
from acceptance.queries.volumes import hall_loads
from accounts.scope import EVERYTHING, Scope
from core.periods import SHANGHAI, Month, local_day
from core.refusals import Refusal
from tests.acceptance.street import Street
from tests.factories.customers import HouseholdFactory
from tests.factories.managers import OperatorFactory

MONTH = Month(2026, 11)
STEPS = ["take", "take", "take", "release", "accept", "accept", "return", "resubmit"]
STEPS += ["transfer", "transfer", "transfer", "withdraw", "abandon", "no_resource", "duplicate"]


class Killed(Exception):
    """The connection went away before anything was committed."""


@dataclass
class Form:
    """What a phone keeps until it has a receipt."""

    home: str
    key: uuid.UUID = field(default_factory=uuid.uuid4)
    tried: bool = False


class Weather:
    """Faults, drawn from a seed."""

    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.street = Street()
        self.homes = [HouseholdFactory(community=self.street.membership.community).code for _ in range(12)]
        here = [self.street.clerk, *(self.street.clerk_of(OperatorFactory(hall=self.street.hall)) for _ in range(2))]
        there = [self.street.clerk_of(OperatorFactory(hall=self.street.other_hall)) for _ in range(2)]
        self.clerks = {self.street.hall.pk: here, self.street.other_hall.pk: there}
        self.forms, self.got = [], {}

    def send_what_waits(self, now):
        for form in [form for form in self.forms if form.key not in self.got]:
            fault = self.chance.choice(["", "", "", "no line", "answer lost", "killed"])
            queued, form.tried = form.tried, True
            if fault == "no line":
                continue
            try:
                number = self._submit(form, now, queued=queued, killed=fault == "killed")
            except Killed:
                continue
            if fault != "answer lost":
                self.got[form.key] = number

    def _submit(self, form, now, *, queued, killed):
        given = {"content": self.street.content(household_code=form.home), "by": self.street.seller, "now": now}
        with killing(killed):
            return slips.submit(client_uuid=form.key, acknowledged=True, queued=queued, **given).number

    def work(self, now, seed):
        """One clerk's half day: steps on whatever lies there, some of them cut off in the middle."""
        chance = random.Random(seed)
        for _ in range(5):
            slip = Slip.objects.filter(state__in=["submitted", "transferred", "received", "working", "returned"])
            slip = slip.order_by("?").first()
            if slip is None:
                return
            try:
                with killing(chance.random() < 0.15):
                    self._step(slip, chance.choice(STEPS), chance.choice(self.clerks[slip.hall_id]), now)
            except (Refusal, Killed):
                continue

    def _step(self, slip, step, clerk, now):
        street = self.street
        if step == "accept":
            day = local_day(now)
            slips.accept(slip=slip, orders=[Order("FTTH", f"O{slip.pk:08d}", day)], by=clerk, now=now)
        elif step == "return":
            slips.return_to_field(slip=slip, reason="缺证件", by=clerk, now=now)
        elif step == "resubmit":
            added = {"contact_name": "刘建军", "contact_phone": "13902217648", "notes": "", "products": ["3G"]}
            slips.resubmit(slip=slip, by=street.field, now=now, **added)
        elif step == "transfer":
            other = street.other_hall if slip.hall_id == street.hall.pk else street.hall
            slips.transfer(slip=slip, hall=other, reason="离客户近", by=clerk, now=now)
        elif step in ("take", "release"):
            getattr(slips, step)(slip=slip, by=clerk, now=now)
        elif step == "duplicate":
            first = Slip.objects.filter(household=slip.household).exclude(pk=slip.pk).order_by("pk").first()
            slips.close(slip=slip, outcome=step, reason="", by=clerk, now=now, duplicate_of=first)
        else:
            slips.close(slip=slip, outcome=step, reason="客户改主意", by=clerk, now=now)


class killing:
    """Cuts the connection off after the work and before its commit; then nothing of it may be left."""

    def __init__(self, is_wanted):
        self.is_wanted, self.atomic = is_wanted, transaction.atomic()

    def __enter__(self):
        if self.is_wanted:
            self.atomic.__enter__()

    def __exit__(self, kind, error, trace):
        if not self.is_wanted:
            return False
        try:
            connection.cursor().execute("SELECT pg_terminate_backend(pg_backend_pid())")
        except Error as ended:
            kind, error = type(ended), ended
        try:
            self.atomic.__exit__(kind, error, trace)
        except Error:
            pass
        connection.close()
        raise Killed


def at_once(*jobs):
    failed = []

    def run(job, args):
        try:
            job(*args)
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("seed", [20261101, 7])
def test_no_slip_is_lost_or_doubled_in_a_month_of_faults(seed):
    weather = Weather(seed)
    days = [MONTH.first + dt.timedelta(days=day) for day in range(MONTH.days)]
    for day in days:
        noon = dt.datetime.combine(day, dt.time(12), SHANGHAI)
        weather.forms += [Form(weather.chance.choice(weather.homes)) for _ in range(weather.chance.randrange(4))]
        weather.send_what_waits(noon - dt.timedelta(hours=3))
        at_once(*((weather.work, (noon, weather.chance.random())) for _clerk in range(3)))
    while any(form.key not in weather.got for form in weather.forms):
        weather.send_what_waits(MONTH.end - dt.timedelta(hours=1))
    # Each form is one slip, the one its receipt names; each slip's history leads to where it stands.
    assert dict(Slip.objects.values_list("client_uuid", "number")) == weather.got
    assert len(weather.got) == len(weather.forms) > 30
    last = dict(SlipEvent.objects.order_by("at", "pk").values_list("slip", "to_state"))
    assert dict(Slip.objects.values_list("pk", "state")) == last
    both = [Scope(halls=frozenset({hall})) for hall in weather.clerks]
    queued = Slip.objects.filter(was_queued=True).count()
    for day in days:
        end = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), SHANGHAI)
        rows = waiting_then(EVERYTHING, end)
        assert sum(sum(load.ages) for load in hall_loads(rows)) == sum(sum(load.states) for load in hall_loads(rows))
        for start in (end - dt.timedelta(days=1), MONTH.start):
            whole = account(EVERYTHING, start, end, len(rows))
            parts = [account(hall, start, end, len(waiting_then(hall, end))) for hall in both]
            assert whole.is_even, (day, whole)
            assert all(part.is_even for part in parts), (day, parts)
            for name in ("carried", "online", "synced", "all_ended", "open"):
                assert getattr(whole, name) == sum(getattr(part, name) for part in parts), (day, name)
            assert sum(part.came for part in parts) == sum(part.left for part in parts)
    assert (whole.sent, whole.synced) == (len(weather.forms), queued)
    assert queued > 5
    assert sum(part.came for part in parts) > 0
