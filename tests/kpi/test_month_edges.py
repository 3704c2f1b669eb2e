"""Every edge between two months of Shanghai over four years, on servers whose clocks stand elsewhere.

How often something happens on a day is a number of its own (1, 2, 4, 8 …), so a sum tells which days were counted.
"""

import datetime as dt
import os
import time
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.utils import timezone

from acceptance.domain import acceptances, slips
from acceptance.models import Acceptance, Slip
from core.periods import Month, local_day
from gridmarketing.celery import app
from kpi import tasks
from kpi.models import ItemScore, Run, Score
from tests.acceptance.street import Street
from tests.factories.acceptance import AcceptanceFactory
from tests.factories.customers import HouseholdFactory, SubscriptionFactory
from tests.factories.grids import CommunityFactory, GridCommunityFactory, GridFactory
from tests.factories.kpi import recomputed
from tests.factories.managers import PostingFactory
from tests.factories.periods import LONG_AGO, period

DAY, SECOND, INSTANT = dt.timedelta(days=1), dt.timedelta(seconds=1), dt.timedelta(microseconds=1)
LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] * 3 + [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
MONTHS = [Month(2025 + n // 12, n % 12 + 1) for n in range(48)]  # 2028 is a leap year
CLOCKS = ["America/Los_Angeles", "UTC", "Pacific/Kiritimati"]
every_month = pytest.mark.parametrize("month", MONTHS, ids=str)


@pytest.fixture(autouse=True)
def elsewhere(request: pytest.FixtureRequest) -> Iterator[None]:
    """The server's clock, and the database's, in turn behind Shanghai, far behind it and ahead of it."""
    month = getattr(request.node, "callspec", None) and request.node.callspec.params.get("month")
    zone, before = CLOCKS[month.number % 3 if month else 0], os.environ.get("TZ")
    os.environ["TZ"] = zone
    time.tzset()
    if "db" in request.fixturenames:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL TIME ZONE %s", [zone])
    yield
    os.environ.pop("TZ")
    if before is not None:
        os.environ["TZ"] = before
    time.tzset()


def edges(month: Month) -> tuple[dt.date, dt.date, dt.date, dt.date]:
    """The last day before the month, its first, its last, the first day after it."""
    return month.first - DAY, month.first, month.next_first - DAY, month.next_first


def utc(day: dt.date, hour: int) -> dt.datetime:
    return dt.datetime(day.year, day.month, day.day, hour, tzinfo=dt.UTC)


def item(code: str, **subject) -> ItemScore:
    return ItemScore.objects.current().get(code=code, **subject)


# The month itself --------------------------------------------------------------------------------


@pytest.mark.parametrize(("month", "length"), list(zip(MONTHS, LENGTHS, strict=True)), ids=str)
def test_month_knows_its_days_and_neighbours(month: Month, length: int) -> None:
    before, first, last, after = edges(month)

    assert (month.days, last.day, after - first) == (length, length, length * DAY)
    assert [Month.of(day) for day in edges(month)] == [month.shift(-1), month, month, month.shift(1)]
    assert (before.day, before + DAY) == (LENGTHS[MONTHS.index(month) - 1] if month != MONTHS[0] else 31, first)
    assert month.shift(-12).shift(12) == month.shift(48).shift(-48) == month
    assert Month.parse(str(month)) == Month.parse(f"{month.year}年{month.number}月") == month
    assert month.quarter == {1: 1, 2: 1, 3: 1, 4: 2, 5: 2, 6: 2, 7: 3, 8: 3, 9: 3}.get(month.number, 4)


@every_month
def test_month_begins_at_four_in_the_afternoon_of_greenwich(month: Month) -> None:
    """Shanghai is eight hours ahead, all year."""
    assert month.start == utc(month.first - DAY, 16)
    assert month.end == utc(month.next_first - DAY, 16)


@every_month
@pytest.mark.parametrize("zone", [*CLOCKS, "Asia/Shanghai"])
def test_instants_beside_midnight_fall_on_days_of_shanghai(month: Month, zone: str) -> None:
    start, end = utc(month.first - DAY, 16).astimezone(ZoneInfo(zone)), month.end.astimezone(ZoneInfo(zone))

    days = [local_day(instant) for instant in (start - INSTANT, start, end - INSTANT, end)]
    assert days == list(edges(month))


# What a month counts -----------------------------------------------------------------------------


@every_month
@pytest.mark.django_db
def test_month_counts_orders_and_cancellations_of_its_own_days(month: Month) -> None:
    grid, home = GridFactory(), HouseholdFactory()
    for count, day in zip((1, 2, 4, 8), edges(month), strict=True):
        AcceptanceFactory.create_batch(count, grid=grid, household=home, accepted_on=day)
        AcceptanceFactory.create_batch(
            count, grid=grid, household=home, accepted_on=LONG_AGO, cancelled_on=day, product_id="3G"
        )
    recomputed(month)
    recomputed(month.shift(1))

    for code, counts in (("A", ["gained", "lost"]), ("B", ["lost", "gained"])):
        found = ItemScore.objects.current().filter(grid=grid, code=code).order_by("month").values_list(*counts)
        assert list(found) == [(2 + 4, 0), (8, 0)]


@every_month
@pytest.mark.django_db
def test_month_keeps_and_loses_lines_by_its_own_days(month: Month) -> None:
    grid = GridFactory()
    home = HouseholdFactory(community=GridCommunityFactory(grid=grid).community)
    before, first, last, after = edges(month)
    for count, opened in ((1, before), (2, first)):
        SubscriptionFactory.create_batch(count, household=home, opened_on=opened)
    for count, closed in ((4, before), (8, first), (16, last), (32, after)):
        SubscriptionFactory.create_batch(count, household=home, opened_on=LONG_AGO, closed_on=closed)
    recomputed(month)
    recomputed(month.shift(1))

    this, next_one = ItemScore.objects.current().filter(grid=grid, code="F").order_by("month")
    assert (this.base, this.lost) == (1 + 8 + 16 + 32, 8 + 16)
    assert (next_one.base, next_one.lost) == (1 + 2 + 32, 32)


@every_month
@pytest.mark.django_db
def test_lines_count_for_the_grid_that_held_their_community_on_the_first(month: Month) -> None:
    grid = GridFactory()
    _before, first, last, after = edges(month)
    held = [(1, LONG_AGO, first), (2, first, first + DAY), (4, last, None), (8, first, None), (16, after, None)]
    for count, start, end in held:
        community = CommunityFactory(sub_bureau=grid.sub_bureau)
        GridCommunityFactory(grid=grid, community=community, period=period(start, end))
        home = HouseholdFactory(community=community)
        SubscriptionFactory.create_batch(count, household=home, opened_on=LONG_AGO)
    recomputed(month)
    recomputed(month.shift(1))

    this, next_one = ItemScore.objects.current().filter(grid=grid, code="F").order_by("month")
    assert this.base == 2 + 8
    assert next_one.base == 4 + 8 + 16


@every_month
@pytest.mark.django_db
def test_days_served_are_those_of_the_month(month: Month) -> None:
    grid = GridFactory()
    before, first, last, after = edges(month)
    served = {
        "until the last day before": (before, first),
        "on the first day": (before, first + DAY),
        "on the last day": (last, None),
        "from the first day after": (after, None),
        "all month": (first, after),
        "all but the edges": (first + DAY, last),
    }
    people = {words: PostingFactory(grid=grid, period=period(*days)).manager for words, days in served.items()}
    late, early = GridFactory(period=period(last)), GridFactory(period=period(LONG_AGO, first))
    recomputed(month)

    days = dict(Score.objects.current().filter(grid=None).values_list("manager", "days"))
    assert {words: days.get(person.pk) for words, person in people.items()} == {
        "until the last day before": None,
        "on the first day": 1,
        "on the last day": 1,
        "from the first day after": None,
        "all month": month.days,
        "all but the edges": month.days - 2,
    }
    assert list(Score.objects.current().filter(grid__in=[late, early]).values_list("grid", "days")) == [(late.pk, 1)]


# Moments beside midnight -------------------------------------------------------------------------


def _refused(order: acceptances.Order, now: dt.datetime, street: Street) -> bool:
    try:
        acceptances.record_direct(household=street.household, orders=[order], by=street.clerk, now=now)
    except acceptances.BadOrder:
        return True
    return False


@every_month
@pytest.mark.django_db
def test_counter_can_write_the_first_day_from_midnight_on(month: Month) -> None:
    street, midnight = Street(), utc(month.first - DAY, 16)
    first = acceptances.Order("FTTH", "A2610001", month.first)
    long_ago = acceptances.Order("3G", "A2610002", month.shift(-2).first)

    assert _refused(first, midnight - SECOND, street)  # tomorrow
    assert not _refused(first, midnight, street)
    assert not _refused(long_ago, midnight - SECOND, street)
    Acceptance.objects.filter(product_id="3G").delete()
    assert _refused(long_ago, midnight, street)  # now before the last month


@every_month
@pytest.mark.django_db
def test_slip_of_a_minute_before_midnight_belongs_to_the_old_month(month: Month) -> None:
    street, midnight = Street(), utc(month.first - DAY, 16)
    for uuid, now in ((1, midnight - SECOND), (2, midnight)):
        slips.submit(
            client_uuid=slips.uuid.UUID(int=uuid),
            content=street.content(),
            by=street.seller,
            now=now,
            acknowledged=True,
        )

    numbers = Slip.objects.order_by("submitted_at").values_list("number", flat=True)
    assert [number[:10] for number in numbers] == [f"YSL-{day:%y%m%d}"[:10] for day in (month.first - DAY, month.first)]


@every_month
@pytest.mark.django_db
def test_night_before_and_after_the_edge_asks_for_the_months_that_move(
    month: Month, monkeypatch: pytest.MonkeyPatch
) -> None:
    GridFactory()
    asked = []
    for instant in (utc(month.first - DAY, 16) - SECOND, utc(month.first - DAY, 16)):
        monkeypatch.setattr(timezone, "now", lambda instant=instant: instant)
        tasks.recompute_nightly()
        asked.append([Month.of(run.month) for run in Run.objects.order_by("pk")])
        Run.objects.all().delete()

    assert asked == [[month.shift(-1), month.shift(-2)], [month, month.shift(-1)]]


@every_month
def test_nightly_run_of_the_first_comes_after_midnight_in_shanghai(month: Month) -> None:
    """At 02:10 of Shanghai the month has changed there, though hardly anywhere else."""
    schedule = app.conf.beat_schedule["recompute-nightly"]["schedule"]
    schedule.nowfun = lambda: month.start
    try:
        due = month.start + schedule.remaining_estimate(month.start - SECOND)
    finally:
        schedule.nowfun = None

    assert due == utc(month.first - DAY, 18) + dt.timedelta(minutes=10)
    assert Month.of(local_day(due)) == month
