"""Scores of a run, month or branch that isn't there are refused by the database, once a statement."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction

from grids.models import Branch
from kpi.models import ItemScore, Run, Score
from tests.factories.grids import GridFactory
from tests.factories.kpi import OCTOBER, RunFactory, recomputed

pytestmark = pytest.mark.django_db


def score(**other) -> Score:
    grid = GridFactory()
    fields = {"run": RunFactory(), "month": OCTOBER.first, "branch": grid.branch, "grid": grid, "days": 31, "total": 90}
    return Score.objects.create(**fields | {"rank_in_branch": 1} | other)


def item(**other) -> ItemScore:
    grid = GridFactory()
    fields = {"run": RunFactory(), "month": OCTOBER.first, "branch": grid.branch, "grid": grid, "code": "A"}
    return ItemScore.objects.create(**fields | {"status": "scored", "weight": 25, "weighted": 20} | other)


@pytest.mark.parametrize("make", [score, item])
def test_scores_of_an_unknown_run_are_refused(make):
    with pytest.raises(IntegrityError, match="kpi_score_unknown_run"), transaction.atomic():
        make(run=Run(pk=999_999))


@pytest.mark.parametrize("make", [score, item])
def test_scores_of_another_month_than_their_run_are_refused(make):
    with pytest.raises(IntegrityError, match="kpi_score_unknown_run"), transaction.atomic():
        make(month=dt.date(2026, 9, 1))


def test_score_of_an_unknown_branch_is_refused():
    with pytest.raises(IntegrityError, match="kpi_score_unknown_run"), transaction.atomic():
        score(branch=Branch(pk=999_999))


def test_moving_scores_to_an_unknown_run_is_refused():
    kept = score()
    with pytest.raises(IntegrityError, match="kpi_score_unknown_run"), transaction.atomic():
        Score.objects.filter(pk=kept.pk).update(run=999_999)


def test_run_with_scores_cannot_be_deleted_beside_the_application():
    GridFactory()
    run = recomputed()
    with pytest.raises(IntegrityError, match="kpi_run_has_scores"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE kpi_branchmonth SET state = 'open', current_run_id = NULL")
        cursor.execute("DELETE FROM kpi_run WHERE id = %s", [run.pk])
