"""Two implementations of the same rules, compared on generated companies: nobody is paid by a single opinion.

COMPANIES=20000 compares more than the usual two thousand, SEED=1 others.
"""

import os
from collections import Counter
from collections.abc import Callable
from random import Random

import pytest
from django.db import transaction

from core.periods import Month
from grids.models import Branch
from kpi.domain import late_records
from kpi.models import Run
from tests.factories.kpi import NOW, recomputed
from tests.reference import companies as generated
from tests.reference import database
from tests.reference.cases import CASES, cases_of
from tests.reference.database import Companies, Result, expected
from tests.reference.differences import smallest, told
from tests.reference.scoring import Company, Item

BATCH = 50  # companies of one scheme, as branches side by side, recomputed at once
BATCHES = max(int(os.environ.get("COMPANIES", "2000")), BATCH) // BATCH
SEED = os.environ.get("SEED", "0")
MONTHS = [Month(2026, n) for n in (9, 10, 12)] + [Month(2027, n) for n in (1, 2)] + [Month(2028, n) for n in (2, 3)]


def a_batch(number: int) -> tuple[Random, Month, list[Item], Companies]:
    chance = Random(f"{SEED}/{number}")
    month = MONTHS[number % len(MONTHS)]
    items = generated.scheme(chance)
    companies = {f"K{n:02d}": generated.company(chance, month=month, items=items) for n in range(BATCH)}
    return chance, month, items, companies


@pytest.mark.django_db
@pytest.mark.parametrize("number", range(BATCHES))
def test_two_implementations_agree(number: int) -> None:
    chance, month, items, companies = a_batch(number)
    with transaction.atomic():
        database.write_scheme(items, month)
        database.write(companies)
        if number % 2:
            recomputed(month.shift(-1))  # so that the balances are carried, not counted
        wrong = _first_wrong(companies, month, chance)
        transaction.set_rollback(True)
    assert len(companies) == BATCH
    if wrong:
        pytest.fail(_explained(*wrong), pytrace=False)


Wrong = tuple[str, Company, Result]


def _first_wrong(companies: Companies, month: Month, chance: Random) -> Wrong | None:
    """The first company that differs: recomputed, scored again after late orders, after late news of all kinds
    recomputed again, and a few branches recomputed each by itself."""
    run = recomputed(month)
    if wrong := _compare(companies, run):
        return wrong
    companies = _changed(companies, chance, generated.late_orders)
    late_records.rescore(now=NOW)
    if wrong := _compare(companies, run):
        return wrong
    companies = _changed(companies, chance, generated.a_day_later)
    return _compare(companies, recomputed(month)) or _compare_alone(companies, month, chance)


def _changed(companies: Companies, chance: Random, change: Callable[[Random, Company], Company]) -> Companies:
    later = {key: change(chance, companies[key]) for key in chance.sample([*companies], 15)}
    database.write_news({key: companies[key] for key in later}, later)
    return companies | later


def _compare(companies: Companies, run: Run) -> Wrong | None:
    found = database.read(run, companies)
    return next(((key, c, found[key]) for key, c in companies.items() if found[key] != expected(c)), None)


def _compare_alone(companies: Companies, month: Month, chance: Random) -> Wrong | None:
    """Each branch recomputed by itself, lent people and all."""
    for key in chance.sample([*companies], 2):
        sheets = expected(companies[key])
        for code in ("B1", "B2"):
            found = database.read(recomputed(month, branch=Branch.objects.get(code=key + code)), [key])[key]
            if found != {kind: {k: row for k, row in rows.items() if row[0] == code} for kind, rows in sheets.items()}:
                return key, companies[key], found
    return None


def _explained(key: str, company: Company, found: Result) -> str:
    small = smallest(company, lambda candidate: _result(candidate) != expected(candidate))
    return told(f"{key} differs:", company, found, expected(company)) + (
        told("and so does, with less:", small, _result(small), expected(small)) if small is not company else ""
    )


def _result(company: Company) -> Result:
    with transaction.atomic():
        month = Month.of(company.first)
        database.write_scheme(company.scheme, month)
        database.write({"X00": company})
        found = database.read(recomputed(month), ["X00"])["X00"]
        transaction.set_rollback(True)
    return found


def test_two_thousand_companies_are_compared() -> None:
    assert BATCH * BATCHES >= 2000 or "COMPANIES" in os.environ


def test_generated_companies_hold_every_odd_case() -> None:
    """Otherwise two implementations would agree about nothing: each case comes up again and again."""
    seen: Counter[str] = Counter()
    for number in range(6):
        _chance, _month, _items, companies = a_batch(number)
        for company in companies.values():
            seen.update(cases_of(company))
    rare = {case: seen[case] for case in CASES if seen[case] < 10}
    assert rare == {}
