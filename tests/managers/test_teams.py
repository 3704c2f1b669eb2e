"""The rule of a team: 2 in the field, 1–2 in the hall."""

import datetime as dt

import pytest

from managers.choices import Duty, TeamGap
from managers.domain import teams
from tests.factories.grids import GridFactory
from tests.factories.managers import PostingFactory, TeamWaiverFactory, full_team
from tests.factories.periods import period

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 12)


def _check(grid):
    found = teams.check(postings=grid.postings.all(), waivers=grid.team_waivers.all(), on=TODAY)
    return [(finding.kind, finding.duty, finding.people, finding.since) for finding in found]


def test_team_of_three_and_of_four_is_in_order() -> None:
    grid = GridFactory()
    full_team(grid)
    assert _check(grid) == []
    PostingFactory(grid=grid, duty=Duty.HALL)
    assert _check(grid) == []


def test_team_without_anybody_is_short_of_both() -> None:
    assert _check(GridFactory()) == [(TeamGap.SHORT, Duty.FIELD, 2, None), (TeamGap.SHORT, Duty.HALL, 1, None)]


def test_team_is_short_since_the_day_somebody_left() -> None:
    grid = GridFactory()
    full_team(grid)
    leaver = grid.postings.filter(duty=Duty.FIELD).first()
    leaver.period = period("2020-01-01", "2026-10-16")
    leaver.save()
    assert _check(grid) == [(TeamGap.SHORT, Duty.FIELD, 1, dt.date(2026, 10, 16))]


def test_team_is_short_since_before_a_second_loss() -> None:
    grid = GridFactory()
    PostingFactory(grid=grid, duty=Duty.HALL)
    PostingFactory(grid=grid, period=period("2020-01-01", "2026-09-01"))
    PostingFactory(grid=grid, period=period("2020-01-01", "2026-10-01"))
    assert _check(grid) == [(TeamGap.SHORT, Duty.FIELD, 2, dt.date(2026, 9, 1))]


def test_third_in_the_field_is_over() -> None:
    grid = GridFactory()
    full_team(grid)
    PostingFactory(grid=grid, duty=Duty.FIELD, period=period("2026-11-01"))
    assert _check(grid) == [(TeamGap.OVER, Duty.FIELD, 1, dt.date(2026, 11, 1))]


def test_people_of_tomorrow_dont_count_today() -> None:
    grid = GridFactory()
    full_team(grid)
    PostingFactory(grid=grid, duty=Duty.FIELD, period=period("2026-11-13"))
    assert _check(grid) == []


def test_finding_speaks_and_knows_its_waiver() -> None:
    grid = GridFactory()
    PostingFactory(grid=grid, duty=Duty.FIELD)
    PostingFactory(grid=grid, duty=Duty.HALL)
    waiver = TeamWaiverFactory(grid=grid, period=period("2026-11-01", "2027-01-01"))
    [finding] = teams.check(postings=grid.postings.all(), waivers=[waiver], on=TODAY)
    assert finding.words == "外勤缺 1 人"
    assert finding.is_waived
    [later] = teams.check(postings=grid.postings.all(), waivers=[waiver], on=dt.date(2027, 1, 1))
    assert not later.is_waived


def test_waive_wants_a_reason_and_refuses_a_second_at_once() -> None:
    grid = GridFactory()
    with pytest.raises(teams.CannotWaive) as refused:
        teams.waive(grid=grid, gap="short", since=TODAY, until=None, reason=" ")
    assert refused.value.field == "reason"
    teams.waive(grid=grid, gap="short", since=TODAY, until=None, reason="产假")
    with pytest.raises(teams.CannotWaive) as refused:
        teams.waive(grid=grid, gap="short", since=TODAY, until=dt.date(2026, 12, 1), reason="产假")
    assert refused.value.field == "since"
