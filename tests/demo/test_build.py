"""A small company in a real database; built once, rolled back at the end."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count

from acceptance.choices import PASSAGES, SlipState
from acceptance.models import Acceptance, Slip, SlipEvent
from acceptance.queries import mixes, transit
from acceptance.queries.community_channels import reach
from accounts.choices import Role
from accounts.models import Company, User
from accounts.scope import EVERYTHING, Scope
from core.periods import Month, day_start
from customers.models import Case, CaseEvent
from demo.load import put
from grids.models import Branch, Grid, GridCommunity, Hall
from kpi.choices import ItemStatus, MonthState
from kpi.models import BranchMonth, ItemScore, Score
from managers.models import Manager, Posting, TeamWaiver
from tests.demo.companies import NOW, company

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker) -> Iterator[None]:  # type: ignore[no-untyped-def]
    with django_db_blocker.unblock(), company(households=26_000, months=3):
        yield


def test_demo_refuses_a_database_in_use(built: None) -> None:
    with pytest.raises(CommandError, match="用户"):
        call_command("demo", households=2_000)


def test_start_company_refuses_a_database_in_use(built: None) -> None:
    with pytest.raises(CommandError, match="用户"):
        call_command("start_company")


def test_company_says_it_is_a_demo(built: None) -> None:
    assert Company.objects.get().is_demo is True


def test_show_logins_names_one_of_every_role(built: None) -> None:
    told = StringIO()
    call_command("show_logins", json=True, stdout=told)
    assert {row["role"] for row in json.loads(told.getvalue())} == set(Role.values)


def test_demo_logins_have_their_places(built: None) -> None:
    field = User.objects.get(username="field")
    clerk = User.objects.get(username="clerk")
    manager = Manager.objects.get(staff_no=field.staff_code)
    assert Slip.objects.filter(manager=manager).exists()
    assert Slip.objects.filter(hall__code=clerk.hall_code, state=SlipState.SUBMITTED).exists()


def test_community_is_in_one_grid_a_day(built: None) -> None:
    for day in (dt.date(2026, 9, 14), dt.date(2026, 9, 15), dt.date(2026, 11, 22)):
        stays = GridCommunity.objects.active_on(day).values("community").annotate(grids=Count("grid"))
        assert {stay["grids"] for stay in stays} == {1}


def test_one_community_moved_inside_a_month(built: None) -> None:
    assert list(GridCommunity.objects.values("community").annotate(n=Count("id")).filter(n=2).values_list("n")) == [
        (2,)
    ]


def test_teams_are_three_or_four_unless_waived(built: None) -> None:
    for grid in Grid.objects.all():
        field = Posting.objects.active_on(NOW.date()).filter(grid=grid, duty="field").count()
        hall = Posting.objects.active_on(NOW.date()).filter(grid=grid, duty="hall").count()
        waived = TeamWaiver.objects.filter(grid=grid).exists()
        assert waived or (field, hall) in [(2, 1), (2, 2)]


# The guideline's table in per cent: own halls, community managers, all others.
PUBLISHED = {"broadband": (64.2, 27.8, 8.1), "bundle": (65.5, 9.5, 25.0), "fixed": (66.4, 26.9, 6.7)}


def test_channel_mix_of_the_demo_is_the_published_table(built: None) -> None:
    """To one point over all months, to three in each month: the smallest column has some forty sales a month."""
    months = [Month(2026, 9), Month(2026, 10), Month(2026, 11)]
    counted = mixes.mix(EVERYTHING, months)
    for month, tolerance in [(None, 1), *((month, 3) for month in months)]:
        lines = Counter[tuple[str, str]]()
        for (of_month, channel, group), count in counted.items():
            if month in (None, of_month):
                lines[group, channel if channel in mixes.SOURCE_ROWS else "other"] += count
        for group, published in PUBLISHED.items():
            whole = sum(lines[group, row] for row in mixes.SOURCE_ROWS)
            shares = [100 * lines[group, row] / whole for row in mixes.SOURCE_ROWS]
            assert shares == pytest.approx(published, abs=tolerance), (month, group, whole)


def test_community_channels_of_the_demo_have_come_some_way(built: None) -> None:
    told = reach(EVERYTHING)
    assert told.working > told.steps["agency"] > told.steps["payment"] > 0


def test_few_households_have_a_case_and_nearly_all_are_over(built: None) -> None:
    """15 in 1,000 a quarter; the months of the demo are 83 days."""
    cases = Case.objects.count()
    assert cases / 26_000 * 91 / 83 == pytest.approx(0.015, abs=0.003)
    assert 0 < Case.objects.filter(closed_on=None).count() < cases * 0.1
    assert {*Case.objects.values_list("kind", flat=True)} == {"fault", "complaint"}
    assert CaseEvent.objects.count() == cases + Case.objects.exclude(closed_on=None).count()


def test_acceptances_stand_in_the_grid_of_their_day(built: None) -> None:
    strays = Acceptance.objects.exclude(grid_id__in=GridCommunity.objects.values("grid_id")).count()
    assert strays == 0
    moved = GridCommunity.objects.filter(period__endswith__isnull=False).get()
    late = Acceptance.objects.filter(
        household__community=moved.community_id, grid=moved.grid_id, accepted_on__gte=moved.period.upper
    )
    assert late.count() == 0


def test_slip_history_ends_in_the_slips_state(built: None) -> None:
    last = SlipEvent.objects.order_by("slip_id", "-at", "-id").distinct("slip_id").values_list("slip_id", "to_state")
    assert dict(last) == dict(Slip.objects.values_list("id", "state"))


def test_slips_take_only_steps_the_database_knows(built: None) -> None:
    taken = set(SlipEvent.objects.values_list("from_state", "to_state").distinct())
    assert taken <= {("", SlipState.SUBMITTED), *PASSAGES}
    assert {(SlipState.RETURNED, SlipState.SUBMITTED), (SlipState.SUBMITTED, SlipState.TRANSFERRED)} <= taken


def test_slips_in_transit_come_out_even_for_every_hall_and_day(built: None) -> None:
    october = Month(2026, 10)
    for scope in [EVERYTHING, *(Scope(halls=frozenset([hall])) for hall in Hall.objects.values_list("pk", flat=True))]:
        for number in range(october.days):
            start = day_start(october.first + dt.timedelta(days=number))
            end = start + dt.timedelta(days=1)
            told = transit.account(scope, start, end, len(transit.waiting_then(scope, end)))
            assert told.is_even, (scope, start, told)


def test_nothing_lies_in_the_future(built: None) -> None:
    assert not Slip.objects.filter(state_at__gt=NOW).exists()
    assert not Acceptance.objects.filter(accepted_on__gt=NOW.date()).exists()


def test_next_slip_and_household_get_fresh_numbers(built: None) -> None:
    branch = Branch.objects.create(code="X", name="X")
    assert branch.pk == 3


def test_past_months_are_scored_and_closed(built: None) -> None:
    first, last = Month(2026, 9).first, Month(2026, 11).first
    assert set(BranchMonth.objects.filter(month=first).values_list("state", flat=True)) == {MonthState.CLOSED}
    assert set(BranchMonth.objects.filter(month=last).values_list("state", flat=True)) == {MonthState.TRIAL}
    assert Score.objects.filter(month=first, grid__isnull=False).count() == 3


def test_running_month_misses_one_target(built: None) -> None:
    missing = ItemScore.objects.filter(status=ItemStatus.NO_TARGET, grid__isnull=False)
    assert [(item.month, item.code) for item in missing] == [(dt.date(2026, 11, 1), "B")]


def test_copy_keeps_tabs_and_backslashes(built: None) -> None:
    text = "一\t二\\三\\N"
    assert put("grids_publishedfigure", ["code", "name", "value", "unit", "as_of", "source"],
               [("odd", text, Decimal("1.50"), "", NOW.date(), "")]) == 1  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM grids_publishedfigure WHERE code = 'odd'")
        assert cursor.fetchone() == (text,)
