"""Issuing: once, for months nobody has settled, and read by each branch."""

import datetime as dt

import pytest

from core.periods import Month
from kpi.choices import MonthState
from kpi.domain import issuing, schemes
from kpi.domain.schemes import SchemeRefused
from kpi.models import BranchMonth, Run, Scheme, SchemeReceipt
from tests.factories.accounts import UserFactory
from tests.factories.grids import BranchFactory, GridFactory
from tests.factories.kpi import NOW, OCTOBER, recomputed
from tests.factories.schemes import draft, issued

pytestmark = pytest.mark.django_db

NOVEMBER = Month(2026, 11)


def settled(state: str) -> None:
    """October of one branch, scored and then published or closed."""
    grid = GridFactory()
    recomputed()
    BranchMonth.objects.filter(branch=grid.branch).update(state=state)


@pytest.mark.parametrize("state", [MonthState.PUBLISHED, MonthState.CLOSED])
def test_scheme_is_not_issued_for_a_month_that_a_branch_has_settled(state):
    settled(state)
    scheme = draft()
    with pytest.raises(SchemeRefused) as refused:
        issued(scheme)
    assert str(refused.value) == "2026年10月已有分公司公示或审定，生效日期要在 2026-11-01 或之后。"
    assert Scheme.objects.get(pk=scheme.pk).status == "draft"

    Scheme.objects.filter(pk=scheme.pk).update(effective_on=dt.date(2026, 11, 1))
    issued(Scheme.objects.get(pk=scheme.pk))
    assert schemes.in_force(NOVEMBER).pk == scheme.pk
    assert schemes.in_force(OCTOBER).pk != scheme.pk


def test_day_inside_the_settled_month_counts_from_the_next():
    settled(MonthState.CLOSED)
    scheme = draft()
    Scheme.objects.filter(pk=scheme.pk).update(effective_on=dt.date(2026, 10, 15))
    issued(Scheme.objects.get(pk=scheme.pk))
    assert schemes.in_force(NOVEMBER).pk == scheme.pk


def test_quarter_with_all_months_settled_takes_no_scheme():
    branch = BranchFactory()
    run = recomputed_run()
    for number in (10, 11, 12):
        BranchMonth.objects.update_or_create(
            branch=branch, month=dt.date(2026, number, 1), defaults={"state": MonthState.PUBLISHED, "current_run": run}
        )
    assert issuing.earliest_day(draft()) is None
    with pytest.raises(SchemeRefused):
        issued(draft())


def recomputed_run() -> Run:
    GridFactory()
    return recomputed()


def test_months_already_scored_are_recomputed_by_the_new_scheme():
    GridFactory()
    recomputed()
    before = Run.objects.count()
    scheme = draft()
    months = issuing.issue(scheme=scheme, by=UserFactory(), now=NOW)

    assert months == [OCTOBER]
    assert Run.objects.count() == before + 1
    assert Run.objects.latest("pk").month == OCTOBER.first


def test_draft_changed_since_it_was_read_is_not_issued():
    scheme = draft()
    Scheme.objects.filter(pk=scheme.pk).update(revision=1)
    with pytest.raises(SchemeRefused) as refused:
        issued(scheme)
    assert str(refused.value) == "草案刚被别人改过，请看过再下发。"


def test_branch_confirms_once():
    scheme, branch = issued(draft()), BranchFactory()
    first = issuing.confirm_reading(scheme=scheme, branch=branch, by=UserFactory(), now=NOW)
    again = issuing.confirm_reading(scheme=scheme, branch=branch, by=UserFactory(), now=NOW + dt.timedelta(days=1))
    assert (first.pk, first.read_by) == (again.pk, again.read_by)
    assert SchemeReceipt.objects.count() == 1


def test_draft_is_not_confirmed():
    with pytest.raises(SchemeRefused):
        issuing.confirm_reading(scheme=draft(), branch=BranchFactory(), by=UserFactory(), now=NOW)
