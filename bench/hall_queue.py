"""The queue of the busiest hall through the test client: p50 and p95 of the page and of the list it refreshes.

GM_DATA_DIR=… .venv/bin/python -m bench.hall_queue [rounds]
"""

from __future__ import annotations

import os
import sys

import django

from bench.league_page import quantiles
from gridmarketing import embedded

ROUNDS = 100


def main(rounds: int = ROUNDS) -> dict[str, float]:
    """Print and return milliseconds: `page_p50`, `page_p95`, `list_p50`, `list_p95`."""
    embedded.ensure()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridmarketing.settings")
    django.setup()
    return _measure(rounds)


def _measure(rounds: int) -> dict[str, float]:
    # The models can be imported only now that Django is set up.
    from django.db.models import Count, Q  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    from acceptance.choices import HALL_STATES  # noqa: PLC0415
    from accounts.models import User  # noqa: PLC0415
    from grids.models import Hall  # noqa: PLC0415
    from managers.models import Operator  # noqa: PLC0415

    clerks = User.objects.filter(role="hall_clerk", is_active=True).values("staff_code")
    halls = Hall.objects.filter(operators__operator_no__in=clerks)
    waiting = Count("slips", filter=Q(slips__state__in=HALL_STATES), distinct=True)
    hall = halls.annotate(waiting=waiting).order_by("-waiting")[:1].get()
    staff = Operator.objects.filter(hall=hall).values("operator_no")
    client = Client(HTTP_HOST="localhost")
    client.force_login(User.objects.filter(staff_code__in=staff, role="hall_clerk", is_active=True)[:1].get())
    addresses = {"page": "/acceptance/queue/", "list": "/acceptance/queue/?part=list"}
    print(f"hall queue: {hall.waiting} slips wait, {rounds} rounds")
    found = {}
    for name, address in addresses.items():
        headers = {"hx-request": "true"} if name == "list" else {}
        first = client.get(address, headers=headers)
        assert first.status_code == 200 and b"data-slip=" in first.content, "no slip waits: build a company first"

        def ask(address: str = address, headers: dict[str, str] = headers) -> object:
            return client.get(address, headers=headers)

        taken = quantiles(ask, rounds)
        found |= {f"{name}_{key}": value for key, value in taken.items()}
        size = len(first.content)
        print(f"  {name}  p50 {taken['p50']:.1f} ms  p95 {taken['p95']:.1f} ms  {size:,} bytes")
    return found


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
