import datetime as dt
from decimal import Decimal

import factory

from core.periods import SHANGHAI, Month
from kpi.choices import RatingItem, RunCause
from kpi.domain import recompute
from kpi.models import BranchMonth, CompanyPack, Decision, MeetingSnapshot, Rating, Run, Scheme, Target
from tests.factories.grids import BranchFactory, GridFactory
from tests.factories.managers import ManagerFactory

OCTOBER = Month(2026, 10)
NOW = dt.datetime(2026, 11, 2, 9, tzinfo=SHANGHAI)


class SchemeFactory(factory.django.DjangoModelFactory):
    """A draft without indicators; `schemes.default_indicators` gives the usual seven."""

    class Meta:
        model = Scheme

    year = 2026
    quarter = 4
    version = factory.Sequence(lambda n: n + 1)
    effective_on = dt.date(2026, 10, 1)


class TargetFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Target

    month = OCTOBER.first
    grid = factory.SubFactory(GridFactory)
    code = "A"
    value = Decimal(100)


class RatingFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Rating

    month = OCTOBER.first
    manager = factory.SubFactory(ManagerFactory)
    item = RatingItem.PUBLICITY
    score = Decimal(85)


class RunFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Run

    month = OCTOBER.first
    cause = RunCause.MANUAL
    requested_at = NOW


class BranchMonthFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = BranchMonth

    branch = factory.SubFactory(BranchFactory)
    month = OCTOBER.first


class DecisionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Decision

    branch = factory.SubFactory(BranchFactory)
    month = OCTOBER.first
    text = "十一月主推 FTTH"
    owner = "王芳"
    due_on = dt.date(2026, 11, 20)


def empty_figures() -> dict[str, object]:
    """The figures of a branch without grids."""
    spread = {"each": [], "here": None, "company": None, "missing": 0}
    appeals = {"filed": 0, "open": 0, "upheld": 0, "rejected": 0, "withdrawn": 0, "list": []}
    lists = ("rows", "parts", "lost", "outliers", "drops", "kept", "weakest", "penetrated", "halls", "teams", "sizes")
    return {
        **{name: [] for name in (*lists, "old_decisions")},
        **dict.fromkeys(("mean", "old_mean", "others_mean")),
        "low": 0,
        "movers": {"risen": [], "fallen": []},
        "appeals": appeals,
        "raters": spread,
        "targets": {"list": [], "missing": 0, "frozen_at": None},
        "pack": {"rules": [], "grids": [], "people": [], "served": []},
    }


class MeetingSnapshotFactory(factory.django.DjangoModelFactory):
    """A snapshot of a meeting that looked at nothing."""

    class Meta:
        model = MeetingSnapshot

    branch = factory.SubFactory(BranchFactory)
    month = OCTOBER.first
    number = 1
    run = factory.SubFactory(RunFactory)
    taken_at = NOW
    figures = factory.LazyFunction(empty_figures)


def recomputed(month: Month = OCTOBER, *, branch=None, now: dt.datetime = NOW) -> Run:
    """A recompute of the month, done."""
    run = recompute.request(month=month, branch=branch, cause=RunCause.MANUAL, now=now)
    assert recompute.run(run.pk, now=now)
    run.refresh_from_db()
    assert run.error == ""
    return run


class CompanyPackFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CompanyPack

    month = OCTOBER.first
    language = "zh-hans"
    mark = factory.Sequence(str)
    status = "done"
    file = b"PK"
    requested_by = factory.SubFactory("tests.factories.accounts.UserFactory")
    requested_at = finished_at = NOW
