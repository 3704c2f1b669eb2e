"""The league of the whole company through the test client: p50 and p95 cold, and when nothing has changed (304).

GM_DATA_DIR=… .venv/bin/python -m bench.league_page [2026-10] [rounds]
"""

from __future__ import annotations

import os
import statistics
import sys
from collections.abc import Callable
from time import perf_counter
from typing import Any

import django

from gridmarketing import embedded

ROUNDS = 40


def main(month: str | None = None, rounds: int = ROUNDS) -> dict[str, float]:
    """Print and return milliseconds: `cold_p50`, `cold_p95`, `same_p50`, `same_p95`."""
    embedded.ensure()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridmarketing.settings")
    django.setup()
    return _measure(month, rounds)


def _measure(month: str | None, rounds: int) -> dict[str, float]:
    # The models can be imported only now that Django is set up.
    from django.test import Client  # noqa: PLC0415

    from accounts.models import User  # noqa: PLC0415

    client = Client(HTTP_HOST="localhost")
    client.force_login(User.objects.filter(role="company", is_active=True)[:1].get())
    address = f"/kpi/?month={month}" if month else "/kpi/"
    page = client.get(address)  # compiles templates and counts households once
    rows = page.content.count(b'<th scope="row">')
    assert page.status_code == 200 and rows, "no league to measure: recompute a month first"

    def cold() -> Any:
        return client.get(address)

    def same() -> Any:
        return client.get(address, headers={"if-none-match": page["ETag"]})

    assert same().status_code == 304
    found = {f"cold_{name}": value for name, value in quantiles(cold, rounds).items()}
    found |= {f"same_{name}": value for name, value in quantiles(same, rounds).items()}
    print(f"league page: {rows} rows, {len(page.content):,} bytes, {rounds} rounds")
    print(f"  cold           p50 {found['cold_p50']:.1f} ms  p95 {found['cold_p95']:.1f} ms")
    print(f"  nothing new    p50 {found['same_p50']:.1f} ms  p95 {found['same_p95']:.1f} ms")
    return found


def quantiles(work: Callable[[], object], rounds: int) -> dict[str, float]:
    taken = []
    for _round in range(rounds):
        begun = perf_counter()
        work()
        taken.append((perf_counter() - begun) * 1000)
    return {"p50": statistics.median(taken), "p95": statistics.quantiles(taken, n=20)[-1]}


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None, int(sys.argv[2]) if len(sys.argv) > 2 else ROUNDS)
