"""The queue of the busiest hall with 1,000,000 slips in the table, through the test client: the page, the list as an
open page asks for it when something happened, and the answer while nothing does.

The slips are copies of the company's own, made in a scratch database that is dropped at the end.

GM_DATA_DIR=… .venv/bin/python -m bench.hall_queue [rounds] [slips]
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import django
import psycopg2
from psycopg2 import sql

from bench.league_page import quantiles
from gridmarketing import embedded

ROUNDS, SLIPS, WAITING = 200, 1_000_000, 60
GOAL = 40.0  # ms, p95
SCRATCH = "bench_queue"
FILL = Path(__file__).with_name("fill_queue.sql")
OWN = {"id", "client_uuid", "number", "state_at", "submitted_at", "received_at", "accepted_at"}


def main(rounds: int = ROUNDS, slips: int = SLIPS) -> dict[str, float]:
    """Print and return milliseconds: `page_p50`, `page_p95`, `list_p50`, `list_p95`, `same_p50`, `same_p95`."""
    embedded.ensure()
    with _scratch(os.environ["DATABASE_URL"], slips) as url:
        os.environ["DATABASE_URL"] = url
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridmarketing.settings")
        django.setup()
        return _measure(rounds)


@contextmanager
def _scratch(url: str, slips: int) -> Iterator[str]:
    """A copy of the database with so many slips, dropped afterwards."""
    parts = urlsplit(url)
    copy, maintenance = (urlunsplit(parts._replace(path=f"/{name}")) for name in (SCRATCH, "postgres"))
    names = {"copy": sql.Identifier(SCRATCH), "company": sql.Identifier(parts.path.strip("/"))}
    drop = sql.SQL("DROP DATABASE IF EXISTS {copy} WITH (FORCE)").format(**names)
    _run(maintenance, drop, sql.SQL("CREATE DATABASE {copy} TEMPLATE {company}").format(**names))
    try:
        _fill(copy, slips)
        yield copy
    finally:
        _run(maintenance, drop)


def _run(url: str, *statements: sql.Composable) -> None:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    connection.close()


def _fill(url: str, slips: int) -> None:
    busiest = """
        SELECT hall.id FROM acceptance_slip slip JOIN grids_hall hall ON hall.id = slip.hall_id
        WHERE slip.state IN ('submitted', 'received', 'working') AND EXISTS (
            SELECT 1 FROM managers_operator operator JOIN accounts_user clerk ON clerk.staff_code = operator_no
            WHERE operator.hall_id = hall.id AND clerk.role = 'hall_clerk' AND clerk.is_active)
        GROUP BY hall.id ORDER BY count(*) DESC LIMIT 1"""
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT column_name FROM information_schema.columns WHERE table_name = 'acceptance_slip'")
        columns = sorted({name for (name,) in cursor} - OWN)
        cursor.execute(busiest)
        (hall,) = cursor.fetchone() or (None,)
        assert hall, "no slip waits: build a company first"
        fill = sql.SQL(FILL.read_text()).format(columns=sql.SQL(", ").join(map(sql.Identifier, columns)))
        cursor.execute(fill, {"rows": slips, "hall": hall, "waiting": WAITING})
    connection.close()
    _run(url, sql.SQL("VACUUM ANALYZE acceptance_slip"), sql.SQL("VACUUM ANALYZE acceptance_slipline"))


def _measure(rounds: int) -> dict[str, float]:
    # The models can be imported only now that Django is set up.
    from django.db.models import Count, Q  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    from acceptance.choices import HALL_STATES  # noqa: PLC0415
    from acceptance.models import Slip  # noqa: PLC0415
    from accounts.models import User  # noqa: PLC0415
    from grids.models import Hall  # noqa: PLC0415
    from managers.models import Operator  # noqa: PLC0415

    waiting = Count("slips", filter=Q(slips__state__in=HALL_STATES))
    hall = Hall.objects.annotate(waiting=waiting).order_by("-waiting")[:1].get()
    staff = Operator.objects.filter(hall=hall).values("operator_no")
    client = Client(HTTP_HOST="localhost")
    client.force_login(User.objects.filter(staff_code__in=staff, role="hall_clerk", is_active=True)[:1].get())
    news = "/acceptance/queue/news/"
    asked = {"page": ("/acceptance/queue/", {}), "list": (news, {})}
    asked["same"] = (news, {"if-none-match": client.get(news)["ETag"]})
    print(f"hall queue: {Slip.objects.count():,} slips, {hall.waiting} wait at the hall, {rounds} rounds")
    found = {}
    for name, (address, headers) in asked.items():
        first = client.get(address, headers=headers)
        assert first.status_code == 304 or b"data-slip=" in first.content

        def ask(address: str = address, headers: dict[str, str] = headers) -> object:
            return client.get(address, headers=headers)

        taken = quantiles(ask, rounds)
        found |= {f"{name}_{key}": value for key, value in taken.items()}
        told = f"{name}  p50 {taken['p50']:.1f} ms  p95 {taken['p95']:.1f} ms  goal {GOAL:.0f} ms"
        print(f"  {told} {'kept' if taken['p95'] <= GOAL else 'MISSED'}  {len(first.content):,} bytes")
    return found


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
