"""Changes the scoring SQL, one thing at a time, and looks whether the two implementations then disagree.

    python -m tests.mutation [part of a statement's name …]

Needs a data directory of its own (GM_DATA_DIR) while other tests run. See docs/how-to/mutation.md.
"""

from __future__ import annotations

import logging
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from random import Random

import tests.conftest  # (starts the servers and names the settings)

# isort: split
import django

django.setup()

from django.db import DatabaseError, connection, transaction  # noqa: E402
from django.test.utils import setup_databases, teardown_databases  # noqa: E402

from core import sql  # noqa: E402
from tests.mutation.statements import Mutant, mutants  # noqa: E402
from tests.reference import comparison, database  # noqa: E402

STATEMENTS = [
    *("score_completion", "score_members", "score_points", "score_rating", "score_retention"),
    *("stage_grids", "stage_movements", "stage_service", "write_items", "write_scores", "swap_generation"),
    *("count_balances", "carry_balances", "count_losses", "take_line_changes", "take_acceptance_changes"),
    *("delete_scores", "rank_scores", "list_staged_branches", "list_touched"),
]
FUNCTIONS = ["kpi_half_up"]
SIZES = [12, 25, 50, 50, 50, 50, 50, 50]  # companies of each batch that a survivor meets
# Not even a statement: no test is needed to notice it.
STILLBORN = re.compile(
    "syntax error|does not exist|cannot be matched|must appear in the GROUP BY|ambiguous|must be type"
    "|could not determine|not allowed|invalid input syntax|CASE types|is not unique|there is no unique"
    "|specified more than once|return type|only one|WITHIN GROUP|cannot be used|at or near|must be the same type"
)


def planted() -> list[Mutant]:
    """All mutants of the statements that score, and of the functions they call."""
    wanted = sys.argv[1:] or [""]
    names = [name for name in STATEMENTS if any(part in name for part in wanted) and _is_there(name)]
    found = [mutant for name in names for mutant in mutants(f"kpi/{name}", sql.statement(f"kpi/{name}"))]
    for name in [name for name in FUNCTIONS if any(part in name for part in wanted)]:
        found += mutants(name, _definition(name))
    return found


def _is_there(name: str) -> bool:
    try:
        return bool(sql.statement(f"kpi/{name}"))
    except FileNotFoundError:
        return False


def _definition(function: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname = %s", [function])
        return str(cursor.fetchone()[0])


def fate_of(mutant: Mutant, compare: Callable[[], object]) -> str:
    """'' when it is killed, 'stillborn' when it is no statement, 'alive' otherwise."""
    ours = sql.statement
    sql.statement = lambda name: mutant.text if name == mutant.name else ours(name)  # type: ignore[assignment]
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = '30s'")
                if mutant.name in FUNCTIONS:
                    cursor.execute(mutant.text)
            wrong = compare()
            transaction.set_rollback(True)
        return "" if wrong else "alive"
    except (DatabaseError, AssertionError, ValueError, KeyError, IndexError, TypeError) as error:
        return "stillborn" if STILLBORN.search(str(error)) else ""
    finally:
        sql.statement = ours  # type: ignore[assignment]


def hunt(found: list[Mutant]) -> tuple[Counter[str], list[Mutant]]:
    """Let the mutants meet batch after batch; returns what became of them, and those still alive.

    Ctrl-C ends it early: what has been met so far counts.
    """
    fates: Counter[str] = Counter()
    for number, size in enumerate(SIZES):
        alive: list[Mutant] = []
        met = 0
        try:
            for mutant, fate in _meet(found, number, size):
                met += 1
                fates[fate or "killed"] += fate != "alive"
                alive += [mutant] if fate == "alive" else []
        except KeyboardInterrupt:
            print(f"stopped in batch {number} after {met} of {len(found)}")
            return fates, alive + found[met:] if number else alive
        print(f"batch {number} of {size} companies: {len(alive)} of {len(found)} left", flush=True)
        found = alive
    return fates, found


def _meet(found: list[Mutant], number: int, size: int) -> Iterator[tuple[Mutant, str]]:
    _chance, month, items, companies = comparison.a_batch(number, size)
    with transaction.atomic():
        database.write_scheme(items, month)
        database.write(companies)
        for mutant in found:
            yield mutant, fate_of(mutant, lambda: comparison.first_wrong(companies, month, Random(number)))
        transaction.set_rollback(True)


def main() -> None:
    logging.disable()  # every mutant that is noticed would tell its story
    kept = setup_databases(verbosity=0, interactive=False)
    try:
        fates, survivors = hunt(planted())
    finally:
        teardown_databases(kept, verbosity=0)
        tests.conftest.pytest_unconfigure(None)  # type: ignore[arg-type]
    for mutant in survivors:
        print(mutant)
    counted = fates["killed"] + len(survivors)
    print(f"{counted} mutants, {fates['killed']} killed ({100 * fates['killed'] / max(counted, 1):.1f}%), ", end="")
    print(f"{len(survivors)} alive; {fates['stillborn']} more were no statements")


if __name__ == "__main__":
    main()
