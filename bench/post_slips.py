"""Slips through the whole WSGI stack by 16 threads, against the same statement by the bare driver on 16 connections.

Both take turns and their medians are compared: the ratio counts, the rates are this machine's. What was written is
deleted again. GM_DATA_DIR=… .venv/bin/python -m bench.post_slips [slips a turn] [turns]
"""

from __future__ import annotations

import os
import statistics
import sys
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from typing import Any

import django
import psycopg2

from gridmarketing import embedded

THREADS, EACH_TURN, TURNS = 16, 800, 5
Send = Callable[[str], None]


def main(each: int = EACH_TURN, turns: int = TURNS) -> dict[str, float]:
    """Print and return `stack` and `driver` in slips a second, and `ratio`: what share of the driver's rate remains."""
    embedded.ensure()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridmarketing.settings")
    django.setup()
    sent: list[str] = []
    try:
        return _measure(each, turns, sent)
    finally:
        _clean(sent)


def _measure(each: int, turns: int, sent: list[str]) -> dict[str, float]:
    # The models can be imported only now that Django is set up.
    from accounts.models import User  # noqa: PLC0415
    from customers.models import Household  # noqa: PLC0415
    from grids.models import GridCommunity  # noqa: PLC0415
    from managers.models import Posting  # noqa: PLC0415

    users = {user.staff_code: user for user in User.objects.filter(role="account_manager", is_active=True)}
    today = _today()
    posting = Posting.objects.active_on(today).filter(manager__staff_no__in=users)[:1].get()
    held = GridCommunity.objects.active_on(today).filter(grid=posting.grid_id)
    homes = Household.objects.filter(community__in=held.values("community"))
    body = {
        "products": ["FTTH"],
        "contact_name": "Bench",
        "contact_phone": "13900000000",
        "household_code": homes[:1].get().code,
        "has_consent": True,
        "acknowledged": True,
    }
    user = users[posting.manager.staff_no]
    sides = {"stack": _stack(user, body), "driver": _driver(user, body)}
    rates: dict[str, list[float]] = {name: [] for name in sides}
    for turn in range(turns + 1):
        for name, senders in sides.items():
            rate = _rate(senders, each, sent)
            if turn:  # the first turn opens connections and compiles
                rates[name].append(rate)
    found = {name: statistics.median(rates[name]) for name in sides}
    found["ratio"] = found["stack"] / found["driver"]
    print(f"post slips: {THREADS} connections, {turns} turns of {each}")
    print(f"  whole stack {found['stack']:,.0f}/s  bare driver {found['driver']:,.0f}/s  ratio {found['ratio']:.2f}")
    return found


def _rate(senders: list[Send], each: int, sent: list[str]) -> float:
    """Slips a second when every sender sends its part, all at once."""
    parts = [[str(uuid.uuid4()) for _slip in range(each // THREADS)] for _sender in senders]
    sent.extend(number for part in parts for number in part)
    begun = perf_counter()
    with ThreadPoolExecutor(THREADS) as pool:
        done = [pool.submit(_send_all, *pair) for pair in zip(senders, parts, strict=True)]
        for one in done:
            one.result()
    return sum(map(len, parts)) / (perf_counter() - begun)


def _send_all(send: Send, part: list[str]) -> None:
    from django.db import connection  # noqa: PLC0415

    try:
        for number in part:
            send(number)
    finally:
        connection.close()


def _stack(user: Any, body: dict[str, Any]) -> list[Send]:
    """One client a thread, through every middleware, with the session and the CSRF check of a browser."""
    from django.test import Client  # noqa: PLC0415

    def sender() -> Send:
        client = Client(HTTP_HOST="localhost", enforce_csrf_checks=True)
        client.force_login(user)
        client.get("/acceptance/slips/new/")
        token = client.cookies["csrftoken"].value

        def send(number: str) -> None:
            answer = client.post(
                "/api/v1/acceptance/slips/",
                body | {"client_uuid": number},
                content_type="application/json",
                headers={"x-csrftoken": token},
            )
            assert answer.status_code == 201, answer.content

        return send

    return [sender() for _thread in range(THREADS)]


def _driver(user: Any, body: dict[str, Any]) -> list[Send]:
    """One connection a thread, the same statement with the same words."""
    from django.conf import settings  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from acceptance.domain import contents  # noqa: PLC0415
    from acceptance.forms import content_of  # noqa: PLC0415
    from core import sql  # noqa: PLC0415

    statement, content, now = sql.statement("acceptance/submit_slip"), content_of(body), timezone.now()
    place = settings.DATABASES["default"]
    words = {name: getattr(content, name) for name in body if name in content.__slots__} | {
        "products": list(content.products),
        "typed_address": "",
        "source": content.source,
        "campaign_code": "",
        "notes": "",
        "staff_no": user.staff_code,
        "user": user.pk,
        "now": now,
        "day": _today(),
        "number_prefix": contents.number_prefix(_today()),
        "content_hash": content.fingerprint,
        "similar_since": now,
        "acknowledged": True,
    }

    def sender() -> Send:
        connection = psycopg2.connect(
            dbname=place["NAME"],
            user=place["USER"],
            password=place["PASSWORD"],
            host=place["HOST"],
            port=place["PORT"],
        )
        connection.autocommit = True
        cursor = connection.cursor()

        def send(number: str) -> None:
            cursor.execute(statement, words | {"client_uuid": number})
            assert cursor.fetchone()[0]

        return send

    return [sender() for _thread in range(THREADS)]


def _today() -> Any:
    from django.utils import timezone  # noqa: PLC0415

    from core.periods import local_day  # noqa: PLC0415

    return local_day(timezone.now())


def _clean(sent: list[str]) -> None:
    """Slips are never deleted; those of a bench are."""
    import pgtrigger  # noqa: PLC0415

    from acceptance.models import Slip  # noqa: PLC0415

    with pgtrigger.ignore("acceptance.Slip:never_deleted", "acceptance.SlipEvent:append_only"):
        Slip.objects.filter(client_uuid__in=sent).delete()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
