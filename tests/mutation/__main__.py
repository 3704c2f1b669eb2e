"""Changes the scoring SQL, one thing at a time, and looks whether the two implementations then disagree.

    python -m tests.mutation [part of a statement's name …]

Needs a data directory of its own (GM_DATA_DIR) while other tests run. See docs/how-to/mutation.md.
"""

from __future__ import annotations

import logging
import os
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from random import Random

import tests.conftest  # (starts the servers and names the settings)

# isort: split
import django
import pytest

django.setup()

from django import test  # noqa: E402
from django.db import DatabaseError, connection, transaction  # noqa: E402
from django.test.utils import setup_databases, teardown_databases  # noqa: E402

from core import sql  # noqa: E402
from gridmarketing import embedded  # noqa: E402
from kpi.models import Run  # noqa: E402
from tests.mutation import equivalents  # noqa: E402
from tests.mutation.ledger import ALIVE, KILLED, STILLBORN, Ledger  # noqa: E402
from tests.mutation.statements import Mutant, mutants  # noqa: E402
from tests.reference import comparison, database  # noqa: E402

STATEMENTS = [
    *("score_completion", "score_members", "score_points", "score_rating", "score_retention"),
    *("stage_grids", "stage_movements", "stage_service", "write_scores", "swap_generation"),
    *("count_balances", "carry_balances", "count_losses", "find_sums", "take_acceptance_changes"),
    *("delete_scores", "rank_scores"),
]
# What is done around the sums: companies side by side don't show it.
AROUND = [
    *("delete_generation", "find_late", "forget_scored", "forget_touched", "hold_touched", "list_left_behind"),
    *("list_touched", "note_late_records", "raise_revision"),
]
FUNCTIONS = ["kpi_half_up"]
UNCHANGED = Mutant("", 0, "", "nothing", "")
# Number and size of the batches that a survivor meets, each with another kind of scheme: the usual letters, weights of
# a hundredth, two ratings, business alone, no rating at all.
BATCHES = [(3, 12), (1, 12), (24, 12), (14, 25), (10, 25)]
# And then the tests that look at what companies don't show, such as months that are closed; of some statements, their
# own.
TESTS = [
    "late_records",
    "late_marks",
    "scoring",
    "balances",
    "closed_months",
    "months",
    "corrections",
    "sum_checks",
    "new_indicator",
]
OWN_TESTS = {
    **dict.fromkeys(["delete_scores", "rank_scores", *AROUND], ["late_marks", "late_records"]),
    "delete_generation": ["late_marks"],
    "list_left_behind": ["jobs"],
    "kpi_half_up": ["rounding"],
}
# Not even a statement: no test is needed to notice it.
NO_STATEMENT = re.compile(
    "syntax error|does not exist|cannot be matched|must appear in the GROUP BY|ambiguous|must be type"
    "|could not determine|not allowed|invalid input syntax|CASE types|is not unique|there is no unique"
    "|specified more than once|return type|only one|WITHIN GROUP|cannot be used|at or near|must be the same type"
)


def planted() -> list[Mutant]:
    """All mutants of the statements that score, and of the functions they call."""
    wanted = sys.argv[1:] or [""]
    names = [name for name in [*STATEMENTS, *AROUND] if any(part in name for part in wanted)]
    found = [mutant for name in names for mutant in mutants(f"kpi/{name}", sql.statement(f"kpi/{name}"))]
    for name in [name for name in FUNCTIONS if any(part in name for part in wanted)]:
        found += mutants(name, _definition(name))
    return found


def _definition(function: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname = %s", [function])
        return str(cursor.fetchone()[0])


def fate_of(mutant: Mutant, compare: Callable[[], object]) -> str:
    """Killed when the implementations differ or the database refuses; stillborn when it is no statement at all."""
    with _in_place_of_ours(mutant):
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL statement_timeout = '60s'")
                    if mutant.name in FUNCTIONS:
                        cursor.execute(mutant.text)
                fate = _judged(compare)
                transaction.set_rollback(True)
            return fate
        except DatabaseError as error:
            return _refused(str(error))


@contextmanager
def _in_place_of_ours(mutant: Mutant) -> Iterator[None]:
    """The product reads the mutant's text, and has no plan that was made of the other."""
    ours = sql.statement
    sql.statement = lambda name: mutant.text if name == mutant.name else ours(name)  # type: ignore[assignment]
    _forget_plans()
    try:
        yield
    finally:
        sql.statement = ours  # type: ignore[assignment]
        _forget_plans()


def _forget_plans() -> None:
    sql._statements.cache_clear()
    sql._plans.clear()
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")


def _judged(compare: Callable[[], object]) -> str:
    try:
        return KILLED if compare() else ALIVE
    except AssertionError as error:
        # A recompute doesn't raise what the database refuses: it notes it in its row.
        noted = Run.objects.exclude(error="").order_by("-pk").values_list("error", flat=True).first()
        return _refused(noted or str(error))
    except (ValueError, KeyError, IndexError, TypeError) as error:
        return _refused(str(error))


def _refused(words: str) -> str:
    return STILLBORN if NO_STATEMENT.search(words) else KILLED


def hunt(found: list[Mutant], ledger: Ledger) -> None:
    """Let the mutants meet batch after batch, and the tests at last, as long as they live."""
    for place, (number, size) in enumerate(BATCHES):
        unmet = [one for one in ledger.of_fate(ALIVE, found) if ledger.met(one) <= place and _own(one) not in AROUND]
        if unmet:
            for mutant, fate in _meet(unmet, number, size):
                ledger.note(mutant, fate=fate, met=place + 1)
        left = len(ledger.of_fate(ALIVE, found))
        print(f"batch {number} of {size} companies: {left} of {len(found)} left", flush=True)
    # Those that lived through the tests meet them again when they are asked for by name: a test may have come.
    unmet = [one for one in ledger.of_fate(ALIVE, found) if sys.argv[1:] or ledger.met(one) <= len(BATCHES)]
    names = sorted({name for mutant in unmet for name in _tests_of(mutant)})
    assert not unmet or _meet_tests(UNCHANGED, names) == ALIVE, "the tests must pass without a mutant"
    for mutant in unmet:
        fate = _meet_rounding(mutant) if mutant.name in FUNCTIONS else _meet_tests(mutant, _tests_of(mutant))
        ledger.note(mutant, fate=fate, met=len(BATCHES) + 1)
        print(f"tests: {fate} {mutant}", flush=True)
    assert not unmet or _meet_tests(UNCHANGED, names) == ALIVE, "a mutant left something behind"


def _own(mutant: Mutant) -> str:
    return mutant.name.removeprefix("kpi/")


def _tests_of(mutant: Mutant) -> list[str]:
    return OWN_TESTS.get(_own(mutant), TESTS)


def _meet(found: list[Mutant], number: int, size: int) -> Iterator[tuple[Mutant, str]]:
    _chance, month, items, companies = comparison.a_batch(number, size)
    says = comparison.remembered(database.expected)

    def fate(mutant: Mutant) -> str:
        return fate_of(mutant, partial(comparison.first_wrong, companies, month, Random(number), says))

    with transaction.atomic():
        database.write_scheme(items, month)
        database.write(companies)
        assert fate(UNCHANGED) == ALIVE, "the code as it is must agree"
        for mutant in found:
            yield mutant, fate(mutant)
        assert fate(UNCHANGED) == ALIVE, "a mutant left something behind"
        transaction.set_rollback(True)


def _meet_rounding(mutant: Mutant) -> str:
    """A function is the database's: it is changed for all who call it, and changed back."""
    ours = _definition(mutant.name)
    with connection.cursor() as cursor:
        cursor.execute(mutant.text)
    fate = _meet_tests(mutant, _tests_of(mutant))
    with connection.cursor() as cursor:
        cursor.execute(ours)
    return fate


class WithoutCommits:
    """Leaves out the tests that commit: they would empty the tables for the next mutant's."""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        marks = [(item, item.get_closest_marker("django_db")) for item in items]
        items[:] = [item for item, mark in marks if not mark or not mark.kwargs.get("transaction")]


def _meet_tests(mutant: Mutant, names: list[str]) -> str:
    """In a process of its own, which pytest may leave as it likes."""
    connection.close()
    child = os.fork()
    if not child:
        tests.conftest._started = False  # (not this process's servers to stop)
        test.utils.setup_databases = lambda *_args, **_options: []  # type: ignore[assignment]  # (the tables are there)
        ours = sql.statement
        sql.statement = lambda name: mutant.text if name == mutant.name else ours(name)  # type: ignore[assignment]
        sql._statements.cache_clear()
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        files = [f"tests/kpi/test_{name}.py" for name in names]
        options = ["-x", "-q", "--reuse-db", "-p", "no:cacheprovider"]
        os._exit(int(pytest.main([*options, *files], plugins=[WithoutCommits()]) != 0))
    return KILLED if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) else ALIVE


def report(found: list[Mutant], ledger: Ledger) -> None:
    """Counts by statement, then the survivors, and reasons that no longer fit anything."""
    reasons_left = equivalents.outdated(found)
    found = _noticeable(found)
    counts: dict[str, Counter[str]] = {}
    for mutant in found:
        counts.setdefault(mutant.name, Counter())[ledger.fate(mutant)] += 1
    for name, by_fate in [*counts.items(), ("all", sum(counts.values(), Counter()))]:
        rate = 100 * by_fate[KILLED] / max(by_fate[KILLED] + by_fate[ALIVE], 1)
        print(f"{name}: {by_fate[KILLED]} killed, {by_fate[ALIVE]} alive ({rate:.1f}%), {by_fate[STILLBORN]} stillborn")
    for mutant in ledger.of_fate(ALIVE, found):
        print(f"{mutant} (met {ledger.met(mutant)} batches)")
    for name, part, change in reasons_left:
        print(f"no such mutant any more: {name} {part} {change}")


def _noticeable(found: list[Mutant]) -> list[Mutant]:
    return [mutant for mutant in found if not equivalents.reason(mutant)]


def main() -> None:
    logging.disable()  # every mutant that is noticed would tell its story
    ledger = Ledger(embedded.data_dir().parent / "mutation-sql.jsonl")
    found = setup_databases(verbosity=0, interactive=False, keepdb=True)
    try:
        hunt(_noticeable(planted()), ledger)
    except KeyboardInterrupt:
        print("stopped")
    finally:
        report(planted(), ledger)
        teardown_databases(found, verbosity=0, keepdb=True)
        tests.conftest.pytest_unconfigure(None)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
