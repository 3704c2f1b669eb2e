"""What a hall and its clerks carry, and how customers reach the hall."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from acceptance.queries.hall_loads import clerks, loads
from accounts.scope import EVERYTHING, Scope
from core.periods import SHANGHAI, Month
from grids.domain.halls import CannotReach, set_contact
from tests.factories.acceptance import AcceptanceFactory, SlipFactory
from tests.factories.accounts import user_of_branch, user_of_sub_bureau
from tests.factories.customers import HouseholdFactory
from tests.factories.grids import GridCommunityFactory, HallFactory
from tests.factories.managers import OperatorFactory

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 10, 12, 10, 0, tzinfo=SHANGHAI)
OCTOBER = Month(2026, 10)


def test_load_of_a_hall_is_its_households_work_and_waiting_slips_a_clerk() -> None:
    membership = GridCommunityFactory()
    hall = membership.grid.hall
    for _home in range(4):
        HouseholdFactory(community=membership.community)
    first, _second = OperatorFactory(hall=hall), OperatorFactory(hall=hall)
    for _order in range(3):
        AcceptanceFactory(operator=first)
    AcceptanceFactory(operator=first, accepted_on=dt.date(2026, 11, 1))
    SlipFactory(grid=membership.grid, submitted_at=NOW - dt.timedelta(days=9))
    SlipFactory(grid=membership.grid, submitted_at=NOW)
    SlipFactory(grid=membership.grid, state="returned", state_note="缺照片", submitted_at=NOW - dt.timedelta(days=9))
    row = next(row for row in loads(EVERYTHING, OCTOBER, NOW, NOW.date()).rows if row.hall == hall)
    assert (row.grids, row.households, row.clerks, row.households_each) == (1, 4, 2, 2)
    assert (row.keyed, row.keyed_each, row.waiting, row.late) == (3, 1.5, 2, 1)


def test_hall_is_heavy_at_one_and_a_half_times_the_mean() -> None:
    busy, calm = OperatorFactory(), OperatorFactory()
    for operator, count in ((busy, 3), (calm, 1)):
        for _order in range(count):
            AcceptanceFactory(operator=operator)
    found = loads(EVERYTHING, OCTOBER, NOW, NOW.date())
    assert (found.keyed, found.clerks, found.keyed_each) == (4, 2, 2.0)
    assert [row.hall for row in found.heavy] == [busy.hall]


def test_hall_without_clerks_is_heavy_when_something_waits_there() -> None:
    slip = SlipFactory(submitted_at=NOW)
    (row,) = loads(Scope(halls=frozenset({slip.hall_id})), OCTOBER, NOW, NOW.date()).rows
    assert (row.clerks, row.households_each, row.keyed_each, row.waiting) == (0, None, None, 1)
    assert loads(EVERYTHING, OCTOBER, NOW, NOW.date()).is_heavy(row)


def test_clerks_are_told_with_their_days_and_what_they_hold() -> None:
    operator = OperatorFactory()
    idle = OperatorFactory(hall=operator.hall)
    slip = SlipFactory()
    AcceptanceFactory(operator=operator, slip=slip)
    AcceptanceFactory(operator=operator)
    AcceptanceFactory(operator=operator, accepted_on=dt.date(2026, 10, 9))
    SlipFactory(hall=operator.hall, state="working", claimed_by=operator, received_at=NOW)
    told = [
        (row.operator, row.keyed, row.from_slips, row.days, row.a_day, row.claimed)
        for row in clerks(operator.hall, OCTOBER)
    ]
    assert told == [(operator, 3, 1, 2, 1.5, 1), (idle, 0, 0, 0, None, 0)]


def test_contact_of_a_hall_is_written_by_its_branch_only(client: Client) -> None:
    membership = GridCommunityFactory()
    hall = membership.grid.hall
    page = reverse("acceptance:hall_card", args=[hall.code])
    sent = {"address": "黄河道 12 号", "phone": "022-27001234"}
    client.force_login(user_of_sub_bureau(membership.grid.sub_bureau))
    client.post(page, sent)
    hall.refresh_from_db()
    assert hall.phone == ""
    client.force_login(user_of_branch(hall.branch))
    assert "电话是 5–30 位数字" in client.post(page, sent | {"phone": "打前台"}).content.decode()
    client.post(page, sent)
    hall.refresh_from_db()
    assert (hall.address, hall.phone) == ("黄河道 12 号", "022-27001234")


def test_number_that_nobody_can_dial_is_refused() -> None:
    with pytest.raises(CannotReach):
        set_contact(hall=HallFactory(), address="", phone="12")
