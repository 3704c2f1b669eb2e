"""Scores of a run, month or branch that isn't there are refused by the database, once a statement."""

import datetime as dt

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from grids.models import Branch
from kpi.models import ItemScore, Run, Score
from tests.factories.grids import GridFactory
from tests.factories.kpi import OCTOBER, RunFactory, recomputed

pytestmark = pytest.mark.django_db


def score(**other) -> Score:
    grid = GridFactory()
    fields = {"run": RunFactory(), "month": OCTOBER.first, "branch": grid.branch, "grid": grid, "days": 31, "total": 90}
    return Score.objects.create(**fields | {"rank_in_branch": 1} | other)


def test_scores_of_an_unknown_run_are_refused():
    with pytest.raises(IntegrityError, match="kpi_score_unknown_run"), transaction.atomic():
        score(run=Run(pk=999_999))


def test_scores_of_another_month_than_their_run_are_refused():
    with pytest.raises(IntegrityError, match="kpi_score_unknown_run"), transaction.atomic():
        score(month=dt.date(2026, 9, 1))


@pytest.mark.parametrize(
    ("items", "refusal"),
    [
        (["(A,scored,,,,,,,,25,20)", "(A,exempt,,,,,,,,0,0)"], "kpi_item_twice"),
        (["(,scored,,,,,,,,25,20)"], "kpi_item_code does not allow null"),
        (["(A,,,,,,,,,25,20)"], "kpi_item_status does not allow null"),
        (["(A,scored,,,,,,,,,20)"], "kpi_item_points does not allow null"),
        (["(A,scored,,,,,,,,25,)"], "kpi_item_points does not allow null"),
        (["(A,guessed,,,,,,,,25,20)"], "item_score_status_known"),
        (None, "null value"),
    ],
)
def test_items_that_are_not_whole_are_refused(items, refusal):
    kept = score()
    with pytest.raises(IntegrityError, match=refusal), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE kpi_score SET items = %s::kpi_scored_item[] WHERE id = %s", [items, kept.pk])


def test_items_cannot_be_written_beside_their_score():
    GridFactory()
    recomputed()
    with pytest.raises(DatabaseError, match="cannot update view"), transaction.atomic():
        ItemScore.objects.update(weighted=99)


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
