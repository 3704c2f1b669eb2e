"""A program that forks a worker for each job, so that one can be killed every few milliseconds.

Reads jobs as lines of JSON and answers each with how its worker ended. Where a job says so, the worker is ended by
SIGKILL before a certain statement or after a certain time, or kills the whole database server there instead.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402  (the models need a configured Django)

from acceptance.models import Acceptance  # noqa: E402
from customers.models import Subscription  # noqa: E402
from gridmarketing import processes  # noqa: E402
from grids.models import Branch  # noqa: E402
from kpi.choices import RunCause  # noqa: E402
from kpi.domain import late_records, recompute  # noqa: E402
from kpi.models import Run  # noqa: E402
from tests.factories.acceptance import AcceptanceFactory  # noqa: E402
from tests.factories.customers import HouseholdFactory, SubscriptionFactory  # noqa: E402
from tests.factories.grids import BranchFactory, GridCommunityFactory, GridFactory  # noqa: E402
from tests.factories.kpi import NOW, OCTOBER, RatingFactory, TargetFactory  # noqa: E402
from tests.factories.managers import PostingFactory  # noqa: E402

LATE_ORDER, LATE_LINE = "LATE", "LATE"
SOLD = AcceptanceFactory.accepted_on


def company(branches: int, grids: int) -> int:
    """A few branches with everything a score needs; returns how many grids and people are scored."""
    for _ in range(branches):
        branch = BranchFactory()
        for _ in range(grids):
            _grid(branch)
        AcceptanceFactory(
            order_no=f"{LATE_ORDER}{branch.pk}",
            grid=branch.grids.first(),
            household=HouseholdFactory(),
            cancelled_on=SOLD,
        )
    return 2 * branches * grids


def _grid(branch: Branch) -> None:
    grid = GridFactory(branch=branch)
    for code in "ABC":
        TargetFactory(grid=grid, code=code, value=7)
    RatingFactory(manager=PostingFactory(grid=grid).manager)
    home = HouseholdFactory(community=GridCommunityFactory(grid=grid).community)
    AcceptanceFactory.create_batch(3, grid=grid, household=home)
    SubscriptionFactory.create_batch(3, household=home)
    SubscriptionFactory(household=home, code=f"{LATE_LINE}{grid.pk}")


def late_orders(late: bool) -> None:
    """An order of every branch stands after all, or is taken back again."""
    cancelled = None if late else SOLD
    Acceptance.objects.filter(order_no__startswith=LATE_ORDER).update(cancelled_on=cancelled)


def news(late: bool) -> int:
    """Orders as above, and lines that ended, become known late or are taken back; returns the run that is asked for."""
    late_orders(late)
    ended = OCTOBER.first + dt.timedelta(days=8) if late else None
    Subscription.objects.filter(code__startswith=LATE_LINE).update(closed_on=ended)
    return recompute.request(month=OCTOBER, cause=RunCause.MANUAL, now=NOW).pk


def compute(run: int, later: int = 0) -> int:
    """Do a run; returns the number of statements it took."""
    with Steps() as steps:
        recompute.run(run, now=NOW + dt.timedelta(seconds=later))
    return steps.count


def rescore() -> int:
    """Score late orders inside the generation that is shown; returns the number of statements it took."""
    with Steps() as steps:
        late_records.rescore(now=NOW)
    return steps.count


def finish(run: int, later: int) -> list[Any]:
    """What the sweeper and the next worker do about a run; returns its status, error and sheets."""
    now = NOW + dt.timedelta(seconds=later)
    for swept in recompute.sweep(now=now):
        recompute.run(swept, now=now)
    return state(run)


def sweep(later: int) -> list[int]:
    return recompute.sweep(now=NOW + dt.timedelta(seconds=later))


def state(run: int) -> list[Any]:
    found = Run.objects.get(pk=run)
    return [found.status, found.error, found.grid_count + found.person_count]


class Steps:
    """Counts the statements of a job, commits included, and kills before the one it is told."""

    def __init__(self) -> None:
        self.count = 0
        self.kill: Callable[[], None] = lambda: None
        self.at = 0

    def __enter__(self) -> Steps:
        self.at, self.kill = PLAN.get("at", 0), KILLS[PLAN.get("kill", "worker")]
        self._wrapped = connection.execute_wrapper(self._statement)
        self._wrapped.__enter__()
        self._commit = connection._commit
        connection._commit = self._committed
        if "after" in PLAN:
            threading.Thread(target=self._wait, args=[PLAN["after"]], daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        connection._commit = self._commit
        self._wrapped.__exit__(None, None, None)

    def _statement(self, execute: Callable[..., Any], *rest: Any) -> Any:
        self._step()
        return execute(*rest)

    def _committed(self) -> None:
        self._step()
        self._commit()

    def _step(self) -> None:
        self.count += 1
        if self.count == self.at:
            self.kill()

    def _wait(self, seconds: float) -> None:
        time.sleep(seconds)
        self.kill()


def kill_worker() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def kill_database() -> None:
    """The postmaster and all its children at once, as when the machine's memory runs out."""
    for pid in processes.all_in(Path(os.environ["KILLED_CLUSTER"])):
        _kill(pid)


def kill_backend() -> None:
    """The process of this very connection; the server then restarts all the others by itself."""
    if connection.connection is not None:
        _kill(connection.connection.info.backend_pid)


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


JOBS: dict[str, Callable[..., Any]] = {
    "company": company,
    "news": news,
    "late_orders": late_orders,
    "compute": compute,
    "rescore": rescore,
    "finish": finish,
    "sweep": sweep,
    "state": state,
}
KILLS = {"worker": kill_worker, "database": kill_database, "backend": kill_backend}
PLAN: dict[str, Any] = {}


def work(job: str, plan: dict[str, Any], words: dict[str, Any], answer: int) -> None:
    PLAN.update(plan)
    try:
        found = {"answer": JOBS[job](**words)}
    except Exception as error:  # as in a real worker, a job's error is written down and the next one comes
        found = {"error": f"{type(error).__name__}: {error}"}
    os.write(answer, json.dumps(found).encode())


def main() -> None:
    print("ready", flush=True)
    for line in sys.stdin:
        job = json.loads(line)
        reading, writing = os.pipe()
        worker = os.fork()
        if worker == 0:
            os.close(reading)
            work(job["job"], job["plan"], job["words"], writing)
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            told = pipe.read()
        _pid, status = os.waitpid(worker, 0)
        print(json.dumps(json.loads(told or "{}") | {"signal": os.WTERMSIG(status)}), flush=True)


if __name__ == "__main__":
    main()
