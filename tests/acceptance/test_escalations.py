"""Late slips go up by rule, each wait once, and the day's notices count them."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from acceptance.domain.clocks import clock_of, opening_hours
from acceptance.domain.escalations import escalate
from acceptance.models import LateNotice, Slip, SpecialDay
from acceptance.tasks import escalate as escalate_task
from core.periods import SHANGHAI, local_day
from tests.factories.acceptance import SlipFactory
from tests.factories.accounts import user_of_branch, user_of_hall, user_of_operator
from tests.factories.managers import OperatorFactory

pytestmark = pytest.mark.django_db
START = dt.datetime(2026, 10, 5, 9, 0, tzinfo=SHANGHAI)


def at(day: int, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime(2026, 10, day, hour, minute, tzinfo=SHANGHAI)


def notices() -> dict[tuple[str, int | None], tuple[int, int]]:
    return {(str(one.day), one.hall_id): (one.late, one.raised) for one in LateNotice.objects.all()}


def test_late_slip_goes_to_the_hall_then_to_the_branch_and_once_each():
    slip = SlipFactory(submitted_at=START)
    # 24 working hours of nine a day from Monday at nine end on Wednesday at 15:00.
    assert escalate(now=at(7, 15)) == (0, 0)
    assert escalate(now=at(7, 15, 1)) == (1, 0)
    assert escalate(now=at(7, 15, 11)) == (0, 0)
    assert escalate(now=at(8, 15, 1)) == (0, 1)
    assert escalate(now=at(9, 9)) == (0, 0)
    slip.refresh_from_db()
    assert (slip.escalated_at, slip.raised_at) == (at(7, 15, 1), at(8, 15, 1))
    assert notices() == {
        ("2026-10-07", slip.hall_id): (1, 0),
        ("2026-10-07", None): (1, 0),
        ("2026-10-08", slip.hall_id): (0, 1),
        ("2026-10-08", None): (0, 1),
    }
    assert slip.events.count() == 1


def test_next_wait_rises_anew_and_ended_slips_never():
    slip, ended = SlipFactory(submitted_at=START), SlipFactory(submitted_at=START)
    Slip.objects.filter(pk=ended.pk).update(state="withdrawn", state_at=START, state_note="填错")
    assert escalate(now=at(8, 9)) == (1, 0)
    Slip.objects.filter(pk=slip.pk).update(state="received", state_at=at(8, 10), received_at=at(8, 10))
    assert escalate(now=at(12, 10)) == (0, 0)
    assert escalate(now=at(13, 14)) == (1, 0)
    assert LateNotice.objects.get(day="2026-10-13", hall=slip.hall).late == 1


def test_branch_notice_adds_up_its_halls():
    first = SlipFactory(submitted_at=START)
    second = SlipFactory(submitted_at=START, grid__branch=first.branch)
    SlipFactory(submitted_at=START)
    Slip.objects.filter(pk=second.pk).update(branch=first.branch)
    escalate(now=at(12, 9))
    assert LateNotice.objects.get(branch=first.branch, hall=None).late == 2
    assert LateNotice.objects.filter(hall__isnull=False).count() == 3


def test_notice_is_for_the_heads_and_names_nobody(client: Client):
    slip = SlipFactory(submitted_at=timezone.now() - dt.timedelta(days=30))
    SlipFactory(submitted_at=timezone.now() - dt.timedelta(days=30))
    escalate_task()
    notice = LateNotice.objects.get(hall=slip.hall)
    assert (notice.day, notice.late, notice.raised) == (local_day(timezone.now()), 1, 1)
    for user in (user_of_hall(slip.hall), user_of_branch(slip.branch)):
        client.force_login(user)
        page = client.get(reverse("acceptance:in_transit"))
        assert (page.context["notice"].late, page.context["notice"].branch) == (1, slip.branch)
    client.force_login(user_of_hall(slip.hall))
    assert client.get(reverse("acceptance:hall_queue")).context["notice"] == notice
    client.force_login(user_of_operator(OperatorFactory(hall=slip.hall)))
    assert client.get(reverse("acceptance:hall_queue")).context["notice"] is None


@pytest.mark.parametrize("day", [9, 12, 15, 16])
def test_statement_and_clock_agree_minute_by_minute_over_holidays(day):
    SpecialDay.objects.bulk_create(
        SpecialDay(day=dt.date(2026, 10, one), kind="closed", name="国庆节") for one in (1, 2, 3, 12, 13)
    )
    SpecialDay.objects.create(day="2026-10-10", kind="open", name="国庆节调休")
    for hours in range(0, 300, 3):
        sent = at(1, 9) + dt.timedelta(hours=hours, minutes=hours % 7)
        state = ("submitted", "received", "working", "returned", "transferred")[hours // 3 % 5]
        SlipFactory(submitted_at=sent, state=state, received_at=sent if state in ("received", "working") else None)
    now, hours = at(day, 15, 17), opening_hours()
    escalate(now=now)
    for slip in Slip.objects.all():
        clock = clock_of(slip.state, since=slip.clock_from, received_at=slip.received_at, now=now, hours=hours)
        assert (slip.escalated_at is not None) == (clock.level == "bad"), (slip.state, slip.submitted_at)
        assert (slip.raised_at is not None) == (clock.left < -9 * 60)
