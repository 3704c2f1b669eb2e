"""Claims change hands: at shift change, for somebody away, or because one was left lying."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from acceptance.domain import slips
from acceptance.domain.actors import Actor
from acceptance.domain.clocks import clock_of, opening_hours
from acceptance.domain.handovers import CannotHandOver, colleagues, hand_over, see, take_over
from acceptance.models import Handover
from acceptance.queries.clerk_loads import hall_day
from accounts.scope import Scope
from core.periods import day_start
from tests.acceptance.street import NOW, Street
from tests.acceptance.test_slips import make
from tests.factories.acceptance import AcceptanceFactory
from tests.factories.accounts import user_of_hall, user_of_operator
from tests.factories.managers import OperatorFactory

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(hours=3)


class Shift(Street):
    """A clerk with two claimed slips, a colleague who comes next, and the head of the hall."""

    def __init__(self):
        super().__init__()
        self.next = OperatorFactory(hall=self.hall, name="沈春博")
        self.next_user = user_of_operator(self.next)
        self.next_clerk = self.clerk_of(self.next, self.next_user)
        self.head_user = user_of_hall(self.hall)
        self.head = Actor(user=self.head_user.pk, halls=frozenset({self.hall.pk}), leads=True)
        self.slips = [make(self), make(self)]
        for slip in self.slips:
            slips.take(slip=slip, by=self.clerk, now=NOW)
        self.numbers = [slip.number for slip in self.slips]

    def give(self, **fields) -> int:
        given = {"numbers": self.numbers, "giver": self.operator, "receiver": self.next, "note": "等客户身份证"}
        return hand_over(**(given | {"by": self.clerk, "now": LATER} | fields))


@pytest.fixture
def shift():
    return Shift()


def test_selected_slips_go_to_a_colleague_with_a_line_in_the_history(shift):
    assert shift.give(numbers=shift.numbers[:1]) == 1
    first, second = shift.slips
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, first.claimed_by, second.claimed_by) == ("working", shift.next, shift.operator)
    last = first.events.last()
    assert (last.from_state, last.to_state, last.claimed_by, last.by_id, last.note, last.at) == (
        "working",
        "working",
        shift.next,
        shift.clerk_user.pk,
        "等客户身份证",
        LATER,
    )
    told = Handover.objects.get()
    assert (told.giver, told.receiver, told.slips, told.note) == (shift.operator, shift.next, 1, "等客户身份证")


def test_clock_goes_on_through_a_handover(shift):
    shift.give()
    slip = shift.slips[0]
    slip.refresh_from_db()
    clock = clock_of(slip.state, since=slip.clock_from, received_at=slip.received_at, now=LATER, hours=opening_hours())
    assert clock.used == 180


def test_slips_laid_back_are_free_and_tell_nobody(shift):
    assert shift.give(receiver=None) == 2
    slip = shift.slips[0]
    slip.refresh_from_db()
    assert (slip.state, slip.claimed_by, slip.state_note) == ("received", None, "等客户身份证")
    assert not Handover.objects.exists()
    slips.take(slip=slip, by=shift.next_clerk, now=LATER)


def test_head_of_the_hall_hands_over_for_who_is_away(shift):
    assert shift.give(by=shift.head) == 2
    assert shift.slips[0].events.last().by_id == shift.head_user.pk


def test_handovers_that_cant_be_are_refused(shift):
    stranger = OperatorFactory()
    user_of_operator(stranger)
    sleeper = OperatorFactory(hall=shift.hall)
    refused = [
        ({"by": shift.next_clerk}, None),
        ({"by": Actor(user=shift.head_user.pk, halls=frozenset({shift.other_hall.pk}), leads=True)}, None),
        ({"receiver": stranger}, "receiver"),
        ({"receiver": sleeper}, "receiver"),
        ({"receiver": shift.operator}, "receiver"),
        ({"note": "  "}, "note"),
        ({"numbers": []}, "slips"),
        ({"giver": shift.next, "receiver": shift.operator, "by": shift.next_clerk}, "slips"),
    ]
    for fields, field in refused:
        with pytest.raises(CannotHandOver) as error:
            shift.give(**fields)
        assert error.value.field == field
    assert list(colleagues(shift.operator)) == [shift.next]
    assert not Handover.objects.exists()


def test_receiver_is_told_once(client: Client, shift):
    shift.give()
    client.force_login(shift.next_user)
    queue = reverse("acceptance:hall_queue")
    assert "等客户身份证" in client.get(queue).content.decode()
    assert "等客户身份证" in client.get(reverse("acceptance:queue_news")).content.decode()
    see(by=shift.clerk, now=LATER)
    assert Handover.objects.filter(seen_at=None).exists()
    client.post(reverse("acceptance:handover_seen"))
    assert not Handover.objects.filter(seen_at=None).exists()
    assert "交给您" not in client.get(queue).content.decode()


def test_claim_left_lying_is_taken_over_a_fresh_one_is_not(shift):
    slip, other = shift.slips
    day = opening_hours()
    with pytest.raises(CannotHandOver):
        take_over(slip=slip, by=shift.next_clerk, now=NOW + dt.timedelta(hours=3, minutes=59), hours=day)
    take_over(slip=slip, by=shift.next_clerk, now=NOW + dt.timedelta(hours=4), hours=day)
    slip.refresh_from_db()
    assert (slip.claimed_by, slip.state) == (shift.next, "working")
    for by in (shift.field, shift.clerk, shift.clerk_of(OperatorFactory())):
        with pytest.raises(CannotHandOver):
            take_over(slip=other, by=by, now=LATER + dt.timedelta(hours=9), hours=day)


def test_second_to_take_over_comes_too_late(shift):
    slip, third = shift.slips[0], OperatorFactory(hall=shift.hall)
    seen = type(slip).objects.select_related("claimed_by").get(pk=slip.pk)
    late, day = NOW + dt.timedelta(days=1), opening_hours()
    take_over(slip=slip, by=shift.next_clerk, now=late, hours=day)
    with pytest.raises(CannotHandOver):
        take_over(slip=seen, by=shift.clerk_of(third), now=late, hours=day)


def test_pages_hand_over_and_take_over(client: Client, shift):
    client.force_login(shift.clerk_user)
    page = reverse("acceptance:handover")
    assert all(number in client.get(page).content.decode() for number in shift.numbers)
    fields = {"from": shift.operator.operator_no, "receiver": shift.next.operator_no, "slips": shift.numbers[:1]}
    refused = client.post(page, fields)
    assert (refused.status_code, "请写一句说明" in refused.content.decode()) == (422, True)
    assert client.post(page, fields | {"note": "下班"}).url == reverse("acceptance:hall_queue")
    client.force_login(shift.head_user)
    assert client.get(page).status_code == 200
    given = {"from": shift.operator.operator_no, "receiver": "queue", "slips": shift.numbers, "note": "请假"}
    assert client.post(page, given).url == reverse("acceptance:clerk_load")
    shift.slips[1].refresh_from_db()
    assert shift.slips[1].state == "received"
    client.force_login(user_of_operator(OperatorFactory()))
    assert client.get(page, {"from": shift.operator.operator_no}).status_code == 404


def test_load_of_a_hall_by_clerk_and_by_age(client: Client, shift):
    make(shift, submitted_at=NOW - dt.timedelta(days=8), state_at=NOW - dt.timedelta(days=8))
    done = make(shift)
    slips.take(slip=done, by=shift.next_clerk, now=NOW)
    type(done).objects.filter(pk=done.pk).update(state="accepted", accepted_at=LATER, state_at=LATER)
    AcceptanceFactory(operator=shift.next, accepted_on=LATER.date(), keyed_here=True, branch=shift.branch)
    day = hall_day(
        Scope(halls=frozenset({shift.hall.pk})),
        today=LATER.date(),
        day_start=day_start(LATER.date()),
        now=LATER,
        hours=opening_hours(),
    )
    told = [(one.operator, one.held, one.late, one.done, one.direct) for one in day.clerks]
    assert told == [(shift.operator, 2, 0, 0, 0), (shift.next, 0, 0, 1, 1)]
    assert {age: (one.free, one.held, one.late) for age, one in day.ages.items()}["old"] == (1, 0, 1)
    assert (day.total, day.free, day.late) == (3, 1, 1)
    client.force_login(shift.head_user)
    assert "沈春博" in client.get(reverse("acceptance:clerk_load")).content.decode()


def test_panel_offers_to_take_over_what_was_left_lying(client: Client, shift):
    slip = shift.slips[0]
    client.force_login(shift.next_user)
    address = reverse("acceptance:slip_take_over", args=[slip.number])
    type(slip).objects.filter(pk=slip.pk).update(state_at=timezone.now() - dt.timedelta(minutes=1))
    assert address not in client.get(reverse("acceptance:queue_slip", args=[slip.number])).content.decode()
    type(slip).objects.filter(pk=slip.pk).update(state_at=timezone.now() - dt.timedelta(days=3))
    assert address in client.get(reverse("acceptance:queue_slip", args=[slip.number])).content.decode()
    client.post(address)
    slip.refresh_from_db()
    assert slip.claimed_by == shift.next
