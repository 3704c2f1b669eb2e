"""Who works out or keeps sums, or lets a month change its state, waits for whoever else does."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kpi.choices import RunCause
from kpi.domain import corrections, late_records, months, recompute, replay
from kpi.models import TouchedGrid
from tests.factories.kpi import NOW, OCTOBER, recomputed
from tests.factories.months import closed, published, ready_grid
from tests.factories.schemes import draft

pytestmark = pytest.mark.django_db


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
