"""One late acceptance: its SQL, and how long until the league shows it. Imported once Django is set up."""

import datetime as dt
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from acceptance.domain.acceptances import SCORE_TASK
from acceptance.models import Acceptance
from accounts.models import User
from bench.recompute_steps import chosen_month, recompute
from core import jobs
from core.periods import Month
from kpi.domain import late_records

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = 30
TRIES = 5
WAIT_SECONDS = 120  # a worker on a busy machine takes its time to start


def measure(month_text: str | None) -> dict[str, float]:
    """Medians: `sql` in milliseconds, `league` in seconds. Leaves the acceptances as they were."""
    month = chosen_month(month_text)
    recompute(month)
    rows = list(
        Acceptance.objects.filter(accepted_on__gte=month.first, accepted_on__lt=month.next_first, cancelled_on=None)
        .exclude(grid=None)
        .order_by("pk")[: SAMPLES * 300 : 300]
    )
    late_records.rescore(now=timezone.now())
    try:
        taken = [_sql_of(row, month) for row in rows]
        return {"sql": statistics.median(taken[2:]), "league": _until_shown(rows[:TRIES])}
    finally:
        Acceptance.objects.filter(pk__in=[row.pk for row in rows]).update(cancelled_on=None)
        late_records.rescore(now=timezone.now())


def _cancelled(row: Acceptance, day: dt.date | None) -> None:
    Acceptance.objects.filter(pk=row.pk).update(cancelled_on=day)


def _sql_of(row: Acceptance, month: Month) -> float:
    """Milliseconds in statements while one changed acceptance is scored again."""
    spent = 0.0

    def clocked(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal spent
        begun = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            spent += (time.perf_counter() - begun) * 1000

    _cancelled(row, row.accepted_on)
    with connection.execute_wrapper(clocked):
        done = late_records.rescore(now=timezone.now())
    assert done == 1, f"{done} grids were scored again"
    return spent


def _until_shown(rows: list[Acceptance]) -> float:
    """Seconds from the commit of a change to a league page that differs, with a real worker and broker."""
    command = [sys.executable, "-m", "celery", "-A", "gridmarketing", "worker", "-c", "1", "--loglevel", "ERROR"]
    worker = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    client = Client(HTTP_HOST="localhost")
    client.force_login(User.objects.filter(role="company", is_active=True)[:1].get())
    address = f"/kpi/?month={rows[0].accepted_on:%Y-%m}"
    try:
        taken = [_seconds(client, address, row) for row in rows]
    finally:
        worker.terminate()
        worker.wait()
    return statistics.median(taken[1:])  # the first waits for the worker to start


def _seconds(client: Client, address: str, row: Acceptance) -> float:
    before = client.get(address)["ETag"]
    with transaction.atomic():
        _cancelled(row, None)
        jobs.send_on_commit(SCORE_TASK)
    begun = time.perf_counter()
    while time.perf_counter() - begun < WAIT_SECONDS:
        if client.get(address, headers={"if-none-match": before}).status_code != 304:
            break
        time.sleep(0.02)
    return time.perf_counter() - begun
