"""What bench.pages_full asks for; imported once Django is set up."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any

from django.db import connection
from django.test import Client
from django.utils import timezone

from acceptance.models import Acceptance
from accounts.models import User
from core.periods import Month, local_day
from grids.models import Grid
from kpi import pack_files
from kpi.domain import company_packs, replay_jobs
from kpi.models import Scheme
from kpi.queries.company_packs import mark_of
from kpi.queries.generations import generation
from kpi.queries.replays import replay_months
from managers.models import Manager

Statement = tuple[float, str, Any]


def clients(logins: set[str]) -> dict[str, Client]:
    """A logged-in browser for each."""
    found = {}
    for login in logins:
        found[login] = Client(HTTP_HOST="localhost")
        found[login].force_login(User.objects.get(username=login))
    return found


def words() -> dict[str, Any]:
    """What the addresses need: months, and things of the grid that the demo's people work in."""
    seller = Manager.objects.get(staff_no=User.objects.get(username="field").staff_code)
    grid = Grid.objects.filter(postings__manager=seller).select_related("hall", "branch")[:1].get()
    month = Month.of(local_day(timezone.now()))
    order = (
        Acceptance.objects.filter(grid=grid, slip__isnull=False, accepted_on__lt=month.first)
        .select_related("household", "slip", "operator")
        .latest("accepted_on", "pk")
    )
    return {
        "month": month,
        "last": month.shift(-1),
        "end": month.first - dt.timedelta(days=1),
        "first": month.shift(-10).first - dt.timedelta(days=1),
        "grid": grid.code,
        "branch": grid.branch.code,
        "hall": grid.hall.code,
        "person": seller.staff_no,
        "household": order.household.code,
        "address": order.household.address.split()[0],
        "slip": order.slip.number,
        "operator": order.operator.operator_no,
    }


def ask(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 200, f"{address}: {answer.status_code}"
    b"".join(answer) if answer.streaming else answer.content


def jobs(given: dict[str, Any]) -> dict[str, Callable[[], object]]:
    """Name → work that a worker does, or a button: each leaves what a person's press would leave."""
    month, now = given["last"], timezone.now()
    by = User.objects.get(username="company")
    department = clients({"branch"})["branch"]

    def replay() -> None:
        draft = Scheme.objects.filter(issued_at=None)[:1].get()
        months = replay_months(None, local_day(now))
        asked = replay_jobs.request(scheme=draft, branch=None, months=months, again=True, by=by, now=now)
        assert replay_jobs.run(asked.pk, now=now)

    def workbook() -> None:
        shown = generation(month)
        asked = company_packs.request(month=month, mark=mark_of(shown), language="zh-hans", by=by, now=now)
        asked.delete()  # another round writes it anew
        asked = company_packs.request(month=month, mark=mark_of(shown), language="zh-hans", by=by, now=now)
        assert company_packs.run(asked.pk, make=pack_files.make, now=now)

    def snapshot() -> None:
        answer = department.post(f"/kpi/{month}/{given['branch']}/pack/take/")
        assert answer.status_code == 302

    return {
        "meeting snapshot (press)": snapshot,
        "replay of a draft over three months (job)": replay,
        "company workbook (job)": workbook,
    }


def postmaster() -> int:
    """The process whose children are all that the database does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT split_part(pg_read_file('postmaster.pid'), chr(10), 1)::int")
        return int(cursor.fetchone()[0])


@contextmanager
def listening() -> Iterator[list[Statement]]:
    """The statements of the block: milliseconds, text, values."""
    heard: list[Statement] = []

    def hear(execute: Any, text: str, values: Any, many: bool, context: Any) -> Any:
        begun = perf_counter()
        try:
            return execute(text, values, many, context)
        finally:
            heard.append(((perf_counter() - begun) * 1000, str(text), values))

    with connection.execute_wrapper(hear):
        yield heard


def plan(text: str, values: Any) -> str:
    """How the server goes about a statement that only reads."""
    first = next(line for line in text.splitlines() if line.strip() and not line.startswith("--"))
    if not first.lstrip(" (").upper().startswith(("SELECT", "WITH")):
        return text[:2000]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {text}", values)
        return "\n".join([text[:3000], *(line for (line,) in cursor.fetchall())])
