"""Scores of a run, month or branch that isn't there are refused by the database, once a statement."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import DatabaseError, IntegrityError, OperationalError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from grids.models import Branch, Grid
from kpi.domain.snapshots import snapshot
from kpi.models import ItemScore, Run, Score
from managers.models import Manager
from tests.factories.grids import GridFactory
from tests.factories.kpi import OCTOBER, RunFactory, recomputed
from tests.factories.managers import ManagerFactory

pytestmark = pytest.mark.django_db


def score(**other) -> Score:
    grid = GridFactory()
    fields = {
        "run": RunFactory(status="done"),
        "month": OCTOBER.first,
        "branch": grid.branch,
        "grid": grid,
        "days": 31,
        "total": 90,
    }
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
        (["(A,scored,,,,,,,,25,20)", "(B,scored,,,,,,,,25,20)", "(A,scored,,,,,,,,25,20)"], "kpi_item_twice"),
        (["(A,scored,,,,,,,,25,20)", None, "(A,scored,,,,,,,,25,20)"], "kpi_item_twice"),
        ([f"({code},scored,,,,,,,,5,4)" for code in "ABCDEFGHIJKLMM"], "kpi_item_twice"),
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


@pytest.mark.parametrize("codes", ["", "A", "ABG", "BAG", "ABCDEFGHIJKL", "ABCDEFGHIJKLMN"])
def test_items_of_different_codes_are_kept_in_whatever_order(codes):
    kept = score()
    with connection.cursor() as cursor:
        items = [f"({code},scored,,,,,,,,5,4)" for code in codes]
        cursor.execute("UPDATE kpi_score SET items = %s::kpi_scored_item[] WHERE id = %s", [items, kept.pk])
    assert [item.code for item in ItemScore.objects.filter(run=kept.run).order_by("pk")] == list(codes)


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


def told(statement: str, *values: object, using: BaseDatabaseWrapper | None = None) -> str:
    """What the database says to a statement; nothing when it is done."""
    try:
        with transaction.atomic(), (using or connection).cursor() as cursor:
            cursor.execute(statement, values)
    except DatabaseError as refusal:
        return str(refusal)
    return ""


def test_scores_of_an_unknown_grid_or_person_are_refused():
    with pytest.raises(IntegrityError, match="kpi_score_unknown_run"), transaction.atomic():
        score(grid=Grid(pk=999_999))
    with pytest.raises(IntegrityError, match="kpi_score_unknown_run"), transaction.atomic():
        score(grid=None, manager=Manager(pk=999_999))


def test_moving_scores_to_an_unknown_grid_or_person_is_refused():
    score()
    score(grid=None, manager=ManagerFactory())
    assert "kpi_score_unknown_run" in told("UPDATE kpi_score SET grid_id = 999999 WHERE grid_id IS NOT NULL")
    assert "kpi_score_unknown_run" in told("UPDATE kpi_score SET manager_id = 999999 WHERE manager_id IS NOT NULL")


def test_scored_grid_or_person_stays_beside_the_application():
    grid, manager = score().grid, score(grid=None, manager=ManagerFactory()).manager
    for table, key in (("grids_grid", grid.pk), ("managers_manager", manager.pk)):
        assert "kpi_subject_has_scores" in told(f"DELETE FROM {table} WHERE id = %s", key)
        assert "kpi_subject_has_scores" in told(f"UPDATE {table} SET id = 999999 WHERE id = %s", key)


def test_grid_or_person_without_scores_can_be_deleted():
    score()
    assert told("DELETE FROM grids_grid WHERE id = %s", GridFactory().pk) == ""
    assert told("DELETE FROM managers_manager WHERE id = %s", ManagerFactory().pk) == ""


@contextmanager
def another_connection() -> Iterator[BaseDatabaseWrapper]:
    other = connection.copy()
    try:
        yield other
    finally:
        other.close()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_snapshot_older_than_the_deletion_of_a_grid_cannot_score_it():
    run, grid = RunFactory(), GridFactory()
    with another_connection() as other, pytest.raises(OperationalError, match="could not serialize"), snapshot():
        assert Grid.objects.filter(pk=grid.pk).exists()
        with other.cursor() as cursor:
            cursor.execute("DELETE FROM grids_grid WHERE id = %s", [grid.pk])
        score(run=run, branch=grid.branch, grid=grid)
    assert not Score.objects.exists()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_who_deletes_a_grid_waits_for_who_scores():
    run, grid, unscored = RunFactory(), GridFactory(), GridFactory()
    with another_connection() as other, other.cursor() as cursor:
        cursor.execute("SET lock_timeout = '50ms'")
        with transaction.atomic():
            score(run=run, branch=grid.branch, grid=grid)
            with pytest.raises(OperationalError, match="lock timeout"):
                cursor.execute("DELETE FROM grids_grid WHERE id = %s", [unscored.pk])
        with pytest.raises(IntegrityError, match="kpi_subject_has_scores"):
            cursor.execute("DELETE FROM grids_grid WHERE id = %s", [grid.pk])
        with pytest.raises(IntegrityError, match="kpi_subject_has_scores"):
            cursor.execute("TRUNCATE grids_grid CASCADE")
        cursor.execute("DELETE FROM grids_grid WHERE id = %s", [unscored.pk])


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_who_deletes_a_grid_sees_what_is_there_now():
    grid = GridFactory()
    with pytest.raises(DatabaseError, match="kpi_subject_needs_read_committed"), snapshot():
        Grid.objects.filter(pk=grid.pk).delete()
