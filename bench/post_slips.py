"""Slips through the whole stack (gunicorn as in production, HTTP, session, CSRF) against inserts by the bare driver.

Both loads run in processes of their own, take turns, and the medians of their turns are compared: the ratio counts,
the rates are this machine's. What was written is deleted again.
GM_DATA_DIR=… .venv/bin/python -m bench.post_slips [slips a turn] [turns]
"""

from __future__ import annotations

import os
import secrets
import statistics
import sys
import uuid
from concurrent.futures import Executor, ProcessPoolExecutor
from itertools import cycle, islice
from multiprocessing import get_context
from typing import Any

import django

from bench import slip_load
from bench.served import ROOT, served
from bench.slip_load import Load, Seat
from gridmarketing import embedded

CONNECTIONS, CLIENTS, EACH_TURN, TURNS = 16, 60, 1600, 7
HOMES = 120  # of each client: in no home do slips heap up as they never would at the doors
RATIO_GOAL, P95_GOAL = 0.35, 300


def main(each: int = EACH_TURN, turns: int = TURNS) -> dict[str, float]:
    """Print and return slips a second (`stack`, `inserts`, `statement`), `ratio` = stack ÷ inserts, and `p95` in ms."""
    embedded.ensure()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridmarketing.settings")
    os.environ["SECRET_KEY"] = secrets.token_urlsafe(48)  # both here and in the server: the sessions are signed with it
    django.setup()
    sent: list[str] = []
    last = _last_number()
    try:
        with served(GM_ENV="production") as port, ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:
            return _told(_measure(each, turns, port, apart, sent), turns, each)
    finally:
        _clean(sent, last)


def _measure(each: int, turns: int, port: int, apart: Executor, sent: list[str]) -> dict[str, list[Load]]:
    from core import sql  # noqa: PLC0415

    place, seats = _place(), _seats()
    inserts = (ROOT / "bench" / "insert_slip.sql").read_text()
    submit = sql.statement("acceptance/submit_slip")
    sides: dict[str, tuple[Any, ...]] = {
        "stack": (slip_load.over_http, port, [seat for seat, _bare in seats[:CONNECTIONS]]),
        "inserts": (slip_load.by_driver, place, inserts, [bare for _seat, bare in seats[:CONNECTIONS]]),
        "statement": (slip_load.by_driver, place, submit, [bare for _seat, bare in seats[:CONNECTIONS]]),
        "crowd": (slip_load.over_http, port, [seat for seat, _bare in seats]),
    }
    found: dict[str, list[Load]] = {name: [] for name in sides}
    for turn in range(turns + 1):
        for name, (run, *given) in sides.items():
            keys = [[str(uuid.uuid4()) for _ in range(each // len(given[-1]) + 1)] for _seat in given[-1]]
            sent.extend(key for part in keys for key in part)
            load = apart.submit(run, *given, keys).result()
            if turn:  # the first turn fills caches and connections
                found[name].append(load)
    return found


def _told(found: dict[str, list[Load]], turns: int, each: int) -> dict[str, float]:
    rates = {name: statistics.median(load.rate for load in loads) for name, loads in found.items()}
    best = {name: max(load.rate for load in loads) for name, loads in found.items()}
    ends = [statistics.quantiles(load.taken, n=20)[-1] for load in found["crowd"]]
    told = rates | {"ratio": rates["stack"] / rates["inserts"], "p95": statistics.median(ends)}
    print(f"post slips: {turns} turns of {each}; medians, in brackets the best turn")
    for name, words in {
        "stack": f"whole stack, {CONNECTIONS} clients",
        "inserts": f"bare inserts, {CONNECTIONS} connections",
        "statement": "the whole submit's statement, bare",
        "crowd": f"whole stack, {CLIENTS} clients",
    }.items():
        print(f"  {words:<36} {rates[name]:>6,.0f}/s  ({best[name]:,.0f})")
    in_best = best["stack"] / best["inserts"]
    print(f"  whole stack ÷ bare inserts           {told['ratio']:.2f}  ({in_best:.2f})  goal ≥ {RATIO_GOAL}")
    print(f"  whole stack ÷ bare statement         {rates['stack'] / rates['statement']:.2f}")
    print(f"  p95 of {CLIENTS} clients, ms                {told['p95']:.0f}  ({min(ends):.0f})  goal ≤ {P95_GOAL}")
    return told


def _seats() -> list[tuple[Seat, Seat]]:
    """For each client a field manager's session and households of their grid; the same as the driver needs it."""
    # The models can be imported only now that Django is set up.
    from accounts.models import User  # noqa: PLC0415
    from customers.models import Household  # noqa: PLC0415
    from grids.models import GridCommunity  # noqa: PLC0415
    from managers.models import Posting  # noqa: PLC0415

    today = _now()["day"]
    users = {user.staff_code: user for user in User.objects.filter(role="account_manager", is_active=True)}
    postings = Posting.objects.active_on(today).filter(manager__staff_no__in=users).select_related("manager", "grid")
    seats = []
    for place, posting in enumerate(islice(cycle(postings[:CLIENTS]), CLIENTS)):
        held = GridCommunity.objects.active_on(today).filter(grid=posting.grid_id).values("community")
        homes = Household.objects.filter(community__in=held).order_by("pk")[place * HOMES : (place + 1) * HOMES]
        seats.append(_seat(users[posting.manager.staff_no], posting, list(homes)))
    return seats


def _seat(user: Any, posting: Any, homes: list[Any]) -> tuple[Seat, Seat]:
    from django.test import Client  # noqa: PLC0415

    client, token = Client(), secrets.token_hex(16)
    client.force_login(user)
    words = {
        "products": ["FTTH"],
        "contact_name": "Bench",
        "contact_phone": "13900000000",
        "source": "home",
        "acknowledged": True,
    }
    session = next(iter(client.cookies.values())).value
    seat = Seat(
        f"sessionid={session}; csrftoken={token}",
        token,
        words | {"has_consent": True},
        [{"household_code": home.code} for home in homes],
    )
    rest = {
        "typed_address": "",
        "campaign_code": "",
        "notes": "",
        "content_hash": secrets.token_hex(32),
        "queued": False,
    }
    ids = {
        "user": user.pk,
        "staff_no": user.staff_code,
        "manager": posting.manager_id,
        "grid": posting.grid_id,
        "hall": posting.grid.hall_id,
        "branch": posting.grid.branch_id,
    }
    places = [{"household_code": home.code, "household": home.pk} for home in homes]
    return seat, Seat("", "", words | rest | ids | _now(), places)


def _now() -> dict[str, Any]:
    from django.utils import timezone  # noqa: PLC0415

    from acceptance.domain.contents import number_prefix  # noqa: PLC0415
    from core.periods import local_day  # noqa: PLC0415

    now = timezone.now()
    return {"now": now, "similar_since": now, "day": local_day(now), "number_prefix": number_prefix(local_day(now))}


def _place() -> dict[str, Any]:
    from django.conf import settings  # noqa: PLC0415

    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    return {theirs: settings.DATABASES["default"][ours] for theirs, ours in names.items()}


def _last_number() -> int:
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value FROM acceptance_slip_no")
        return int(cursor.fetchone()[0])


def _clean(sent: list[str], last: int) -> None:
    """Slips are never deleted; those of a bench are. Their numbers are given back: 99,999 serve for a day."""
    import pgtrigger  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    from acceptance.models import Slip  # noqa: PLC0415

    with pgtrigger.ignore("acceptance.Slip:never_deleted", "acceptance.SlipEvent:append_only"):
        Slip.objects.filter(client_uuid__in=sent).delete()
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval('acceptance_slip_no', %s)", [last])


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
