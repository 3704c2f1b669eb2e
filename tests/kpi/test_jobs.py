"""A recompute survives the death of its worker, two at once, and a lost message."""

import datetime as dt
import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from threading import Thread

import pytest
from django.db import connection, transaction

from acceptance.models import Acceptance
from core import sql
from core.periods import Month
from grids.models import Grid
from kpi.choices import MonthState, RunCause, RunStatus
from kpi.domain import job_rows, late_records, recompute, scoring
from kpi.models import BranchMonth, ItemScore, Run, Score, Target
from tests.factories.acceptance import AcceptanceFactory
from tests.factories.customers import HouseholdFactory, SubscriptionFactory
from tests.factories.grids import GridCommunityFactory, GridFactory
from tests.factories.kpi import NOW, OCTOBER, RatingFactory, RunFactory, TargetFactory, recomputed
from tests.factories.managers import PostingFactory
from tests.factories.months import closed, ready_grid
from tests.waiting import KILLABLE, until, until_the_killed_has_gone

SECOND = dt.timedelta(seconds=1)
LATER = NOW + 61 * SECOND
committed = pytest.mark.django_db(transaction=True, serialized_rollback=True)

WORKER = """
import datetime, sys, django
django.setup()
from django.db import connection
from kpi.domain import recompute
connection.ensure_connection()
print("ready", flush=True)
sys.stdin.readline()
recompute.run(int(sys.argv[1]), now=datetime.datetime.fromisoformat(sys.argv[2]))
"""


def request(branch=None) -> Run:
    return recompute.request(month=OCTOBER, branch=branch, cause=RunCause.MANUAL, now=NOW)


def company() -> None:
    for _ in range(3):
        grid = GridFactory()
        for code in "ABC":
            TargetFactory(grid=grid, code=code, value=7)
        RatingFactory(manager=PostingFactory(grid=grid).manager)
        home = HouseholdFactory(community=GridCommunityFactory(grid=grid).community)
        AcceptanceFactory.create_batch(5, grid=grid, household=home)
        SubscriptionFactory.create_batch(3, household=home)
        SubscriptionFactory(household=home, closed_on=dt.date(2026, 10, 9))


def checksum() -> str:
    """Of all that readers are shown; which run wrote it doesn't matter."""
    items = ItemScore.objects.current().order_by("branch", "grid", "manager", "code")
    rows = [*items.values_list("grid", "manager", "code", "status", "score", "weight", "weighted")]
    scores = Score.objects.current().order_by("branch", "grid", "manager")
    rows += scores.values_list("grid", "manager", "days", "total", "rank_in_branch")
    return hashlib.sha256(repr(rows).encode()).hexdigest()


@pytest.mark.django_db
def test_run_writes_what_it_did():
    company()
    run = recomputed()

    assert (run.status, run.grid_count, run.person_count, run.watermark_at) == (RunStatus.DONE, 3, 3, NOW)
    assert (str(run.scheme), run.attempts, run.started_at) == ("2026Q4 v1", 1, NOW)


@pytest.mark.django_db
def test_recomputing_changes_nothing_and_old_generations_go():
    company()
    first = recomputed()
    before = checksum()
    for _ in range(6):
        recomputed()
    recompute.prune()

    assert checksum() == before
    assert not ItemScore.objects.filter(run=first).exists()
    assert ItemScore.objects.values("run").distinct().count() == 5


@pytest.mark.django_db
def test_pruning_passes_by_a_branch_that_has_closed_the_month():
    kept, going = ready_grid(), GridFactory()
    first = recomputed()
    closed(kept)
    for _ in range(recompute.GENERATIONS_KEPT + 1):
        recomputed()
    recompute.prune()

    assert [*Score.objects.filter(run=first, manager=None).values_list("grid", flat=True)] == [kept.pk]
    assert Score.objects.current().filter(grid=going).exists()


@pytest.mark.django_db
def test_request_of_what_already_waits_is_that_one():
    branch = GridFactory().branch
    assert request() == request()
    assert request(branch) == request(branch)
    assert Run.objects.count() == 2


@pytest.mark.django_db
def test_run_is_claimed_once():
    run = request()
    assert recompute.run(run.pk, now=NOW)
    assert not recompute.run(run.pk, now=NOW)


@pytest.mark.django_db
def test_failure_is_written_to_the_row_and_the_old_scores_stay():
    company()
    recomputed()
    before = checksum()
    Target.objects.update(value="0.01")
    Acceptance.objects.update(accepted_on=dt.date(2026, 10, 2))
    scheme = Run.objects.get().scheme
    scheme.indicators.filter(code="D").update(cap=99999, points_per_unit=99, products=["FTTH"])
    household, grid = HouseholdFactory(), Grid.objects.first()
    AcceptanceFactory.create_batch(1100, grid=grid, household=household)
    run = request()
    recompute.run(run.pk, now=NOW)
    run.refresh_from_db()

    assert run.status == RunStatus.FAILED
    assert "overflow" in run.error
    assert NOW <= run.finished_at == run.heartbeat_at < NOW + 60 * SECOND
    assert run.steps_total == scoring.STEPS
    assert checksum() == before


@pytest.mark.django_db
def test_sweeper_sends_lost_and_abandoned_runs_again():
    lost = RunFactory(requested_at=NOW)
    fresh = RunFactory(month=Month(2026, 9).first, requested_at=NOW + 50 * SECOND)
    dead = RunFactory(status=RunStatus.RUNNING, heartbeat_at=NOW, attempts=1)
    alive = RunFactory(status=RunStatus.RUNNING, heartbeat_at=NOW + 50 * SECOND, attempts=1)
    done = RunFactory(status=RunStatus.DONE)

    assert recompute.sweep(now=LATER) == [lost.pk, dead.pk]
    assert {fresh.pk, alive.pk, done.pk}.isdisjoint(recompute.sweep(now=LATER))


@pytest.mark.django_db
def test_sweeper_gives_up_a_run_that_keeps_dying():
    run = RunFactory(status=RunStatus.RUNNING, heartbeat_at=NOW, attempts=job_rows.MAX_ATTEMPTS)

    assert recompute.sweep(now=LATER) == []
    run.refresh_from_db()
    assert (run.status, run.error) == (RunStatus.FAILED, "中断多次，已放弃；请重新发起。")


@pytest.mark.django_db
def test_nightly_asks_for_the_months_that_still_move():
    branch = GridFactory().branch
    today = dt.date(2026, 11, 2)
    asked = recompute.request_nightly(today=today, now=NOW)
    assert [run.month for run in asked] == [dt.date(2026, 11, 1), dt.date(2026, 10, 1)]
    for run in asked:
        recompute.run(run.pk, now=NOW)
    BranchMonth.objects.filter(branch=branch, month=OCTOBER.first).update(state=MonthState.PUBLISHED)

    assert [run.month for run in recompute.request_nightly(today=today, now=NOW)] == [dt.date(2026, 11, 1)]


@committed
def test_two_runs_at_once_give_one_result():
    company()
    recomputed()
    before = checksum()
    first, second = request(), request(BranchMonth.objects.order_by("pk").first().branch)

    def work(run: Run) -> None:
        try:
            recompute.run(run.pk, now=NOW)
        finally:
            connection.close()

    workers = [Thread(target=work, args=[run]) for run in (first, second, first)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert list(Run.objects.order_by("pk").values_list("status", "error")) == [(RunStatus.DONE, "")] * 3
    assert checksum() == before
    # ranks and totals are there once
    assert Score.objects.current().count() == 6


def _until_somebody_waits_for_the_turn() -> None:
    def somebody_waits() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 'kpi_turn'::regclass AND NOT granted)")
            return bool(cursor.fetchone()[0])

    until(somebody_waits)


@committed
@pytest.mark.parametrize("kind", ["recompute", "late"])
def test_who_waits_for_the_turn_sees_what_came_meanwhile(kind: str):
    company()
    recomputed()
    grid, home = Grid.objects.first(), HouseholdFactory()
    before = ItemScore.objects.current().get(grid=grid, code="A").gained
    AcceptanceFactory(grid=grid, household=home)
    run = request()

    def work() -> None:
        try:
            recompute.run(run.pk, now=NOW) if kind == "recompute" else late_records.rescore(now=NOW)
        finally:
            connection.close()

    worker = Thread(target=work)
    with transaction.atomic():
        sql.run("kpi/take_turn")
        worker.start()
        _until_somebody_waits_for_the_turn()
        AcceptanceFactory(grid=grid, household=home)
    worker.join()

    assert ItemScore.objects.current().get(grid=grid, code="A").gained == before + 2


@committed
def test_readers_see_the_old_scores_or_the_new_ones():
    company()
    recomputed()
    old = checksum()
    AcceptanceFactory.create_batch(3, grid=Grid.objects.first(), household=HouseholdFactory())
    run = request()

    def work() -> None:
        try:
            recompute.run(run.pk, now=NOW)
        finally:
            connection.close()

    worker = Thread(target=work)
    seen = [_at_once()]  # a quick worker may have ended before the second look
    worker.start()
    while worker.is_alive():
        seen.append(_at_once())
    worker.join()
    new = _at_once()

    assert checksum() != old
    assert set(seen) <= {seen[0], new}


def _at_once() -> str:
    """What one statement of a reader sees."""
    rows = ItemScore.objects.current().order_by("grid", "manager", "code").values_list("grid", "code", "score", "run")
    return repr(list(rows))


@committed
def test_killed_worker_leaves_the_old_scores_and_the_next_one_finishes():
    company()
    recomputed()
    before = checksum()
    AcceptanceFactory(grid=Grid.objects.first(), household=HouseholdFactory())
    after, run = _after(), request()
    with transaction.atomic():
        sql.run("kpi/take_turn")
        _kill_while_working(run, _until_somebody_waits_for_the_turn)
    until_the_killed_has_gone()
    run.refresh_from_db()
    assert (run.status, checksum()) == (RunStatus.RUNNING, before)
    assert recompute.sweep(now=LATER) == [run.pk]
    assert recompute.run(run.pk, now=LATER)
    assert checksum() == after


@committed
def test_worker_killed_at_any_moment_leaves_the_old_scores_or_the_new_ones():
    company()
    recomputed()
    before = checksum()
    AcceptanceFactory(grid=Grid.objects.first(), household=HouseholdFactory())
    after, chance = _after(), random.Random(7)
    for _ in range(5):
        run = request()
        _kill_while_working(run, lambda: time.sleep(chance.uniform(0, 0.25)))
        until_the_killed_has_gone()
        run.refresh_from_db()
        assert checksum() in (before, after)
        if run.status == RunStatus.RUNNING:
            assert recompute.sweep(now=LATER) == [run.pk]
        if run.status != RunStatus.DONE:
            assert recompute.run(run.pk, now=LATER)
        assert checksum() == after


def _after() -> str:
    """What the scores will be: worked out for real in a transaction that is then undone."""
    with transaction.atomic():
        recomputed()
        found = checksum()
        transaction.set_rollback(True)
    return found


def _kill_while_working(run: Run, pause: Callable[[], object]) -> None:
    settings = connection.settings_dict
    place = f"{settings['HOST']}:{settings['PORT']}/{settings['NAME']}"
    environment = (
        os.environ
        | KILLABLE
        | {
            "DATABASE_URL": f"postgresql://{settings['USER']}:{settings['PASSWORD']}@{place}",
            "DJANGO_SETTINGS_MODULE": "gridmarketing.settings",
        }
    )
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(run.pk), NOW.isoformat()],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert worker.stdin and worker.stdout
    assert worker.stdout.readline() == b"ready\n"
    worker.stdin.write(b"\n")
    worker.stdin.flush()
    pause()
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    worker.stdin.close()
    worker.stdout.close()
