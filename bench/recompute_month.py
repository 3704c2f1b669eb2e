"""Recompute of a month against a bare count(*) of the tables it reads: one run, alternating, medians. Ratios count.

GM_DATA_DIR=… .venv/bin/python -m bench.recompute_month [2026-10] [rounds]
"""

from __future__ import annotations

import os
import statistics
import sys
from collections.abc import Callable
from time import perf_counter

import django

from gridmarketing import embedded

ROUNDS = 7


def main(month_text: str | None = None, rounds: int = ROUNDS) -> dict[str, float]:
    """Print the ratios and return them: `again` with the month's balance kept, `carried` with it carried anew."""
    embedded.ensure()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridmarketing.settings")
    django.setup()
    return _measure(month_text, rounds)


def _measure(month_text: str | None, rounds: int) -> dict[str, float]:
    # The models can be imported only now that Django is set up.
    from bench import recompute_steps as steps  # noqa: PLC0415

    month = steps.chosen_month(month_text)
    steps.recompute(month)  # the first one builds the balances
    times: dict[str, list[float]] = {"count": [], "one_process": [], "again": [], "carried": []}
    for _ in range(rounds):
        times["count"].append(_seconds(steps.count_rows))
        with steps.one_process():
            times["one_process"].append(_seconds(steps.count_rows))
        times["again"].append(_seconds(lambda: steps.recompute(month)))
        steps.forget_balance(month)
        times["carried"].append(_seconds(lambda: steps.recompute(month)))
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    ratios = {name: medians[name] / medians["count"] for name in ("again", "carried")}
    ratios |= {f"{name}_one_process": medians[name] / medians["one_process"] for name in ("again", "carried")}
    print(f"recompute {month}: {steps.count_rows():,} rows, {rounds} rounds")
    print(f"  count(*) as planned             {medians['count'] * 1000:.0f} ms, in one process ", end="")
    print(f"{medians['one_process'] * 1000:.0f} ms")
    for name, words in (("again", "recompute"), ("carried", "with the balance carried anew")):
        print(f"  {words:<31} {medians[name] * 1000:.0f} ms  {ratios[name]:.2f} × count(*)", end="")
        print(f", {ratios[f'{name}_one_process']:.2f} × in one process")
    return ratios


def _seconds(work: Callable[[], object]) -> float:
    begun = perf_counter()
    work()
    return perf_counter() - begun


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None, int(sys.argv[2]) if len(sys.argv) > 2 else ROUNDS)
