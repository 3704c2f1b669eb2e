"""The pages of the full company, each through the WSGI stack as the people who open it: p50 and p95 of 20 requests,
the processor time of one (Python and the database, its helpers too), the number of statements, the slowest of them.

GM_DATA_DIR=… .venv/bin/python -m bench.pages_full [part of a page's name] [--rounds 20] [--explain 100]

`--explain` shows the plan of each page's slowest statement that takes that many milliseconds.
"""

from __future__ import annotations

import argparse
import os
import statistics
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import django

from gridmarketing import embedded

ROUNDS, WARM_UP = 20, 2
TICKS = os.sysconf("SC_CLK_TCK")
GOAL = 300.0  # ms of processor time: above it a page is mended
# Name, login, address. Who sees everything pays most, so most are asked as the company.
PAGES = [
    ("channel conflicts", "company", "/acceptance/channel-conflicts/?month={last}"),
    ("channel conflicts of a branch", "branch", "/acceptance/channel-conflicts/?month={last}"),
    ("hall load", "company", "/acceptance/hall-load/?month={last}"),
    ("hall card", "company", "/acceptance/halls/{hall}/?month={last}"),
    ("channel mix", "company", "/acceptance/channel-mix/?month={last}"),
    ("channel mix by class", "company", "/acceptance/channel-mix/?month={last}&business=classes"),
    ("channel concentration", "company", "/acceptance/channel-concentration/?month={last}"),
    ("in transit", "company", "/acceptance/in-transit/"),
    ("in transit of a hall", "hallmanager", "/acceptance/in-transit/"),
    ("in transit, month end", "company", "/acceptance/in-transit/?day={end}"),
    ("in transit, month end of a hall", "hallmanager", "/acceptance/in-transit/?day={end}"),
    ("in transit, a year ago", "company", "/acceptance/in-transit/?day={first}"),
    ("reconciliation", "company", "/acceptance/reconciliation/"),
    ("reconciliation of a hall", "hallmanager", "/acceptance/reconciliation/"),
    ("clerk load", "hallmanager", "/acceptance/clerk-load/"),
    ("support volume", "company", "/acceptance/support-volume/?month={last}"),
    ("support volume, one clerk", "company", "/acceptance/support-volume/?month={last}&operator={operator}"),
    ("hall queue", "clerk", "/acceptance/queue/"),
    ("slip list of a person", "field", "/acceptance/slips/"),
    ("slip", "company", "/acceptance/slips/{slip}/"),
    ("household card", "company", "/acceptance/households/{household}/"),
    ("household search, address", "field", "/customers/search/?q={address}"),
    ("household search, initials", "clerk", "/customers/search/?q=2hl3m"),
    ("household search, one sign of a name", "clerk", "/customers/search/?q=张伟"),
    ("household search, nothing found", "clerk", "/customers/search/?q=没有这条路"),
    ("search box, address", "company", "/acceptance/search/?q={address}"),
    ("search box, name", "company", "/acceptance/search/?q=张伟"),
    ("search box, phone", "company", "/acceptance/search/?q=13888"),
    ("community channels", "company", "/acceptance/channels/"),
    ("trends", "company", "/kpi/trends/"),
    ("trends of people", "company", "/kpi/trends/?of=people"),
    ("totals", "company", "/kpi/totals/?month={last}"),
    ("league", "company", "/kpi/?month={last}"),
    ("people", "company", "/kpi/people/?month={last}"),
    ("teams", "company", "/kpi/teams/?month={last}"),
    ("branches", "company", "/kpi/branches/?month={last}"),
    ("progress", "company", "/kpi/progress/"),
    ("targets", "company", "/kpi/targets/?month={month}"),
    ("ratings", "company", "/kpi/ratings/?month={last}"),
    ("sheet of a grid", "company", "/kpi/{last}/grids/{grid}/"),
    ("sheet of a person", "company", "/kpi/{last}/people/{person}/"),
    ("life of a month", "branch", "/kpi/{last}/{branch}/life/"),
    ("meeting", "branch", "/kpi/{last}/{branch}/meeting/"),
    ("company home", "company", "/kpi/company/"),
    ("month at a glance", "branch", "/kpi/month/"),
    ("a manager's day", "field", "/kpi/my-day/"),
    ("my score", "field", "/kpi/my-score/"),
    ("teams of managers", "company", "/teams/"),
    ("grids", "company", "/teams/grids/"),
    ("grid", "company", "/teams/grids/{grid}/"),
    ("coverage", "company", "/grids/coverage/"),
    ("visits", "field", "/campaigns/visits/"),
]


@dataclass(slots=True)
class Taken:
    """What the rounds of one page took, in milliseconds; `statements` are those of the last round."""

    elapsed: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    statements: list[tuple[float, str, Any]] = field(default_factory=list)

    def line(self, name: str) -> str:
        """A row of the table in docs/benchmarks.md."""
        p50, p95 = statistics.median(self.elapsed), statistics.quantiles(self.elapsed, n=20)[-1]
        busy = statistics.median(self.processor)
        slowest = max((took for took, *_said in self.statements), default=0.0)
        told = f"| {name} | {p50:.0f} | {p95:.0f} | {busy:.0f}{' **!**' if busy > GOAL else ''} "
        return told + f"| {len(self.statements)} | {slowest:.0f} |"


def main() -> None:
    """Measure the pages named, then the jobs, and print one table."""
    asked = _arguments()
    embedded.ensure()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridmarketing.settings")
    django.setup()
    # The models can be imported only now that Django is set up.
    from bench import pages_work  # noqa: PLC0415

    print("| Page | p50 ms | p95 ms | Processor ms | Statements | Slowest ms |\n|---|---|---|---|---|---|", flush=True)
    words, clients = pages_work.words(), pages_work.clients({login for _name, login, _address in PAGES})
    for name, login, address in PAGES:
        if asked.part in name:
            place = address.format(**words)
            _measure(name, lambda c=clients[login], at=place: pages_work.ask(c, at), asked.rounds, asked.explain)
    for name, work in pages_work.jobs(words).items():
        if asked.part in name:
            _measure(name, work, 3, asked.explain)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", nargs="?", default="")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--explain", type=float)
    return parser.parse_args()


def _measure(name: str, work: Callable[[], object], rounds: int, explain: float | None) -> None:
    from bench import pages_work  # noqa: PLC0415

    taken, server = Taken(), pages_work.postmaster()
    for number in range(rounds + WARM_UP):
        begun, busy = perf_counter(), process_time() * 1000 + _busy(server)
        with pages_work.listening() as taken.statements:
            work()
        if number >= WARM_UP:
            taken.elapsed.append((perf_counter() - begun) * 1000)
            taken.processor.append(process_time() * 1000 + _busy(server) - busy)
    print(taken.line(name), flush=True)
    slowest = max(taken.statements, default=(0.0, "", None), key=lambda said: said[0])
    if explain is not None and slowest[0] >= explain:
        print(pages_work.plan(*slowest[1:]), flush=True)


def _busy(server: int) -> float:
    """Processor milliseconds so far of all processes of the database, parallel helpers that have ended included."""
    try:
        children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    except OSError:
        return 0.0  # another machine's, or no /proc
    return (sum(_ticks(int(child), 11, 12) for child in children) + _ticks(server, 13, 14)) * 1000 / TICKS


def _ticks(process: int, *places: int) -> int:
    try:
        told = Path(f"/proc/{process}/stat").read_text().rsplit(") ", 1)[1].split()
    except OSError:
        return 0
    return sum(int(told[place]) for place in places)


if __name__ == "__main__":
    main()
