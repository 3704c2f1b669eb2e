"""Everything that the assessment of a month promises about speed, each figure beside its goal.

GM_DATA_DIR=… .venv/bin/python -m bench kpi_month [2026-11] [rounds]

Medians of one run, the variants taking turns. Ratios count: a busy machine slows both sides. A quarter of the company,
for how time grows, is built once beside it (`…-quarter`).
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import django

from gridmarketing import embedded

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 7
QUARTER = "517500"  # households; the whole has 2,070,000
MONTHS_BACK = 12

Work = Callable[[], object]


def main(month_text: str | None = None, rounds: int = ROUNDS) -> None:
    embedded.ensure()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridmarketing.settings")
    django.setup()
    recompute(month_text, rounds)
    others(month_text, max(3, rounds // 2))
    back(month_text)
    growth(month_text, rounds)
    late(month_text)
    league()


def medians(rounds: int, before: dict[str, Work] | None = None, **works: Work) -> dict[str, float]:
    """Milliseconds of each, taking turns; what comes before one isn't counted."""
    from bench import recompute_steps as steps  # noqa: PLC0415 - the models need Django set up

    steps.tidy()
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _round in range(rounds):
        for name, work in works.items():
            (before or {}).get(name, _nothing)()
            begun = perf_counter()
            work()
            taken[name].append((perf_counter() - begun) * 1000)
    return {name: statistics.median(times) for name, times in taken.items()}


def _nothing() -> None:
    pass


def tell(what: str, figure: str, goal: str = "", *, kept: bool | None = None) -> None:
    """One line: what, measured, goal, whether it is kept."""
    verdict = "" if kept is None else "  kept" if kept else "  MISSED"
    print(f"  {what:<66} {figure:>20}  {goal:<14}{verdict}", flush=True)


def recompute(month_text: str | None, rounds: int) -> None:
    from bench import recompute_steps as steps  # noqa: PLC0415

    month = steps.chosen_month(month_text)
    steps.recompute(month)

    def in_one_process() -> None:
        with steps.one_process():
            steps.count_rows()

    def again() -> None:
        steps.recompute(month)

    found = medians(
        rounds,
        {
            "day": lambda: steps.change_a_day(month),
            "lines": lambda: steps.forget_losses(month),
            "carried": lambda: steps.forget_balance(month),
        },
        count=steps.count_rows,
        one=in_one_process,
        order=steps.count_in_order,
        again=again,
        day=again,
        lines=again,
        carried=again,
    )
    print(f"Recompute of {month}, {steps.count_rows():,} lines and acceptances, {rounds} rounds")
    tell("count(*) as planned (with the planner's helpers)", f"{found['count']:.0f} ms")
    tell("count(*) in one process; reading every page", f"{found['one']:.0f}; {found['order']:.0f} ms")
    ratio = found["again"] / found["count"]
    tell("recompute ÷ count(*) as planned", f"{found['again']:.0f} ms  {ratio:.2f}", "≤ 0.35", kept=ratio <= 0.35)
    tell("recompute ÷ count(*) reading every page (the prototypes')", f"{found['again'] / found['order']:.2f}")
    tell("with a change in every grid and product since", f"{found['day']:.0f} ms  {found['day'] / found['count']:.2f}")
    lines = found["lines"] / found["count"]
    tell("with the month's lost lines counted again (a file of lines came)", f"{found['lines']:.0f} ms  {lines:.2f}")
    anew = found["carried"] / found["count"]
    tell("with the month's balance carried anew as well", f"{found['carried']:.0f} ms  {anew:.2f}")


def others(month_text: str | None, rounds: int) -> None:
    from bench import month_duckdb, month_pandas, month_tables  # noqa: PLC0415
    from bench import recompute_steps as steps  # noqa: PLC0415

    month = steps.chosen_month(month_text)
    run = steps.recompute(month)
    scheme = run.scheme_id
    assert scheme is not None
    with tempfile.TemporaryDirectory() as folder:
        store = month_duckdb.prepared(Path(folder), scheme)
        frames = month_pandas.prepared(store)
        wanted = month_tables.written(run.pk, month)
        month_duckdb.work(store, month, scheme)
        same = month_duckdb.results(store) == wanted
        same_too = month_pandas.results(month_pandas.work(frames, month, scheme)) == wanted
        found = medians(
            rounds,
            ours=lambda: steps.recompute(month),
            duckdb=lambda: month_duckdb.work(store, month, scheme),
            pandas=lambda: month_pandas.work(frames, month, scheme),
        )
        store.close()
    print(f"The same month by others, {len(wanted[0]):,} items and {len(wanted[1]):,} scores, {rounds} rounds")
    tell("DuckDB's and pandas' items, totals and ranks are the same", f"{same}, {same_too}", "", kept=same and same_too)
    duckdb, pandas = found["ours"] / found["duckdb"], found["ours"] / found["pandas"]
    tell(
        "recompute ÷ DuckDB (2 threads, native tables)",
        f"{found['duckdb']:.0f} ms  {duckdb:.2f}",
        "≤ 0.6",
        kept=duckdb <= 0.6,
    )
    tell(
        "recompute ÷ pandas (frames in memory)", f"{found['pandas']:.0f} ms  {pandas:.2f}", "≤ 0.2", kept=pandas <= 0.2
    )


def back(month_text: str | None) -> None:
    from bench import recompute_steps as steps  # noqa: PLC0415

    month = steps.chosen_month(month_text)
    year = [month.shift(-n) for n in range(MONTHS_BACK)]
    steps.stage_back(list(reversed(year)))
    found = medians(3, one=lambda: steps.stage_back([month]), year=lambda: steps.stage_back(year))
    ratio = found["year"] / found["one"]
    print("Twelve months back: the items of each, nothing written, since most are closed")
    tell("twelve ÷ one", f"{found['year']:.0f} ms  {ratio:.1f}", "≤ 12", kept=ratio <= 12)

    def afresh(months: list) -> Work:
        def work() -> None:
            steps.forget_everything()
            steps.stage_back(months)

        return work

    found = medians(1, one=afresh([month]), year=afresh(list(reversed(year))))
    ratio = found["year"] / found["one"]
    tell(
        "the same with no kept sum at all: every record is read",
        f"{found['year']:.0f} ms  {ratio:.1f}",
        "≤ 12",
        kept=ratio <= 12,
    )


def growth(month_text: str | None, rounds: int) -> None:
    data = Path(os.environ.get("BENCH_QUARTER_DIR") or f"{os.environ.get('GM_DATA_DIR', ROOT / '.local')}-quarter")
    environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    environment |= {"GM_DATA_DIR": str(data)}

    def manage(*words: str) -> str:
        command = [sys.executable, *words]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False).stdout

    if not manage("manage.py", "show_logins").strip():
        print("building a quarter of the company, once (about three minutes)", flush=True)
        manage("manage.py", "demo", "--households", QUARTER, "--months", "12")
    whole = _again(month_text, rounds)
    quarter = float(manage("-m", "bench.kpi_month", "--again", str(rounds)).split()[-1])
    whole = (whole + _again(month_text, rounds)) / 2
    ratio = whole / quarter
    print("Growth: the company and a quarter of it (households, lines, acceptances, grids and people)")
    tell(
        "four times the data ÷ the quarter", f"{whole:.0f} ÷ {quarter:.0f} ms  {ratio:.2f}", "≤ 4.5", kept=ratio <= 4.5
    )
    manage("-m", "gridmarketing.embedded", "stop")


def _again(month_text: str | None, rounds: int) -> float:
    from bench import recompute_steps as steps  # noqa: PLC0415

    month = steps.chosen_month(month_text)
    steps.recompute(month)
    return medians(rounds, again=lambda: steps.recompute(month))["again"]


def late(month_text: str | None) -> None:
    from bench import late_record  # noqa: PLC0415
    from bench import recompute_steps as steps  # noqa: PLC0415

    steps.tidy()
    found = late_record.measure(month_text)
    print("One late acceptance")
    tell("its SQL, from marks to ranks", f"{found['sql']:.1f} ms", "≤ 5 ms", kept=found["sql"] <= 5)
    tell("recorded → in the league, with a worker", f"{found['league']:.2f} s", "≤ 2 s", kept=found["league"] <= 2)


def league() -> None:
    from bench import league_page  # noqa: PLC0415
    from bench import recompute_steps as steps  # noqa: PLC0415

    steps.tidy()
    found = league_page.main()
    tell("league page, something changed, p50", f"{found['cold_p50']:.0f} ms", "≤ 80 ms", kept=found["cold_p50"] <= 80)
    tell("league page, nothing changed, p50", f"{found['same_p50']:.1f} ms", "≤ 5 ms", kept=found["same_p50"] <= 5)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--again"]:
        embedded.ensure()
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridmarketing.settings")
        django.setup()
        print(_again(None, int(sys.argv[2])))
    else:
        main(sys.argv[1] if len(sys.argv) > 1 else None, int(sys.argv[2]) if len(sys.argv) > 2 else ROUNDS)
