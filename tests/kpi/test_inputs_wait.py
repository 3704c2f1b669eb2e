"""Targets and ratings written while their month is being closed, and those of a grid that has changed its branch."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import IntegrityError, connection, transaction

from core.periods import local_day
from kpi.domain import months
from kpi.models import BranchMonth, Rating, Target
from tests.factories.grids import BranchFactory
from tests.factories.kpi import NOW, OCTOBER
from tests.factories.months import closed, published, ready_grid

TODAY = local_day(NOW)
# Not pg_stat_activity, which shows the same for the length of a transaction.
WAITS = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"


@pytest.mark.django_db
def test_target_of_a_closed_month_stays_after_its_grid_went_to_another_branch():
    grid = ready_grid()
    closed(grid)
    grid.branch = BranchFactory()
    grid.save()

    with pytest.raises(IntegrityError, match="kpi_month_closed"), transaction.atomic():
        Target.objects.filter(grid=grid).update(value=1, change_reason="更正")
    assert {target.value for target in Target.objects.filter(grid=grid)} == {10}


def somebody_waits() -> bool:
    """Whether anybody is held up by what this connection hasn't committed yet."""
    with connection.cursor() as cursor:
        cursor.execute(WAITS)
        return bool(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize(("model", "change"), [(Target, {"value": 99}), (Rating, {"score": 1})])
def test_closing_waits_for_who_writes_an_input_and_then_sees_it(model, change):
    grid = ready_grid()
    published(grid)
    written, ended = Event(), Event()

    def write() -> None:
        try:
            with transaction.atomic():
                model.objects.update(**change)  # as a file does: by its guards alone
                written.set()
                while not ended.wait(0.02) and not somebody_waits():
                    pass
        finally:
            connection.close()

    def close() -> str:
        try:
            assert written.wait(60)
            months.close(branch=grid.branch, month=OCTOBER, by=None, now=NOW, today=TODAY)
            return "closed"
        except months.MonthRefused as refusal:
            return ",".join(one.kind for one in refusal.obstacles)
        finally:
            ended.set()
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(write), pool.submit(close)]
        said = [job.result(timeout=120) for job in jobs]

    assert said[1] == "stale"
    assert BranchMonth.objects.get().state == "published"
