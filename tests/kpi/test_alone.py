"""Who works out or keeps sums, or lets a month change its state, waits for whoever else does."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kpi.choices import RunCause, RunStatus
from kpi.domain import corrections, late_records, months, recompute, replay
from kpi.models import Run, TouchedGrid
from tests.factories.kpi import NOW, OCTOBER, recomputed
from tests.factories.months import closed, published, ready_grid
from tests.factories.schemes import draft

pytestmark = pytest.mark.django_db
committed = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def waits(step, *args, **fields) -> bool:
    with CaptureQueriesContext(connection) as said:
        step(*args, **fields)
    return any("LOCK TABLE kpi_turn" in query["sql"] for query in said)


@pytest.fixture
def grid():
    return ready_grid()


def test_recompute_goes_alone(grid):
    run = recompute.request(month=OCTOBER, cause=RunCause.MANUAL, now=NOW)
    assert waits(recompute.run, run.pk, now=NOW)


def test_late_records_go_alone(grid):
    recomputed()
    TouchedGrid.objects.create(month=OCTOBER.first, grid=grid)
    assert waits(late_records.rescore, now=NOW)


def test_replay_goes_alone(grid):
    recomputed()
    assert waits(replay.replay, scheme_id=draft().pk, months=[OCTOBER])


def test_check_of_closed_months_goes_alone(grid):
    today = dt.date(2026, 11, 20)
    assert not waits(corrections.check_closed, today=today, now=NOW)  # nothing is closed
    closed(grid)
    assert waits(corrections.check_closed, today=today, now=NOW)


def test_steps_of_a_month_go_alone(grid):
    one = {"branch": grid.branch, "month": OCTOBER, "by": None, "now": NOW}
    published(grid)
    assert waits(months.withdraw, **one)
    assert waits(months.publish, **one)
    assert waits(months.close, **one, today=dt.date(2026, 11, 2))


@contextmanager
def locked(table: str) -> Iterator[None]:
    """Somebody else works with the table."""
    other = connection.copy()
    other.set_autocommit(False)
    try:
        with other.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield
    finally:
        other.rollback()
        other.close()


@pytest.fixture
def impatient():
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '50ms'")
    yield
    connection.close()


@committed
def test_recompute_without_a_turn_is_sent_again(grid, impatient):
    run = recompute.request(month=OCTOBER, cause=RunCause.MANUAL, now=NOW)
    with locked("kpi_turn"):
        assert not recompute.run(run.pk, now=NOW)
    run.refresh_from_db()
    assert (run.status, run.heartbeat_at) == (RunStatus.RUNNING, None)

    assert recompute.sweep(now=NOW) == [run.pk]
    assert recompute.run(run.pk, now=NOW)
    run.refresh_from_db()
    assert (run.status, run.attempts) == (RunStatus.DONE, 2)


@committed
def test_late_records_without_a_turn_are_scored_the_next_time(grid, impatient):
    recomputed()
    TouchedGrid.objects.create(month=OCTOBER.first, grid=grid)
    with locked("kpi_turn"):
        assert late_records.rescore(now=NOW) == 0
    assert late_records.rescore(now=NOW) == 1


@committed
def test_recompute_under_way_tells_its_step(grid):
    run = recompute.request(month=OCTOBER, cause=RunCause.MANUAL, now=NOW)

    def work() -> None:
        try:
            recompute.run(run.pk, now=NOW)
        finally:
            connection.close()

    worker = Thread(target=work)
    with locked("kpi_balance"):
        worker.start()
        while not (told := Run.objects.filter(pk=run.pk, steps_done__gt=0).first()):
            assert worker.is_alive()
    worker.join()
    assert (told.step, told.steps_done, told.steps_total) == ("balances", 1, 3)
    run.refresh_from_db()
    assert run.status == RunStatus.DONE
